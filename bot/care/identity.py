"""Seeing who a worker is: a counsellor asks with a reason, a lead decides, each look is written on the case.

In danger of life a lead may look at once. Nothing of the identity is kept or logged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from bot import audit
from bot.audit import Action
from bot.care import scope
from bot.care.company import LEADS
from bot.care.panel import cases_of
from bot.clock import now
from bot.db.models import CareCase, CaseEvent, Conversation, Person, Staff
from bot.db.org_models import IdentityRequest
from bot.db.session import reading, transaction
from bot.db.states import CaseState, IdentityState
from bot.db.thread import lock_conversation
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.level import Level

GRANT_LASTS = timedelta(hours=24)
MAX_REASON = 300


@dataclass(frozen=True)
class Identity:
    """Who a worker is, as far as the channel knows: its name, our account there, and the worker's id."""

    channel: str
    account: str
    external_id: str


@dataclass(frozen=True)
class Standing:
    """How far this person's own newest request has come; `state` is None where there is none in force."""

    state: IdentityState | None
    until: datetime | None
    answer: str
    in_danger: bool


@dataclass(frozen=True)
class Open:
    """A request that waits for a lead."""

    id: int
    conversation_id: str
    number: str | None
    pseudonym: str
    by: str
    reason: str
    asked_at: datetime


def standing(session: Session, conversation_id: str, staff_id: str) -> Standing:
    """Gives where this person stands with this worker's identity."""
    in_danger = _in_danger(session, session.get_one(Conversation, conversation_id))
    row = session.execute(_own(conversation_id, staff_id).limit(1)).scalar_one_or_none()
    if row is None or row.state == IdentityState.at_once or _is_over(row):
        return Standing(None, None, "", in_danger)
    return Standing(row.state, row.until, row.answer or "", in_danger)


def _own(conversation_id: str, staff_id: str) -> Select[IdentityRequest]:
    own = (IdentityRequest.conversation_id == conversation_id, IdentityRequest.staff_id == staff_id)
    return select(IdentityRequest).where(*own).order_by(IdentityRequest.id.desc())


def _is_over(row: IdentityRequest) -> bool:
    return row.state == IdentityState.granted and (row.until is None or row.until <= now())


def _in_danger(session: Session, conversation: Conversation) -> bool:
    case = session.execute(cases_of(conversation.id).limit(1)).scalar_one_or_none()
    open_one = case is not None and case.state != CaseState.closed
    return conversation.level == Level.imminent or (case is not None and open_one and case.level == Level.imminent)


def ask(conversation_id: str, staff_id: str, reason: str) -> None:
    """Asks the leads. Raises BadInput without a reason, NotAllowedNow while a request is open or granted, NotFound
    where there is no case to write it on."""
    reason = _checked(reason)
    with transaction() as session:
        lock_conversation(session, conversation_id)
        last = session.execute(_own(conversation_id, staff_id).limit(1)).scalar_one_or_none()
        if last is not None and last.state in (IdentityState.asked, IdentityState.granted) and not _is_over(last):
            raise NotAllowedNow("there is a request already")
        session.add(IdentityRequest(conversation_id=conversation_id, staff_id=staff_id, reason=reason))
        _note(session, conversation_id, Action.identity_asked, staff_id, reason)


def decide(request_id: int, lead_id: str, granted: bool, answer: str) -> str:
    """Grants or refuses, with a reason; gives the conversation. NotAllowed for the one who asked.

    Raises NotFound for a lead who may not see the worker, NotAllowedNow if it is decided already.
    """
    answer = _checked(answer)
    with transaction() as session:
        row = session.get(IdentityRequest, request_id, with_for_update=True)
        if row is None or not scope.sees(session, lead_id, row.conversation_id):
            raise NotFound("no such request")
        if row.staff_id == lead_id:
            raise NotAllowed("nobody grants their own request")
        if row.state != IdentityState.asked:
            raise NotAllowedNow("it is decided")
        row.state = IdentityState.granted if granted else IdentityState.refused
        row.decided_by, row.decided_at, row.answer = lead_id, now(), answer
        row.until = now() + GRANT_LASTS if granted else None
        act = Action.identity_granted if granted else Action.identity_refused
        _note(session, row.conversation_id, act, lead_id, answer, who=row.staff_id)
        return row.conversation_id


