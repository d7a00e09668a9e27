"""Any object by its global id: the access door with another handle."""

from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.doors.access import Row
from resolvers.models import Table
from resolvers.rules import texts
from resolvers.terms import limits
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.root import Each, One, reads


@strawberry.interface(description="有全局编号的对象: anything that can be fetched again by its id.")
class Node:
    @strawberry.field(description="全局编号: opaque; the same object always has the same.")
    def id(root: Row, info: Info) -> strawberry.ID:
        return strawberry.ID(ids.encode(info.path.typename or "", root["id"]))


Id = Annotated[strawberry.ID, strawberry.argument(description="全局编号: the object's id.")]


@strawberry.type
class Query:
    @reads(None, "按全局编号取对象: null when malformed, absent or not yours to see.")
    def node(self, info: Info, id: Id) -> Node | None:  # noqa: A002, ARG002
        found = ids.read(id)
        return found and One(ids.model(found[0]), lambda t, bind: f"{t}.id = {bind(found[1])}")  # type: ignore[return-value]

    @reads(None, "按全局编号取多个对象: at most 100, in the order asked, null for what cannot be seen.")
    def nodes(
        self,
        info: Info,  # noqa: ARG002
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="全局编号列表: at most 100 ids.")],
    ) -> list[Node | None]:
        texts.whole(len(ids), 0, limits.NODES_MAXIMUM, "ids")
        return Each(tuple(_key(each) for each in ids))  # type: ignore[return-value]


def _key(text: str) -> tuple[type[Table], UUID] | None:
    found = ids.read(text)
    return (ids.model(found[0]), found[1]) if found else None
