"""Domain 2.8's matrix: who sees how much of a citizen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.sight import Relation, Sight, View, identity, inspector_track, narrative
from resolvers.terms.kinds import CaseKind
from resolvers.terms.roles import CENTRE, UNIT, Role

SIGHTS = {"full": Sight.FULL, "masked": Sight.MASKED, "pseudonym": Sight.PSEUDONYM, "hidden": Sight.HIDDEN}
STRANGER = Relation(CaseKind.COMPLAINT, own_intake=False, in_own_unit=False, callback_open=False, confidential=False)
RELATIONS = st.builds(
    Relation,
    kind=st.sampled_from(CaseKind),
    own_intake=st.booleans(),
    in_own_unit=st.booleans(),
    callback_open=st.booleans(),
    confidential=st.booleans(),
)
ROLES = st.frozensets(st.sampled_from(Role), max_size=4)
PROTECTED = RELATIONS.map(lambda relation: replace(relation, in_own_unit=True)).filter(
    lambda relation: relation.confidential or relation.kind is CaseKind.REPORT
)
HANDLING = frozenset({Role.CLERK, Role.INSPECTOR, Role.RESPONSIBLE_PERSON, Role.ADVISER})
THIRD_PARTIES = frozenset({Role.INTEGRATOR, Role.ODR_ENTERPRISE, Role.ADMIN})
SUPERVISING = frozenset(Role) - HANDLING - THIRD_PARTIES - {Role.AGENT, Role.DISPATCHER, Role.CALLBACK_OFFICER}


def view(name: str, phone: str, address: str) -> View:
    return View(SIGHTS[name], SIGHTS[phone], SIGHTS[address])


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize(
    ("role", "relation", "expected"),
    [
        (Role.AGENT, {"own_intake": True}, view("full", "full", "full")),
        (Role.AGENT, {"own_intake": True, "confidential": True}, view("full", "full", "full")),
        (Role.AGENT, {}, view("masked", "masked", "masked")),
        (Role.DISPATCHER, {}, view("masked", "masked", "masked")),
        (Role.DISPATCHER, {"own_intake": True}, view("masked", "masked", "masked")),
        (Role.ADVISER, {}, view("masked", "masked", "masked")),
        (Role.CALLBACK_OFFICER, {"callback_open": True}, view("full", "full", "hidden")),
        (Role.CALLBACK_OFFICER, {"callback_open": True, "confidential": True}, view("full", "full", "hidden")),
        (Role.CALLBACK_OFFICER, {}, view("masked", "masked", "hidden")),
        *((role, {}, view("masked", "masked", "hidden")) for role in sorted(SUPERVISING)),
        *((role, {"callback_open": True}, view("masked", "masked", "hidden")) for role in sorted(SUPERVISING)),
        *((role, {"own_intake": True}, view("hidden", "hidden", "hidden")) for role in sorted(THIRD_PARTIES)),
        *((role, {"callback_open": True}, view("hidden", "hidden", "hidden")) for role in sorted(THIRD_PARTIES)),
    ],
)
def test_whoever_does_not_handle_the_case_sees_as_much_of_any_kind(
    kind: CaseKind, role: Role, relation: dict[str, bool], expected: View
) -> None:
    assert identity(frozenset({role}), replace(STRANGER, kind=kind, **relation)) == expected


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR, Role.RESPONSIBLE_PERSON])
@pytest.mark.parametrize("kind", [kind for kind in CaseKind if kind is not CaseKind.REPORT])
def test_the_handling_unit_needs_the_citizen_to_mediate(role: Role, kind: CaseKind) -> None:
    own = replace(STRANGER, kind=kind, in_own_unit=True)

    assert identity(frozenset({role}), own) == view("full", "full", "masked")
    assert identity(frozenset({role}), replace(own, in_own_unit=False)) == view("masked", "masked", "hidden")
    assert identity(frozenset({Role.ADVISER}), own) == view("masked", "masked", "masked")  # who mediates with nobody


@pytest.mark.parametrize("role", sorted(HANDLING))
def test_the_handling_unit_knows_an_informant_and_a_confidential_citizen_by_a_pseudonym(role: Role) -> None:
    for told in ({"kind": CaseKind.REPORT}, {"confidential": True}):
        own = replace(STRANGER, in_own_unit=True, **told)
        assert identity(frozenset({role}), own) == view("pseudonym", "hidden", "hidden")
        assert narrative(frozenset({role}), own) is Sight.MASKED


@given(ROLES, st.sampled_from(sorted(HANDLING)), PROTECTED)
def test_no_other_role_lifts_the_pseudonym(others: frozenset[Role], handling: Role, relation: Relation) -> None:
    assert identity(others | {handling}, relation) == view("pseudonym", "hidden", "hidden")
    assert narrative(others | {handling}, relation) is Sight.MASKED


@given(ROLES, ROLES, RELATIONS)
def test_where_nothing_is_protected_roles_add_up(some: frozenset[Role], more: frozenset[Role], told: Relation) -> None:
    relation = told if not told.in_own_unit else replace(told, kind=CaseKind.COMPLAINT, confidential=False)

    both, one, other = (identity(roles, relation) for roles in (some | more, some, more))

    for field in ("name", "phone", "address"):
        assert getattr(both, field) == max(getattr(one, field), getattr(other, field))


@given(st.frozensets(st.sampled_from(sorted(THIRD_PARTIES))), RELATIONS)
def test_third_parties_and_the_roleless_are_told_nothing(roles: frozenset[Role], relation: Relation) -> None:
    assert identity(roles, relation) == view("hidden", "hidden", "hidden")
    assert narrative(roles, relation) is Sight.HIDDEN


@given(ROLES, RELATIONS)
def test_a_full_address_is_told_to_the_agent_who_took_it_down_and_to_nobody_else(
    roles: frozenset[Role], relation: Relation
) -> None:
    if identity(roles, relation).address is Sight.FULL:
        assert Role.AGENT in roles
        assert relation.own_intake


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, view("full", "masked", "hidden")),
        ({"confidential": True}, view("pseudonym", "hidden", "hidden")),
        ({"kind": CaseKind.REPORT}, view("pseudonym", "hidden", "hidden")),  # which is never routed
    ],
)
def test_an_enterprise_knows_who_agreed_to_settle_with_it_as_long_as_the_case_is_routed_to_it(
    told: dict[str, Any], expected: View
) -> None:
    routed = replace(STRANGER, routed_to_own=True, **told)
    enterprise = frozenset({Role.ODR_ENTERPRISE})

    assert identity(enterprise, routed) == expected
    assert narrative(enterprise, routed) is Sight.MASKED
    assert identity(enterprise, replace(routed, routed_to_own=False)) == view("hidden", "hidden", "hidden")
    for other in THIRD_PARTIES - enterprise:
        assert identity(frozenset({other}), routed) == view("hidden", "hidden", "hidden")
        assert narrative(frozenset({other}), routed) is Sight.HIDDEN


@given(ROLES.filter(lambda roles: Role.ODR_ENTERPRISE not in roles), RELATIONS)
def test_a_routing_tells_nobody_else_anything(roles: frozenset[Role], relation: Relation) -> None:
    routed = replace(relation, routed_to_own=True)
    assert (identity(roles, routed), narrative(roles, routed)) == (
        identity(roles, relation),
        narrative(roles, relation),
    )


@given(ROLES.filter(lambda roles: bool(roles - THIRD_PARTIES)), RELATIONS)
def test_staff_read_the_narrative_unless_it_would_name_whom_they_must_not_know(
    roles: frozenset[Role], relation: Relation
) -> None:
    guarded = relation.in_own_unit and bool(roles & HANDLING)
    guarded = guarded and (relation.confidential or relation.kind is CaseKind.REPORT)

    assert narrative(roles, relation) is (Sight.MASKED if guarded else Sight.FULL)


@pytest.mark.parametrize("role", Role)
def test_where_an_inspector_stood_is_told_to_the_centre_and_to_the_own_unit(role: Role) -> None:
    roles, watching = frozenset({role}), SUPERVISING | {Role.DISPATCHER}

    assert inspector_track(roles, in_own_office=True) is (Sight.FULL if role in watching | HANDLING else Sight.HIDDEN)
    assert inspector_track(roles, in_own_office=False) is (Sight.FULL if role in watching else Sight.HIDDEN)


def test_more_is_higher() -> None:
    assert Sight.FULL > Sight.MASKED > Sight.PSEUDONYM > Sight.HIDDEN


def test_the_groups_of_roles_are_those_of_the_matrix() -> None:
    assert HANDLING == UNIT
    assert SUPERVISING | {Role.DISPATCHER} == CENTRE
