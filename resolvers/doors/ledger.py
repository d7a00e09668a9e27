"""The past: one append-only chain a jurisdiction, at once audit log, event feed and resume log.

Sequence numbers are taken under the chain's lock as the very last step of a transaction, so there is no gap and
the order of commits is the order of numbers: a reader that has seen number n has seen everything before it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from resolvers.doors import db
from resolvers.terms.kinds import CaseEventKind

CHANNEL = "jiesu_ledger"
GENESIS = bytes(32)
_BATCH = 5_000
_COLUMNS = (
    "id, jurisdiction_id, seq, kind, occurred_at, actor_id, case_id, case_version, urgent, audit_only, facts,"
    " previous_hash, hash"
)
INSERT = f"INSERT INTO ledger ({_COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11::jsonb,$12,$13)"
_is_waking = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact to be remembered. `facts`: codes, ids, numbers and instants as text; never personal data."""

    jurisdiction_id: UUID
    kind: CaseEventKind
    occurred_at: datetime
    actor_id: UUID | None = None
    case_id: UUID | None = None
    case_version: int | None = None
    urgent: bool = False
    audit_only: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where a chain does not hold, and why."""

    jurisdiction_id: UUID
    seq: int
    reason: str


def append(*entries: Entry) -> None:
    """Remember these as the last step of the running transaction, in the order given."""
    state = db.transaction()

    async def write() -> None:
        await _write(entries)

    state.last.append(write)
    if notify not in state.afterwards:
        state.afterwards.append(notify)


async def _write(entries: tuple[Entry, ...]) -> None:
    # Ascending order of chains, so that two transactions over two jurisdictions never wait for each other.
    for jurisdiction_id in sorted({entry.jurisdiction_id for entry in entries}):
        await lock(jurisdiction_id)
        seq, previous = await head(jurisdiction_id)
        mine = (entry for entry in entries if entry.jurisdiction_id == jurisdiction_id)
        await db.execute_many(INSERT, [list(row) for row in chain(mine, seq, previous)])


async def lock(jurisdiction_id: UUID) -> None:
    """Take the chain's lock, as a statement of its own: the head must be read by a later snapshot."""
    await db.query("SELECT pg_advisory_xact_lock($1)", int.from_bytes(jurisdiction_id.bytes[:8], signed=True))


async def head(jurisdiction_id: UUID) -> tuple[int, bytes]:
    """The last number and its hash; (0, zeros) before the first."""
    found = await db.query(
        "SELECT seq, hash FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq DESC LIMIT 1", jurisdiction_id
    )
    return (found[0]["seq"], bytes(found[0]["hash"])) if found else (0, GENESIS)


def chain(entries: Iterable[Entry], seq: int, previous: bytes) -> list[tuple[Any, ...]]:
    """Rows for `INSERT`, numbered and linked on from a head."""
    rows = []
    for entry in entries:
        seq += 1
        digest = seal(entry, seq, previous)
        rows.append((named(digest), *_columns(entry, seq), orjson.dumps(entry.facts).decode(), previous, digest))
        previous = digest
    return rows


def named(digest: bytes) -> UUID:
    """An entry's id follows from its hash, so that a changed id shows too. Nobody can guess it: facts are many."""
    return UUID(bytes=digest[:16], version=4)


def _columns(entry: Entry, seq: int) -> tuple[Any, ...]:
    return (
        entry.jurisdiction_id,
        seq,
        entry.kind.value,
        entry.occurred_at,
        entry.actor_id,
        entry.case_id,
        entry.case_version,
        entry.urgent,
        entry.audit_only,
    )


def seal(entry: Entry, seq: int, previous: bytes) -> bytes:
    """SHA-256 over the entry before it and everything this one says."""
    said = [previous.hex(), *_columns(entry, seq), entry.facts]
    return hashlib.sha256(orjson.dumps(said, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).digest()


@dataclass(frozen=True, slots=True)
class Chain:
    """One jurisdiction's chain, and how long it is by now."""

    jurisdiction_id: UUID
    name: str
    length: int


async def chains() -> list[Chain]:
    rows = await db.query(
        "SELECT j.id, j.name, coalesce((SELECT max(l.seq) FROM ledger l WHERE l.jurisdiction_id = j.id), 0) AS length"
        " FROM offices j WHERE j.parent_id IS NULL ORDER BY j.code"
    )
    return [Chain(row["id"], row["name"], row["length"]) for row in rows]


async def verify(jurisdiction_id: UUID) -> AsyncIterator[int | Flaw]:
    """Walk one chain from its beginning; yields the number reached after each batch, and every flaw."""
    expected, previous = 0, GENESIS
    while batch := await _batch(jurisdiction_id, expected):
        for row in batch:
            expected += 1
            if row["seq"] != expected:
                yield Flaw(jurisdiction_id, expected, f"number {expected} is missing")
                expected = row["seq"]
            if bytes(row["previous_hash"]) != previous:
                yield Flaw(jurisdiction_id, expected, "does not follow from the entry before it")
            previous = bytes(row["hash"])
            sealed = seal(_entry(row), row["seq"], bytes(row["previous_hash"])) == previous
            if not sealed or row["id"] != named(previous):
                yield Flaw(jurisdiction_id, expected, "was changed after it was written")
        yield expected


async def _batch(jurisdiction_id: UUID, after: int) -> list[dict[str, Any]]:
    return await db.query(
        f"SELECT {_COLUMNS} FROM ledger WHERE jurisdiction_id = $1 AND seq > $2 ORDER BY seq LIMIT {_BATCH}",
        jurisdiction_id,
        after,
    )


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        jurisdiction_id=row["jurisdiction_id"],
        kind=CaseEventKind.of(row["kind"]),
        occurred_at=row["occurred_at"],
        actor_id=row["actor_id"],
        case_id=row["case_id"],
        case_version=row["case_version"],
        urgent=row["urgent"],
        audit_only=row["audit_only"],
        facts=orjson.loads(row["facts"]),
    )


def notify() -> None:
    """Say “look now” after a commit; many commits within 10 ms are one call. A lost one costs a poll."""
    global _is_waking  # noqa: PLW0603  (one call at a time a process)
    if not _is_waking:
        _is_waking = True
        db.later(_notify())


async def _notify() -> None:
    global _is_waking  # noqa: PLW0603
    await asyncio.sleep(0.01)
    _is_waking = False  # a commit from here on needs a call of its own
    await db.query("SELECT pg_notify($1, '')", CHANNEL)
