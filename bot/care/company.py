"""Several staff in one conversation: the holder invites, a lead joins or takes over. Each step locks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from bot import audit
from bot.audit import Action
from bot.care.panel import cases_of
from bot.clock import now
from bot.db.models import CareCase, CaseEvent, Conversation, Person, Staff, StaffSession
from bot.db.session import reading, transaction
from bot.db.states import Owner, Role
from bot.db.thread import lock_conversation
from bot.db.thread_models import Companion, HandOver
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound

LEADS = (Role.lead, Role.admin)
SPEAKERS = (Role.counsellor, *LEADS)
MAX_REASON = 300


@dataclass(frozen=True)
class Guest:
    """Somebody beside the holder. `joined` is False for one who is invited and has not come yet."""

    conversation_id: str
    staff_id: str
    name: str
    joined: bool


@dataclass(frozen=True)
class Taken:
    """What one who lost a conversation is told: which, to whom, why."""

    event_id: int
    staff_id: str
    conversation_id: str
    pseudonym: str
    by: str
    reason: str


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be invited; `seen_at` is when they last used the desk."""

    staff_id: str
    name: str
    role: Role
    seen_at: datetime | None


def names(session: Session) -> dict[str, str]:
    """Gives the name of each member of staff by id, also of those who have left."""
    return {row.id: row.display_name for row in session.execute(select(Staff.id, Staff.display_name))}


def must_have(conversation: Conversation, staff_id: str) -> None:
    """Raises NotAllowedNow unless this counsellor has the conversation."""
    if conversation.owner != Owner.counsellor or conversation.counsellor_id != staff_id:
        raise NotAllowedNow("you do not have this conversation")


def must_speak(session: Session, conversation: Conversation, staff_id: str) -> None:
    """Raises NotAllowedNow unless this person has the conversation or has joined it."""
    row = _companion(session, conversation.id, staff_id)
    if conversation.owner != Owner.counsellor or row is None or row.joined_at is None:
        must_have(conversation, staff_id)


def invite(conversation_id: str, holder_id: str, guest_id: str) -> None:
    """Asks a colleague to come in beside the holder. Raises NotFound for one who may not speak at the desk."""
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        must_have(conversation, holder_id)
        guest = session.get(Staff, guest_id)
        if guest is None or guest.role not in SPEAKERS or guest.disabled_at is not None or guest_id == holder_id:
            raise NotFound("no such colleague")
        if _companion(session, conversation_id, guest_id) is None:
            session.add(Companion(conversation_id=conversation_id, staff_id=guest_id, invited_by=holder_id))
            _note(session, conversation_id, Action.invited, holder_id, guest.display_name, who=guest_id)


def join(conversation_id: str, staff_id: str) -> None:
    """Lets a lead, or one who is invited, speak beside the holder. Raises NotAllowed for others."""
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        if conversation.owner != Owner.counsellor or conversation.counsellor_id == staff_id:
            raise NotAllowedNow("there is nobody beside whom one could speak")
        row = _companion(session, conversation_id, staff_id)
        if row is None:
            _must_lead(session, staff_id)
            row = Companion(conversation_id=conversation_id, staff_id=staff_id)
            session.add(row)
        if row.joined_at is None:
            row.joined_at = now()
            _note(session, conversation_id, Action.joined, staff_id)


def leave(conversation_id: str, staff_id: str) -> None:
    """Takes somebody who joined or is invited out again; nothing happens to one who is neither."""
    with transaction() as session:
        lock_conversation(session, conversation_id)
        row = _companion(session, conversation_id, staff_id)
        if row is not None:
            row.left_at = now()
            _note(session, conversation_id, Action.left, staff_id)


