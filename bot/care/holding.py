"""Letting go of a conversation, and that somebody has seen its alarms: what every way to end a talk shares."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import texts
from bot.care import company, night, tasks
from bot.care.moves import move_owner
from bot.clock import now
from bot.db.models import Alert, Conversation
from bot.db.states import Author, Owner, TaskKind
from bot.db.thread import add_outgoing


def acknowledge_alerts(session: Session, conversation_id: str, staff_id: str) -> int:
    """Notes that a person has seen the alerts: nobody else is called; gives how many were new to everybody."""
    night.stop(session, conversation_id)
    seen = session.execute(
        update(Alert)
        .where(Alert.conversation_id == conversation_id, Alert.acknowledged_at.is_(None))
        .values(acknowledged_at=now(), acknowledged_by=staff_id)
        .returning(Alert.id)
    )
    return len(seen.all())


def release(session: Session, conversation: Conversation) -> None:
    """Gives the conversation back to the bot; the worker is told if a person had it.

    The engine forgets what it asked before the person came: else the next word would be taken for an answer to that.
    """
    had_person = conversation.owner == Owner.counsellor
    move_owner(conversation, Owner.bot)
    conversation.counsellor_id = None
    company.end(session, conversation.id)
    if had_person:
        mark(session, conversation, "counsellor_left")
        tasks.add(session, TaskKind.forget, conversation.id, now())


def mark(session: Session, conversation: Conversation, event: str) -> None:
    """Puts a marker into the thread that the worker sees."""
    add_outgoing(session, conversation, Author.system, texts.get(event).text, marks={"event": event})
