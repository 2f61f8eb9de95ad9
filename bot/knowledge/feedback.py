"""Thumbs up and down on the bot's answers."""

from __future__ import annotations

from sqlalchemy import select

from bot.db.models import Author, Feedback, Message
from bot.db.session import transaction
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
