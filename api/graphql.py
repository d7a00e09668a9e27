"""GraphQL over HTTP: what is read, what is refused before anything runs, and how the answer is dressed.

The rules are sections 1 and 2 of the GraphQL-over-HTTP draft as its audits test them. Every error body is JSON of the
one shape; nothing that an exception said leaves the process.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api import bearer
from api.limits import Bounded, TooLarge, Unreadable, decode, unspeakable
from api.negotiation import GRAPHQL_RESPONSE, JSON, accepted, names_json, negotiate
from api.sockets import SocketAdapter, SocketHandler
from resolvers.doors import clock
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Unavailable, Witness
from schema.grammar.context import Context
from schema.grammar.faults import RETRY_SECONDS, Answer, Fault, Told, answer, fail, report, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cross_web import AsyncHTTPRequestAdapter
    from starlette.types import Receive, Scope, Send
    from strawberry.schema import BaseSchema

    from schema.plan.run import Plans

OPERATIONS = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}
STATUSES = {
    Fault.UNAUTHENTICATED.value: 401,
    Fault.INTERNAL_SERVER_ERROR.value: 500,
    Fault.OPERATION_TIMEOUT.value: 503,
    Fault.UNAVAILABLE.value: 503,
}
EXTRA: dict[int, dict[str, str]] = {401: bearer.INVITATION, 503: {"Retry-After": str(RETRY_SECONDS)}}
PARTIAL_SUCCESS = 294
TRIED, LATE = "jiesu.tried", "jiesu.late"

Part: TypeAlias = Literal["query", "operationName", "variables", "extensions"]


class Rejection(Exception):  # noqa: N818
    """The request is turned away with this status, before anything is executed."""

    def __init__(self, status: int, told: Told, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.told = told
        self.headers = headers or EXTRA.get(status, {})


class GraphQLEndpoint(GraphQL[Context, None]):
    """One path for HTTP and sockets. `identify` says whose a token is; this class knows no rule of its own."""

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = SocketAdapter

    def __init__(
        self,
        schema: BaseSchema,
        identify: bearer.Identify,
        allowed_origins: Sequence[str] = (),
        public_url: str | None = None,
        plans: Plans | None = None,
        recall: bearer.Recall | None = None,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=limits.SOCKET_INIT_SECONDS),
            max_subscriptions_per_connection=limits.SOCKET_OPERATIONS,
            allowed_origins=allowed_origins,
        )
        self.identify = identify
        self.public_url = public_url.rstrip("/") if public_url else None
        self.plans = plans
        self.recall = recall

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, Bounded(scope, receive, limits.BODY_BYTES))
        media = negotiate(accepted(request.headers))
        try:
            response = await self.respond(request, media)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def respond(self, request: Request, media: str | None) -> Response:
        try:
            admit(request, media)
            if LATE in request.scope:
                return late(media or JSON)
            if tried := request.scope.get(TRIED):  # by the short way: its caller is known, and no plan fits
                return await self.run(request, tried)
            context = self.context(request, await self.caller(request))
            return await self.planned(request, context, media or JSON) or await self.run(request, context)
        except Rejection as no:
            return reply({"errors": [no.told]}, no.status, media or JSON, no.headers)
        except TooLarge:
            told = tell(Fault.PAYLOAD_TOO_LARGE, f"> {limits.BODY_BYTES}", limit="bytes", maximum=limits.BODY_BYTES)
            return reply({"errors": [told]}, 413, media or JSON)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  the last place where an exception's text could reach a client
            told = tell(Fault.INTERNAL_SERVER_ERROR, incidentId=report(error))
            return reply({"errors": [told]}, 500, media or JSON)

    async def planned(self, request: Request, context: Context, media: str) -> Response | None:
        """The answer of a read plan; None when ordinary execution is to answer."""
        if self.plans is None:
            return None
        said = self.said(request.method, request.query_params, await request.body())
        try:
            body = await self.plans.answer(context, said.query or "", said.variables, said.operation_name)
        except TimeoutError:
            return late(media)
        return None if body is None else plain(body, media)

    async def short(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> bytes | None:
        """The body of a complete answer, where a plan gives one. Whatever else becomes of a request, the long way tells."""
        if self.plans is None:
            return None
        try:
            token = bearer.from_header(headers[b"authorization"].decode("latin-1")) or ""
            witness = self.recall(token) if self.recall else None
            actor = witness.actor if witness else await self.identify(token)
            if actor is None:
                return None
            said = asked(decode(body))
            context = self.begin(actor, scope["scheme"], headers.get(b"host", b"").decode("latin-1"), witness)
            answered = await self.plans.answer(context, said.query or "", said.variables, said.operation_name)
            if answered is None and (witness is None or await self.identify(token) == actor):
                scope[TRIED] = context
        except TimeoutError:
            scope[LATE] = True
            return None
        except Exception:  # noqa: BLE001  (a mistake of the caller's or of ours, it is made again where it is told)
            return None
        return answered

    def should_render_graphql_ide(self, request: object) -> bool:  # noqa: ARG002
        return False

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        return Response(media_type=negotiate(accepted(request.headers)))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        """Of a socket, which gets one more for each of its operations. A request brings its own, its caller known."""
        return self.context(request, None)

    def context(self, request: Request | WebSocket, actor: Actor | None) -> Context:
        return self.begin(actor, request.scope["scheme"], request.headers.get("host", ""))

    def begin(self, actor: Actor | None, scheme: str, host: str, witness: Witness | None = None) -> Context:
        """What one operation carries. A caller who was not looked up comes with his witness."""
        return Context(actor, clock.now(), self.public_url or _address(scheme, host), witness=witness)

    async def caller(self, request: Request) -> Actor | None:
        """Nobody without a token; 401 for one that names nobody."""
        try:
            token = bearer.from_header(request.headers.get("authorization"))
            actor = await self.identify(token) if token else None
        except (bearer.Malformed, bearer.Expired):
            raise Rejection(401, tell(Fault.UNAUTHENTICATED), bearer.CHALLENGE) from None
        except Unavailable:
            raise Rejection(503, tell(Fault.UNAVAILABLE, retryAfter=RETRY_SECONDS)) from None
        if token and not actor:
            raise Rejection(401, tell(Fault.UNAUTHENTICATED), bearer.CHALLENGE)
        return actor

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        if request.method == "GET":
            return self.said("GET", request.query_params, b"")
        return self.said("POST", {}, await request.get_body())

    def said(self, method: str, parameters: Mapping[str, str | None], body: str | bytes) -> GraphQLRequestData:
        """What a request asks."""
        if method == "GET":
            return asked({**parameters, **self.json_parameters(parameters)})
        return asked(self.decode_json(body))

    def json_parameters(self, given: Mapping[str, str | None]) -> dict[str, object]:
        return {part: self.decode_json(given[part] or "null") for part in ("variables", "extensions") if part in given}

    def decode_json(self, data: str | bytes) -> object:
        try:
            return decode(data)
        except Unreadable as error:
            raise Rejection(400, tell(Fault.BAD_REQUEST, error.detail)) from None

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,  # noqa: ARG002
        sub_response: Response,  # noqa: ARG002
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                root_value=root_value,
                operation_name=request_data.operation_name,
                allowed_operation_types=OPERATIONS[request.method],
                operation_extensions=request_data.extensions,
            )
        except CannotGetOperationTypeError:
            return PreExecutionError(None, [fail(Fault.OPERATION_RESOLUTION_FAILURE)])
        except InvalidOperationTypeError as error:
            raise _misplaced(error.operation_type) from None

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:  # noqa: ARG002
        return cast("GraphQLHTTPResponse", answer(result))

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        body = cast("Answer", response_data)
        media = sub_response.media_type or JSON
        return reply(body, status_of(body, media), media)


def admit(request: Request, media: str | None) -> None:
    """Method, media types and the rule against cross-site GET, in this order."""
    if request.method not in OPERATIONS:
        raise Rejection(405, tell(Fault.METHOD_NOT_ALLOWED), {"Allow": "GET, POST"})
    if media is None:
        raise Rejection(406, tell(Fault.NOT_ACCEPTABLE))
    if request.method == "GET" and not _is_deliberate(request.headers):
        raise Rejection(400, tell(Fault.CSRF_PREVENTED))
    if request.method == "POST" and not _is_json(request.headers):
        raise Rejection(415, tell(Fault.BAD_REQUEST, "Content-Type: application/json"))


def _is_deliberate(headers: Headers) -> bool:
    """No page of another site can send one of these without a preflight, or by navigating (Apollo `csrfPrevention`)."""
    return (
        names_json(accepted(headers))
        or headers.get("sec-fetch-mode") in {"cors", "same-origin"}
        or "graphql-require-preflight" in headers
    )


def _is_json(headers: Headers) -> bool:
    return _names_json(headers.get("content-type", ""), headers.get("content-encoding", "identity"))


def common(content_type: str, encoding: str, accept: str) -> str | None:
    """The type of the answer to a JSON body, with its character set; None where the long way has to say why not."""
    media = negotiate(accept) if _names_json(content_type, encoding or "identity") else None
    return f"{media}; charset=utf-8" if media else None


@lru_cache(256)
def _names_json(content_type: str, encoding: str) -> bool:
    media, parameters = parse_content_type(content_type)
    charset = parameters.get("charset", "utf-8").lower()
    return encoding.lower() == "identity" and media.lower() == JSON and charset in {"utf-8", "utf8"}


@lru_cache(256)
def _address(scheme: str, host: str) -> str:
    """Where a caller that named this host reaches us."""
    try:
        place = urlsplit(f"//{host}").netloc
    except ValueError:
        raise Rejection(400, tell(Fault.BAD_REQUEST, "Host")) from None
    secure = scheme in {"https", "wss"}
    return f"{'https' if secure else 'http'}://{place}"


def asked(given: object) -> GraphQLRequestData:
    """The request's four parts, each of its type; what no text column could hold is named."""
    if not isinstance(given, dict):
        raise Rejection(400, tell(Fault.BAD_REQUEST, "请求正文须为 JSON 对象"))
    query, name = _text(given, "query"), _text(given, "operationName")
    variables, extensions = _object(given, "variables"), _object(given, "extensions")
    if not query:
        raise _queryless(given, extensions or {})
    for part in ("query", "operationName", "variables"):
        if place := unspeakable(given.get(part), part):
            raise Rejection(400, tell(Fault.BAD_USER_INPUT, f"{place}: U+0000, U+D800–U+DFFF"))
    return GraphQLRequestData(query, variables, name, extensions)


