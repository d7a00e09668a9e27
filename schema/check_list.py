"""检查清单: what to look at on a visit, taken along by a phone that will be offline."""

from typing import Annotated

import strawberry

from resolvers import check_list as verbs
from resolvers import models
from resolvers.terms.roles import Permission
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.root import reads
from schema.grammar.source import column, fed_by

_BY_CODE = Order("code", kind=str)


@fed_by(models.CheckList, description="检查清单: what to look at on a visit of some kind.")
class CheckList(Node):
    code: str = column("清单代码.")
    name: str = column("清单名称.")
    version: int = column("版本.")
    basis: str = column("依据.")
    category_codes: list[str] = column("适用类别: category codes, or their first digits; empty: any case.")
    items: list[str] = column("检查项: give each as `item` of the note's checkItems.")


@strawberry.type
class Query:
    @reads(Permission.READ_TASKS, "检查清单, by code.")
    def check_lists(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        category_code: Annotated[
            str | None, strawberry.argument(description="类别代码: only the lists for such a case.")
        ] = None,
    ) -> Connection[CheckList]:
        window = Window(first=first, after=after, last=last, before=before)
        where = verbs.fitting(category_code)
        return Listing(models.CheckList, _BY_CODE, window, where, tag=category_code)  # type: ignore[return-value]
