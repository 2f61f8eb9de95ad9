"""What the channel still allows, for the pages: of one conversation, and of those in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.models import Conversation, Message, Outbox
from bot.db.states import Author, OutboxState
from bot.db.window import allowance_of
from bot.window import WINDOWS


@dataclass(frozen=True)
class Left:
    """What is left: until when, how many messages (None: not counted), whether that is little.

    `held` is how many replies of counsellors wait until the worker writes.
    """

    closes_at: datetime
    messages: int | None
    is_open: bool
    is_short: bool
    held: int


def of_conversation(session: Session, conversation: Conversation) -> Left | None:
    """Gives what is left; None where the channel sets no limit."""
    found = allowance_of(session, conversation)
    if found is None:
        return None
    held = select(func.count(Outbox.id)).join(Message, Message.id == Outbox.message_id)
    held = held.where(Outbox.conversation_id == conversation.id, Outbox.state == OutboxState.held)
    held = held.where(Message.author == Author.counsellor)
    waiting = session.execute(held).scalar_one()
    return Left(found.closes_at, found.left, found.is_open(now()), found.is_short(now()), waiting)


def of_all(session: Session, conversation_ids: Iterable[str]) -> dict[str, Left]:
    """Gives what is left in each of these conversations whose channel has a window."""
    limited = select(Conversation).where(Conversation.id.in_(conversation_ids), Conversation.channel.in_(WINDOWS))
    found = [(one.id, of_conversation(session, one)) for one in session.execute(limited).scalars()]
    return {conversation_id: left for conversation_id, left in found if left is not None}
