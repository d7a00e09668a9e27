"""应急机制: what regimes in force make of a case's urgency and of the bulletins (ZZ-19, ZZ-21)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from resolvers.rules import deadlines
from resolvers.rules.deadlines import Policy
from resolvers.terms.kinds import BulletinPeriod, CasePriority

_SHORTEST_FIRST = (BulletinPeriod.DAILY, BulletinPeriod.WEEKLY, BulletinPeriod.MONTHLY)


def urgency(priority: CasePriority, policy: str, known: Sequence[Policy]) -> CasePriority:
    """How urgent a case is under a regime: at least URGENT (ZZ-19). Where the regime's limits are graded by priority it
    stays in its grade, or nothing would be ordinary there.
    """
    if priority is not CasePriority.NORMAL or deadlines.graded(known, policy):
        return priority
    return CasePriority.URGENT


def bulletin_period(in_force: Collection[BulletinPeriod]) -> BulletinPeriod:
    """通报周期: monthly (ZZ-15), or the shortest of those that the regimes in force ask for (ZZ-21)."""
    return min((*in_force, BulletinPeriod.MONTHLY), key=_SHORTEST_FIRST.index)
