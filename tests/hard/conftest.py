"""A jiesu in a process of its own for every file that asks for one, and a city in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests import world
from tests.hard.process import Target, targeted
from tests.hard.town import clients, looking_into
from tests.world import City


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with targeted() as running:
        yield running


@pytest.fixture(scope="module")
async def town(target: Target) -> AsyncIterator[City]:
    """A city served by the other process; its database is open here as well."""
    async with looking_into(target), clients() as http:
        yield await world.found(http, target.url)
