"""What waits for one member of staff: tasks by their day, cases offered to them, and for leads cases to be closed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.care import casework, closing, referrals, scope
from bot.care.company import LEADS
from bot.care.scope import SPEAKERS
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
    """What waits for this person, of the cases that they may see."""
    lead = role in LEADS
    everything = casework.due_list(None if lead else staff_id)
    offers = referrals.waiting_for(staff_id, lead=lead)
    closings = closing.asked() if lead else []
    with reading() as session:
        numbers = [one.number for one in everything] + [one.number for one in offers] + [one.number for one in closings]
        seen = scope.visible_cases(session, staff_id, numbers)
    return Todo(
        tasks=[one for one in everything if one.staff_id == staff_id and one.number in seen],
        others=[one for one in everything if one.staff_id != staff_id and one.number in seen],
        offers=[one for one in offers if one.number in seen],
        closings=[one for one in closings if one.number in seen],
    )


def waiting() -> dict[str, list[str]]:
    """What waits for each by today: due tasks, offers they may take, closings they may approve.

    Gives staff id → the conversation of each; one that they may not see has to be left out by who shows it.
    """
    with reading() as session:
        due, offers, asked = casework.due(session), _offered(session), _asking(session)
        able = select(Staff.id, Staff.role).where(Staff.role.in_(SPEAKERS), Staff.disabled_at.is_(None))
        staff = session.execute(able).all()
    return {
        one: [
            *(where for who, where in due if who == one),
            *(where for by, to, where in offers if by != one and (role in LEADS or to != ReferralTo.lead)),
            *(where for by, where in asked if by != one and role in LEADS),
        ]
        for one, role in staff
    }


def _offered(session: Session) -> list[tuple[str, ReferralTo, str]]:
    rows = select(Referral.offered_by, Referral.to, CareCase.conversation_id).join(
        CareCase, CareCase.id == Referral.case_id
    )
    waits = session.execute(rows.where(Referral.state == ReferralState.offered))
    return [(by, to, conversation) for by, to, conversation in waits if to.is_inside]


def _asking(session: Session) -> list[tuple[str | None, str]]:
    rows = select(CareCase.closing_by, CareCase.conversation_id).where(CareCase.state == CaseState.closing)
    return [(by, conversation) for by, conversation in session.execute(rows)]
