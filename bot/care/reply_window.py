"""What the channel still allows, for the pages: of one conversation, and of those in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.models import Conversation, Message, Outbox
from bot.db.states import Author, OutboxState
from bot.db.window import allowances
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
    return _left(session, [conversation]).get(conversation.id)


def of_all(session: Session, conversation_ids: Iterable[str]) -> dict[str, Left]:
    """Gives what is left in each of these conversations whose channel has a window."""
    limited = select(Conversation).where(Conversation.id.in_(conversation_ids), Conversation.channel.in_(WINDOWS))
    return _left(session, list(session.execute(limited).scalars()))


def _left(session: Session, conversations: list[Conversation]) -> dict[str, Left]:
    found = allowances(session, conversations)
    held = dict(session.execute(_held(list(found))).tuples().all()) if found else {}
    return {
        key: Left(one.closes_at, one.left, one.is_open(now()), one.is_short(now()), held.get(key, 0))
        for key, one in found.items()
    }


def _held(conversation_ids: list[str]) -> Select[str, int]:
    """How many replies of counsellors wait in each of them."""
    mine = (Outbox.conversation_id.in_(conversation_ids), Outbox.state == OutboxState.held)
    rows = select(Outbox.conversation_id, func.count(Outbox.id)).join(Message, Message.id == Outbox.message_id)
    return rows.where(*mine, Message.author == Author.counsellor).group_by(Outbox.conversation_id)
