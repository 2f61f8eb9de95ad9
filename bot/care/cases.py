"""Opening cases from the bot's side. Idempotent on the message id: a repeated call changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import links, night, rights
from bot.care.moves import move_case, move_owner
from bot.care.waiting import begin as begin_waiting
from bot.clock import local, now
from bot.db.care_models import CaseAnswer
from bot.db.models import CareCase, CaseEvent, Conversation, Message
from bot.db.session import transaction
from bot.db.states import CaseState, Category, Owner
from bot.errors import NotFound
from bot.level import Level, max_level

RIGHTS_KINDS = {"bullying", "exploitation", "harassment"}
SAFETY_KINDS = {"violence", "threat", "medical"}
LEGAL_AID = "legal_aid"  # the event of a worker who handed a matter to the union's legal aid
DESPAIR_KINDS = {"", "self_harm", "wage_threat", "distress", "debt"}


@dataclass(frozen=True)
class CaseRef:
    """Which case it is; `created` is False when the message was added to a case that was there already."""

    number: str
    level: Level
    created: bool


def open_case(message_id: str, level: Level, kind: str | None = None) -> CaseRef:
    """Logs a message of distress: opens the conversation's case, or adds the sign to the one that is open.

    At `high` and above the conversation waits for a counsellor from now on. Raises NotFound for an unknown message.
    """
    with transaction() as session:
        message, conversation = locked_message(session, message_id)
        case, created = ensure_case(session, conversation, level, kind or "")
        if _logged(session, message.id, "sign"):
            return CaseRef(case.number, case.level, created=False)
        session.add(CaseEvent(case_id=case.id, kind="sign", message_id=message.id, level=level))
        _raise_to(session, case, conversation, level, kind or "")
        _alert(session, conversation, message, level)
        _pair(session, case, message, level, kind or "")
        return CaseRef(case.number, case.level, created)


def request_human(message_id: str) -> CaseRef:
    """Logs the wish to talk to a person and puts the conversation on the desk's queue. Idempotent on the message."""
    with transaction() as session:
        message, conversation = locked_message(session, message_id)
        case, created = ensure_case(session, conversation, Level.none, "")
        if not _logged(session, message.id, "request"):
            session.add(CaseEvent(case_id=case.id, kind="request", message_id=message.id))
            call_counsellor(session, case, conversation)
        return CaseRef(case.number, case.level, created)


def open_rights_case(message_id: str, matter: str, answers: Mapping[str, str], wording: str) -> CaseRef:
    """Logs what a worker agreed to hand to the union's legal aid: a case of rights with the answers.

    It stands beside an open case of another kind. Nobody is paged, and the bot goes on speaking. `wording` names the
    text that was agreed to. Idempotent on the message; raises NotFound for an unknown one.
    """
    with transaction() as session:
        message, conversation = locked_message(session, message_id)
        case, created = _rights_case(session, conversation, matter)
        if not _logged(session, message.id, LEGAL_AID):
            session.add(CaseEvent(case_id=case.id, kind=LEGAL_AID, message_id=message.id, note=wording))
            rows = {"case_id": case.id, "message_id": message.id}
            session.add_all(CaseAnswer(**rows, question=name, answer=words) for name, words in answers.items())
        return CaseRef(case.number, case.level, created)


def _rights_case(session: Session, conversation: Conversation, matter: str) -> tuple[CareCase, bool]:
    case = _open_case_of(session, conversation)
    if case is not None and case.category == Category.rights:
        return case, False
    pair = _open_pair(session, case) if case is not None else None
    if pair is not None:
        return pair, False
    facts = {"category": Category.rights, "level": Level.none, "kind": matter}
    return _new_case(session, conversation, **facts, paired_with=case.id if case is not None else None), True


def _open_pair(session: Session, case: CareCase) -> CareCase | None:
    found = select(CareCase).where(CareCase.paired_with == case.id, CareCase.state != CaseState.closed).limit(1)
    return session.execute(found).scalar_one_or_none()


