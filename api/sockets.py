"""graphql-transport-ws, and only that: admission, a context of its own for every operation, and named farewells.

4401 not initialised, or the token was revoked: sign in again. 4403 initialisation rejected, or the token expired:
reconnect with a fresh one. 4400 a message that is none. 1013 we cannot keep up: reconnect and resume. 1012 is sent by
the server itself when it restarts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, cast

import orjson
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types import ExecutionResult

from api import bearer
from api.limits import Unreadable, decode, unspeakable
from api.messages import flaw_of
from resolvers.doors import clock
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Unavailable
from schema.grammar.context import Context
from schema.grammar.faults import Answer, Fault, Told, answer, describe, report, tell

if TYPE_CHECKING:
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
        ConnectionInitMessage,
        Message,
        PingMessage,
        SubscribeMessage,
    )

    from api.graphql import GraphQLEndpoint

RECHECK_SECONDS = 3.0
TOO_BIG, INTERNAL, OVERLOADED = 1009, 1011, 1013
MALFORMED, UNAUTHORIZED, FORBIDDEN, TAKEN, TOO_MANY_INITS = 4400, 4401, 4403, 4409, 4429


class Farewell(Exception):  # noqa: N818
    """The socket is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class SocketAdapter(ASGIWebSocketAdapter):
    """JSON in text frames of at most 256 KiB; a closed socket takes nothing more and complains to nobody."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:  # noqa: ARG002
        with suppress(WebSocketDisconnect):
            while self.ws.application_state is WebSocketState.CONNECTED:
                text = await self.receive_text()
                if len(text.encode()) > limits.SOCKET_MESSAGE_BYTES:
                    await self.close(TOO_BIG, "Message too big")
                    return
                yield self.decode(text)

    async def receive_text(self) -> str:
        try:
            return await self.ws.receive_text()
        except KeyError:
            raise NonTextMessageReceived from None

    def decode(self, text: str) -> object:
        try:
            return decode(text)
        except Unreadable:
            raise NonJsonMessageReceived from None

    async def send_json(self, message: Mapping[str, object]) -> None:
        text = orjson.dumps(message).decode()
        if self.ws.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(text)
        except WebSocketDisconnect:
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect):
                await self.ws.close(code, reason)


class SocketOperation(Operation[Context, None]):
    """One query, mutation or subscription under the id its client chose."""

    __slots__ = ("context", "extensions")

    def __init__(self, handler: SocketHandler, message: SubscribeMessage) -> None:
        payload = message["payload"]
        super().__init__(
            handler, message["id"], payload["query"], payload.get("variables"), payload.get("operationName")
        )
        self.extensions = payload.get("extensions")
        self.context: Context | None = None

    async def send(self, body: Answer) -> bool:
        """Whether the operation goes on: an answer without data ends it."""
        if "data" in body:
            await self.send_operation_message(cast("Message", {"id": self.id, "type": "next", "payload": body}))
            return True
        await self.refuse(*body["errors"])
        return False

    async def refuse(self, *errors: Told) -> None:
        await self.send_operation_message(cast("Message", {"id": self.id, "type": "error", "payload": errors}))


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. Its token is looked up anew at each operation and, while operations live, every three seconds."""

    websocket: SocketAdapter
    token: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chores: list[asyncio.Task[None]] = []

    @property
    def endpoint(self) -> GraphQLEndpoint:
        return cast("GraphQLEndpoint", self.view)

    async def shutdown(self) -> None:
        for chore in self.chores:
            chore.cancel()
        await asyncio.gather(*self.chores, return_exceptions=True)
        await super().shutdown()

    async def handle_message(self, message: object) -> None:
        if flaw := flaw_of(message):
            await self.websocket.close(MALFORMED, flaw)
            return
        try:
            await super().handle_message(cast("Message", message))
        except WebSocketDisconnected:
            raise
        except Exception as error:  # noqa: BLE001  the server would log its text
            report(error)
            await self.websocket.close(INTERNAL, "Internal error")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.websocket.close(TOO_MANY_INITS, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        try:
            await self.admit(message.get("payload") or {})
        except Farewell as end:
            await self.websocket.close(end.code, end.reason)

    async def admit(self, payload: dict[str, object]) -> None:
        """A bad token is rejected; without one the caller is nobody, as over HTTP."""
        try:
            handshake = self.websocket.ws.headers.get("authorization")
            self.token = bearer.from_payload(payload) or bearer.from_header(handshake)
            await self.whose()
        except (bearer.Malformed, Farewell):
            raise Farewell(FORBIDDEN, "Forbidden") from None
        except Unavailable:
            raise Farewell(OVERLOADED, "Try again later") from None
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True
        self.chores = [asyncio.create_task(self.ping()), asyncio.create_task(self.recheck())]

    async def whose(self) -> Actor | None:
        if self.token is None:
            return None
        try:
            actor = await self.endpoint.identify(self.token)
        except bearer.Expired:
            raise Farewell(FORBIDDEN, "Token expired") from None
        if actor is None:
            raise Farewell(UNAUTHORIZED, "Token revoked")
        return actor

    async def ping(self) -> None:
        """Silence makes phones drop a socket after eight to ten seconds."""
        with suppress(WebSocketDisconnected):
            while True:
                await asyncio.sleep(limits.SOCKET_PING_SECONDS)
                await self.send_message({"type": "ping"})

    async def recheck(self) -> None:
        """A revoked or expired token ends the socket; a changed grant counts from the next event on."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            if not self.operations:
                continue
            try:
                self.rename(await self.whose())
            except Farewell as end:
                await self.websocket.close(end.code, end.reason)
                return
            except Unavailable:
                continue  # the database is away, not the right; asked again in three seconds
            except Exception as error:  # noqa: BLE001  a silent end of this loop would leave the token unwatched
                report(error)

    def rename(self, actor: Actor | None) -> None:
        for operation in self.operations.values():
            if isinstance(operation, SocketOperation) and operation.context:
                operation.context.actor = actor

    async def handle_ping(self, message: PingMessage) -> None:
        payload = message.get("payload")
        await self.send_message({"type": "pong", "payload": payload} if payload is not None else {"type": "pong"})

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        name = message["id"]
        if not self.connection_acknowledged:
            await self.websocket.close(UNAUTHORIZED, "Unauthorized")
        elif name in self.operations:
            shown = name.encode()[:64].decode(errors="ignore")  # a close frame holds 123 bytes
            await self.websocket.close(TAKEN, f"Subscriber for {shown} already exists")
        elif told := self.refusal(message):
            await self.send_message(cast("Message", {"id": name, "type": "error", "payload": [told]}))
        else:
            self.start(SocketOperation(self, message))

    def refusal(self, message: SubscribeMessage) -> Told | None:
        if len(self.operations) >= limits.SOCKET_OPERATIONS:
            maximum = limits.SOCKET_OPERATIONS
            return tell(Fault.OPERATION_TOO_COMPLEX, f"operations > {maximum}", limit="operations", maximum=maximum)
        place = unspeakable(message["payload"], "payload")
        return tell(Fault.BAD_USER_INPUT, f"{place}: U+0000, U+D800–U+DFFF") if place else None

    def start(self, operation: SocketOperation) -> None:
        operation.task = asyncio.create_task(self.conduct(operation))
        operation.task.add_done_callback(self._task_done)
        self.operations[operation.id] = operation

    async def conduct(self, operation: SocketOperation) -> None:
        with suppress(WebSocketDisconnected):
            try:
                await self.run(operation)
            except Farewell as end:
                await self.websocket.close(end.code, end.reason)
            except WebSocketDisconnected:
                pass
            except Exception as error:  # noqa: BLE001  whatever it is, the socket's other operations go on
                await operation.refuse(describe(error))

    async def run(self, operation: SocketOperation) -> None:
        """In a context of its own, so that neither loaders nor grants outlive the operation they were made for."""
        operation.context = context = self.endpoint.context(self.websocket.ws, await self.whose())
        stream = await self.schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
            operation_extensions=operation.extensions,
        )
        async with aclosing(stream) as results:
            async for result in results:
                if not await operation.send(_answer(cast("ExecutionResult", result))):
                    return
                context.loaders.clear()
                context.now = clock.now()
        await self.whose()  # a stream ends with its token too, and then the whole socket does, by its own code
        await operation.send_operation_message({"id": operation.id, "type": "complete"})


def _answer(result: ExecutionResult) -> Answer:
    """A subscription whose source cannot keep up, or lost the database, ends the socket: the client resumes."""
    if any(error.path is None and isinstance(error.original_error, Unavailable) for error in result.errors or ()):
        raise Farewell(OVERLOADED, "Try again later")
    return answer(result)
