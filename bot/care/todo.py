"""What waits for one member of staff: tasks by their day, cases offered to them, and for leads cases to be closed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.care import casework, closing, referrals
from bot.care.company import LEADS, SPEAKERS
from bot.db.case_models import Referral
from bot.db.models import CareCase, Staff
from bot.db.session import reading
from bot.db.states import CaseState, ReferralState, ReferralTo, Role


@dataclass(frozen=True)
class Todo:
    """The lists of one person. `closings` and `others` (tasks of colleagues) are empty for all but leads."""

    tasks: list[casework.Task]
    others: list[casework.Task]
    offers: list[referrals.Offer]
    closings: list[closing.Asked]


def of(staff_id: str, role: Role) -> Todo:
    """What waits for this person."""
    lead = role in LEADS
    everything = casework.due_list(None if lead else staff_id)
    return Todo(
        tasks=[one for one in everything if one.staff_id == staff_id],
        others=[one for one in everything if one.staff_id != staff_id],
        offers=referrals.waiting_for(staff_id, lead=lead),
        closings=closing.asked() if lead else [],
    )


def counts() -> dict[str, int]:
    """How much waits for each by today: due tasks, offers they may take, and closings they may approve."""
    with reading() as session:
        due, offers, asked = casework.due_counts(session), _offered(session), _asking(session)
        staff = select(Staff).where(Staff.role.in_(SPEAKERS), Staff.disabled_at.is_(None))
        return {
            one.id: due[one.id]
            + sum(by != one.id and (one.role in LEADS or to != ReferralTo.lead) for by, to in offers)
            + sum(by != one.id for by in asked if one.role in LEADS)
            for one in session.execute(staff).scalars()
        }


def _offered(session: Session) -> list[tuple[str, ReferralTo]]:
    rows = select(Referral.offered_by, Referral.to).where(Referral.state == ReferralState.offered)
    return [(by, to) for by, to in session.execute(rows) if to.is_inside]


def _asking(session: Session) -> list[str | None]:
    return list(session.execute(select(CareCase.closing_by).where(CareCase.state == CaseState.closing)).scalars())
