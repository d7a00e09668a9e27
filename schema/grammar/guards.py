"""What a document may weigh, and what a stranger may ask, decided before anything is executed.

Each selection is weighed once, and a fragment once however often it is spread, so checking stays linear where the
libraries' own depth and alias limiters walk every spread again (api conventions 3).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValidationRule,
    VariableDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from resolvers.terms import limits
from schema.grammar.context import Context
from schema.grammar.faults import RETRY_SECONDS, Fault, fail, without_input
from schema.grammar.shelf import Shelf

CEILING = 1_000_000  # sums stop here: nested fragments would otherwise double with each level
CHARACTERS = 500  # of a document of usual length; what is remembered of it takes some hundred bytes for each
# Parsed documents by the digest of their text. What is long beyond reason is read anew each time.
DOCUMENTS: Shelf[bytes, Read] = Shelf(256 * CHARACTERS)
INTROSPECTION = frozenset({"__schema", "__type"})
SIGN_IN = "signIn"


@dataclass(frozen=True, slots=True)
class Weight:
    """`level_fields` counts the fields of the topmost level only; introspection has a depth of its own."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    level_fields: int = 0

    def beside(self, other: Weight) -> Weight:
        return Weight(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            min(self.aliases + other.aliases, CEILING),
            min(self.directives + other.directives, CEILING),
            min(self.fields + other.fields, CEILING),
            min(self.level_fields + other.level_fields, CEILING),
        )

    def under(self, node: FieldNode) -> Weight:
        """What `node` weighs with this as its selections."""
        hidden = node.name.value in INTROSPECTION
        return Weight(
            1 if hidden else self.depth + 1,
            self.depth + 1 if hidden else self.introspection_depth,
            self.aliases + (node.alias is not None),
            self.directives + _directives(node),
            self.fields + 1,
            1,
        )


class Scales:
    """Weighs the operations of one document. `visits` never exceeds the selections written in it."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {node.name.value: node for node in _fragments(document)}
        self.known: dict[str, Weight] = {}
        self.visits = 0

    def operation(self, node: OperationDefinitionNode) -> Weight:
        own = _directives(node) + sum(map(_directives, node.variable_definitions or ()))
        return self.selections(node.selection_set).beside(Weight(directives=own))

    def selections(self, node: SelectionSetNode | None) -> Weight:
        total = Weight()
        for selection in node.selections if node else ():
            self.visits += 1
            total = total.beside(self.selection(selection))
        return total

    def selection(self, node: SelectionNode) -> Weight:
        if isinstance(node, FieldNode):
            return self.selections(node.selection_set).under(node)
        own = Weight(directives=_directives(node))
        if isinstance(node, InlineFragmentNode):
            return self.selections(node.selection_set).beside(own)
        return self.fragment(node.name.value).beside(own) if isinstance(node, FragmentSpreadNode) else own

    def fragment(self, name: str) -> Weight:
        if name not in self.known:
            self.known[name] = Weight()  # a cycle adds nothing here; validation refuses it by name
            if node := self.fragments.get(name):
                own = Weight(directives=_directives(node))
                self.known[name] = self.selections(node.selection_set).beside(own)
        return self.known[name]


def _fragments(document: DocumentNode) -> list[FragmentDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def _directives(
    node: SelectionNode | OperationDefinitionNode | FragmentDefinitionNode | VariableDefinitionNode,
) -> int:
    return len(node.directives or ())


def excess(document: DocumentNode) -> GraphQLError | None:
    """The first limit that an operation of the document breaks, reported once."""
    scales = Scales(document)
    try:
        breaches = (breach for node in _operations(document) for breach in _breaches(node, scales.operation(node)))
        return next(breaches, None)
    except RecursionError:
        return too_complex("depth", limits.DOCUMENT_DEPTH)


def _breaches(node: OperationDefinitionNode, weight: Weight) -> Iterator[GraphQLError]:
    changes = weight.level_fields if node.operation is OperationType.MUTATION else 0
    for name, value, maximum in (
        ("depth", weight.depth, limits.DOCUMENT_DEPTH),
        ("introspectionDepth", weight.introspection_depth, limits.INTROSPECTION_DEPTH),
        ("aliases", weight.aliases, limits.DOCUMENT_ALIASES),
        ("directives", weight.directives, limits.DOCUMENT_DIRECTIVES),
        ("rootMutations", changes, limits.DOCUMENT_ROOT_MUTATIONS),
        ("rootFields", weight.level_fields, limits.DOCUMENT_ROOT_FIELDS),
        ("fields", weight.fields, limits.DOCUMENT_FIELDS),
    ):
        if value > maximum:
            yield too_complex(name, maximum)


def too_complex(limit: str, maximum: int) -> GraphQLError:
    return fail(Fault.OPERATION_TOO_COMPLEX, f"{limit} > {maximum}", limit=limit, maximum=maximum)


def strangeness(document: DocumentNode) -> GraphQLError | None:
    """Without a token one may sign in, ask `__typename` and look at one type's plain facts; nothing else."""
    roots = RootFields({node.name.value: node for node in _fragments(document)})
    refusals = (_refuse(node, selected) for node in _operations(document) for selected in roots.of(node))
    return next((fail(fault) for fault in refusals if fault), None)


def _refuse(operation: OperationDefinitionNode, node: FieldNode) -> Fault | None:
    name = node.name.value
    if name == "__typename" or (name == "__type" and _is_shallow(node)):
        return None
    if name in INTROSPECTION:
        return Fault.INTROSPECTION_DISABLED
    signing_in = operation.operation is OperationType.MUTATION and name == SIGN_IN
    return None if signing_in else Fault.UNAUTHENTICATED


