"""Who is calling: a person or an application, what it holds, and how it is told no."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from resolvers.terms.roles import HOLDINGS, THIRD_PARTIES, UNIT, Permission, Role

if TYPE_CHECKING:
    from resolvers.terms.codes import Code


class ActorKind(StrEnum):
    PERSON = "PERSON"
    APPLICATION = "APPLICATION"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role at one office, valid now."""

    role: Role
    office_id: UUID
    office_code: str


@dataclass(frozen=True, slots=True)
class Stance:
    """All of a caller that may shape a statement: each grant's role and whether it is held at the top, and what all of
    them permit. It holds no id: ids enter a statement as values.
    """

    grants: tuple[tuple[Role, bool], ...]
    permissions: frozenset[Permission]
    digest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((self.grants, self.permissions)))

    def __hash__(self) -> int:
        return self.digest

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, _ in self.grants)

    @property
    def is_third_party(self) -> bool:
        return self.roles <= THIRD_PARTIES

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of one operation. Made anew for each, so a lost grant counts from the next one on."""

    id: UUID
    kind: ActorKind
    login: str
    jurisdiction_id: UUID
    jurisdiction_code: str
    grants: tuple[Grant, ...]
    token_id: UUID
    scopes: frozenset[Permission] | None = None  # of an application: what its token was given
    stance: Stance = field(init=False)
    roles: frozenset[Role] = field(init=False)

    def __post_init__(self) -> None:
        held = frozenset[Permission]().union(*(HOLDINGS[grant.role] for grant in self.grants))
        permitted = held if self.scopes is None else held & self.scopes
        places = tuple((grant.role, grant.office_id == self.jurisdiction_id) for grant in self.grants)
        object.__setattr__(self, "stance", Stance(places, permitted))
        object.__setattr__(self, "roles", self.stance.roles)

    @property
    def permissions(self) -> frozenset[Permission]:
        return self.stance.permissions

    @property
    def is_third_party(self) -> bool:
        """An application or an enterprise: no staff, no small counts, no citizen's words."""
        return self.stance.is_third_party

    def may(self, permission: Permission) -> bool:
        return self.stance.may(permission)

    def works_in(self, office_id: UUID) -> bool:
        """Whether the caller is of this unit. At the top bureau the centre's roles serve the whole city: only those who
        handle cases are of that unit, or a case it handles itself could be called back by nobody.
        """
        return any(
            grant.office_id == office_id and (office_id != self.jurisdiction_id or grant.role in UNIT)
            for grant in self.grants
        )

    @property
    def own_units(self) -> list[UUID]:
        """The units the caller is of."""
        return sorted({grant.office_id for grant in self.grants if self.works_in(grant.office_id)})

    def offices(self, *roles: Role) -> list[UUID]:
        """The offices at which one of these roles is held."""
        return sorted({grant.office_id for grant in self.grants if grant.role in roles})


class Refused(Exception):  # noqa: N818  (named in the language of the trade: a refusal is no error of ours)
    """An expected no. `path` points into the input; `details` is what the phone needs next."""

    def __init__(self, code: Code, *path: str, message: str | None = None, **details: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.path = path
        self.message = message or code.label
        self.details = details


class TooMuch(Exception):  # noqa: N818
    """One operation asked for more than its share."""

    def __init__(self, limit: str, maximum: int) -> None:
        super().__init__(limit)
        self.limit, self.maximum = limit, maximum


class Unavailable(Exception):  # noqa: N818
    """The database could not serve this now; nothing was changed or the idempotency key will tell. Retry."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A caller as once looked up: still the same while the mark stands, until an instant."""

    actor: Actor
    digest: bytes
    mark: UUID
    until: datetime | None
