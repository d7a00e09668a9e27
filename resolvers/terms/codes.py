"""Every refusal: a stable English code and one Chinese sentence (domain 4.4, api conventions)."""

from __future__ import annotations

from resolvers.terms.term import Term


class Code(Term):
    APPROVAL_PENDING = "APPROVAL_PENDING", "还有待决定的审批, 请先等待审批结果。"
    CALLBACK_BY_HANDLING_UNIT = "CALLBACK_BY_HANDLING_UNIT", "承办单位人员不得回访本单位办理的工单。"
    CO_HANDLER_PENDING = "CO_HANDLER_PENDING", "协办单位尚未反馈, 请等待反馈或填写理由。"
    EXTENSION_AFTER_DUE = "EXTENSION_AFTER_DUE", "办理时限已过, 不能再申请延期。"
    EXTENSION_EXCEEDS_STATUTORY = "EXTENSION_EXCEEDS_STATUTORY", "延期后将超过法定时限。"
    EXTENSION_LIMIT_REACHED = "EXTENSION_LIMIT_REACHED", "本轮办理的延期次数已用完。"
    GROUND_REQUIRED = "GROUND_REQUIRED", "不予受理必须写明理由和告知内容。"
    IDEMPOTENCY_CONCURRENT_REQUEST = "IDEMPOTENCY_CONCURRENT_REQUEST", "同一请求正在处理, 请稍后重试。"
    IDEMPOTENCY_KEY_PARAMETER_MISMATCH = (
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
        "该幂等键已用于另一内容的请求。",
    )
    INSPECTORS_REQUIRED = "INSPECTORS_REQUIRED", "现场检查须有两名以上检查人员。"
    INVALID_INPUT = "INVALID_INPUT", "输入内容不符合要求。"
    INVALID_TRANSITION = "INVALID_TRANSITION", "工单当前状态不允许此操作。"
    KIND_NOT_ANSWERABLE = "KIND_NOT_ANSWERABLE", "只有咨询或不属于职责范围的诉求可以直接答复。"
    LEAD_REQUIRED = "LEAD_REQUIRED", "必须指定一个主办单位。"
    LEVEL_REQUIRED = "LEVEL_REQUIRED", "已接通的回访必须记录满意度。"
    LOGIN_FAILED = "LOGIN_FAILED", "账号或密码不正确。"
    NOT_FOUND = "NOT_FOUND", "没有找到, 或不在您的职责范围内。"
    NOT_PERMITTED = "NOT_PERMITTED", "您的角色没有此项权限。"
    NOT_YOUR_OFFICE = "NOT_YOUR_OFFICE", "该工单不由您所在单位承办。"
    REASON_REQUIRED = "REASON_REQUIRED", "请填写理由。"
    REGIME_ALREADY_ACTIVE = "REGIME_ALREADY_ACTIVE", "同一标注的应急机制已经启动。"
    REPORT_NOT_INSPECTED = "REPORT_NOT_INSPECTED", "举报必须先核查: 有报必查。"
    RETURN_FORBIDDEN_AFTER_ADJUDICATION = "RETURN_FORBIDDEN_AFTER_ADJUDICATION", "退单已经裁定, 不得再次退单。"
    RETURN_WINDOW_CLOSED = "RETURN_WINDOW_CLOSED", "退单期限已过, 不能再申请退单。"
    SELF_APPROVAL_FORBIDDEN = "SELF_APPROVAL_FORBIDDEN", "不得审批本人经办的事项。"
    SIGN_OFF_FIELDS_MISSING = "SIGN_OFF_FIELDS_MISSING", "处理部门、处理人员、处理结果和答复必须填写。"
    STALE_VERSION = "STALE_VERSION", "工单已被他人更新, 请核对后重试。"
