"""Keyset connections: a page goes on from where the last one ended, whatever was inserted meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from resolvers.doors.access import Row
from resolvers.doors.bind import Bind, Condition
from resolvers.models import Table
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from schema.grammar import cursor
from schema.grammar.context import Info
from schema.grammar.cursor import Order, Place

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(description="取前几条: how many from the start, 1 to 100; 20 when neither is given."),
]
After = Annotated[str | None, strawberry.argument(description="起始游标: only what comes after this cursor.")]
Last = Annotated[
    int | None, strawberry.argument(description="取后几条: how many from the end, 1 to 100; never with `first`.")
]
Before = Annotated[str | None, strawberry.argument(description="截止游标: only what comes before this cursor.")]


@dataclass(frozen=True, slots=True)
class Window:
    """The four arguments of a connection, as given."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def size(self) -> int:
        """How many are wanted; a refusal for both ends at once, or a number out of range."""
        if self.first is not None and self.last is not None:
            raise Refused(Code.INVALID_INPUT, "last", message="first 与 last 不能同时使用。")
        asked = self.last if self.last is not None else self.first
        if asked is None:
            return limits.PAGE_DEFAULT
        return texts.whole(asked, 1, limits.PAGE_MAXIMUM, "last" if self.first is None else "first")


@dataclass(slots=True)
class Listing:
    """What a connection is asked for, before anything is read; a refusal for a window or cursor that makes no sense.

    `where` says which rows belong to it, those of a parent (alias of its `Reference`s) included; `tag` stands for the
    filter as given, in cursors and when siblings are told apart; `by` is the column that holds a parent's id.
    """

    model: type[Table]
    order: Order
    window: Window
    where: Condition | None = None
    tag: object = None
    by: str | None = None
    size: int = field(init=False)
    after: Place | None = field(init=False)
    before: Place | None = field(init=False)

    def __post_init__(self) -> None:
        window = self.window
        self.size = window.size
        self.after = None if window.after is None else cursor.read(window.after, self.order, "after")
        self.before = None if window.before is None else cursor.read(window.before, self.order, "before")

    @property
    def backward(self) -> bool:
        return self.window.last is not None

    def belongs(self, t: str, bind: Bind) -> str:
        """SQL that is true of the rows of this list, wherever its pages begin."""
        return self.where(t, bind) if self.where else "true"

    def bounds(self, t: str, bind: Bind) -> str:
        """SQL that is true between the two cursors."""
        expression = self.order.sql(self.model, t)
        ends = (
            (self.after, "<" if self.order.descending else ">"),
            (self.before, ">" if self.order.descending else "<"),
        )
        parts = [
            f"({expression}, {t}.id) {sign} ({bind(place.value)}, {bind(place.key)})" for place, sign in ends if place
        ]
        return " AND ".join(parts) or "true"

    def ordering(self, t: str) -> str:
        direction = "DESC" if self.order.descending != self.backward else "ASC"
        return f"{self.order.sql(self.model, t)} {direction}, {t}.id {direction}"

    def digest(self, actor: Actor, coordinate: str, parent: UUID | None) -> str:
        """Names this list among all lists; `Refused` when it is not the one its cursors are from."""
        named = cursor.digest(coordinate, self.order, self.tag, parent and str(parent), str(actor.jurisdiction_id))
        for place, path in ((self.after, "after"), (self.before, "before")):
            if place and place.listed != named:
                raise cursor.foreign(path)
        return named

    def page_info(self, more: bool, ends: tuple[str, str] | None) -> "PageInfo":
        start, end = ends or (None, None)
        return PageInfo(
            has_next_page=self.has_next(more),
            has_previous_page=self.has_previous(more),
            start_cursor=start,
            end_cursor=end,
        )

    def has_next(self, more: bool) -> bool:
        """`more`: a row beyond the page was found on the way."""
        return self.before is not None if self.backward else more

    def has_previous(self, more: bool) -> bool:
        return more if self.backward else self.after is not None


