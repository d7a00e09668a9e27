"""待办审批: which of the waiting decisions to list, and who may decide one. Which wait for whom is `access`'s to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from resolvers.doors.bind import Bind, Condition
from resolvers.models import Approval
from resolvers.rules import transitions
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import ApprovalKind
from resolvers.terms.roles import Role


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to filter by; None leaves it open."""

    kind: Sequence[ApprovalKind] | None = None
    case_number: str | None = None
    escalated: bool | None = None


def matching(wanted: Wanted) -> Condition:
    def condition(t: str, bind: Bind) -> str:
        parts = []
        if wanted.kind is not None:
            parts.append(f"{t}.kind = ANY({bind([kind.value for kind in wanted.kind], '::text[]')})")
        if wanted.case_number is not None:
            number = bind(wanted.case_number)
            parts.append(f"{t}.case_id = (SELECT y.id FROM cases y WHERE y.number = {number})")
        if wanted.escalated is not None:
            parts.append(f"{t}.escalated_at IS {'NOT ' if wanted.escalated else ''}NULL")
        return " AND ".join(parts) or "true"

    return condition


def permit(actor: Actor, *roles: Role) -> bool:
    """The top bureau's to decide: True for one of these roles there, False for its duty leader, who may decide what has
    escalated; `NOT_PERMITTED` to everybody else, a county's own included.
    """
    if actor.jurisdiction_id in actor.offices(*roles):
        return True
    if actor.jurisdiction_id not in actor.offices(Role.DUTY_LEADER):
        raise Refused(Code.NOT_PERMITTED)
    return False


async def judge(
    actor: Actor, subject_id: UUID, requester_id: UUID, office_id: UUID, path: str, *, its_duty: bool
) -> None:
    """Whose decision it is: of those whose duty it is, or of the duty leader once nobody decided in time (4.5); never of
    who asked, nor of anybody in the unit that asked.
    """
    if not its_duty:
        waiting = Approval.filter(subject_id=subject_id, decided_at=None)
        if not await waiting.exclude(escalated_at=None).exists():
            raise Refused(Code.NOT_PERMITTED)
    transitions.decide(actor, requester_id)
    if actor.works_in(office_id):
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN, path)
