"""应急机制: how urgent a case is under one, and how often bulletins come out."""

from __future__ import annotations

from itertools import chain, permutations

import pytest

from resolvers.rules.policies import BEIJING, EPIDEMIC, default_policies
from resolvers.rules.regimes import bulletin_period, urgency
from resolvers.terms.kinds import BulletinPeriod, CasePriority

EMERGENCY, URGENT, NORMAL = CasePriority.EMERGENCY, CasePriority.URGENT, CasePriority.NORMAL
DAILY, WEEKLY, MONTHLY = BulletinPeriod.DAILY, BulletinPeriod.WEEKLY, BulletinPeriod.MONTHLY
ROWS = default_policies()


@pytest.mark.parametrize(
    ("told", "epidemic", "beijing"),
    [(EMERGENCY, EMERGENCY, EMERGENCY), (URGENT, URGENT, URGENT), (NORMAL, URGENT, NORMAL)],
)
def test_a_regime_makes_urgent_and_graded_response_leaves_every_case_in_its_grade(
    told: CasePriority, epidemic: CasePriority, beijing: CasePriority
) -> None:
    assert urgency(told, EPIDEMIC, ROWS) is epidemic
    assert urgency(told, BEIJING, ROWS) is beijing
    assert urgency(told, BEIJING, [policy for policy in ROWS if policy.priority is None]) is epidemic


def test_bulletins_are_monthly_or_as_often_as_the_most_pressing_regime_asks() -> None:
    assert bulletin_period([]) is MONTHLY
    for periods in chain.from_iterable(permutations(BulletinPeriod, count) for count in (1, 2, 3)):
        wanted = DAILY if DAILY in periods else WEEKLY if WEEKLY in periods else MONTHLY
        assert bulletin_period(periods) is wanted
