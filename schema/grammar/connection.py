"""Keyset connections: a page goes on from where the last one ended, whatever was inserted meanwhile."""

import asyncio
import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry
from strawberry.dataloader import DataLoader

from resolvers.doors.access import Bind, Condition, Reader, Row
from resolvers.models import Table
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code
from schema.grammar.context import Info

T = TypeVar("T")
_BIGINT_BITS = 63

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
class Order:
    """What a page is ordered by: a column or named expression that is never null, then the id."""

    column: str
    kind: type = datetime
    descending: bool = False

    def sql(self, model: type[Table], bind: Bind) -> str:
        return bind.fill(model.computed.get(self.column, f"{{t}}.{self.column}"), "t")

    def read(self, said: Any) -> datetime | int | str:
        """The sort value a cursor spells; an error for what no row could hold."""
        if self.kind is datetime:
            return datetime.fromisoformat(said).astimezone(UTC)
        value: int | str = self.kind(said)
        if value.bit_length() > _BIGINT_BITS if isinstance(value, int) else "\x00" in value:
            raise ValueError("no column holds this")
        return value


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
        return await root.info()

    @strawberry.field(description="总数: how many there are for this caller under this filter. Costs a count.")
    async def total_count(root: "Page") -> int:
        return await root.total()


@dataclass(frozen=True, slots=True)
class Slice:
    rows: list[Row]
    more: bool


class Page:
    """One page, read when its first field is asked for. Pages of siblings are read together."""

    def __init__(
        self,
        info: Info,
        model: type[Table],
        order: Order,
        window: Window,
        *,
        where: Condition | None = None,
        parent: tuple[str, UUID] | None = None,
        tag: object = None,
    ) -> None:
        self._context, self._model, self._order, self._window = info.context, model, order, window
        self._where, self._parent = where, parent
        # Siblings share a statement when all but the parent is equal; `tag` stands for the filter.
        self._name = (model, order, window, parent[0] if parent else None, tag)
        listed = (model.__name__, order, tag, parent, info.context.caller.jurisdiction_id)
        self._digest = hashlib.sha256(repr(listed).encode()).hexdigest()[:8]
        self._size, self._backward = window.size, window.last is not None
        self._after, self._before = self._read(window.after, "after"), self._read(window.before, "before")
        self._slice: asyncio.Task[Slice] | None = None

    async def rows(self) -> Slice:
        """Read once: the fields of a page are resolved side by side, and tell of the same rows."""
        if self._slice is None:
            self._slice = asyncio.create_task(self._cut())
        return await self._slice

    async def _cut(self) -> Slice:
        found = await (self._alone() if self._parent is None else self._among_siblings())
        kept = found[: self._size]
        return Slice(kept[::-1] if self._backward else kept, more=len(found) > self._size)

    async def info(self) -> PageInfo:
        page = await self.rows()
        return PageInfo(
            has_next_page=page.more if not self._backward else self._before is not None,
            has_previous_page=page.more if self._backward else self._after is not None,
            start_cursor=self.cursor(page.rows[0]) if page.rows else None,
            end_cursor=self.cursor(page.rows[-1]) if page.rows else None,
        )

    async def total(self) -> int:
        if self._parent is None:
            return await self._reader().count(self._model, self._where)
        column, key = self._parent

        async def load(parents: list[UUID]) -> list[int]:
            found = await self._reader().counts(self._model, column, parents, self._where)
            return [found[parent] for parent in parents]

        return int(await self._loader("count", load).load(key))

    def cursor(self, row: Row) -> str:
        return self._spell(row[self._order.column], row["id"])

    def _spell(self, value: object, key: UUID) -> str:
        said = [self._digest, value.isoformat() if isinstance(value, datetime) else value, str(key)]
        return base64.urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")

    def _read(self, cursor: str | None, path: str) -> tuple[object, UUID] | None:
        """The place a cursor of this very list names; a refusal for any other."""
        if cursor is None:
            return None
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            _, value, key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            place = self._order.read(value), UUID(key)
            # One spelling a place: what this list would not have printed itself is not its own.
            is_ours = self._spell(*place) == cursor
        except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
            is_ours = False
        if not is_ours:
            raise Refused(Code.INVALID_INPUT, path, message="游标无效, 或不属于这个列表。")
        return place

    def _reader(self) -> Reader:
        return self._context.reader

    def _condition(self, t: str, bind: Bind) -> str:
        parts = [self._where(t, bind)] if self._where else []
        expression = self._order.sql(self._model, bind)
        bounds = (
            (self._after, "<" if self._order.descending else ">"),
            (self._before, ">" if self._order.descending else "<"),
        )
        for place, sign in bounds:
            if place is not None:
                parts.append(f"({expression}, {t}.id) {sign} ({bind(place[0])}, {bind(place[1])})")
        return " AND ".join(parts) or "true"

    def _ordering(self) -> str:
        direction = "DESC" if self._order.descending != self._backward else "ASC"
        expression = self._model.computed.get(self._order.column, f"{{t}}.{self._order.column}").replace("{t}", "t")
        return f"{expression} {direction}, t.id {direction}"

    async def _alone(self) -> list[Row]:
        return await self._reader().rows(self._model, self._condition, order=self._ordering(), limit=self._size + 1)

    async def _among_siblings(self) -> list[Row]:
        column, key = self._parent or ("", UUID(int=0))

        async def load(parents: list[UUID]) -> list[list[Row]]:
            found = await self._reader().rows_of_each(
                self._model, column, parents, self._condition, order=self._ordering(), limit=self._size + 1
            )
            return [found[parent] for parent in parents]

        rows: list[Row] = await self._loader("page", load).load(key)
        return rows

    def _loader(self, what: str, load: Any) -> DataLoader[UUID, Any]:
        loaders = self._context.loaders
        name = (what, self._name)
        if name not in loaders:
            loaders[name] = DataLoader(load_fn=load)
        found: DataLoader[UUID, Any] = loaders[name]
        return found