def _text(given: dict[str, object], part: Part) -> str | None:
    value = given.get(part)
    if value is None or isinstance(value, str):
        return value
    raise Rejection(400, tell(Fault.BAD_REQUEST, part))


def _object(given: dict[str, object], part: Part) -> dict[str, object] | None:
    value = given.get(part)
    if value is None or isinstance(value, dict):
        return value
    raise Rejection(400, tell(Fault.BAD_REQUEST, part))


def _queryless(given: dict[str, object], extensions: dict[str, object]) -> Rejection:
    by_id = "documentId" in given or "persistedQuery" in extensions
    return Rejection(400, tell(Fault.PERSISTED_QUERY_NOT_SUPPORTED if by_id else Fault.BAD_REQUEST, "query"))


def _misplaced(kind: OperationType) -> Rejection:
    if kind is OperationType.MUTATION:
        return Rejection(405, tell(Fault.METHOD_NOT_ALLOWED), {"Allow": "POST"})
    return Rejection(400, tell(Fault.BAD_REQUEST, GRAPHQL_TRANSPORT_WS_PROTOCOL))


def status_of(body: Answer, media: str) -> int:
    errors = body.get("errors")
    if not errors:
        return 200
    if "data" in body:
        return PARTIAL_SUCCESS if media == GRAPHQL_RESPONSE else 200
    return STATUSES.get(errors[0]["extensions"]["code"], 400 if media == GRAPHQL_RESPONSE else 200)


def late(media: str) -> Response:
    """An operation's time is over."""
    told: Answer = {"errors": [tell(Fault.OPERATION_TIMEOUT, retryAfter=RETRY_SECONDS)]}
    return reply(told, status_of(told, media), media)


def plain(body: bytes, media: str) -> Response:
    """A complete answer without errors."""
    return Response(body, 200, {"Vary": "Accept"}, f"{media}; charset=utf-8")


def reply(body: Answer, status: int, media: str, headers: Mapping[str, str] | None = None) -> Response:
    extra = EXTRA.get(status, {}) if headers is None else headers
    return Response(orjson.dumps(body), status, {"Vary": "Accept", **extra}, f"{media}; charset=utf-8")
