"""Every object type says once, beside its fields, what feeds each and who may see it.

Ordinary resolvers are derived from these declarations, and compiled reads will be: there is no second list.
A field without a source, a personal column shown plainly, a model without a scope: the import fails.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, TypeVar, dataclass_transform

import strawberry

from resolvers.doors.access import Link, Row
from resolvers.doors.bind import Bind, Reference
from resolvers.doors.scopes import SCOPES
from resolvers.models import Table
from resolvers.rules import sight
from resolvers.terms.actor import Actor
from resolvers.terms.roles import Role
from schema.grammar import connection, ids
from schema.grammar.connection import Listing, Page, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order

T = TypeVar("T")
Function = Callable[[Actor, Row], object]
Addressed = Callable[[Actor, Row, str], object]
Ask = Callable[..., Any]  # gives a Listing; annotated, for the schema, with the connection it becomes


PLAIN: set[Ask] = set()  # those that look at their row and their arguments alone, not at who asks or when


class Kind(Enum):
    COLUMN = "column"
    COMPUTED = "computed"
    DERIVED = "derived"
    RELATION = "relation"
    MANY = "many"
    PAGES = "pages"
    ASKED = "asked"
    RECKONED = "reckoned"


@dataclass(frozen=True, slots=True)
class Source:
    """What feeds one field. `who`: the roles a list, or a relation, is told to, empty for others; None: whoever sees the
    row. `deep`: the list holds what hangs on its own rows as well, however far down.
    """

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
    ask: Ask | None = None
    who: frozenset[Role] | None = None
    deep: bool = False

    def told(self, actor: Actor) -> bool:
        """Whether this caller is told it at all."""
        return self.who is None or bool(self.who & actor.roles)

    def members(self, t: str, p: str, link: str) -> str:
        """SQL over a row of the list, the row that joins it, and its parent."""
        if self.deep and self.target:
            rows = f"SELECT y.id FROM {self.target.table_name()} y"
            first, next_ = f"{rows} WHERE y.{self.name} = {p}.id", f"{rows} JOIN below ON y.{self.name} = below.id"
            return f"{t}.id = ANY(ARRAY(WITH RECURSIVE below AS ({first} UNION {next_}) SELECT id FROM below))"
        own = f"{link if self.link else t}.{self.name} = {p}.id"
        return f"{own} AND {self.where.replace('t.', f'{t}.')}" if self.where else own


def column(description: str, *, name: str | None = None) -> Any:
    """A column of the row, by the field's own name unless told."""
    return Source(Kind.COLUMN, description, name=name)


def computed(description: str, *, name: str | None = None) -> Any:
    """A SQL expression named in the model."""
    return Source(Kind.COMPUTED, description, name=name)


def derived(description: str, *needs: str, by: Function) -> Any:
    """A Python function of named columns."""
    return Source(Kind.DERIVED, description, needs=needs, function=by)


def withheld(description: str, text: str, *, null: str = "") -> Any:
    """What staff wrote for staff, in a column of ours: third parties are told that it is there, and no more."""
    said = f"{description}; not told to third parties{null and f'; null {null}'}."
    return derived(said, text, by=lambda actor, row: sight.withheld(actor.roles, row[text]))


def addressed(description: str, *needs: str, by: Addressed) -> Any:
    """A Python function of named columns and of the address the caller reaches us at."""
    return Source(Kind.DERIVED, description, needs=needs, function=by, addressed=True)


def personal(description: str, *needs: str, by: Function) -> Any:
    """A masking function over personal columns and the facts that decide the mask: the only way they leave."""
    return Source(Kind.DERIVED, description, needs=needs, function=by, is_personal=True)


def relation(description: str, target: type[Table], *, key: str, who: frozenset[Role] | None = None) -> Any:
    """The one row whose id stands in a column of ours; None when out of the caller's sight."""
    return Source(Kind.RELATION, description, name=key, target=target, who=who)


def many(
    description: str,
    target: type[Table],
    *,
    key: str,
    order: str,
    link: Link | None = None,
    where: str | None = None,
    who: frozenset[Role] | None = None,
    deep: bool = False,
) -> Any:
    """All rows that hold our id in `key`, in an order; for lists that stay short."""
    return Source(
        Kind.MANY, description, name=key, target=target, order=order, link=link, where=where, who=who, deep=deep
    )


def pages(description: str, target: type[Table], *, key: str, order: Order) -> Any:
    """A keyset connection over the rows that hold our id in `key`."""

    def ask(
        root: Any,
        info: Info,  # noqa: ARG001  (the window is all that is asked)
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
    ) -> Listing:
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(target, order, window, lambda t, bind: f"{t}.{key} = {bind(root['id'])}", by=key)

    PLAIN.add(ask)
    return Source(Kind.PAGES, description, target=target, ask=ask)


def listed(description: str, target: type[Table], *needs: str) -> Callable[[Ask], Any]:
    """A keyset connection with arguments of its own: a function that says which rows belong to the row. It is given
    `Reference`s for the row's columns, and reads nothing.
    """

    def declare(ask: Ask) -> Any:
        source = Source(Kind.PAGES, description, needs=needs, target=target, ask=ask)
        return strawberry.field(resolver=_pager(ask), description=description, metadata={"source": source})

    return declare


def asked(description: str, *needs: str) -> Callable[[Callable[..., Any]], Any]:
    """A field that reads by itself: an ordinary resolver over named columns of the row."""

    def declare(resolver: Callable[..., Any]) -> Any:
        source = Source(Kind.ASKED, description, needs=needs)
        return strawberry.field(resolver=resolver, description=description, metadata={"source": source})

    return declare


