"""Who sees how much of a citizen (domain 2.8): role × relation × kind → full, masked, pseudonym or hidden."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from resolvers.terms.kinds import CaseKind
from resolvers.terms.roles import CENTRE, UNIT, Role


class Sight(IntEnum):
    """Ordered: the more, the higher."""

    HIDDEN = 0
    PSEUDONYM = 1
    MASKED = 2
    FULL = 3


@dataclass(frozen=True, slots=True)
class Relation:
    """How the caller stands to the case."""

    kind: CaseKind
    own_intake: bool
    in_own_unit: bool
    callback_open: bool
    confidential: bool
    routed_to_own: bool = False  # to the caller's enterprise, with the citizen's consent (T5)


@dataclass(frozen=True, slots=True)
class View:
    """How much of each personal field is told."""

    name: Sight
    phone: Sight
    address: Sight


_NOTHING = View(Sight.HIDDEN, Sight.HIDDEN, Sight.HIDDEN)
_PSEUDONYM = View(Sight.PSEUDONYM, Sight.HIDDEN, Sight.HIDDEN)
_MASKED = View(Sight.MASKED, Sight.MASKED, Sight.HIDDEN)
OUTSIDE = frozenset({Role.INTEGRATOR, Role.ODR_ENTERPRISE, Role.ADMIN})
WITHHELD = "〔按隐私规定不公开〕"


def is_outside(roles: frozenset[Role]) -> bool:
    """A third party or an enterprise: no words of staff, and of the citizen's no more than the matrix says."""
    return not roles - OUTSIDE


def withheld(roles: frozenset[Role], text: str | None) -> str | None:
    """Free text of staff about a case: theirs to read, not a third party's."""
    return WITHHELD if text is not None and is_outside(roles) else text


_ROUTING = frozenset({Role.DISPATCHER, Role.ADVISER, Role.AGENT})


def identity(roles: frozenset[Role], relation: Relation) -> View:
    """The complainant's or informant's name, phone and address.

    Several roles add up, with one exception that no other role lifts: whoever belongs to the unit that handles a
    report, or a case whose citizen asked for confidentiality, sees a pseudonym (Order 20 art. 33).
    """
    if _handles(roles, relation) and _protected(relation):
        return _PSEUDONYM
    views = [_of_role(role, relation) for role in roles]
    return View(
        max((view.name for view in views), default=Sight.HIDDEN),
        max((view.phone for view in views), default=Sight.HIDDEN),
        max((view.address for view in views), default=Sight.HIDDEN),
    )


def _of_role(role: Role, relation: Relation) -> View:
    if role in OUTSIDE:
        return _of_enterprise(relation) if role is Role.ODR_ENTERPRISE else _NOTHING
    if role is Role.AGENT and relation.own_intake:
        return View(Sight.FULL, Sight.FULL, Sight.FULL)
    if role is Role.CALLBACK_OFFICER:
        return View(Sight.FULL, Sight.FULL, Sight.HIDDEN) if relation.callback_open else _MASKED
    if role in UNIT and role is not Role.ADVISER and relation.in_own_unit:
        return View(Sight.FULL, Sight.FULL, Sight.MASKED)
    if role in _ROUTING:
        return View(Sight.MASKED, Sight.MASKED, Sight.MASKED)
    return _MASKED


def _of_enterprise(relation: Relation) -> View:
    """Whoever agrees to settle with an enterprise agrees to be known to it, as far as he asked for no confidence."""
    if not relation.routed_to_own:
        return _NOTHING
    return _PSEUDONYM if _protected(relation) else View(Sight.FULL, Sight.MASKED, Sight.HIDDEN)


def narrative(roles: frozenset[Role], relation: Relation) -> Sight:
    """The citizen's own words: FULL, MASKED (identity redacted) or HIDDEN (the category only)."""
    if is_outside(roles):
        settles = Role.ODR_ENTERPRISE in roles and relation.routed_to_own
        return Sight.MASKED if settles else Sight.HIDDEN
    if _handles(roles, relation) and _protected(relation):
        return Sight.MASKED
    return Sight.FULL


def _handles(roles: frozenset[Role], relation: Relation) -> bool:
    return relation.in_own_unit and bool(roles & UNIT)


def _protected(relation: Relation) -> bool:
    return relation.kind is CaseKind.REPORT or relation.confidential


def inspector_track(roles: frozenset[Role], *, in_own_office: bool) -> Sight:
    """Where an inspector stood: the centre sees the point, the unit its own, agents and third parties nothing."""
    if roles & CENTRE or (roles & UNIT and in_own_office):
        return Sight.FULL
    return Sight.HIDDEN
