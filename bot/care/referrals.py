"""Referring a case: to others at the desk, who answer for themselves, or to a hospital or body outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import links
from bot.care.closing import locked, said
from bot.care.company import LEADS, names
from bot.clock import now
from bot.db.case_models import Referral
from bot.db.models import CareCase, CaseEvent, Staff
from bot.db.session import reading, transaction
from bot.db.states import CaseState, ReferralState, ReferralTo
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound

MAX_NAME = 60
REFERRAL_MOVES = {
    ReferralState.offered: {ReferralState.accepted, ReferralState.rejected},
    ReferralState.accepted: {ReferralState.done, ReferralState.rejected},
    ReferralState.rejected: set(),
    ReferralState.done: set(),
}


@dataclass(frozen=True)
class Offer:
    """A referral as the pages show it. `answered_by` accepted or rejected it, or wrote down what others said."""

    id: int
    number: str
    to: ReferralTo
    name: str
    reason: str
    state: ReferralState
    offered_by: str
    offered_by_id: str
    offered_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None
    done_at: datetime | None


def offer(number: str, staff_id: str, to: ReferralTo, name: str, reason: str) -> int:
    """Offers an open case to others; gives the referral's id. Raises BadInput, NotAllowedNow."""
    reason, name = said(reason), name.strip()
    if len(name) > MAX_NAME or (not name and not to.is_inside):
        raise BadInput("a body outside needs a name")
    with transaction() as session:
        case, _ = locked(session, number)
        if case.state == CaseState.closed:
            raise NotAllowedNow("the case is closed")
        row = Referral(case_id=case.id, to=to, name=name, reason=reason, offered_by=staff_id)
        session.add(row)
        session.add(CaseEvent(case_id=case.id, kind="referred", staff_id=staff_id, note=to.value))
        audit.record(session, audit.Action.referred, staff_id, audit.case(number))
        session.flush()
        return row.id


def accept(number: str, referral_id: int, staff_id: str, answer: str = "") -> None:
    """Takes a case that was offered inside, or writes down that a body outside takes it, and who said so.

    Who takes it inside is responsible from now on, unless somebody is in the conversation. Raises NotFound, NotAllowed
    for one's own offer, NotAllowedNow, BadInput.
    """
    with transaction() as session:
        case, conversations = locked(session, number)
        row = _answered(session, case, referral_id, staff_id, ReferralState.accepted)
        row.answer = answer.strip() if row.to.is_inside else said(answer)
        if row.to.is_inside and not links.is_held(conversations):
            case.staff_id = staff_id


def reject(number: str, referral_id: int, staff_id: str, reason: str) -> None:
    """Says no, with the reason. Raises NotFound, NotAllowed for one's own offer, NotAllowedNow, BadInput."""
    reason = said(reason)
    with transaction() as session:
        case, _ = locked(session, number)
        _answered(session, case, referral_id, staff_id, ReferralState.rejected).answer = reason


def finish(number: str, referral_id: int, staff_id: str) -> None:
    """Notes that what was taken is done. Raises NotFound, NotAllowedNow."""
    with transaction() as session:
        case, _ = locked(session, number)
        row = _row(session, case, referral_id)
        _move(session, case, row, staff_id, ReferralState.done)
        row.done_by, row.done_at = staff_id, now()


def _answered(session: Session, case: CareCase, referral_id: int, staff_id: str, to: ReferralState) -> Referral:
    row = _row(session, case, referral_id)
    _must_answer(session, row, staff_id)
    _move(session, case, row, staff_id, to)
    row.answered_by, row.answered_at = staff_id, now()
    return row


def _row(session: Session, case: CareCase, referral_id: int) -> Referral:
    row = session.execute(select(Referral).where(Referral.id == referral_id, Referral.case_id == case.id)).scalar()
    if row is None:
        raise NotFound("no such referral of this case")
    return row


def _must_answer(session: Session, row: Referral, staff_id: str) -> None:
    """Inside, another answers than the one who asks; what is offered to a lead, a lead answers."""
    if not row.to.is_inside:
        return
    if row.offered_by == staff_id:
        raise NotAllowed("somebody else has to answer")
    if row.to == ReferralTo.lead and session.get_one(Staff, staff_id).role not in LEADS:
        raise NotAllowed("a lead has to answer")


def _move(session: Session, case: CareCase, row: Referral, staff_id: str, to: ReferralState) -> None:
    if to not in REFERRAL_MOVES[row.state]:
        raise NotAllowedNow(f"a referral cannot go from {row.state} to {to}")
    row.state = to
    session.add(CaseEvent(case_id=case.id, kind=f"referral_{to}", staff_id=staff_id, note=row.to.value))
    audit.record(session, audit.Action(f"referral_{to}"), staff_id, audit.case(case.number))


def of_case(session: Session, case: CareCase) -> list[Offer]:
    """The referrals of a case, the newest first."""
    return _offers(session, Referral.case_id == case.id)[::-1]


def waiting_for(staff_id: str, *, lead: bool) -> list[Offer]:
    """What this person could take or refuse, the oldest first."""
    with reading() as session:
        return _offers(session, _for(staff_id, lead=lead))


def _for(staff_id: str, *, lead: bool) -> ColumnElement[bool]:
    inside = [to for to in ReferralTo if to.is_inside and (lead or to != ReferralTo.lead)]
    mine = Referral.offered_by != staff_id
    return mine & (Referral.state == ReferralState.offered) & Referral.to.in_(inside)


def _offers(session: Session, which: ColumnElement[bool]) -> list[Offer]:
    people = names(session)
    rows = select(Referral, CareCase.number).join(CareCase, CareCase.id == Referral.case_id).where(which)
    return [_offer(row, number, people) for row, number in session.execute(rows.order_by(Referral.id))]


def _offer(row: Referral, number: str, people: dict[str, str]) -> Offer:
    return Offer(
        id=row.id,
        number=number,
        to=row.to,
        name=row.name,
        reason=row.reason,
        state=row.state,
        offered_by=people.get(row.offered_by, ""),
        offered_by_id=row.offered_by,
        offered_at=row.offered_at,
        answered_by=people.get(row.answered_by or ""),
        answered_at=row.answered_at,
        answer=row.answer,
        done_at=row.done_at,
    )
