"""Thumbs up and down on the bot's answers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.db.models import Feedback, Message
from bot.db.session import transaction
from bot.db.states import Author
from bot.errors import BadInput, NotFound

VALUES = ("up", "down")


def record(message_id: str, value: str) -> None:
    """Keeps the worker's verdict on the bot's message with that public id; the last one counts.

    Raises BadInput for another value and NotFound when there is no such answer.
    """
    if value not in VALUES:
        raise BadInput("feedback is up or down")
    with transaction() as session:
        message = session.execute(select(Message).where(Message.public_id == message_id)).scalar_one_or_none()
        if message is None or message.author != Author.bot:
            raise NotFound("no such answer")
        _keep(session, message, value)


def record_last(message_id: str, value: str) -> bool:
    """Keeps a verdict that was typed: it counts for the last FAQ answered before. False if there is none."""
    with transaction() as session:
        typed = session.execute(select(Message).where(Message.public_id == message_id)).scalar_one_or_none()
        if typed is None:
            raise NotFound("no such message")
        answer = session.execute(
            select(Message)
            .where(Message.conversation_id == typed.conversation_id, Message.id < typed.id)
            .where(Message.author == Author.bot, Message.faq_id.is_not(None))
            .order_by(Message.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        if answer is not None:
            _keep(session, answer, value)
        return answer is not None


def _keep(session: Session, message: Message, value: str) -> None:
    given = session.execute(select(Feedback).where(Feedback.message_id == message.id)).scalar_one_or_none()
    if given is not None:
        given.value = value
        return
    session.add(
        Feedback(
            message_id=message.id,
            conversation_id=message.conversation_id,
            faq_id=message.faq_id,
            value=value,
        )
    )