def look(conversation_id: str, staff_id: str) -> Identity:
    """Gives the identity to one whose request is granted and not over. Raises NotAllowedNow."""
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        row = session.execute(_own(conversation_id, staff_id).limit(1)).scalar_one_or_none()
        if row is None or row.state != IdentityState.granted or _is_over(row):
            raise NotAllowedNow("no grant in force")
        _note(session, conversation_id, Action.identity_read, staff_id, None)
        return _identity(conversation)


def look_at_once(conversation_id: str, lead_id: str, reason: str) -> Identity:
    """Gives the identity to a lead, because a life is in danger. Raises BadInput, or NotAllowedNow if none is."""
    reason = _checked(reason)
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        if not _in_danger(session, conversation):
            raise NotAllowedNow("no life is in danger")
        row = IdentityRequest(conversation_id=conversation_id, staff_id=lead_id, reason=reason)
        row.state, row.decided_by, row.decided_at = IdentityState.at_once, lead_id, now()
        session.add(row)
        _note(session, conversation_id, Action.identity_read_at_once, lead_id, reason)
        return _identity(conversation)


def _identity(conversation: Conversation) -> Identity:
    found = conversation.identity
    return Identity(found.channel, found.account, found.external_id)


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise BadInput(f"a reason has 1 to {MAX_REASON} characters")
    return reason


def _note(
    session: Session, conversation_id: str, act: Action, staff_id: str, note: str | None, who: str | None = None
) -> None:
    case = session.execute(cases_of(conversation_id).limit(1)).scalar_one_or_none()
    if case is None:
        raise NotFound("no case on which it could be written")
    session.add(CaseEvent(case_id=case.id, kind=act.value, staff_id=staff_id, note=note))
    audit.record(session, act, staff_id, audit.case(case.number), who=who)


def open_requests(lead_id: str) -> list[Open]:
    """Gives the requests of others that this lead could decide, the oldest first."""
    by = aliased(Staff)
    rows = (
        select(IdentityRequest, Person.pseudonym, by.display_name)
        .join(Conversation, Conversation.id == IdentityRequest.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .join(by, by.id == IdentityRequest.staff_id)
        .where(IdentityRequest.state == IdentityState.asked, IdentityRequest.staff_id != lead_id)
        .where(scope.may_see(lead_id))
        .order_by(IdentityRequest.id)
    )
    with reading() as session:
        return [_open(session, row, pseudonym, name) for row, pseudonym, name in session.execute(rows).all()]


def count_open(session: Session, staff_id: str) -> int:
    """Gives how many requests wait for this person's decision; none for one who is no lead."""
    if session.get_one(Staff, staff_id).role not in LEADS:
        return 0
    mine = (IdentityRequest.state == IdentityState.asked, IdentityRequest.staff_id != staff_id)
    rows = select(IdentityRequest.id).join(Conversation, Conversation.id == IdentityRequest.conversation_id)
    return len(session.execute(rows.where(*mine, scope.may_see(staff_id))).all())


def _open(session: Session, row: IdentityRequest, pseudonym: str, by: str) -> Open:
    case: CareCase | None = session.execute(cases_of(row.conversation_id).limit(1)).scalar_one_or_none()
    number = case.number if case else None
    return Open(row.id, row.conversation_id, number, pseudonym, by, row.reason, row.asked_at)


def erase(session: Session, person_id: str) -> None:
    """Empties what staff wrote about a person in requests; that there were some stays."""
    own = select(Conversation.id).where(Conversation.person_id == person_id)
    for row in session.execute(select(IdentityRequest).where(IdentityRequest.conversation_id.in_(own))).scalars():
        row.reason, row.answer = "", None if row.answer is None else ""
