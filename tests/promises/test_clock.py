"""There is one clock, which tests and rehearsals may stop, and the product never does."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta

import pytest

from resolvers.doors import clock
from tests.promises.test_shape import modules
from tests.world import City

SPRING = datetime(2020, 1, 24, 20, 15, tzinfo=UTC)
ASKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
STOPS = ("standing_at", "set_to")


def test_it_goes_unless_it_was_stopped_and_goes_again_afterwards() -> None:
    with clock.standing_at(SPRING):
        assert clock.now() == clock.now() == SPRING
        clock.set_to(SPRING + timedelta(days=3))
        assert clock.now() == SPRING + timedelta(days=3)
        with clock.standing_at(SPRING.replace(year=2019)):
            assert clock.now().year == 2019
        assert clock.now() == SPRING + timedelta(days=3)

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=10)
    with pytest.raises(RuntimeError):
        clock.set_to(SPRING)


def test_it_starts_again_after_a_failure_and_is_put_to_instants_alone() -> None:
    with pytest.raises(ZeroDivisionError), clock.standing_at(SPRING):
        raise ZeroDivisionError
    assert clock.now() > SPRING + timedelta(days=1_000)
    with pytest.raises(ValueError, match="no instant"), clock.standing_at(SPRING.replace(tzinfo=None)):
        pass


def test_nobody_else_asks_the_machine_for_the_time_and_the_product_never_stops_it() -> None:
    calls = {
        (module.name, ast.unparse(node.func))
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    }
    assert {name for name, called in calls if called.endswith(ASKS)} == {"resolvers.doors.clock"}
    assert {name for name, called in calls if called.split(".")[-1] in STOPS} == set()
    in_sql = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if any(word in node.value.upper() for word in (" NOW()", "CURRENT_TIMESTAMP", "CURRENT_DATE"))
    }
    assert in_sql == set()


async def test_whoever_asks_and_whatever_is_written_goes_by_it(city: City) -> None:
    document = "query ($n: String!) { case(number: $n) { isOverdue timeline(first: 20) { nodes { occurredAt } } } }"
    with clock.standing_at(SPRING):
        case = await city.case_in("IN_PROGRESS")
        seen = (await city.as_("leader").ask(document, n=case["number"]))["case"]
        clock.set_to(SPRING + timedelta(days=30))
        later = (await city.as_("leader").ask(document, n=case["number"]))["case"]

    assert {node["occurredAt"] for node in seen["timeline"]["nodes"]} == {"2020-01-24T20:15:00Z"}
    assert (seen["isOverdue"], later["isOverdue"]) == (False, True)
