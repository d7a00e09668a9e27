"""A work that only one process may do at a time, however many there are: a row says who, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from resolvers.doors import db

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Lease:
    """One process's claim to a work. Time is the database's: replicas' clocks may differ."""

    name: str
    holder: UUID = field(default_factory=uuid4)

    @db.atomic
    async def take(self) -> bool:
        """Ours, if it is nobody's, already ours, or has run out."""
        rows = await db.query(
            "INSERT INTO leases (id, name, holder, expires_at)"
            " VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))"
            " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at"
            " WHERE leases.holder = excluded.holder OR leases.expires_at < clock_timestamp() RETURNING id",
            uuid4(),
            self.name,
            self.holder,
            SECONDS,
        )
        return bool(rows)

    async def hold(self) -> bool:
        """Still ours, and for the rest of this transaction nobody else's: the row stays locked."""
        rows = await db.query(
            "UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => $3)"
            " WHERE name = $1 AND holder = $2 AND expires_at > clock_timestamp() RETURNING id",
            self.name,
            self.holder,
            SECONDS,
        )
        return bool(rows)

    @db.atomic
    async def leave(self) -> None:
        """Somebody else may begin at once."""
        await db.query(
            "UPDATE leases SET expires_at = clock_timestamp() WHERE name = $1 AND holder = $2", self.name, self.holder
        )
