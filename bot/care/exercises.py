"""What a drill leaves behind, and how it is cleared away. Conversations of a drill are marked and counted nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.care import tasks
from bot.care.moves import move_case, move_owner
from bot.clock import now
from bot.db.models import Alert, CareCase, CaseEvent, ChannelIdentity, Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, CaseState, Owner, TaskKind
from bot.level import Level, max_level


@dataclass(frozen=True)
class Trace:
    """How far an exercise has come: what triage made of it, what was answered, and the conversation."""

    conversation_id: str
    drill: bool
    level: Level
    replies: tuple[str, ...]


def trace(channel: str, external_hash: str) -> Trace | None:
    """Gives what has become of the messages of one sender; None if there are none."""
    with reading() as session:
        conversation = session.execute(
            select(Conversation)
            .join(ChannelIdentity, ChannelIdentity.id == Conversation.identity_id)
            .where(ChannelIdentity.channel == channel, ChannelIdentity.external_hash == external_hash)
        ).scalar_one_or_none()
        if conversation is None:
            return None
        rows = session.execute(
            select(Message).where(Message.conversation_id == conversation.id).order_by(Message.id)
        ).scalars()
        return _trace(conversation, list(rows))


def _trace(conversation: Conversation, messages: list[Message]) -> Trace:
    level = Level.none
    for message in messages:
        if message.author == Author.worker:
            level = max_level(level, message.level or Level.none)
    replies = tuple(message.body for message in messages if message.author == Author.bot)
    return Trace(conversation.id, conversation.drill, level, replies)


def clear() -> int:
    """Takes everything that drills left on the desk off it again; gives how many cases were closed."""
    with transaction() as session:
        drills = select(Conversation.id).where(Conversation.drill)
        seen = update(Alert).where(Alert.conversation_id.in_(drills), Alert.acknowledged_at.is_(None))
        session.execute(seen.values(acknowledged_at=now()).execution_options(synchronize_session=False))
        cases = session.execute(
            select(CareCase, Conversation)
            .join(Conversation, Conversation.id == CareCase.conversation_id)
            .where(CareCase.state != CaseState.closed, Conversation.drill)
            .with_for_update(of=Conversation)
        ).all()
        for case, conversation in cases:
            _close(session, case, conversation)
        if cases:
            audit.record(session, audit.Action.drill_cleared, None, cases=len(cases))
        return len(cases)


def _close(session: Session, case: CareCase, conversation: Conversation) -> None:
    move_case(case, CaseState.closed)
    case.closed_at = now()
    session.add(CaseEvent(case_id=case.id, kind="drill_cleared"))
    tasks.end(session, conversation.id, *TaskKind)
    conversation.counsellor_id, conversation.level = None, Level.none
    if conversation.owner != Owner.bot:
        move_owner(conversation, Owner.bot)
