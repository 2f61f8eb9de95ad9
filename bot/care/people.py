"""Who writes, as far as the bot may know: the age that somebody said, and what they asked to be kept for them."""

from __future__ import annotations

import json
import re

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.care import consents, follow_up
from bot.clock import now
from bot.db.care_models import CaseAnswer, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import CareCase, Conversation, Message, Person
from bot.db.session import reading, transaction
from bot.db.states import AgeBand, Purpose
from bot.errors import NotFound

GROWN_UP, OLD_ENOUGH = 18, 14
STEPS = ("signs", "helps", "people", "places", "numbers")  # of a safety plan, in this order
CONTACT_HOW = "contact_how"  # the question whose answer is the number to call
SHARED = "shared"  # in a plan: the worker agreed that counsellors read it
_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")}
_NUMBER = r"(\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[七八九])"
_OWN = r"(?:[我俺咱]|^(?=今年))(?:今年|现在|才|刚|满|过|快|都|也|是|已经|虚岁|周岁|还){0,3}"
_AGES = (  # "I am 15 years old", but not "my 15 year old brother"; "I am 15 this year."
    re.compile(_OWN + _NUMBER + r"周?岁(?!的(?!学生|人))"),
    re.compile(r"[我俺咱](?:今年|今年才|今年刚|才|刚满)" + _NUMBER + r"(?:了|啦)?(?=$|[，。,.！! ])"),
)
_BELOW = re.compile(r"[我俺咱](?:今年|现在)?(?:还)?(?:不到|没满|未满|不满|没到)" + _NUMBER)
_MINOR = re.compile(
    r"[我俺咱](?:还|还是|是)?(?:个)?(?:没|未)(?:有)?成年|[我俺咱](?:还)?(?:在)?(?:上|念|读)(?:小学|初|高[中一二三])"
)


def person_of(session: Session, message_id: str) -> Person:
    """Gives who wrote a message. Raises NotFound."""
    found = session.execute(
        select(Person)
        .join(Conversation, Conversation.person_id == Person.id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.public_id == message_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("no such message")
    return found


def age_said(text: str) -> AgeBand | None:
    """Gives the age band that somebody says of themselves; None where they say none."""
    exact = next((found for pattern in _AGES if (found := pattern.search(text))), None)
    below = _BELOW.search(text)
    if exact is None and below is None:
        return AgeBand.minor if _MINOR.search(text) else None
    years = _number(exact.group(1)) if exact else _number(below.group(1)) - 1 if below else 0
    if years < OLD_ENOUGH:
        return AgeBand.under_14
    return AgeBand.minor if years < GROWN_UP else AgeBand.adult


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.partition("十")
    return (_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)) if ten else _DIGITS[words]


def learn_age(message_id: str) -> AgeBand | None:
    """Keeps the age that a message tells, and gives what is now known of it. Raises NotFound."""
    with transaction() as session:
        person = person_of(session, message_id)
        words = session.execute(select(Message.body).where(Message.public_id == message_id)).scalar_one()
        person.age_band = age_said(words) or person.age_band
        return person.age_band


def age_band(message_id: str) -> AgeBand | None:
    """Gives what is known of the age of who wrote a message. Raises NotFound."""
    with reading() as session:
        return person_of(session, message_id).age_band


def agreed(message_id: str, purpose: Purpose) -> bool:
    """True while the writer's agreement to a purpose is in force. Raises NotFound."""
    with reading() as session:
        return consents.given(session, person_of(session, message_id).id, purpose)


def agree(message_id: str, purpose: Purpose, wording: str) -> None:
    """Records the writer's agreement. Raises NotFound."""
    with transaction() as session:
        person = person_of(session, message_id)
        consents.give(session, person.id, purpose, wording)
        if purpose == Purpose.follow_up:
            follow_up.consent_given(session, person.id)


def take_back(message_id: str, purposes: tuple[Purpose, ...]) -> list[Purpose]:
    """Takes back the writer's agreements; what was kept only by agreement goes with it. Raises NotFound."""
    with transaction() as session:
        return withdraw(session, person_of(session, message_id).id, purposes)


def withdraw(session: Session, person_id: str, purposes: tuple[Purpose, ...]) -> list[Purpose]:
    """The same for a person; the caller commits. Gives the agreements that there were."""
    taken = consents.withdraw(session, person_id, purposes)
    if Purpose.keep_sensitive in taken:
        for table in (MoodEntry, SafetyPlan):
            session.execute(delete(table).where(table.person_id == person_id))
    if Purpose.contact in taken:
        own = select(CareCase.id).where(CareCase.person_id == person_id)
        session.execute(delete(CaseAnswer).where(CaseAnswer.question == CONTACT_HOW, CaseAnswer.case_id.in_(own)))
    return taken


def write_plan(message_id: str, step: str, words: str) -> None:
    """Writes one step of the writer's safety plan. Raises NotFound."""
    with transaction() as session:
        person = person_of(session, message_id)
        plan = session.get(SafetyPlan, person.id) or SafetyPlan(person_id=person.id, body="{}")
        plan.body = json.dumps({**json.loads(plan.body), step: words}, ensure_ascii=False)
        plan.updated_at = now()
        session.add(plan)


def read_plan(conversation_id: str) -> dict[str, str]:
    """Gives the safety plan of a conversation's worker by step; empty if there is none."""
    with reading() as session:
        conversation = session.get(Conversation, conversation_id)
        return _plan(session, conversation.person_id) if conversation else {}


def plan_of_writer(message_id: str) -> dict[str, str]:
    """Gives the safety plan of who wrote a message, by step. Raises NotFound."""
    with reading() as session:
        return _plan(session, person_of(session, message_id).id)


def _plan(session: Session, person_id: str) -> dict[str, str]:
    plan = session.get(SafetyPlan, person_id)
    body: dict[str, str] = json.loads(plan.body) if plan else {}
    return {step: body[step] for step in STEPS if body.get(step)}


def keep_mood(message_id: str, answers: dict[str, int]) -> None:
    """Keeps one mood check-in of the writer. Raises NotFound."""
    with transaction() as session:
        body = json.dumps(answers, ensure_ascii=False)
        session.add(MoodEntry(person_id=person_of(session, message_id).id, body=body))


def keep_contact(message_id: str, words: str) -> None:
    """Keeps whom to call when the writer's life is in danger. Raises NotFound."""
    with transaction() as session:
        person = person_of(session, message_id)
        contact = session.get(EmergencyContact, person.id) or EmergencyContact(person_id=person.id)
        contact.body, contact.updated_at = words, now()
        session.add(contact)
