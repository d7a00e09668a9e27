"""One way through the layers, one door each, three rooms a noun."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fixtures
import schema

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("api", "schema", "resolvers", "fixtures")
NOT_NOUNS = {
    "__init__",
    "__main__",
    "clockwork",
    "upload",
}  # nobody asks the clockwork for anything, nor tus in GraphQL

# What each part of the code may know. A noun is a file of `schema/` or of `resolvers/`.
LAYERS: dict[str, tuple[str, ...]] = {
    "resolvers.terms": ("resolvers.terms",),
    "resolvers.rules": ("resolvers.rules", "resolvers.terms"),
    "resolvers.models": ("resolvers.models", "resolvers.terms"),
    "resolvers.doors": ("resolvers.doors", "resolvers.models", "resolvers.rules", "resolvers.terms"),
    "resolvers": ("resolvers.doors", "resolvers.models", "resolvers.rules", "resolvers.terms"),
    "schema.grammar": (
        "schema.grammar", "resolvers.doors.access", "resolvers.doors.bind", "resolvers.doors.budget",
        "resolvers.doors.once", "resolvers.doors.scopes", "resolvers.models", "resolvers.rules", "resolvers.terms",
    ),
    "schema.plan": (
        "schema.plan", "schema.grammar", "resolvers.doors.access", "resolvers.doors.bind", "resolvers.doors.db",
        "resolvers.doors.identity", "resolvers.doors.scopes", "resolvers.models", "resolvers.terms",
    ),
    "schema": ("schema", "resolvers.models", "resolvers.terms"),
    "fixtures": ("fixtures", "resolvers"),
    "api": (
        "api", "schema", "resolvers.clockwork", "resolvers.copy", "resolvers.login", "resolvers.photo", "resolvers.terms",
        "resolvers.upload",
        "resolvers.doors.postgres", "resolvers.doors.db", "resolvers.doors.feed", "resolvers.doors.clock",
    ),
}  # fmt: skip

# A door uses only doors before it.
DOORS = (
    "postgres", "programs", "postmaster", "cluster", "migrating", "readers", "db", "clock", "ledger", "once", "bind", "scopes",
    "budget", "access", "identity", "reference", "figures", "due", "status", "feed", "sink", "shelves", "store", "partials",
    "quota", "suggestions", "followers", "lease", "assignments", "darkroom", "pixels",
)  # fmt: skip

# (who, whom) -> why it is right all the same.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("resolvers.case", "resolvers.party"): "a case's words are told under the mask of the citizen who spoke them",
    ("resolvers.event", "resolvers.case"): "events are filtered by office exactly as cases are, by the same SQL",
    ("resolvers.supervision", "resolvers.case"): "orders are filtered by office exactly as cases are, by the same SQL",
    ("resolvers.voicemail", "resolvers.intake"): "what was verified is worded and redacted exactly as at intake",
    ("resolvers.handling", "resolvers.person"): "`named` finds the staff an input names; it is no verb",
    (
        "resolvers.clockwork",
        "resolvers.odr",
    ): "what an enterprise left unsettled comes back as when it declines; no verb",
    **{
        (f"resolvers.{noun}", "resolvers.approval"): "whose decision a waiting matter is, is said once; it is no verb"
        for noun in ("dispute", "extension", "filing", "return_request")
    },
    ("resolvers.split", "resolvers.recusal"): "who is off a case is off what is split from it; it is no verb",
    ("resolvers.split", "resolvers.intake"): "what is split off is numbered, redacted and kept as at intake; no verb",
    **{
        (f"resolvers.{noun}", "resolvers.person"): "whether a unit is left with somebody is said once; it is no verb"
        for noun in ("dispatch", "dispute")
    },
    ("resolvers.recusal", "resolvers.person"): "who is of which unit is said once; it is no verb",
    ("resolvers.sync", "resolvers.inspection"): "a batch of notes is nothing but its notes, each kept as any note is",
    ("schema.sync", "schema.inspection"): "a draft is told as a note is; inputs cannot be lazy",
    ("resolvers.knowledge", "resolvers.check_list"): "what is meant for a category is said once; it is no verb",
    ("resolvers.offline", "resolvers.knowledge"): "what is in force is taken along, by the same SQL",
    ("schema.offline", "schema.case"): "the cases to take along are cases, in their order",
    ("resolvers.inspection", "resolvers.person"): "`named` finds the staff an input names; it is no verb",
    ("resolvers.inspection", "resolvers.finding"): "what a visit found is kept with its note; no verb",
    ("resolvers.inspection", "resolvers.rectification"): "a visit orders and looks after what it ordered; no verb",
    ("resolvers.inspection", "resolvers.patrol"): "a visit carries out a plan; no verb",
    ("schema.inspection", "schema.finding"): "inputs are types, and those cannot be lazy",
    ("schema.inspection", "schema.rectification"): "inputs are types, and those cannot be lazy",
    ("schema.task", "schema.inspection"): "a place is given as for a visit: arguments cannot be lazy",
    ("schema.photo", "schema.copy"): "what a photo is shown by is told beside it: functions and a type, no verb",
    ("schema.copy", "schema.inspection"): "where a photo says it was taken is told as where a visit was: one type",
    ("schema.filing", "resolvers.photo"): "a sealed document has its addresses as a photo has; `addresses` is no verb",
    (
        "resolvers.upload",
        "resolvers.photo",
    ): "what has come in pieces is judged and kept as what comes at once; no verb",
    ("schema.inspection", "resolvers.rules.sight"): "where an inspector stood is masked like a personal column",
    ("schema.regime", "resolvers.rules.sight"): "why it ended is told to the administrator, who ends it",
    ("schema.regime", "resolvers.rules.policies.EPIDEMIC"): "the set of limits an activation brings unless told",
    ("schema.office", "schema.case"): "an office lists its cases: arguments are types, and those cannot be lazy",
    ("schema.office", "schema.kpi"): "an office tells its figures: arguments are types, and those cannot be lazy",
    ("schema.event", "resolvers.doors.budget.Budget"): "each event of a subscription is an operation of its own",
    ("schema.event", "resolvers.doors.clock"): "and has an instant of its own",
    ("schema.grammar.payload", "resolvers.doors.clock"): "what a mutation answers is as of after its verb",
    ("api.app", "resolvers.doors.once"): "timed: keys are forgotten after their life",
    ("api.app", "resolvers.doors.pixels"): "the processes that look at photos end with the server",
    ("api.app", "resolvers.doors.store"): "timed: the sweeper; and the store is opened",
    ("api.app", "resolvers.doors.reference"): "every start fills in reference rows that are missing",
    ("api.health", "resolvers.doors.migrating"): "ready means migrated",
    ("api.health", "resolvers.doors.store"): "ready means that the disk can still take photos",
    ("api.commands", "fixtures"): "the command loads sample data",
    ("api.commands", "resolvers.doors.cluster"): "the command starts the embedded server",
    ("api.commands", "resolvers.doors.migrating"): "the command migrates",
    ("api.commands", "resolvers.doors.reference"): "the command fills in reference rows before it loads a city",
    ("api.commands", "resolvers.doors.ledger"): "the command verifies the ledger",
    ("api.commands", "resolvers.calendar"): "the command counts on what a killed amendment left",
    ("api.amending", "resolvers.calendar"): "the command amends the calendar",
    ("api.amending", "resolvers.doors.reference"): "there is a calendar before it is amended",
    ("api.amending", "resolvers.rules.calendars"): "the command reads a notice before it opens the database",
}
ROW_TYPES = {"Row", "Link"}  # of `doors.access`: plain types that declarations are written with; they open nothing


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module

    @property
    def part(self) -> str:
        """The longest layer this module lies in."""
        return max((layer for layer in LAYERS if within(self.name, layer)), key=len)


@cache
def modules() -> tuple[Module, ...]:
    paths = [path for room in ROOMS for path in sorted((TOP / room).rglob("*.py"))]
    return tuple(
        Module(
            ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__"), ast.parse(path.read_text())
        )
        for path in paths
        if "migrations" not in path.parts
    )


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def names() -> set[str]:
    return {module.name for module in modules()}


def imports(module: Module) -> Iterator[tuple[str, str]]:
    """Every module of ours that this one imports at run time, and which of its names."""
    lazy = {
        id(node)
        for branch in ast.walk(module.tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in lazy:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, "") if whole in names() else (node.module, alias.name)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def edges() -> Iterator[tuple[Module, str, str]]:
    for module in modules():
        for target, name in imports(module):
            if target.split(".")[0] in (*ROOMS, "tests"):
                yield module, target, name


def is_allowed(module: Module, target: str, name: str) -> bool:
    if module.part == "schema" and module.name != "schema":  # one noun's types
        own = module.name.split(".")[1]
        if target == f"resolvers.{own}":
            return True  # its twin's verbs
        if target == "resolvers.doors.access":
            return name in ROW_TYPES
        if within(target, "schema"):
            return within(target, "schema.grammar") or own == "__main__"
    return any(within(target, layer) for layer in LAYERS[module.part])


def excuse(module: Module, target: str, name: str) -> tuple[str, str] | None:
    for who, whom in EXCEPTIONS:
        if module.name == who and (within(target, whom) or whom == f"{target}.{name}"):
            return who, whom
    return None


def nouns(room: str) -> set[str]:
    pattern, cut = ("test_*.py", "test_") if room == "tests" else ("*.py", "")
    return {path.stem.removeprefix(cut) for path in (TOP / room).glob(pattern)} - NOT_NOUNS


def test_the_layers_know_each_other_one_way_only_but_for_the_listed_exceptions() -> None:
    strays = [
        f"{module.name} imports {target} ({name})"
        for module, target, name in edges()
        if not is_allowed(module, target, name) and not excuse(module, target, name)
    ]
    assert strays == []


def test_every_listed_exception_is_still_needed() -> None:
    used = {excuse(*edge) for edge in edges() if not is_allowed(*edge)}
    assert set(EXCEPTIONS) - used == set()


def test_what_one_noun_takes_from_another_is_never_a_verb() -> None:
    verbs = {
        (module.name, node.name)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.AsyncFunctionDef)
        and {"atomic", "db.atomic"} & {ast.unparse(d) for d in node.decorator_list}
    }
    assert ("resolvers.sign_off", "sign_off") in verbs
    called = {
        f"{module.name}: {ast.unparse(node.func)}"
        for module in modules()
        if module.part == "resolvers"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for own, verb in verbs
        if own.count(".") == 1 and own != module.name and ast.unparse(node.func) == f"{own.split('.')[1]}.{verb}"
    }
    assert called == {"resolvers.sync: inspection.add_inspection_note"}, "but a batch, of which each item is one"


def test_a_door_uses_only_the_doors_before_it() -> None:
    assert {module.name.split(".")[2] for module in modules() if module.name.startswith("resolvers.doors.")} == set(
        DOORS
    )
    backwards = [
        f"{module.name} uses {target}"
        for module, target, _ in edges()
        if module.part == "resolvers.doors" and target.startswith("resolvers.doors.")
        if DOORS.index(target.split(".")[2]) >= DOORS.index(module.name.split(".")[2])
    ]
    assert backwards == []


def test_rules_are_pure_and_are_told_the_time() -> None:
    asynchronous = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    impure = [
        f"{module.name}:{getattr(node, 'lineno', 0)}"
        for module in modules()
        if module.part == "resolvers.rules"
        for node in ast.walk(module.tree)
        if isinstance(node, asynchronous)
        or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".now", ".today", ".utcnow", "time.time")))
    ]
    assert impure == []
    foreign = {"tortoise", "starlette", "strawberry", "asyncpg", "asyncio", "random", "secrets"}
    known = {
        f"{module.name}: {target}"
        for module in modules()
        if module.part == "resolvers.rules"
        for target, _ in imports(module)
        if target.split(".")[0] in foreign
    }
    assert known == set()


def found(wrong: Callable[[ast.AST], bool]) -> list[str]:
    return sorted(
        f"{module.name}:{getattr(node, 'lineno', 0)}"
        for module in modules()
        for node in ast.walk(module.tree)
        if wrong(node)
    )


def test_nobody_but_the_database_door_opens_a_transaction() -> None:
    def opens(node: ast.AST) -> bool:
        return (isinstance(node, ast.ImportFrom) and node.module == "tortoise.transactions") or (
            isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).endswith("in_transaction")
        )

    places = {place.split(":")[0] for place in found(opens)}
    # Migrations run before the pool is there, and all of them with their notes in one transaction.
    assert places == {"resolvers.doors.db", "resolvers.doors.migrating"}


def test_no_limit_stands_before_a_delete_or_an_update() -> None:
    """The ORM drops the limit there, and deletes or changes every row."""

    def is_trap(node: ast.AST) -> bool:
        changes = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("delete", "update")
        )
        return changes and ".limit(" in ast.unparse(node.func)  # type: ignore[attr-defined]

    assert is_trap(ast.parse("Case.filter(a=1).limit(5).delete()", mode="eval").body)
    assert found(is_trap) == []


def test_a_saved_row_names_its_columns() -> None:
    """A bare `save()` of a read row writes every column, and so undoes what others changed meanwhile."""

    def is_bare(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".save") and not node.keywords

    assert found(is_bare) == []


def test_the_types_of_a_noun_name_models_and_never_query_them() -> None:
    asked = [
        f"{module.name}: {ast.unparse(node)}"
        for module in modules()
        if module.part == "schema"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and re.match(r"models\.\w+\.", ast.unparse(node))
    ]
    assert asked == []


def test_a_noun_has_its_three_rooms() -> None:
    assert nouns("schema") == nouns("resolvers")
    assert nouns("tests") == nouns("schema")


def test_the_packages_imported_under_our_names_are_ours() -> None:
    assert [Path(str(room.__file__)).parent for room in (schema, fixtures)] == [TOP / "schema", TOP / "fixtures"]
