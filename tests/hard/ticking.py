"""The clockwork alone in a process of its own, to be killed: `python -m tests.hard.ticking DATABASE_URL`."""

from __future__ import annotations

import asyncio
import sys

from resolvers import clockwork
from resolvers.doors import db
from resolvers.doors.postgres import parse_url


async def tick(url: str) -> None:
    await db.start(parse_url(url))
    await clockwork.run(0.1)


if __name__ == "__main__":
    asyncio.run(tick(sys.argv[1]))
