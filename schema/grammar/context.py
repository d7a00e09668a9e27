"""What one operation carries: who calls, when, from where, and its own loaders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import strawberry

from resolvers.doors.access import Reader
from resolvers.doors.budget import Budget
from resolvers.terms.actor import Actor, Witness


@dataclass(slots=True)
class Context:
    """Made anew for every operation, on HTTP and on each operation of a socket; never shared between callers."""

    actor: Actor | None
    now: datetime
    base_url: str  # where this caller reaches us, without a trailing slash; upload and download addresses begin with it
    replayed: bool = False  # an idempotent mutation answered from its stored outcome
    loaders: dict[Any, Any] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    witness: Witness | None = None  # the caller was not looked up: whoever reads makes sure of him

    @property
    def caller(self) -> Actor:
        """Who calls. Anonymous callers are turned away before anything that asks this is resolved."""
        if self.actor is None:
            raise PermissionError("anonymous")
        return self.actor

    @property
    def reader(self) -> Reader:
        """Reads as this caller, within this operation's budget."""
        return Reader(self.caller, self.now, self.budget)


Info = strawberry.Info[Context, None]
