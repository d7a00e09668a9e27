"""Any object by its global id: the access door with another handle."""

import asyncio
from typing import Annotated

import strawberry

from resolvers.doors.access import Row
from resolvers.rules import texts
from resolvers.terms import limits
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.source import one


@strawberry.interface(description="有全局编号的对象: anything that can be fetched again by its id.")
class Node:
    @strawberry.field(description="全局编号: opaque; the same object always has the same.")
    def id(root: Row, info: Info) -> strawberry.ID:
        return strawberry.ID(ids.encode(info.path.typename or "", root["id"]))


Id = Annotated[strawberry.ID, strawberry.argument(description="全局编号: the object's id.")]


async def by_id(info: Info, text: str) -> Row | None:
    """The object, or None: malformed, absent and forbidden alike."""
    found = ids.read(text)
    return await one(info, ids.model(found[0]), found[1]) if found else None


@strawberry.type
class Query:
    @strawberry.field(
        description="按全局编号取对象: null when malformed, absent or not yours to see.",
        metadata={"permission": None},
    )
    async def node(self, info: Info, id: Id) -> Node | None:  # noqa: A002
        return await by_id(info, id)  # type: ignore[return-value]

    @strawberry.field(
        description="按全局编号取多个对象: at most 100, in the order asked, null for what cannot be seen.",
        metadata={"permission": None},
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="全局编号列表: at most 100 ids.")],
    ) -> list[Node | None]:
        texts.whole(len(ids), 0, limits.NODES_MAXIMUM, "ids")
        found = await asyncio.gather(*(by_id(info, each) for each in ids))  # side by side: one statement a type
        return list(found)  # type: ignore[arg-type]