def _alert(session: Session, conversation: Conversation, message: Message, level: Level) -> None:
    """Pages the desk for a sign that triage had not seen but the model did."""
    if not level.is_crisis or (message.level or Level.none).is_crisis:
        return
    message.level = level
    night.alert(session, conversation, message, level)


def locked_message(session: Session, public_id: str) -> tuple[Message, Conversation]:
    """Gives a message with its conversation, locked until the transaction ends. Raises NotFound."""
    message = session.execute(select(Message).where(Message.public_id == public_id)).scalar_one_or_none()
    if message is None:
        raise NotFound("no such message")
    conversation = session.execute(
        select(Conversation).where(Conversation.id == message.conversation_id).with_for_update()
    ).scalar_one()
    return message, conversation


def _logged(session: Session, message_id: int, kind: str) -> bool:
    found = select(CaseEvent.id).where(CaseEvent.message_id == message_id, CaseEvent.kind == kind)
    return session.execute(found).first() is not None


def ensure_case(session: Session, conversation: Conversation, level: Level, kind: str) -> tuple[CareCase, bool]:
    """Gives the conversation's open case, making one if there is none, and whether it was made."""
    case = _open_case_of(session, conversation)
    if case is not None:
        return case, False
    return _new_case(session, conversation, category=category_of(kind), level=level, kind=kind), True


def _open_case_of(session: Session, conversation: Conversation) -> CareCase | None:
    return session.execute(
        select(CareCase)
        .where(links.has_conversation(conversation.id), CareCase.state != CaseState.closed)
        .where(CareCase.paired_with.is_(None))
        .order_by(CareCase.conversation_id == conversation.id)  # one that was joined by its code comes first
        .limit(1)
    ).scalar_one_or_none()


def _new_case(session: Session, conversation: Conversation, **facts: Any) -> CareCase:
    person_id = conversation.person_id
    case = CareCase(number=_number(conversation), conversation_id=conversation.id, person_id=person_id, **facts)
    session.add(case)
    session.flush()
    case.number = f"{local(case.opened_at):%Y%m%d}-{case.id:05d}"
    session.add(CaseEvent(case_id=case.id, kind="opened", level=case.level))
    session.flush()
    return case


def _pair(session: Session, case: CareCase, message: Message, level: Level, kind: str) -> None:
    """Opens a case of rights beside this one when somebody despairs over wages, an injury or a dismissal."""
    matter = "wages" if kind == "wage_threat" else rights.matter_of(message.body)
    if not level.is_crisis or matter is None or kind not in DESPAIR_KINDS:
        return
    if _open_pair(session, case) is None:
        facts = {"category": Category.rights, "level": Level.low, "kind": matter, "paired_with": case.id}
        _new_case(session, case.conversation, **facts)


def _number(conversation: Conversation) -> str:
    return conversation.id[:20]  # unique until the row's own id is known, in the same transaction


def category_of(kind: str) -> Category:
    """Gives the category that a kind of sign falls under until a person sets another."""
    if kind in RIGHTS_KINDS:
        return Category.rights
    if kind in SAFETY_KINDS:
        return Category.safety
    return Category.hardship if kind == "debt" else Category.psychological


def _raise_to(session: Session, case: CareCase, conversation: Conversation, level: Level, kind: str) -> None:
    if level.rank > case.level.rank:
        case.kind = kind or case.kind
    case.level = max_level(case.level, level)
    conversation.level = max_level(conversation.level, level)
    if level.is_crisis:
        call_counsellor(session, case, conversation)


def call_counsellor(session: Session, case: CareCase, conversation: Conversation) -> None:
    """Puts the conversation on the desk's queue and plans what is said while nobody comes."""
    if conversation.owner == Owner.counsellor:
        return
    if case.state in (CaseState.follow_up, CaseState.closing):
        move_case(case, CaseState.open)
        audit.record(session, audit.Action.reopened, None, audit.case(case.number))
    if conversation.owner != Owner.waiting:
        move_owner(conversation, Owner.waiting)
        case.waiting_since = now()
        begin_waiting(session, case, conversation)
