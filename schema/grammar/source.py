"""Every object type says once, beside its fields, what feeds each and who may see it.

Ordinary resolvers are derived from these declarations, and compiled reads will be: there is no second list.
A field without a source, a personal column shown plainly, a model without a scope: the import fails.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.dataloader import DataLoader

from resolvers.doors import access
from resolvers.doors.access import Link, Row
from resolvers.models import Table
from resolvers.terms.actor import Actor
from resolvers.terms.roles import Role
from schema.grammar import connection, ids
from schema.grammar.connection import Order
from schema.grammar.context import Info

T = TypeVar("T")
Function = Callable[[Actor, Row], object]
Addressed = Callable[[Actor, Row, str], object]


class Kind(Enum):
    COLUMN = "column"
    COMPUTED = "computed"
    DERIVED = "derived"
    RELATION = "relation"
    MANY = "many"
    PAGES = "pages"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Source:
    """What feeds one field. `who`: the roles a list is told to, empty for others; None: whoever sees the row."""

    kind: Kind
    description: str
    name: str | None = None
    needs: tuple[str, ...] = ()
    function: Function | Addressed | None = None
    addressed: bool = False
    is_personal: bool = False
    target: type[Table] | None = None
    order: str = "t.id"
    link: Link | None = None
    where: str | None = None
    pages: Order | None = None
    who: frozenset[Role] | None = None


def column(description: str, *, name: str | None = None) -> Any:
    """A column of the row, by the field's own name unless told."""
    return Source(Kind.COLUMN, description, name=name)


def computed(description: str, *, name: str | None = None) -> Any:
    """A SQL expression named in the model."""
    return Source(Kind.COMPUTED, description, name=name)


def derived(description: str, *needs: str, by: Function) -> Any:
    """A Python function of named columns."""
    return Source(Kind.DERIVED, description, needs=needs, function=by)


def addressed(description: str, *needs: str, by: Addressed) -> Any:
    """A Python function of named columns and of the address the caller reaches us at."""
    return Source(Kind.DERIVED, description, needs=needs, function=by, addressed=True)


def personal(description: str, *needs: str, by: Function) -> Any:
    """A masking function over personal columns and the facts that decide the mask: the only way they leave."""
    return Source(Kind.DERIVED, description, needs=needs, function=by, is_personal=True)


def relation(description: str, target: type[Table], *, key: str) -> Any:
    """The one row whose id stands in a column of ours; None when out of the caller's sight."""
    return Source(Kind.RELATION, description, name=key, target=target)


def many(
    description: str,
    target: type[Table],
    *,
    key: str,
    order: str,
    link: Link | None = None,
    where: str | None = None,
    who: frozenset[Role] | None = None,
) -> Any:
    """All rows that hold our id in `key`, in an order; for lists that stay short."""
    return Source(Kind.MANY, description, name=key, target=target, order=order, link=link, where=where, who=who)


def pages(description: str, target: type[Table], *, key: str, order: Order) -> Any:
    """A keyset connection over the rows that hold our id in `key`."""
    return Source(Kind.PAGES, description, name=key, target=target, pages=order)


def asked(description: str, *needs: str) -> Callable[[Callable[..., Any]], Any]:
    """A field with arguments or reading of its own: an ordinary resolver over named columns of the row."""

    def declare(resolver: Callable[..., Any]) -> Any:
        source = Source(Kind.ASKED, description, needs=needs)
        return strawberry.field(resolver=resolver, description=description, metadata={"source": source})

    return declare


@dataclass_transform(
    kw_only_default=True, field_specifiers=(column, computed, derived, addressed, personal, relation, many, pages)
)
def fed_by(model: type[Table], *, description: str) -> Callable[[type[T]], type[T]]:
    """Make an object type whose values are rows of a model."""

    def declare(cls: type[T]) -> type[T]:
        if model not in access.SCOPES:
            raise TypeError(f"{cls.__name__}: {model.__name__} has no scope")
        ids.register(cls.__name__, model)
        namespace = vars(sys.modules[cls.__module__])
        for name, annotation in list(cls.__annotations__.items()):
            source = cls.__dict__.get(name)
            if not isinstance(source, Source):
                raise TypeError(f"{cls.__name__}.{name}: no source")
            _check(cls.__name__, name, source, model)
            setattr(cls, name, _field(name, source, annotation, namespace))
        cls.__annotations__ = {}
        cls.is_type_of = staticmethod(lambda value, _info: isinstance(value, Row) and value.model is model)  # type: ignore[attr-defined]
        return strawberry.type(cls, description=description)

    return declare


