"""What the page of one conversation shows, and the record that somebody looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot import audit
from bot.audit import Action
from bot.care import casefile, panel, reply_window
from bot.clock import now
from bot.console import beside, delivery, labels, thread, window
from bot.db.models import Alert, CareCase, CaseEvent, Conversation, Inbox, Message, Staff
from bot.db.session import reading, transaction
from bot.db.states import Author, CaseState, InboxState, Owner
from bot.errors import NotFound

READ_AGAIN = timedelta(minutes=10)  # a stream that reconnects within this is the same look


@dataclass(frozen=True)
class Stuck:
    """A worker's message that could not be worked on."""

    conversation_id: str
    message_id: int
    received_at: datetime


def note_read(
    conversation_id: str,
    staff_id: str,
    *,
    again_after: timedelta = timedelta(0),
    action: Action = Action.thread_read,
) -> None:
    """Audits that this member of staff looked at the conversation, and notes it on its case. Raises NotFound.

    A look that is on record already costs one reading and no write.
    """
    with reading() as session:
        _conversation(session, conversation_id)
        case = _newest_case(session, conversation_id)
        about = audit.case_or(case.number if case else None, conversation_id)
        on_record = audit.looked_lately(session, action, staff_id, about)
        on_case = case is None or casefile.read_since(session, case, staff_id, now() - again_after)
    if on_record and on_case:
        return
    with transaction() as session:
        if not on_record:
            audit.record(session, action, staff_id, about)
        if case is not None and not on_case:
            session.add(CaseEvent(case_id=case.id, kind="read", staff_id=staff_id))


def _conversation(session: Session, conversation_id: str) -> Conversation:
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound("no such conversation")
    return found


def _newest_case(session: Session, conversation_id: str) -> CareCase | None:
    """The case in hand: the open one if there is one, of a pair the first."""
    return session.execute(panel.cases_of(conversation_id).limit(1)).scalar_one_or_none()


def state(conversation_id: str, staff_id: str) -> dict[str, Any]:
    """Gives who has the conversation, how its case stands and what this member of staff may do, as JSON."""
    with reading() as session:
        conversation = _conversation(session, conversation_id)
        case = _newest_case(session, conversation_id)
        guests = beside.facts(session, conversation, staff_id)
        holder = conversation.counsellor_id if conversation.owner == Owner.counsellor else None
        return {
            "conversation": conversation.id,
            "pseudonym": conversation.person.pseudonym,
            "channel": labels.channel(conversation.channel),
            "holder": _name(session, holder),
            "mine": holder == staff_id,
            "alerts": _alerts(session, conversation_id),
            "delivery": delivery.of_conversation(session, conversation_id),
            "marks": thread.marks_of(conversation_id, staff_id),
            "badges": labels.badges(
                drill=conversation.drill, age_band=conversation.person.age_band, kind=case.kind if case else ""
            ),
            **_case_facts(conversation, case),
            "may": _may(conversation, case, staff_id, guests["joined"]),
            "company": guests,
            "window": window.payload(reply_window.of_conversation(session, conversation)),
        }


def _case_facts(conversation: Conversation, case: CareCase | None) -> dict[str, Any]:
    open_case = case is not None and case.state != CaseState.closed
    waits = case is not None and open_case and conversation.owner == Owner.waiting
    level = case.level if case is not None and open_case else conversation.level
    return {
        "level": level,
        "level_label": labels.LEVELS[level],
        "number": case.number if case else None,
        "kind": labels.kind(case.kind) if case else "",
        "state": labels.STATES[case.state] if case else "还没有建案",
        "closed": case is not None and not open_case,
        "since": case.waiting_since.isoformat() if case and waits else None,
    }


def _may(conversation: Conversation, case: CareCase | None, staff_id: str, joined: bool) -> dict[str, bool]:
    held = conversation.owner == Owner.counsellor
    mine = held and conversation.counsellor_id == staff_id
    going_on = case is not None and case.state not in (CaseState.closed, CaseState.closing)
    may_close = going_on and (mine or not held)
    return {"claim": not held, "reply": mine or joined, "hand_back": mine, "close": may_close}


def holder_name(conversation_id: str) -> str | None:
    """Gives the display name of the counsellor who has the conversation, or None."""
    with reading() as session:
        conversation = _conversation(session, conversation_id)
        return _name(session, conversation.counsellor_id if conversation.owner == Owner.counsellor else None)


def _name(session: Session, staff_id: str | None) -> str | None:
    found = session.get(Staff, staff_id) if staff_id else None
    return found.display_name if found else None


def _alerts(session: Session, conversation_id: str) -> int:
    unseen = select(func.count()).where(Alert.conversation_id == conversation_id, Alert.acknowledged_at.is_(None))
    return session.execute(unseen).scalar_one()


def stuck_messages(limit: int = 100) -> list[Stuck]:
    """Gives the workers' messages that were given up after repeated failures, newest first."""
    with reading() as session:
        rows = session.execute(
            select(Inbox.conversation_id, Inbox.message_id, Inbox.received_at)
            .where(Inbox.state == InboxState.failed)
            .order_by(Inbox.id.desc())
            .limit(limit)
        )
        return [Stuck(*row) for row in rows]


def pseudonyms(conversation_ids: set[str]) -> dict[str, str]:
    """Gives the pseudonym of each conversation's worker."""
    with reading() as session:
        found = session.execute(select(Conversation).where(Conversation.id.in_(conversation_ids))).scalars()
        return {conversation.id: conversation.person.pseudonym for conversation in found}


def holders() -> dict[str, str]:
    """Gives which counsellor has which conversation: conversation id → staff id."""
    with reading() as session:
        held = select(Conversation.id, Conversation.counsellor_id).where(Conversation.owner == Owner.counsellor)
        return {row[0]: row[1] for row in session.execute(held) if row[1]}


def unanswered() -> dict[str, tuple[int, datetime]]:
    """Gives, for conversations that a counsellor has, how much the worker wrote since a person last spoke or came."""
    spoken = aliased(Message)
    last = select(func.max(spoken.id)).where(
        spoken.conversation_id == Message.conversation_id, spoken.author.in_((Author.counsellor, Author.system))
    )
    waiting = (
        select(Message.conversation_id, func.count(), func.min(Message.created_at))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.owner == Owner.counsellor, Message.author == Author.worker)
        .where(Message.id > func.coalesce(last.correlate(Message).scalar_subquery(), 0))
        .group_by(Message.conversation_id)
    )
    with reading() as session:
        return {row[0]: (row[1], row[2]) for row in session.execute(waiting)}
