"""诉求人: what is told of a citizen, to whom (domain 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from resolvers.doors.access import Row
from resolvers.rules import masks
from resolvers.rules.sight import Relation, Sight, View, identity, narrative
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseKind
from resolvers.terms.roles import Role


def view(actor: Actor, row: Mapping[str, Any]) -> View:
    """How much of this party the caller is told."""
    facts = ("own_intake", "in_own_unit", "in_assigned_unit", "callback_open", "wants_confidentiality", "routed_to_own")
    return _view(actor.roles, row["case_kind"], *(bool(row[fact]) for fact in facts))


@lru_cache(4_096)
def _view(
    roles: frozenset[Role],
    kind: str,
    own: bool,
    in_unit: bool,
    in_assigned: bool,
    callback_open: bool,
    confided: bool,
    routed: bool,
) -> View:
    """An office above the unit that handles the case must know no more of a protected citizen than the unit; what the
    unit needs to mediate is the unit's alone.
    """
    is_protected = kind == CaseKind.REPORT or confided
    relation = Relation(
        kind=CaseKind.of(kind),
        own_intake=own,
        in_own_unit=in_unit if is_protected else in_assigned,
        callback_open=callback_open,
        confidential=confided,
        routed_to_own=routed,
    )
    return identity(roles, relation)


def name(actor: Actor, row: Row) -> str | None:
    sight = view(actor, row).name
    if sight is Sight.PSEUDONYM:
        return masks.pseudonym(CaseKind.of(row["case_kind"]))
    if sight is Sight.MASKED:
        return masks.mask_name(row["name"]) if row["name"] else None
    return row["name"] if sight is Sight.FULL else None


def phone(actor: Actor, row: Row) -> str | None:
    sight = view(actor, row).phone
    if sight is Sight.MASKED:
        return masks.mask_phone(row["phone"]) if row["phone"] else None
    return row["phone"] if sight is Sight.FULL else None


def address(actor: Actor, row: Row) -> str | None:
    sight = view(actor, row).address
    if sight is Sight.MASKED:
        return masks.mask_address(row["address"]) if row["address"] else None
    return row["address"] if sight is Sight.FULL else None


def words(actor: Actor, row: Row) -> Sight:
    """How much of the citizen's own words on a case the caller is told."""
    own, in_unit, confided = bool(row["own_intake"]), bool(row["in_own_unit"]), bool(row["wants_confidentiality"])
    return _words(actor.roles, row["kind"], own, in_unit, confided, bool(row["routed_to_own"]))


@lru_cache(4_096)
def _words(roles: frozenset[Role], kind: str, own: bool, in_unit: bool, confided: bool, routed: bool) -> Sight:
    relation = Relation(
        kind=CaseKind.of(kind),
        own_intake=own,
        in_own_unit=in_unit,
        callback_open=False,
        confidential=confided,
        routed_to_own=routed,
    )
    return narrative(roles, relation)
