"""What goes wrong outside a mutation's payload: one code, one sentence, one shape (api conventions 12).

Expected refusals of a mutation are data (`userErrors`). Here is the other channel: bad requests, and what nobody
expected. The latter is masked: the caller gets an incident id, the log gets the traceback under that id.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any, NotRequired, TypedDict
from uuid import uuid4

import strawberry
from graphql import GraphQLError, Node
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult

from resolvers.terms import limits
from resolvers.terms.actor import Refused, TooMuch, Unavailable
from resolvers.terms.term import Term

RETRY_SECONDS = 1

log = logging.getLogger("jiesu.incidents")


class Fault(Term):
    """`extensions.code` of an entry in `errors`."""

    BAD_REQUEST = "BAD_REQUEST", "请求格式不正确"
    BAD_USER_INPUT = "BAD_USER_INPUT", "输入内容不符合要求"
    CSRF_PREVENTED = "CSRF_PREVENTED", "为防止跨站请求, GET 须声明 JSON 类型或带上预检请求头"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED", "查询语法错误"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED", "查询不符合接口定义"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR", "系统内部错误, 请把事件编号告知管理员"
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED", "登录后才能查看接口定义"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED", "不支持的请求方法"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE", "无法提供所要求的响应类型"
    NOT_FOUND = "NOT_FOUND", "没有这个地址"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE", "找不到要执行的操作"
    OPERATION_TIMEOUT = "OPERATION_TIMEOUT", "处理超时, 请稍后重试"
    OPERATION_TOO_COMPLEX = "OPERATION_TOO_COMPLEX", "查询过于复杂"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE", "请求内容过大"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED", "请发送完整的查询文本"
    UNAUTHENTICATED = "UNAUTHENTICATED", "请先登录"
    UNAVAILABLE = "UNAVAILABLE", "服务暂时不可用, 请稍后重试"


class Told(TypedDict):
    """One entry of `errors` as clients see it."""

    message: str
    locations: NotRequired[list[dict[str, int]]]
    path: NotRequired[list[str | int]]
    extensions: dict[str, Any]


class Answer(TypedDict, total=False):
    """`data` is absent when nothing was executed."""

    errors: list[Told]
    data: dict[str, object] | None
    extensions: dict[str, Any]


def tell(fault: Fault, detail: str = "", **extensions: object) -> Told:
    message = f"{fault.label}: {detail}" if detail else f"{fault.label}。"
    return {"message": message, "extensions": {"code": fault.value, **extensions}}


def fail(fault: Fault, detail: str = "", nodes: Node | None = None, **extensions: object) -> GraphQLError:
    told = tell(fault, detail, **extensions)
    return GraphQLError(told["message"], nodes, extensions=told["extensions"])


def answer(result: ExecutionResult) -> Answer:
    """Of many errors the first five are told; `data` is left out when no field was reached."""
    body: Answer = {}
    errors = result.errors or []
    if errors:
        body["errors"] = [describe(error) for error in errors][: limits.ERRORS_IN_ONE_ANSWER]
    if not errors or result.data is not None or any(error.path for error in errors):
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def describe(error: Exception) -> Told:
    """Only what we know to be the caller's fault, or retryable, keeps its text."""
    if not isinstance(error, GraphQLError):
        return _explain(error)
    if (error.extensions or {}).get("code") in Fault.__members__:
        told: Told = {"message": error.message, "extensions": dict(error.extensions or {})}
    else:
        told = _explain(_cause(error))
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        told["path"] = error.path
    return told


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None and not _is_input(cause):
        cause = cause.original_error
    return cause


def _is_input(error: GraphQLError) -> bool:
    """A variable or argument that does not fit its type: the library points at the place in the document itself."""
    return bool(error.nodes) and error.path is None


def _explain(cause: Exception) -> Told:  # noqa: PLR0911  (one answer a case)
    match cause:
        case Refused():
            reason: dict[str, object] = {"reason": cause.code.value}
            if cause.path:
                reason["path"] = list(cause.path)
            return {"message": cause.message, "extensions": {"code": Fault.BAD_USER_INPUT.value, **reason}}
        case TooMuch():
            return tell(Fault.OPERATION_TOO_COMPLEX, limit=cause.limit, maximum=cause.maximum)
        case Unavailable():
            return tell(Fault.UNAVAILABLE, retryAfter=RETRY_SECONDS)
        case MissingQueryError():
            return tell(Fault.BAD_REQUEST, "query")
        case CannotGetOperationTypeError():
            return tell(Fault.OPERATION_RESOLUTION_FAILURE)
        case GraphQLError() if _is_input(cause):
            return tell(Fault.BAD_USER_INPUT, without_input(cause.message))
        case _:
            return tell(Fault.INTERNAL_SERVER_ERROR, incidentId=report(cause))


_ECHO = re.compile(
    r"(?<=value)(?<!has invalid value): .*|(?<=represent a UUID): .*|(?<=represent a Date): .*"
    r"|, but encountered error .*|[,;] found\b.*| Did you mean .*|(?<=Unexpected String) .*",
    re.DOTALL,
)
_ENUM = re.compile(r"Value '.*' does not", re.DOTALL)


def without_input(message: str) -> str:
    """The library's sentence without the value it quotes (it may be personal) and without suggestions."""
    return _ENUM.sub("Value does not", _ECHO.sub("", message)).rstrip(".")


def report(cause: BaseException) -> str:
    """Writes the traceback under a new incident id. No exception text: drivers quote rows and values in theirs."""
    incident = str(uuid4())
    log.error("incident %s\n%s", incident, _outline(cause))
    return incident


def _outline(cause: BaseException) -> str:
    lines = []
    link: BaseException | None = cause
    while link is not None:
        lines += [*traceback.format_tb(link.__traceback__), f"{type(link).__module__}.{type(link).__qualname__}\n"]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "".join(lines)


class QuietSchema(strawberry.Schema):
    """Strawberry logs every client mistake as an error, quoting the document; here only incidents are logged."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:  # the edge reports what nobody expected, once, by `describe`
        pass
