"""人员: staff by name; citizens are parties."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from schema.grammar.node import Node
from schema.grammar.source import column, fed_by, relation

if TYPE_CHECKING:
    from schema.office import Office


@fed_by(models.Person, description="人员: a member of staff of your jurisdiction; not told to third parties.")
class Person(Node):
    login: str = column("账号: may be given wherever an input names staff.")
    name: str = column("姓名.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "所在机构.", models.Office, key="office_id"
    )
