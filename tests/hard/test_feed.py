"""A subscriber who resumes misses nothing and is told nothing twice, however often and however rudely he leaves."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from resolvers.doors import db
from schema.grammar import ids
from tests.client import Data
from tests.hard.process import Target
from tests.hard.town import flaws, party, seeded
from tests.world import City

EVENTS, WRITERS = 5_000, 8
PER_CASE = 3  # received, dispatched, signed for
LEAVINGS = 100
LONGEST_STAY = 200
BEGINNING = "0"
DOCUMENT = "subscription ($after: String) { caseEvents(after: $after) { id cursor kind caseId caseVersion } }"

_numbers = itertools.count()


async def write(city: City, cases: list[int]) -> None:
    """One of the writers: every other case goes east, the others west; three entries each."""
    while cases:
        number = cases.pop()
        case = await city.receive(party=party(next(_numbers)), title=f"第{number}件")
        east = number % 2 == 0
        case = await city.dispatch(case, "east" if east else "west")
        await city.sign_for(case, "clerk" if east else "west_clerk")


@dataclass
class Visit:
    """One subscription from its beginning to its end: after which cursor, and what came."""

    after: str
    events: list[Data] = field(default_factory=list)


class Subscriber:
    """Reads, leaves after a random number of events in one of three ways, and comes back with a cursor."""

    def __init__(self, city: City, who: str, chance: random.Random) -> None:
        self.city = city
        self.who = who
        self.chance = chance
        self.visits: list[Visit] = []

    @property
    def heard(self) -> int:
        """Different events."""
        return len({event["id"] for visit in self.visits for event in visit.events})