def take_over(conversation_id: str, lead_id: str, holder_id: str, reason: str) -> None:
    """Makes a lead the holder in place of the one they saw there, who is told why.

    Raises NotAllowedNow if somebody else has it by now: of two leads at once one wins.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise BadInput(f"a reason has 1 to {MAX_REASON} characters")
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        _must_lead(session, lead_id)
        must_have(conversation, holder_id)
        if holder_id == lead_id:
            raise NotAllowedNow("it is yours already")
        conversation.counsellor_id = lead_id
        case = _case(session, conversation_id)
        case.staff_id = lead_id
        row = _companion(session, conversation_id, lead_id)
        if row is not None:
            row.left_at = now()
        event = _note(session, conversation_id, Action.taken_over, lead_id, reason, who=holder_id)
        session.add(HandOver(event_id=event.id, from_staff_id=holder_id))


def end(session: Session, conversation_id: str) -> None:
    """Takes everybody out who is beside the holder: the conversation goes back to the bot."""
    there = (Companion.conversation_id == conversation_id, Companion.left_at.is_(None))
    session.execute(update(Companion).where(*there).values(left_at=now()))


def guests(session: Session, conversation_id: str | None = None) -> list[Guest]:
    """Who is beside the holder, in one conversation or in all."""
    rows = select(Companion, Staff.display_name).join(Staff, Staff.id == Companion.staff_id)
    rows = rows.where(Companion.left_at.is_(None)).order_by(Companion.id)
    if conversation_id is not None:
        rows = rows.where(Companion.conversation_id == conversation_id)
    return [
        Guest(row.conversation_id, row.staff_id, name, row.joined_at is not None) for row, name in session.execute(rows)
    ]


def taken() -> list[Taken]:
    """What was taken over and the former holder has not read yet, oldest first."""
    by = aliased(Staff)
    rows = (
        select(HandOver, CaseEvent, CareCase.conversation_id, Person.pseudonym, by.display_name)
        .join(CaseEvent, CaseEvent.id == HandOver.event_id)
        .join(CareCase, CareCase.id == CaseEvent.case_id)
        .join(Person, Person.id == CareCase.person_id)
        .join(by, by.id == CaseEvent.staff_id)
        .where(HandOver.seen_at.is_(None))
        .order_by(HandOver.event_id)
    )
    with reading() as session:
        return [
            Taken(event.id, row.from_staff_id, conversation, pseudonym, name, event.note or "")
            for row, event, conversation, pseudonym, name in session.execute(rows)
        ]


def note_seen(event_id: int, staff_id: str) -> None:
    """Notes that the former holder has read it. Raises NotFound if it is not theirs."""
    with transaction() as session:
        row = session.get(HandOver, event_id)
        if row is None or row.from_staff_id != staff_id:
            raise NotFound("no such notice")
        row.seen_at = row.seen_at or now()


def colleagues(staff_id: str) -> list[Colleague]:
    """Who can be invited by this person, those who used the desk last first."""
    seen = select(func.max(StaffSession.last_seen)).where(StaffSession.staff_id == Staff.id).scalar_subquery()
    with reading() as session:
        rows = session.execute(
            select(Staff, seen).where(Staff.role.in_(SPEAKERS), Staff.disabled_at.is_(None), Staff.id != staff_id)
        )
        found = [Colleague(row.id, row.display_name, row.role, seen_at) for row, seen_at in rows]
    return sorted(found, key=lambda one: (-(one.seen_at.timestamp() if one.seen_at else 0), one.name))


def _companion(session: Session, conversation_id: str, staff_id: str) -> Companion | None:
    return session.execute(
        select(Companion).where(
            Companion.conversation_id == conversation_id,
            Companion.staff_id == staff_id,
            Companion.left_at.is_(None),
        )
    ).scalar_one_or_none()


def _must_lead(session: Session, staff_id: str) -> None:
    if session.get_one(Staff, staff_id).role not in LEADS:
        raise NotAllowed("only a lead may, or one who is invited")


def _case(session: Session, conversation_id: str) -> CareCase:
    return session.execute(cases_of(conversation_id).limit(1)).scalar_one()


def _note(
    session: Session, conversation_id: str, act: Action, staff_id: str, note: str | None = None, who: str | None = None
) -> CaseEvent:
    case = _case(session, conversation_id)
    event = CaseEvent(case_id=case.id, kind=act.value, staff_id=staff_id, note=note)
    session.add(event)
    audit.record(session, act, staff_id, audit.case(case.number), who=who)
    session.flush()
    return event
