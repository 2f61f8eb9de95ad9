"""Appending to a conversation's thread: an outgoing message always comes with its outbox row."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.db.models import Conversation, Message, Outbox
from bot.db.states import Author, OutboxState
from bot.errors import NotFound
from bot.texts import Button

PULLED = {"web"}  # channels whose page reads the thread itself: being stored is being delivered


def lock_conversation(session: Session, conversation_id: str) -> Conversation:
    """Gives the conversation, locked until the transaction ends. Raises NotFound."""
    found = session.execute(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("no such conversation")
    return found


def add_outgoing(
    session: Session,
    conversation: Conversation,
    author: Author,
    text: str,
    *,
    buttons: Sequence[Button] = (),
    faq_id: str | None = None,
    reply_to: int | None = None,
    staff_id: str | None = None,
    marks: dict[str, object] | None = None,
) -> Message:
    """Adds a message to the worker and queues its delivery. `marks` are facts for the page, such as an event name."""
    extra = {"buttons": [[button.title, button.payload] for button in buttons], **(marks or {})}
    message = Message(
        conversation_id=conversation.id,
        author=author,
        body=text,
        extra=json.dumps(extra, ensure_ascii=False),
        faq_id=faq_id,
        reply_to=reply_to,
        staff_id=staff_id,
    )
    session.add(message)
    session.flush()
    stays_here = conversation.channel in PULLED or conversation.drill  # an exercise reaches nobody outside
    state = OutboxState.sent if stays_here else OutboxState.pending
    session.add(
        Outbox(message_id=message.id, conversation_id=conversation.id, channel=conversation.channel, state=state)
    )
    return message


def buttons_of(message: Message) -> list[Button]:
    """Gives the buttons that stand under a message."""
    rows = json.loads(message.extra or "{}").get("buttons") or []
    return [Button(title, payload) for title, payload in rows]
