"""离线提交未保存时怎么办: what the person with the phone may do about a refusal (domain 4.8)."""

from __future__ import annotations

from resolvers.terms.codes import Code

_CORRECT = "请改正后再次提交, 可以沿用同一 clientId。"
_ADVICE = {
    Code.NOT_FOUND: "该工单不在您的职责范围内, 或所填人员不存在。请核对; 确需补记的, 请联系派单中心。",
    Code.NOT_YOUR_OFFICE: "该工单没有派给您所在单位。请联系派单中心, 不要重复提交。",
    Code.IDEMPOTENCY_CONCURRENT_REQUEST: "同一记录正在保存, 请稍后原样重试。",
    Code.IDEMPOTENCY_KEY_PARAMETER_MISMATCH: "该 clientId 已用于别的操作, 请换一个新的 clientId 再提交。",
    Code.QUOTA_EXCEEDED: "请先不带照片提交, 照片改日另行登记。",
    Code.RECUSED: "请去掉已回避的检查人员, 由其他人员签名后提交。",
    Code.PATROL_NOT_PLANNED: "请去掉回头看计划, 作为普通检查记录提交。",
    Code.NOT_PERMITTED: "您现在没有填写检查记录的权限。请联系本单位负责人。",
}
_AGAIN = frozenset({Code.IDEMPOTENCY_CONCURRENT_REQUEST})
BASIS_MISSING = "它所依据的记录没有保存。请先处理那一条, 再提交这一条。"
STORED_OTHERWISE = "该 clientId 此前已保存另一内容, 以已保存的为准; 需要补充的, 请用新的 clientId 另写一条。"


def advise(code: Code) -> str:
    """What to do about it, as a Chinese sentence."""
    return _ADVICE.get(code, _CORRECT)


def is_worth_retrying(code: Code) -> bool:
    """Whether the very same item may be taken the next time."""
    return code in _AGAIN
