"""事件: what happened to the cases in sight, from a cursor on, without gap or repeat, then live.

Each event is decided anew when it is delivered: what the caller may not see at that moment is not sent, and a case
that was sent before and is out of sight now is sent as its removal.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson

from resolvers.case import in_subtree
from resolvers.doors import access, clock, db, identity
from resolvers.doors.access import Row
from resolvers.doors.bind import Bind
from resolvers.doors.feed import feed
from resolvers.doors.scopes import scope
from resolvers.models import LedgerEntry
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.roles import Permission

BEGINNING = "0"
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Interest:
    """Which events: urgent ones alone, of an office and below, of one case; None leaves it open."""

    urgent_only: bool = False
    office_code: str | None = None
    case_number: str | None = None


@dataclass(slots=True)
class Place:
    """Where one subscriber stands, and which cases it has been sent."""

    seq: int
    sent: OrderedDict[UUID, None] = field(default_factory=OrderedDict)

    def remember(self, case_id: UUID) -> None:
        self.sent[case_id] = None
        self.sent.move_to_end(case_id)
        if len(self.sent) > _REMEMBERED:
            self.sent.popitem(last=False)


def cursor(actor: Actor, seq: int) -> str:
    """A place in the ledger, for this caller's present scope."""
    said = orjson.dumps([actor.jurisdiction_code, seq, scope_digest(actor)])
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def scope_digest(actor: Actor) -> str:
    """Changes when the caller's roles or offices change: what was skipped before may be in sight now."""
    held = sorted(f"{grant.role}@{grant.office_code}" for grant in actor.grants)
    return hashlib.sha256("|".join(held).encode()).hexdigest()[:12]


def read_cursor(actor: Actor, text: str, head: int) -> int | None:
    """The number after which to go on; None when it cannot be replayed and the list must be fetched again."""
    if text == BEGINNING:
        return 0
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        code, seq, digest = orjson.loads(raw)
    except (ValueError, TypeError, binascii.Error):
        raise Refused(Code.INVALID_INPUT, "after", message="游标无效。") from None
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise Refused(Code.INVALID_INPUT, "after", message="游标无效。")
    fits = code == actor.jurisdiction_code and digest == scope_digest(actor) and seq <= head
    return seq if fits else None


async def follow(actor: Actor, interest: Interest, after: str | None) -> AsyncIterator[tuple[Actor, Row]]:
    """Events after a cursor, or from now on without one, each with the caller as of then.

    `NOT_PERMITTED` for a caller without `READ_EVENTS`; ends when that or the token does. A change of the caller's
    scope is told as a reset: what was passed over may be in sight.
    """
    if not actor.may(Permission.READ_EVENTS):
        raise Refused(Code.NOT_PERMITTED)
    head = await _head(actor)
    start = head if after is None else read_cursor(actor, after, head)
    place = Place(head if start is None else start)
    heard = time.monotonic()
    if start is None:
        yield actor, mark(actor, CaseEventKind.SYNC_RESET, place.seq)
    while (renewed := await identity.again(actor)) is not None and renewed.may(Permission.READ_EVENTS):
        if scope_digest(renewed) != scope_digest(actor):
            yield renewed, mark(renewed, CaseEventKind.SYNC_RESET, place.seq)
        actor = renewed
        events, place.seq, full = await _after(actor, interest, place)
        for event in events:
            yield actor, event
            heard = time.monotonic()
        if full:
            continue
        # Whatever happens to others, this subscriber hears something, and a fresh cursor, in time.
        quiet = heard + limits.HEARTBEAT_SECONDS - time.monotonic()
        if quiet <= 0 or not await feed.wait(actor.jurisdiction_id, place.seq, quiet):
            yield actor, mark(actor, CaseEventKind.HEARTBEAT, place.seq)
            heard = time.monotonic()


async def _head(actor: Actor) -> int:
    rows = await db.query("SELECT max(seq) AS seq FROM ledger WHERE jurisdiction_id = $1", actor.jurisdiction_id)
    return int(rows[0]["seq"] or 0)


async def _after(actor: Actor, interest: Interest, place: Place) -> tuple[list[Row], int, bool]:
    """The next events, how far they reach, and whether more waits."""
    bind = Bind(actor, clock.now())
    mine = bind(actor.jurisdiction_id)
    own = f"t.jurisdiction_id = {mine} AND t.seq > {bind(place.seq)} AND NOT t.audit_only AND t.case_id IS NOT NULL"
    seen = scope(LedgerEntry, "t", bind)
    sql = (
        f"SELECT {access.columns(LedgerEntry, 't', bind)}, {seen} AS in_sight FROM ledger t"
        f" WHERE {own} AND ({seen} OR t.case_id = ANY({bind(list(place.sent), '::uuid[]')}))"
        f" AND {_wanted(interest, bind)} ORDER BY t.seq LIMIT {limits.REPLAY_BATCH}"
    )
    # The head is read first: an entry committed between the two statements is found, or waits beyond it.
    head = await _head(actor)
    rows = await db.query(sql, *bind.values)
    full = len(rows) == limits.REPLAY_BATCH
    reached = rows[-1]["seq"] if full else max(head, rows[-1]["seq"] if rows else place.seq)
    return [event for row in rows if (event := _event(actor, place, row)) is not None], reached, full


def _wanted(interest: Interest, bind: Bind) -> str:
    parts = ["t.urgent"] if interest.urgent_only else []
    about = ["w.status NOT IN ('VOID', 'MERGED')"] if interest.urgent_only else []
    if interest.office_code is not None:
        about.append(in_subtree(interest.office_code, "w", bind))
    if interest.case_number is not None:
        about.append(f"w.number = {bind(interest.case_number)}")
    if about:
        parts.append(f"EXISTS (SELECT 1 FROM cases w WHERE w.id = t.case_id AND {' AND '.join(about)})")
    return " AND ".join(parts) or "true"


def _event(actor: Actor, place: Place, row: dict[str, Any]) -> Row | None:
    case_id = row["case_id"]
    if row.pop("in_sight"):
        place.remember(case_id)
        return Row(LedgerEntry, row)
    if place.sent.pop(case_id, case_id) is case_id:
        return None  # its removal has been sent already
    return mark(actor, CaseEventKind.REMOVED, row["seq"], removed=case_id)


def mark(actor: Actor, kind: CaseEventKind, seq: int, *, removed: UUID | None = None) -> Row:
    """An event of the stream itself: it stands for no entry, but its cursor is as good as any."""
    return Row(
        LedgerEntry,
        {
            "id": uuid4(),
            "jurisdiction_id": actor.jurisdiction_id,
            "seq": seq,
            "kind": kind.value,
            "occurred_at": clock.now(),
            "case_id": None,
            "removed_case_id": removed,
            "case_version": None,
            "urgent": False,
        },
    )