def _check(owner: str, name: str, source: Source, model: type[Table]) -> None:
    columns, where = set(model.column_names()), f"{owner}.{name}"
    read = {source.name or name} if source.kind in (Kind.COLUMN, Kind.COMPUTED, Kind.RELATION) else set(source.needs)
    known = columns | set(model.computed)
    if not read <= known:
        raise TypeError(f"{where}: no such column: {sorted(read - known)}")
    if read & model.personal and not source.is_personal:
        raise TypeError(f"{where}: a personal column leaves only through a mask")
    if source.kind in (Kind.MANY, Kind.PAGES, Kind.RELATION) and source.target not in access.SCOPES:
        raise TypeError(f"{where}: its target has no scope")


def _field(name: str, source: Source, annotation: Any, namespace: dict[str, Any]) -> Any:
    resolver = _RESOLVERS[source.kind](name, source)
    resolver.__annotations__["return"] = annotation
    resolver.__module__ = namespace["__name__"]
    return strawberry.field(resolver=resolver, description=source.description, metadata={"source": source})


def _told(source: Source, info: Info) -> bool:
    return source.who is None or bool(source.who & info.context.caller.roles)


def _plain(name: str, source: Source) -> Callable[..., Any]:
    key = source.name or name

    def read(root: Any) -> Any:
        return root[key]

    return read


def _derived(_name: str, source: Source) -> Callable[..., Any]:
    function: Any = source.function
    if source.addressed:

        def address(root: Any, info: Info) -> Any:
            return function(info.context.caller, root, info.context.base_url)

        return address

    def derive(root: Any, info: Info) -> Any:
        return function(info.context.caller, root)

    return derive


def _relation(_name: str, source: Source) -> Callable[..., Any]:
    target, key = _target(source), source.name or ""

    async def follow(root: Any, info: Info) -> Any:
        return None if root[key] is None else await one(info, target, root[key])

    return follow


def _target(source: Source) -> type[Table]:
    if source.target is None:
        raise TypeError(f"{source.name}: no target")
    return source.target


async def one(info: Info, model: type[Table], key: Any) -> Row | None:
    """One row by id, gathered with its neighbours of this operation into one statement."""
    reader = info.context.reader

    async def load(keys: list[Any]) -> list[Row | None]:
        found = await reader.see_many(model, keys)
        return [found.get(each) for each in keys]

    found: Row | None = await _loader(info, ("one", model), load).load(key)
    return found


def _loader(info: Info, name: object, load: Callable[[list[Any]], Any]) -> DataLoader[Any, Any]:
    loaders = info.context.loaders
    if name not in loaders:
        loaders[name] = DataLoader(load_fn=load)
    found: DataLoader[Any, Any] = loaders[name]
    return found


def _many(_name: str, source: Source) -> Callable[..., Any]:
    target, key, where = _target(source), source.name or "", source.where

    async def gather(root: Any, info: Info) -> Any:
        if not _told(source, info):
            return []
        reader = info.context.reader

        async def load(parents: list[Any]) -> list[list[Row]]:
            condition = (lambda _t, _bind: where) if where else None
            found = await reader.rows_of_each(target, key, parents, condition, order=source.order, link=source.link)
            return [found[parent] for parent in parents]

        return await _loader(info, ("many", source), load).load(root["id"])

    return gather


def _pages(_name: str, source: Source) -> Callable[..., Any]:
    target, key, order = _target(source), source.name or "", source.pages
    if order is None:
        raise TypeError(f"{key}: no order")

    def page(
        root: Any,
        info: Info,
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
    ) -> Any:
        window = connection.Window(first=first, after=after, last=last, before=before)
        return connection.Page(info, target, order, window, parent=(key, root["id"]))

    return page


_RESOLVERS: dict[Kind, Callable[[str, Source], Callable[..., Any]]] = {
    Kind.COLUMN: _plain,
    Kind.COMPUTED: _plain,
    Kind.DERIVED: _derived,
    Kind.RELATION: _relation,
    Kind.MANY: _many,
    Kind.PAGES: _pages,
}
