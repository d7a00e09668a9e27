"""Ordinary execution, tidied up after: for documents without a plan, the answers of mutations, and events."""

from __future__ import annotations

from collections.abc import Awaitable
from inspect import CORO_CREATED, getcoroutinestate, iscoroutine
from typing import Any, TypeGuard, TypeVar

from graphql.execution.incremental import IncrementalExecutor

T = TypeVar("T")


class TidyExecutor(IncrementalExecutor):
    """Cancelled, or with a field that fails, graphql-core drops the coroutines of fields it had not begun to await, and
    Python complains of each. Here they are closed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("operation_extensions", None)  # strawberry hands them to every executor that is not its own
        super().__init__(*args, **kwargs)

    def execute_operation(self, serially: bool | None = None) -> Any:
        created: list[object] = []
        is_awaitable = self.is_awaitable

        def noting(value: Any) -> TypeGuard[Awaitable[Any]]:
            if not is_awaitable(value):
                return False
            created.append(value)
            return True

        self.is_awaitable = noting
        try:
            result = super().execute_operation(serially)
        except BaseException:
            _close(created)
            raise
        return _tidied(result, created) if is_awaitable(result) else result


async def _tidied(work: Awaitable[T], created: list[object]) -> T:
    try:
        return await work
    finally:
        _close(created)


def _close(created: list[object]) -> None:
    for each in created:
        if iscoroutine(each) and getcoroutinestate(each) == CORO_CREATED:
            each.close()
