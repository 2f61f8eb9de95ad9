"""Where people belong, and what follows: who may not see a conversation any more lets it go at once."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot import audit, texts
from bot.audit import Action
from bot.care import company, links, night, scope, units, waiting
from bot.care.moves import move_case, move_owner
from bot.care.panel import about, cases_of
from bot.clock import now
from bot.db.models import CaseEvent, Conversation, Staff
from bot.db.org_models import StaffUnit, UnionUnit, WorkerUnit
from bot.db.session import reading, transaction
from bot.db.states import Author, CaseState, Owner
from bot.db.thread import add_outgoing, lock_conversation
from bot.db.thread_models import Companion, HandOver
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound


class NobodySees(NotAllowedNow):
    """With this unit nobody at the desk could see the worker: a cry for help would be unheard."""

    code = "nobody_sees"


def place_worker(conversation_id: str, by: str, unit_id: str | None) -> None:
    """Notes where the worker belongs, or that it is not known. Raises NobodySees, BadInput for a closed unit."""
    with transaction() as session:
        lock_conversation(session, conversation_id)
        _must_be_open(session, unit_id)
        joined = _joined(session, conversation_id)
        for one in joined:
            _set_unit(session, one.person_id, unit_id)
        session.flush()
        if not all(scope.who_sees(session, one.id, scope.at_desk(session)) for one in joined):
            raise NobodySees("nobody could see it")
        _note(session, conversation_id, Action.unit_set, by)
        for one in joined:
            release_unseen(session, by, one.id)


def share_unit(session: Session, conversation: Conversation) -> None:
    """Where one of the conversations that were joined has a unit, the others get it: the wall is the same for all."""
    joined = _joined(session, conversation.id)
    known = [row.unit_id for one in joined if (row := session.get(WorkerUnit, one.person_id)) is not None]
    for one in joined:
        if known and session.get(WorkerUnit, one.person_id) is None:
            _set_unit(session, one.person_id, known[0])
    session.flush()
    for one in joined:
        release_unseen(session, None, one.id)


def _joined(session: Session, conversation_id: str) -> list[Conversation]:
    """This conversation and those of the same case."""
    case = session.execute(cases_of(conversation_id).limit(1)).scalar_one_or_none()
    if case is None:
        return [session.get_one(Conversation, conversation_id)]
    return list(session.execute(links.of_case(case)).scalars())


def _set_unit(session: Session, person_id: str, unit_id: str | None) -> None:
    row = session.get(WorkerUnit, person_id)
    if row is not None and unit_id is None:
        session.delete(row)
    elif row is not None and unit_id is not None:
        row.unit_id, row.set_at = unit_id, now()
    elif unit_id is not None:
        session.add(WorkerUnit(person_id=person_id, unit_id=unit_id))


def place_staff(by: str, staff_id: str, unit_id: str | None, employer_id: str | None) -> None:
    """Sets what a member of staff answers for and who employs them; it counts from the next request on.

    Raises NotAllowed for oneself: nobody takes down their own wall. BadInput, NotFound.
    """
    if by == staff_id:
        raise NotAllowed("nobody changes their own unit")
    with transaction() as session:
        if session.get(Staff, staff_id) is None:
            raise NotFound("no such account")
        known = session.get(StaffUnit, staff_id)
        for one, before in ((unit_id, known and known.unit_id), (employer_id, known and known.employer_id)):
            if one != before:
                _must_be_open(session, one)
        session.merge(StaffUnit(staff_id=staff_id, unit_id=unit_id, employer_id=employer_id))
        audit.record(
            session, Action.staff_placed, by, audit.staff(staff_id), unit=unit_id or "", employer=employer_id or ""
        )
        session.flush()
        release_unseen(session, by)


def move_unit(by: str, unit_id: str, parent_id: str | None) -> None:
    """Moves a unit in the tree. Raises BadUnit, NotFound."""
    with transaction() as session:
        units.move(session, unit_id, parent_id)
        audit.record(session, Action.unit_moved, by, audit.unit(unit_id))
        release_unseen(session, by)


def _must_be_open(session: Session, unit_id: str | None) -> None:
    row = session.get(UnionUnit, unit_id) if unit_id is not None else None
    if unit_id is not None and (row is None or row.closed_at is not None):
        raise BadInput("no such unit, or a closed one")


def release_all() -> int:
    """Releases what a moment between two transactions has left behind; gives how many conversations that were."""
    with reading() as session:
        if not _unseen_by_holder(session):
            return 0
    with transaction() as session:
        return release_unseen(session, None)


def release_unseen(session: Session, by: str | None, only: str | None = None) -> int:
    """Takes conversations, or one of them, from a holder who may not see it any more, and sends companions out."""
    found = _unseen_by_holder(session, only)
    for conversation_id in found:
        _release(session, lock_conversation(session, conversation_id), by)
    there = select(Companion).where(Companion.left_at.is_(None), _just(Companion.conversation_id, only))
    for guest in session.execute(there).scalars():
        if not scope.sees(session, guest.staff_id, guest.conversation_id):
            guest.left_at = now()
    return len(found)


def _unseen_by_holder(session: Session, only: str | None = None) -> list[str]:
    """The conversations whose counsellor may not see them, in the one order in which they are locked."""
    held = (Conversation.owner == Owner.counsellor, _just(Conversation.id, only))
    by_holder: dict[str, set[str]] = {}
    for holder, conversation_id in session.execute(select(Conversation.counsellor_id, Conversation.id).where(*held)):
        by_holder.setdefault(holder or "", set()).add(conversation_id)
    unseen = (ids - scope.visible(session, holder, ids) for holder, ids in by_holder.items())
    return sorted(one for ids in unseen for one in ids)


def _just(column: InstrumentedAttribute[str], only: str | None) -> ColumnElement[bool]:
    return true() if only is None else column == only


def _release(session: Session, conversation: Conversation, by: str | None) -> None:
    """The worker waits for another person; the holder is told, and an alarm rings anew."""
    holder, conversation.counsellor_id = conversation.counsellor_id, None
    move_owner(conversation, Owner.waiting)
    company.end(session, conversation.id)
    add_outgoing(
        session, conversation, Author.system, texts.get("counsellor_moved").text, marks={"event": "counsellor_left"}
    )
    case = session.execute(cases_of(conversation.id).limit(1)).scalar_one()
    if case.state == CaseState.in_care:
        move_case(case, CaseState.open)
    case.staff_id, case.waiting_since = None, now()
    event = _note(session, conversation.id, Action.out_of_scope, by, who=holder)
    if event is not None and holder is not None:
        session.add(HandOver(event_id=event.id, from_staff_id=holder))
    waiting.begin(session, case, conversation)
    night.call_again(session, conversation)


def _note(
    session: Session, conversation_id: str, act: Action, by: str | None, who: str | None = None
) -> CaseEvent | None:
    """Records it, and writes it on the case in hand if there is a case. Which unit it was stays out of the audit:
    leads of all employers read that."""
    audit.record(session, act, by, about(session, conversation_id), who=who)
    case = session.execute(cases_of(conversation_id).limit(1)).scalar_one_or_none()
    if case is None:
        return None
    event = CaseEvent(case_id=case.id, kind=act.value, staff_id=by)
    session.add(event)
    session.flush()
    return event


def unit_of(session: Session, conversation: Conversation) -> WorkerUnit | None:
    """Gives where the worker belongs; None where that is not known."""
    return session.get(WorkerUnit, conversation.person_id)


def place_of(staff_id: str) -> StaffUnit:
    """Gives where a member of staff belongs; empty where nothing is set."""
    with reading() as session:
        return session.get(StaffUnit, staff_id) or StaffUnit(staff_id=staff_id, unit_id=None, employer_id=None)


def unheard(session: Session) -> int:
    """Gives how many open conversations nobody at the desk may see."""
    asked = select(Conversation.id).where(Conversation.owner.in_((Owner.waiting, Owner.counsellor)))
    found = set(session.execute(asked).scalars())
    for one in scope.at_desk(session):
        found -= scope.visible(session, one, found)
    return len(found)