@strawberry.type(description="分页信息: where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="后面还有: more follows this page.")
    has_previous_page: bool = strawberry.field(description="前面还有: something precedes this page.")
    start_cursor: str | None = strawberry.field(
        description="首条游标: cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(description="末条游标: cursor of the last item; null on an empty page.")


@strawberry.type(description="一条及其游标: an item and the cursor to go on from.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="游标: opaque; give it as `after` or `before`.")
    node: T = strawberry.field(description="内容: the item.")


@strawberry.type(description="分页列表: one page of a list, and how to go on.")
class Connection(Generic[T]):
    @strawberry.field(description="本页内容: the items of this page.")
    async def nodes(root: "Page") -> list[T]:
        return (await root.rows()).rows  # type: ignore[return-value]

    @strawberry.field(description="本页内容及游标: the items of this page, each with its cursor.")
    async def edges(root: "Page") -> list[Edge[T]]:
        return [Edge(cursor=root.cursor(row), node=row) for row in (await root.rows()).rows]  # type: ignore[arg-type]

    @strawberry.field(description="分页信息: where this page lies.")
    async def page_info(root: "Page") -> PageInfo:
        page = await root.rows()
        ends = (root.cursor(page.rows[0]), root.cursor(page.rows[-1])) if page.rows else None
        return root.listing.page_info(page.more, ends)

    @strawberry.field(description="总数: how many there are for this caller under this filter. Costs a count.")
    async def total_count(root: "Page") -> int:
        return await root.total()


@dataclass(frozen=True, slots=True)
class Slice:
    rows: list[Row]
    more: bool


class Page:
    """One page, read when its first field is asked for. Pages of siblings are read together: in a listing of a row's
    own, the row is the alias `p`.
    """

    def __init__(self, info: Info, listing: Listing, coordinate: str, parent: Row | None = None) -> None:
        self.listing, self._coordinate, self._parent = listing, coordinate, parent
        self._reader, self._loaders = info.context.reader, info.context.loaders
        self._digest = listing.digest(info.context.caller, coordinate, parent["id"] if parent else None)
        self._slice: asyncio.Task[Slice] | None = None

    async def rows(self) -> Slice:
        """Read once: the fields of a page are resolved side by side, and tell of the same rows."""
        if self._slice is None:
            self._slice = asyncio.create_task(self._cut())
        return await asyncio.shield(self._slice)

    async def _cut(self) -> Slice:
        listing = self.listing
        found = await (self._alone() if self._parent is None else self._among_siblings(self._parent))
        kept = found[: listing.size]
        return Slice(kept[::-1] if listing.backward else kept, more=len(found) > listing.size)

    def cursor(self, row: Row) -> str:
        return cursor.spell(self._digest, row[self.listing.order.column], row["id"])

    def _within(self, t: str, bind: Bind) -> str:
        return f"{self.listing.belongs(t, bind)} AND {self.listing.bounds(t, bind)}"

    async def _alone(self) -> list[Row]:
        asked = self.listing
        return await self._reader.rows(asked.model, self._within, order=asked.ordering("t"), limit=asked.size + 1)

    async def _among_siblings(self, parent: Row) -> list[Row]:
        asked = self.listing

        async def load(keys: list[UUID]) -> list[list[Row]]:
            found = await self._reader.rows_of_each(
                asked.model, parent.model, keys, self._within, order=asked.ordering("t"), limit=asked.size + 1
            )
            return [found[key] for key in keys]

        rows: list[Row] = await self._loaded("page", load, parent["id"])
        return rows

    async def total(self) -> int:
        asked, parent = self.listing, self._parent
        if parent is None:
            return await self._reader.count(asked.model, asked.belongs)

        async def load(keys: list[UUID]) -> list[int]:
            found = await self._reader.counts(asked.model, parent.model, keys, asked.belongs)
            return [found[key] for key in keys]

        return int(await self._loaded("count", load, parent["id"]))

    async def _loaded(self, what: str, load: Callable[[list[UUID]], Awaitable[list[Any]]], key: UUID) -> Any:
        # Siblings share a statement when all but the parent is equal.
        asked = self.listing
        name = (what, self._coordinate, asked.order, asked.window, repr(asked.tag))
        return await loaded(self._loaders, name, load, key)


async def loaded(loaders: dict[Any, Any], name: object, load: Callable[[list[Any]], Any], key: Any) -> Any:
    """What a key stands for, read together with its neighbours. A field that is given up takes none of theirs with it."""
    if name not in loaders:
        loaders[name] = DataLoader(load_fn=load)
    future = loaders[name].load(key)
    future.add_done_callback(_look)
    return await asyncio.shield(future)


def _look(future: asyncio.Future[Any]) -> None:
    """What failed for nobody is nobody's failure: unlooked at, it would be logged, and quote what it was about."""
    if not future.cancelled():
        future.exception()
