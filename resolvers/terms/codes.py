"""Every refusal: a stable English code and one Chinese sentence (domain 4.4, api conventions)."""

from __future__ import annotations

from resolvers.terms.term import Term


class Code(Term):
    APPROVAL_PENDING = "APPROVAL_PENDING", "还有待决定的审批, 请先等待审批结果。"
    CALLBACK_BY_HANDLING_UNIT = "CALLBACK_BY_HANDLING_UNIT", "承办单位人员不得回访本单位办理的工单。"
    CO_HANDLER_PENDING = "CO_HANDLER_PENDING", "协办单位尚未反馈, 请等待反馈或填写理由。"
    DISPUTE_NOT_OPEN = "DISPUTE_NOT_OPEN", "只有退单申请被驳回的承办单位可以提出管辖争议, 且只能提出一次。"
    DUPLICATE_CYCLE = "DUPLICATE_CYCLE", "并单不能形成循环。"
    DUPLICATE_TARGET_REQUIRED = "DUPLICATE_TARGET_REQUIRED", "并单须指定另一张同类型的有效工单。"
    EXTENSION_AFTER_DUE = "EXTENSION_AFTER_DUE", "办理时限已过, 不能再申请延期。"
    EXTENSION_EXCEEDS_STATUTORY = "EXTENSION_EXCEEDS_STATUTORY", "延期后将超过法定时限。"
    EXTENSION_LIMIT_REACHED = "EXTENSION_LIMIT_REACHED", "本轮办理的延期次数已用完。"
    FILING_PARTS_MISSING = "FILING_PARTS_MISSING", "书面报告须写明原因、过程和建议, 并附盖章文件。"
    GROUND_REQUIRED = "GROUND_REQUIRED", "请写明符合规定的理由; 不予受理的, 还须写明告知内容。"
    IDEMPOTENCY_CONCURRENT_REQUEST = "IDEMPOTENCY_CONCURRENT_REQUEST", "同一请求正在处理, 请稍后重试。"
    IDEMPOTENCY_KEY_PARAMETER_MISMATCH = (
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
        "该幂等键已用于另一内容的请求。",
    )
    INSPECTORS_REQUIRED = "INSPECTORS_REQUIRED", "现场检查须有两名以上检查人员。"
    INVALID_INPUT = "INVALID_INPUT", "输入内容不符合要求。"
    INVALID_TRANSITION = "INVALID_TRANSITION", "工单当前状态不允许此操作。"
    KIND_NOT_ANSWERABLE = "KIND_NOT_ANSWERABLE", "只有咨询或不属于职责范围的诉求可以直接答复。"
    LAB_TEST_PENDING = "LAB_TEST_PENDING", "快检疑似不合格的, 须取得实验室检验结果后才能提交。"
    LEAD_REQUIRED = "LEAD_REQUIRED", "必须指定一个主办单位。"
    LEVEL_REQUIRED = "LEVEL_REQUIRED", "已接通的回访必须记录满意度。"
    LOGIN_FAILED = "LOGIN_FAILED", "账号或密码不正确。"
    NOTICE_NOT_DUE = "NOTICE_NOT_DUE", "该工单没有需要告知的事项。"
    NOT_FOUND = "NOT_FOUND", "没有找到, 或不在您的职责范围内。"
    NOT_PERMITTED = "NOT_PERMITTED", "您的角色没有此项权限。"
    NOT_YOUR_OFFICE = "NOT_YOUR_OFFICE", "该工单不由您所在单位承办。"
    ODR_ALREADY_ENROLLED = "ODR_ALREADY_ENROLLED", "该企业或该机构已入驻在线和解平台。"
    ODR_CONSENT_REQUIRED = "ODR_CONSENT_REQUIRED", "须征得投诉人同意后才能分流至在线和解企业。"
    ODR_ENTERPRISE_NOT_ENROLLED = "ODR_ENTERPRISE_NOT_ENROLLED", "被投诉人未入驻在线和解平台。"
    ODR_NOT_ALLOWED_FOR_REPORT = "ODR_NOT_ALLOWED_FOR_REPORT", "只有投诉可以分流至在线和解企业。"
    PAUSE_REASON_NOT_ALLOWED = "PAUSE_REASON_NOT_ALLOWED", "只有检验检测、鉴定、回避或法律程序可以中止时限。"
    PATROL_NOT_PLANNED = "PATROL_NOT_PLANNED", "该回头看已完成或已取消。"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED", "照片总量超出限额, 请稍后再登记或分批上传。"
    REASON_REQUIRED = "REASON_REQUIRED", "请填写理由。"
    RECUSED = "RECUSED", "该人员已回避本工单, 不得参与办理。"
    RECUSAL_LEAVES_NOBODY = "RECUSAL_LEAVES_NOBODY", "该单位的值班人员或负责人均须回避, 请改派其他单位。"
    REGIME_ALREADY_ACTIVE = "REGIME_ALREADY_ACTIVE", "同一标注的应急机制已经启动。"
    REGIME_NOT_ACTIVE = "REGIME_NOT_ACTIVE", "该应急机制没有在运行。"
    REPORT_NOT_INSPECTED = "REPORT_NOT_INSPECTED", "举报必须先核查: 有报必查。"
    RETURN_FORBIDDEN_AFTER_ADJUDICATION = "RETURN_FORBIDDEN_AFTER_ADJUDICATION", "退单已经裁定, 不得再次退单。"
    RETURN_WINDOW_CLOSED = "RETURN_WINDOW_CLOSED", "退单期限已过, 不能再申请退单。"
    SAME_FACTS_NO_REOPEN = "SAME_FACTS_NO_REOPEN", "没有新的事实, 不重新办理, 请告知办理进展。"
    SELF_APPROVAL_FORBIDDEN = "SELF_APPROVAL_FORBIDDEN", "不得审批本人经办的事项。"
    SIGN_OFF_FIELDS_MISSING = "SIGN_OFF_FIELDS_MISSING", "处理部门、处理人员、处理结果和答复必须填写。"
    SPLIT_KIND_REQUIRED = "SPLIT_KIND_REQUIRED", "只有投诉与举报混合的诉求可以分立, 新工单须为另一类型。"
    STALE_VERSION = "STALE_VERSION", "工单已被他人更新, 请核对后重试。"
    SUPERVISION_ALREADY_ANSWERED = "SUPERVISION_ALREADY_ANSWERED", "该督办已经答复。"
    VOICEMAIL_NOT_CALLED = "VOICEMAIL_NOT_CALLED", "录音诉求须先回拨再登记。"
