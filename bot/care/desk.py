"""What counsellors do: see the queue, take a conversation, answer, hand it back, close the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, texts
from bot.audit import Action
from bot.care import codes, follow_up, links, load, ratings, waiting
from bot.care.cases import ensure_case
from bot.care.closing import close as close
from bot.care.company import must_have
from bot.care.holding import acknowledge_alerts, mark, release
from bot.care.moves import move_case, move_owner
from bot.care.panel import about, cases_of
from bot.care.queue import QueueRow as QueueRow
from bot.care.queue import queue as queue
from bot.care.speaking import MAX_REPLY as MAX_REPLY
from bot.care.speaking import reply as reply
from bot.clock import now
from bot.db.models import CareCase, CaseEvent, Conversation, Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, CaseState, OutboxState, Owner
from bot.db.thread import lock_conversation
from bot.errors import NotAllowedNow, NotFound
from bot.level import Level


def claim(conversation_id: str, staff_id: str, *, confirmed: bool = True) -> None:
    """Makes this counsellor the owner; exactly one of several wins. Raises NotAllowedNow for the others.

    Unless it is `confirmed`, raises TooMuch if they carry enough already.
    """
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        if conversation.owner == Owner.counsellor and conversation.counsellor_id != staff_id:
            raise NotAllowedNow("taken by someone else")
        if conversation.owner != Owner.counsellor and not confirmed:
            load.check(session, conversation, staff_id)
        seen = acknowledge_alerts(session, conversation_id, staff_id)
        if conversation.owner == Owner.counsellor:
            if seen:
                audit.record(session, Action.acknowledged, staff_id, about(session, conversation_id))
            return
        case = _case(session, conversation)
        move_owner(conversation, Owner.counsellor)
        conversation.counsellor_id = staff_id
        _take(session, case, staff_id)
        waiting.met(session, conversation_id)
        mark(session, conversation, "counsellor_joined")


def _take(session: Session, case: CareCase, staff_id: str) -> None:
    move_case(case, CaseState.in_care)
    case.staff_id = staff_id
    case.claimed_at = now()
    case.acknowledged_at = case.acknowledged_at or case.claimed_at
    session.add(CaseEvent(case_id=case.id, kind="claimed", staff_id=staff_id))
    audit.record(session, Action.claimed, staff_id, audit.case(case.number))


def acknowledge(conversation_id: str, staff_id: str) -> None:
    """Stops the alarm: a person has seen it, though nobody has taken it yet."""
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        seen = acknowledge_alerts(session, conversation_id, staff_id)
        case = _case(session, conversation)
        is_new = case.state == CaseState.open
        if is_new:
            move_case(case, CaseState.acknowledged)
            case.acknowledged_at = now()
            session.add(CaseEvent(case_id=case.id, kind="acknowledged", staff_id=staff_id))
        if is_new or seen:  # who answers acknowledges each time; only the first time says anything
            audit.record(session, Action.acknowledged, staff_id, audit.case(case.number))


def hand_back(conversation_id: str, staff_id: str) -> None:
    """Gives the conversation back to the bot, with a marker the worker sees; the case goes to follow-up."""
    with transaction() as session:
        conversation = _owned(session, conversation_id, staff_id)
        release(session, conversation)
        codes.offer(session, conversation)
        case = _open_case(session, conversation)
        session.add(CaseEvent(case_id=case.id, kind="handed_back", staff_id=staff_id))
        audit.record(session, Action.handed_back, staff_id, audit.case(case.number))
        others = session.execute(links.of_case(case)).scalars().all()
        if not links.is_held(list(others), but=conversation_id):
            move_case(case, CaseState.follow_up)
            follow_up.schedule(session, case)
        ratings.plan(session, conversation, case)


def _owned(session: Session, conversation_id: str, staff_id: str) -> Conversation:
    conversation = lock_conversation(session, conversation_id)
    must_have(conversation, staff_id)
    return conversation


def _open_case_or_none(session: Session, conversation_id: str) -> CareCase | None:
    """The open case; of a pair the first one, and the other when that is closed."""
    case = session.execute(cases_of(conversation_id).limit(1)).scalar_one_or_none()
    return case if case is not None and case.state != CaseState.closed else None


def _case(session: Session, conversation: Conversation) -> CareCase:
    return _open_case_or_none(session, conversation.id) or ensure_case(session, conversation, conversation.level, "")[0]


def _open_case(session: Session, conversation: Conversation) -> CareCase:
    case = _open_case_or_none(session, conversation.id)
    if case is None:
        raise NotFound("no open case")
    return case


@dataclass(frozen=True)
class ThreadMessage:
    """One bubble for the console. `delivery` is None for what the worker wrote."""

    id: int
    author: Author
    text: str
    level: Level | None
    reasons: str | None
    staff_id: str | None
    created_at: datetime
    delivery: OutboxState | None


def thread(conversation_id: str, after: int = 0, limit: int = 500) -> list[ThreadMessage]:
    """Gives the newest `limit` messages behind `after`, oldest first, with what the bot said among them."""
    with reading() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound("no such conversation")
        found = session.execute(
            select(Message, Outbox.state)
            .outerjoin(Outbox, Outbox.message_id == Message.id)
            .where(Message.conversation_id == conversation_id, Message.id > after, ~ratings.is_about())
            .order_by(Message.id.desc())
            .limit(limit)
        ).all()
    return [_bubble(message, state, conversation.drill) for message, state in reversed(found)]


def _bubble(message: Message, delivery: OutboxState | None, drill: bool) -> ThreadMessage:
    body = texts.get("erased_message").text if message.erased_at else codes.covered(message.body)
    return ThreadMessage(
        message.id,
        message.author,
        texts.get("drill_mark").text + body if drill else body,
        message.level,
        message.reasons,
        message.staff_id,
        message.created_at,
        delivery,
    )


def dead_letters(limit: int = 100) -> list[tuple[str, int, str, datetime]]:
    """Gives what could not be delivered, newest first: (conversation id, message id, error code, since)."""
    with reading() as session:
        rows = session.execute(
            select(Outbox.conversation_id, Outbox.message_id, Outbox.error_code, Outbox.not_before)
            .where(Outbox.state == OutboxState.dead)
            .order_by(Outbox.id.desc())
            .limit(limit)
        )
        return [(row[0], row[1], row[2] or "", row[3]) for row in rows]
