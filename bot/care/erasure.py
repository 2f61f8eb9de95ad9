"""Erasing what a worker said and gave. Left are the bare cases (number, times, levels) and the record of who did what.

While a crisis case is open, its words, its answers and the contact for an emergency stay until it is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.care import casework, identity, links, notes, ratings, tasks
from bot.clock import now
from bot.db.asked_models import ReviewItem
from bot.db.care_models import AlarmMark, CaseAnswer, Consent, DueTask, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.case_models import CaseLink
from bot.db.models import CareCase, CaseEvent, Conversation, Message, Outbox, Person
from bot.db.programme_models import StudyAnswer
from bot.db.states import CaseState, OutboxState, Purpose, TaskKind
from bot.errors import NotFound
from bot.level import Level

LOOK_AGAIN = timedelta(hours=1)  # at a case that still has to keep its words
CRISIS = [level for level in Level if level.is_crisis]


@dataclass(frozen=True)
class Erasure:
    """What came of it: the number of the open case that keeps its words for now, if there is one."""

    kept_by: str | None


def erase(session: Session, person_id: str, upto: int) -> Erasure:
    """Erases everything of a person up to the message with that id, but for what an open crisis case needs."""
    held = open_crisis(session, person_id)
    mine = and_(Message.conversation_id.in_(_conversations(person_id)), Message.id <= upto)
    blank(session, mine if held is None else and_(mine, ~_words_of(session, held)))
    _erase_rows(session, person_id, held)
    _erase_notes(session, person_id, held)
    ratings.erase(session, person_id)
    if held is None:
        notes.erase(session, person_id)
        identity.erase(session, person_id)
        session.execute(update(Person).where(Person.id == person_id).values(age_band=None))
    else:
        due = now() + LOOK_AGAIN
        tasks.add(session, TaskKind.erase, _own(session, person_id, held), due, case_id=held.id, step=upto)
    _audit(session, person_id)
    return Erasure(held.number if held else None)


def _own(session: Session, person_id: str, case: CareCase) -> str:
    """Which conversation of the case is this person's: another may have been joined to it with its code."""
    mine = links.of_case(case).where(Conversation.person_id == person_id).with_only_columns(Conversation.id)
    return session.execute(mine.limit(1)).scalar_one()


def finish(session: Session, task: DueTask, conversation: Conversation) -> None:
    """Erases what a case had kept, once the case is closed; looks again later until then."""
    case = tasks.case_of(session, task)
    if case is None:
        raise NotFound("the case that kept something")
    if case.state != CaseState.closed or case.closed_at is None:
        task.due_at = now() + LOOK_AGAIN
        return
    tasks.close(task)
    spoken = select(func.max(Message.id)).where(
        Message.conversation_id.in_(_of_case(case)), Message.created_at <= case.closed_at
    )
    erase(session, conversation.person_id, max(task.step, session.execute(spoken).scalar() or 0))


def blank(session: Session, which: ColumnElement[bool]) -> int:
    """Empties these messages and takes back what of them is not delivered yet; gives how many they were."""
    ids = select(Message.id).where(which)
    session.execute(
        update(Outbox)
        .where(Outbox.message_id.in_(ids), Outbox.state != OutboxState.sent)
        .values(state=OutboxState.sent, error_code="erased", lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(ReviewItem).where(ReviewItem.message_id.in_(ids)).execution_options(synchronize_session=False)
    )
    unnoted = update(AlarmMark).where(AlarmMark.message_id.in_(ids)).values(note=None)
    session.execute(unnoted.execution_options(synchronize_session=False))
    emptied = session.execute(
        update(Message)
        .where(which, Message.erased_at.is_(None))
        .values(body="", extra=None, reasons=None, erased_at=now())
        .execution_options(synchronize_session=False)
        .returning(Message.id)
    )
    return len(emptied.all())


def _conversations(person_id: str) -> ColumnElement[str]:
    return select(Conversation.id).where(Conversation.person_id == person_id).scalar_subquery()


def open_crisis(session: Session, person_id: str) -> CareCase | None:
    """Gives the open case of high or imminent risk whose words must stay, if there is one."""
    joined = select(CaseLink.case_id).where(CaseLink.conversation_id.in_(_conversations(person_id)))
    theirs = or_(CareCase.person_id == person_id, CareCase.id.in_(joined))
    open_ones = select(CareCase).where(theirs, CareCase.state != CaseState.closed, CareCase.level.in_(CRISIS))
    return session.execute(open_ones.order_by(CareCase.id).limit(1)).scalar_one_or_none()


def _words_of(session: Session, case: CareCase) -> ColumnElement[bool]:
    """The messages of a case: from the first one that is on it."""
    first = session.execute(select(func.min(CaseEvent.message_id)).where(CaseEvent.case_id == case.id)).scalar()
    since = Message.created_at >= case.opened_at if first is None else Message.id >= first
    return and_(Message.conversation_id.in_(_of_case(case)), since)


def _of_case(case: CareCase) -> Select[str]:
    return links.of_case(case).with_only_columns(Conversation.id).order_by(None)


def _let_go(person_id: str, held: CareCase | None) -> ColumnElement[bool]:
    """The person's cases but for the one that keeps its words, and the one paired with it."""
    if held is None:
        return CareCase.person_id == person_id
    unpaired = func.coalesce(CareCase.paired_with, 0) != held.id
    return and_(CareCase.person_id == person_id, CareCase.id != held.id, unpaired)


def _erase_rows(session: Session, person_id: str, held: CareCase | None) -> None:
    cases = select(CareCase.id).where(_let_go(person_id, held))
    session.execute(delete(CaseAnswer).where(CaseAnswer.case_id.in_(cases)))
    casework.forget(session, cases)
    for table in (MoodEntry, SafetyPlan, StudyAnswer):
        session.execute(delete(table).where(table.person_id == person_id))
    agreed = delete(Consent).where(Consent.person_id == person_id)
    if held is None:
        session.execute(delete(EmergencyContact).where(EmergencyContact.person_id == person_id))
        session.execute(agreed)
    else:  # whom to call, and that we may, can still save a life
        session.execute(agreed.where(Consent.purpose == Purpose.keep_sensitive))


def _erase_notes(session: Session, person_id: str, held: CareCase | None) -> None:
    """Staff's words about the person; the events themselves stay, and a trigger lets nothing else be changed."""
    cases = _let_go(person_id, held)
    ids = select(CareCase.id).where(cases)
    noted = update(CaseEvent).where(CaseEvent.case_id.in_(ids), CaseEvent.note.is_not(None)).values(note=None)
    session.execute(noted.execution_options(synchronize_session=False))
    session.execute(update(CareCase).where(cases).values(outcome=None))


def _audit(session: Session, person_id: str) -> None:
    newest = select(CareCase).where(CareCase.person_id == person_id).order_by(CareCase.id.desc()).limit(1)
    case = session.execute(newest).scalar()
    if case is not None:
        session.add(CaseEvent(case_id=case.id, kind="erased"))
    audit.record(session, audit.Action.erased, None, audit.case_or_person(case.number if case else None, person_id))
