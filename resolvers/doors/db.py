"""The only way to a transaction, and the only place that knows what a driver's error means."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import asyncpg
from tortoise import Model, Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from resolvers.doors.postgres import Login
from resolvers.doors.readers import Readers
from resolvers.models import configure
from resolvers.terms import limits
from resolvers.terms.actor import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=Model)
Step = Callable[[], Awaitable[None]]

log = logging.getLogger("jiesu.statements")

_AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DBConnectionError)


class Broken(Exception):  # noqa: N818
    """A statement of ours was wrong, or a constraint caught what a rule let through. Carries no value of any row."""


@dataclass(slots=True)
class Transaction:
    """What the running transaction still has to do: last steps inside it, and calls after its commit."""

    last: list[Step] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_ended_well: ContextVar[bool] = ContextVar("ended well", default=False)
_running: set[asyncio.Task[Any]] = set()
_writers = asyncio.Semaphore(limits.POOL_SIZE)
readers = Readers()


async def start(login: Login, *, pool_size: int = limits.POOL_SIZE, statement_ms: int | None = None) -> None:
    """Open the application's connections: half of them, rounded down, for reads alone. One database per process."""
    global _writers  # noqa: PLW0603  (one set a process, and so one gate before it)
    reading = max(1, pool_size // 2)
    writing = max(1, pool_size - reading)
    await Tortoise.init(config=configure(_credentials(login, writing, statement_ms)), _enable_global_fallback=True)
    # One connection stays for what the ORM reads outside a transaction, so that waiting writers never starve it.
    _writers = asyncio.Semaphore(max(1, writing - 1))
    await readers.open(reading, login.credentials(), _settings(statement_ms))


async def stop() -> None:
    """Wait for the writes under way, then close the connections."""
    while _running:
        await asyncio.wait(set(_running))
    await readers.close()
    await Tortoise.close_connections()


def _credentials(login: Login, pool_size: int, statement_ms: int | None) -> dict[str, Any]:
    return {
        **login.credentials(),
        "minsize": 1,
        "maxsize": pool_size,
        "command_timeout": 60,
        "reset": _tidy,
        "server_settings": _settings(statement_ms),
    }


async def _tidy(connection: Any) -> None:
    """Before the next caller. A verb that ended well leaves nothing behind: all it sets ends with its transaction."""
    if not _ended_well.get():
        await connection.execute(connection.get_reset_query())  # and meets a cancel that is still on its way


def _settings(statement_ms: int | None) -> dict[str, str]:
    return {
        "timezone": "UTC",
        "application_name": "jiesu",
        "jit": "off",  # compiling a statement of a page takes longer than the page
        "statement_timeout": str(limits.STATEMENT_MILLISECONDS if statement_ms is None else statement_ms),
        "lock_timeout": str(limits.LOCK_MILLISECONDS),
        "idle_in_transaction_session_timeout": str(limits.IDLE_IN_TRANSACTION_MILLISECONDS),
    }


def transaction() -> Transaction:
    """The transaction this code runs in. A write outside `atomic` is a mistake of ours, not of the caller."""
    state = _current.get()
    if state is None:
        raise Broken("a write outside atomic")
    return state


def atomic(verb: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run a verb as one transaction that a cancel cannot tear.

    It runs in a task of its own under a shield: a caller who goes away leaves it to finish, and no pooled
    connection is lost. Serialization failures and deadlocks run the whole verb again, a bounded number of
    times; so a verb touches neither network nor files. Raises `Refused` as the verb does, `Unavailable` for
    whatever the database could not do.
    """

    @wraps(verb)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if _current.get() is not None:
            raise Broken("a verb inside a verb")
        task = asyncio.create_task(_persist(verb, args, kwargs))
        _running.add(task)
        task.add_done_callback(_finish)
        return await asyncio.shield(task)

    return run


def later(work: Coroutine[Any, Any, None]) -> None:
    """Work after a commit that nobody waits for but `stop`. What fails in it is lost, so it must not matter."""
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_finish)


def _finish(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # read it, or a failure nobody waited for is reported as never retrieved


async def _persist(verb: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    for attempt in range(1, limits.TRANSACTION_ATTEMPTS + 1):
        try:
            async with translated():
                return await _attempt(verb, args, kwargs)
        except _Again as again:
            if attempt == limits.TRANSACTION_ATTEMPTS:
                raise Unavailable from again
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  (jitter)
    raise Broken("unreachable: the last attempt returns or raises")


async def _attempt(verb: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    state = Transaction()
    _ended_well.set(False)
    async with _gate(), in_transaction("default"):
        token = _current.set(state)
        try:
            answer = await verb(*args, **kwargs)
            for step in state.last:
                await step()
            _ended_well.set(True)
        finally:
            _current.reset(token)
    for call in state.afterwards:
        call()
    return answer


@asynccontextmanager
async def _gate() -> AsyncIterator[None]:
    try:
        await asyncio.wait_for(_writers.acquire(), limits.POOL_WAIT_SECONDS)
    except TimeoutError as late:
        raise Unavailable from late
    try:
        yield
    finally:
        _writers.release()


class _Again(Exception):  # noqa: N818
    """The same verb, decided afresh, may well succeed."""


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """No driver text passes here."""
    try:
        yield
    except _AGAIN:
        raise _Again from None
    except IntegrityError as error:
        raise _integrity(error) from None
    except (OperationalError, TransactionManagementError) as error:
        raise _operational(error) from None
    except _DRIVER:
        raise Unavailable from None


def _integrity(error: IntegrityError) -> Exception:
    cause = error.__cause__
    if isinstance(cause, asyncpg.UniqueViolationError):
        return _Again()
    return Broken(f"constraint {getattr(cause, 'constraint_name', 'unknown')}")


def _operational(error: Exception) -> Exception:
    cause = error.__cause__
    if isinstance(cause, asyncpg.SyntaxOrAccessError | asyncpg.exceptions.DataError):
        return Broken(type(cause).__name__)
    return Unavailable()


async def query(sql: str, *values: object) -> list[dict[str, Any]]:
    """Rows of one statement, in the running transaction if there is one."""
    if _current.get() is not None:
        return await get_connection("default").execute_query_dict(sql, list(values))
    return [dict(row) for row in await fetch(sql, values)]


async def fetch(sql: str, values: Sequence[object]) -> list[asyncpg.Record]:
    """Rows of one read outside any transaction, as the driver makes them: half as costly as dictionaries."""
    log.debug(sql)  # a text of ours; what callers bring is in the values
    try:
        return await readers.fetch(sql, values)
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        raise Broken(type(error).__name__) from None
    except _DRIVER as error:
        log.warning("a read failed: %s", type(error).__qualname__)  # its text may quote a row
        raise Unavailable from None


async def instances(model: type[M], sql: str, *values: object) -> list[M]:
    """Rows of one statement that names every column of a model, as instances of it. Only inside `atomic`."""
    transaction()
    connection = get_connection("default")
    found: list[M] = await connection.executor_class(model=model, db=connection).execute_select(sql, list(values))
    return found


async def execute(sql: str, *values: object) -> int:
    """How many rows one statement changed. Only inside `atomic`."""
    transaction()
    changed, _ = await get_connection("default").execute_query(sql, list(values))
    return changed


async def execute_many(sql: str, values: list[list[object]]) -> None:
    """One statement for many rows. Only inside `atomic`."""
    transaction()
    await get_connection("default").execute_many(sql, values)
