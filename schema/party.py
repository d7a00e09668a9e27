"""诉求人与被投诉人: citizens under the masks of the privacy matrix, and traders."""

from resolvers import models, party
from schema.grammar.node import Node
from schema.grammar.source import column, fed_by, personal

_FACTS = ("case_kind", "own_intake", "in_own_unit", "in_assigned_unit", "callback_open", "wants_confidentiality",
          "routed_to_own")  # fmt: skip


@fed_by(
    models.Party, description="诉求人(举报人): who brought the case. Full, masked, a pseudonym or nothing, by role."
)
class Party(Node):
    name: str | None = personal("姓名: masked as 张**, or a pseudonym.", *_FACTS, "name", by=party.name)
    phone: str | None = personal("电话: masked as 138****5678.", *_FACTS, "phone", by=party.phone)
    address: str | None = personal("地址: masked down to the county.", *_FACTS, "address", by=party.address)
    wants_confidentiality: bool = column("要求保密: masked for the handling unit too.")


@fed_by(models.Respondent, description="被投诉(举报)人: the trader, as named at intake.")
class Respondent(Node):
    name: str = column("名称.")
    uscc: str | None = column("统一社会信用代码 (GB 32100).")
    address: str | None = column("地址.")
