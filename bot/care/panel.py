"""What is known of a worker beside the thread, for the counsellor: answers, age, consents, mood, plan, contact."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from bot import audit
from bot.care import links
from bot.db.care_models import CaseAnswer, Consent, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import CareCase, CaseEvent, Conversation
from bot.db.session import reading, transaction
from bot.db.states import AgeBand, CaseState, Category, Purpose
from bot.errors import BadInput, NotFound
from bot.level import Level

MOODS = 7  # of the newest check-ins
MAX_REASON = 300
SHARED = "shared"  # the key in a safety plan under which the worker agreed that counsellors read it


@dataclass(frozen=True)
class Answer:
    """What the worker said to one of the bot's questions. `answer` is yes, no, skip or the worker's words."""

    question: str
    answer: str
    level: Level | None
    at: datetime


@dataclass(frozen=True)
class Agreement:
    """One purpose the worker agreed to, and whether that still holds."""

    purpose: Purpose
    granted_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class CaseLine:
    """A case of this conversation in one line."""

    number: str
    category: Category
    kind: str
    level: Level
    state: CaseState


@dataclass(frozen=True)
class Panel:
    """All of it. `plan` is None where there is none; it is empty where the worker keeps it to themselves."""

    age_band: AgeBand | None
    drill: bool
    cases: list[CaseLine]
    answers: list[Answer]
    agreements: list[Agreement]
    moods: list[tuple[datetime, dict[str, Any]]]
    plan: dict[str, Any] | None
    has_contact: bool
    others: list[Conversation]  # other conversations of the case in hand, joined with its code


def of(conversation_id: str) -> Panel:
    """The panel of a conversation. Raises NotFound."""
    with reading() as session:
        conversation = _conversation(session, conversation_id)
        cases = _cases(session, conversation_id)
        person = conversation.person_id
        return Panel(
            age_band=conversation.person.age_band,
            drill=conversation.drill,
            cases=[CaseLine(case.number, case.category, case.kind, case.level, case.state) for case in cases],
            answers=_answers(session, [case.id for case in cases]),
            agreements=_agreements(session, person),
            moods=_moods(session, person),
            plan=_plan(session, person),
            has_contact=_contact(session, person) is not None,
            others=_others(session, cases[0], conversation_id) if cases else [],
        )


def reveal_contact(conversation_id: str, staff_id: str, reason: str) -> str:
    """The emergency contact in the worker's words; who asked and why is on the case. Raises NotFound, BadInput."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise BadInput(f"a reason has 1 to {MAX_REASON} characters")
    with transaction() as session:
        conversation = _conversation(session, conversation_id)
        contact = _contact(session, conversation.person_id)
        cases = _cases(session, conversation_id)
        if contact is None or not cases:
            raise NotFound("no emergency contact, or no case to which the look could be noted")
        session.add(CaseEvent(case_id=cases[0].id, kind="contact_read", staff_id=staff_id, note=reason))
        audit.record(session, audit.Action.contact_read, staff_id, audit.case(cases[0].number))
        return contact.body


def cases_of(conversation_id: str) -> Select[CareCase]:
    """The case in hand first: open before closed, one that was joined by its code before the conversation's own, the
    first of a pair before the other, new before old."""
    own = CareCase.conversation_id == conversation_id
    order = (CareCase.state == CaseState.closed, own, CareCase.paired_with.is_not(None), CareCase.id.desc())
    return select(CareCase).where(links.has_conversation(conversation_id)).order_by(*order)


def about(session: Session, conversation_id: str) -> audit.Subject:
    """What the audit says an act in this conversation was about: the case in hand, or the conversation."""
    number = session.execute(cases_of(conversation_id).with_only_columns(CareCase.number).limit(1)).scalar()
    return audit.case_or(number, conversation_id)


def _conversation(session: Session, conversation_id: str) -> Conversation:
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound("no such conversation")
    return found


def _cases(session: Session, conversation_id: str) -> list[CareCase]:
    """The case in hand, then what is paired with it or open beside it."""
    found = list(session.execute(cases_of(conversation_id)).scalars())
    return [
        case for case in found if case is found[0] or case.state != CaseState.closed or case.paired_with == found[0].id
    ]


def _others(session: Session, case: CareCase, conversation_id: str) -> list[Conversation]:
    """The conversations of the case but for this one, each with its person."""
    found = links.of_case(case).where(Conversation.id != conversation_id).options(joinedload(Conversation.person))
    return list(session.execute(found).scalars())


def _answers(session: Session, case_ids: list[int]) -> list[Answer]:
    rows = session.execute(select(CaseAnswer).where(CaseAnswer.case_id.in_(case_ids)).order_by(CaseAnswer.id)).scalars()
    return [Answer(row.question, row.answer, row.level, row.at) for row in rows]


def _agreements(session: Session, person_id: str) -> list[Agreement]:
    """The newest word on each purpose."""
    rows = session.execute(select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)).scalars()
    newest = {row.purpose: Agreement(row.purpose, row.granted_at, row.withdrawn_at) for row in rows}
    return [newest[purpose] for purpose in Purpose if purpose in newest]


def _agreed(session: Session, person_id: str, purpose: Purpose) -> bool:
    return any(one.purpose == purpose and one.withdrawn_at is None for one in _agreements(session, person_id))


def _moods(session: Session, person_id: str) -> list[tuple[datetime, dict[str, Any]]]:
    newest = select(MoodEntry).where(MoodEntry.person_id == person_id).order_by(MoodEntry.id.desc()).limit(MOODS)
    return [(row.at, json.loads(row.body)) for row in session.execute(newest).scalars()]


def _plan(session: Session, person_id: str) -> dict[str, Any] | None:
    row = session.get(SafetyPlan, person_id)
    if row is None:
        return None
    body: dict[str, Any] = json.loads(row.body)
    return {step: words for step, words in body.items() if step != SHARED} if body.get(SHARED) in (True, "yes") else {}


def _contact(session: Session, person_id: str) -> EmergencyContact | None:
    """The contact while its consent is in force."""
    agreed = _agreed(session, person_id, Purpose.emergency)
    return session.get(EmergencyContact, person_id) if agreed else None