def reckoned(description: str, *needs: str) -> Callable[[Callable[..., Any]], Any]:
    """A Python function of named columns and of the field's own arguments: it reads nothing, and asks for nobody."""

    def declare(resolver: Callable[..., Any]) -> Any:
        source = Source(Kind.RECKONED, description, needs=needs, function=resolver)
        return strawberry.field(resolver=resolver, description=description, metadata={"source": source})

    return declare


@dataclass_transform(
    kw_only_default=True, field_specifiers=(column, computed, derived, addressed, personal, relation, many, pages)
)
def fed_by(model: type[Table], *, description: str) -> Callable[[type[T]], type[T]]:
    """Make an object type whose values are rows of a model."""

    def declare(cls: type[T]) -> type[T]:
        if model not in SCOPES:
            raise TypeError(f"{cls.__name__}: {model.__name__} has no scope")
        ids.register(cls.__name__, model)
        namespace = vars(sys.modules[cls.__module__])
        for name, annotation in list(cls.__annotations__.items()):
            source = cls.__dict__.get(name)
            if not isinstance(source, Source):
                raise TypeError(f"{cls.__name__}.{name}: no source")
            _check(cls.__name__, name, source, model)
            setattr(cls, name, _field(name, source, annotation, namespace, model))
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
    if source.kind in (Kind.MANY, Kind.PAGES, Kind.RELATION) and source.target not in SCOPES:
        raise TypeError(f"{where}: its target has no scope")


def _field(name: str, source: Source, annotation: Any, namespace: dict[str, Any], model: type[Table]) -> Any:
    resolver = _RESOLVERS[source.kind](name, source, model)
    resolver.__annotations__["return"] = annotation
    resolver.__module__ = namespace["__name__"]
    return strawberry.field(resolver=resolver, description=source.description, metadata={"source": source})


def _plain(name: str, source: Source, _model: type[Table]) -> Callable[..., Any]:
    key = source.name or name

    def read(root: Any) -> Any:
        return root[key]

    return read


def _derived(_name: str, source: Source, model: type[Table]) -> Callable[..., Any]:
    heavy = sorted(set(source.needs) & model.heavy)

    def derive(root: Any, info: Info) -> Any:
        return made(source, info.context.caller, root, info.context.base_url)

    async def derive_heavily(root: Any, info: Info) -> Any:
        read = {name: await _heavy(info, model, name, root["id"]) for name in heavy}
        return made(source, info.context.caller, Row(model, {**root, **read}), info.context.base_url)

    return derive_heavily if heavy else derive


def made(source: Source, actor: Actor, row: Row, base_url: str) -> object:
    """What a derived field tells of a row."""
    function: Any = source.function
    return function(actor, row, base_url) if source.addressed else function(actor, row)


async def _heavy(info: Info, model: type[Table], name: str, key: Any) -> Any:
    reader = info.context.reader

    async def load(keys: list[Any]) -> list[Any]:
        found = await reader.heavy(model, name, keys)
        return [found[each] for each in keys]

    return await _loaded(info, ("heavy", model, name), load, key)


def _relation(_name: str, source: Source, _model: type[Table]) -> Callable[..., Any]:
    target, key = _target(source), source.name or ""

    async def follow(root: Any, info: Info) -> Any:
        hidden = root[key] is None or not source.told(info.context.caller)
        return None if hidden else await one(info, target, root[key])

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

    found: Row | None = await _loaded(info, ("one", model), load, key)
    return found


async def _loaded(info: Info, name: object, load: Callable[[list[Any]], Any], key: Any) -> Any:
    """What a key stands for, gathered with its neighbours of this operation."""
    return await connection.loaded(info.context.loaders, name, load, key)


def _many(_name: str, source: Source, _model: type[Table]) -> Callable[..., Any]:
    target = _target(source)

    def members(t: str, _bind: Bind) -> str:
        return source.members(t, "p", "l")

    async def gather(root: Any, info: Info) -> Any:
        if not source.told(info.context.caller):
            return []
        reader = info.context.reader

        async def load(parents: list[Any]) -> list[list[Row]]:
            found = await reader.rows_of_each(
                target, root.model, parents, members, order=source.order, link=source.link
            )
            return [found[parent] for parent in parents]

        return await _loaded(info, ("many", source), load, root["id"])

    return gather


class Correlated:
    """Stands for a row of which only the alias is known: its columns are references within the statement."""

    def __init__(self, alias: str) -> None:
        self._alias = alias

    def __getitem__(self, column: str) -> Reference:
        return Reference(f"{self._alias}.{column}")


def _pager(ask: Ask) -> Callable[..., Any]:
    @wraps(ask)
    def page(root: Any, info: Info, **arguments: Any) -> Any:
        coordinate = f"{info.path.typename}.{info.field_name}"
        return Page(info, ask(Correlated("p"), info, **arguments), coordinate, root)

    return page


def _pages(_name: str, source: Source, _model: type[Table]) -> Callable[..., Any]:
    if source.ask is None:
        raise TypeError("no listing")
    return _pager(source.ask)


_RESOLVERS: dict[Kind, Callable[[str, Source, type[Table]], Callable[..., Any]]] = {
    Kind.COLUMN: _plain,
    Kind.COMPUTED: _plain,
    Kind.DERIVED: _derived,
    Kind.RELATION: _relation,
    Kind.MANY: _many,
    Kind.PAGES: _pages,
}