def _is_shallow(node: FieldNode) -> bool:
    selections = node.selection_set.selections if node.selection_set else ()
    return all(isinstance(selected, FieldNode) and selected.selection_set is None for selected in selections)


@dataclass(slots=True)
class RootFields:
    """The fields an operation asks of its root, those in fragments included, each fragment read once."""

    fragments: dict[str, FragmentDefinitionNode]
    spread: set[str] = field(default_factory=set)

    def of(self, node: OperationDefinitionNode | InlineFragmentNode | FragmentDefinitionNode) -> Iterator[FieldNode]:
        for selection in node.selection_set.selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from self.of(selection)
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._spread(selection.name.value)

    def _spread(self, name: str) -> Iterator[FieldNode]:
        fragment = self.fragments.get(name)
        if fragment and name not in self.spread:
            self.spread.add(name)
            yield from self.of(fragment)


class Utterable(ValidationRule):
    """PostgreSQL stores no NUL: a literal that hides one in an escape is refused here, variables at the edge."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\x00" in node.value:
            self.report_error(fail(Fault.BAD_USER_INPUT, "空字符 U+0000", node))


RULES: tuple[type[ASTValidationRule], ...] = (Utterable, *specified_rules)


@dataclass(slots=True)
class Read:
    """A document that could be parsed, and what is wrong with it, once that has been looked at, in which schema."""

    document: DocumentNode
    mistakes: tuple[GraphQLError, ...] = ()
    checked: GraphQLSchema | None = None


def remember(documents: int) -> None:
    """How many documents of usual length are to be remembered."""
    DOCUMENTS.room = documents * CHARACTERS


def read(query: str) -> DocumentNode:
    return _read(query).document


def _read(query: str) -> Read:
    key = sha256(query.encode()).digest()
    known = DOCUMENTS.get(key)
    if known is None:
        known = Read(_parse(query))
        DOCUMENTS.keep(key, known, len(query))
    return known


def _parse(query: str) -> DocumentNode:
    try:
        return parse(query, max_tokens=limits.DOCUMENT_TOKENS, max_comments=limits.DOCUMENT_TOKENS)
    except GraphQLSyntaxError as error:
        raise _misread(error) from None


def _misread(error: GraphQLSyntaxError) -> GraphQLError:
    if "tokens. Parsing aborted" in error.message or "comments. Parsing aborted" in error.message:
        return too_complex("tokens", limits.DOCUMENT_TOKENS)
    if "nested too deeply" in error.message:
        return too_complex("depth", limits.DOCUMENT_DEPTH)
    told = fail(Fault.GRAPHQL_PARSE_FAILED, without_input(error.message))
    return GraphQLError(told.message, source=error.source, positions=error.positions, extensions=told.extensions)


def mistakes(schema: GraphQLSchema, query: str) -> tuple[GraphQLError, ...]:
    """Weighed first: what is too heavy is never validated."""
    known = _read(query)
    if known.checked is not schema:
        known.mistakes, known.checked = _mistakes(schema, known.document), schema
    return known.mistakes


def _mistakes(schema: GraphQLSchema, document: DocumentNode) -> tuple[GraphQLError, ...]:
    if breach := excess(document):
        return (breach,)
    return tuple(_mistake(error) for error in validate_document(schema, document, RULES))


def _mistake(error: GraphQLError) -> GraphQLError:
    if (error.extensions or {}).get("code") in Fault.__members__:
        return error
    told = fail(Fault.GRAPHQL_VALIDATION_FAILED, without_input(error.message))
    return GraphQLError(told.message, error.nodes, extensions=told.extensions)


class Guards(SchemaExtension):
    """Reads, weighs and validates a document once and remembers the verdict; who asks is looked at every time."""

    def on_parse(self) -> Iterator[None]:
        if query := self.execution_context.query:
            self.execution_context.graphql_document = read(query)
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = self.verdict()
        yield

    def verdict(self) -> list[GraphQLError]:
        asked = self.execution_context
        document = asked.graphql_document
        if document is None or asked.query is None:
            return [fail(Fault.OPERATION_RESOLUTION_FAILURE)]
        if not _is_known(asked.context) and (refusal := strangeness(document)):
            return [refusal]
        found = list(mistakes(asked.schema._schema, asked.query))  # noqa: SLF001  strawberry's own caches read it so
        if not found and self.is_ambiguous(document):
            return [fail(Fault.OPERATION_RESOLUTION_FAILURE, "operationName")]
        return found

    def is_ambiguous(self, document: DocumentNode) -> bool:
        """Strawberry would run the first of several operations; the specification wants a name."""
        named = self.execution_context._provided_operation_name is not None  # noqa: SLF001  no public reading of it
        return not named and len(_operations(document)) > 1


def _is_known(context: object) -> bool:
    return isinstance(context, Context) and context.actor is not None


class Clock(SchemaExtension):
    """A query or mutation has ten seconds; a subscription has them to begin."""

    async def on_execute(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(limits.OPERATION_SECONDS):
                yield
        except TimeoutError:
            raise fail(Fault.OPERATION_TIMEOUT, retryAfter=RETRY_SECONDS) from None


class Replay(SchemaExtension):
    """Says so when a mutation answered from the stored outcome of an earlier request."""

    def get_results(self) -> dict[str, Any]:
        context = self.execution_context.context
        replayed = isinstance(context, Context) and context.replayed
        return {"idempotency": {"replayed": True}} if replayed else {}


EXTENSIONS: tuple[type[SchemaExtension], ...] = (Guards, Clock, Replay)
