"""Reading a conversation for its own worker. `key` is the keyed hash of the session's token, never the token."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.channels.web.models import ChatMessage, MessageList, Pressed, mend
from bot.db.encryption import lookup_hash
from bot.db.models import ChannelIdentity, Conversation, Message
from bot.db.session import reading
from bot.db.states import Author, Owner
from bot.db.thread import buttons_of

CHANNEL = "web"
ACCOUNT = "web"
PAGE = 200  # messages at most in one read
CONTROL_TITLES = {"request_human": "找真人", "urgent_help": "紧急求助"}


@dataclass(frozen=True)
class Head:
    """Where a conversation stands. One that does not exist yet is the bot's and empty."""

    owner: Owner = Owner.bot
    last_id: int = 0
    conversation_id: str = ""


def key_of(token: str) -> str:
    """Gives the hash under which the session's conversation is found."""
    return lookup_hash(CHANNEL, ACCOUNT, token)


def heads(keys: Collection[str]) -> dict[str, Head]:
    """Gives where each conversation stands, in one query."""
    newest = select(func.max(Message.id)).where(Message.conversation_id == Conversation.id).scalar_subquery()
    query = _own(select(ChannelIdentity.external_hash, Conversation.owner, newest, Conversation.id), keys)
    with reading() as session:
        rows = session.execute(query)
        found = {key: Head(owner, last_id or 0, conversation_id) for key, owner, last_id, conversation_id in rows}
    return {key: found.get(key, Head()) for key in keys}


def _own(query: Select[*tuple[Any, ...]], keys: Collection[str]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Conversation)
        .join(ChannelIdentity, ChannelIdentity.id == Conversation.identity_id)
        .where(ChannelIdentity.channel == CHANNEL, ChannelIdentity.account == ACCOUNT)
        .where(ChannelIdentity.external_hash.in_(keys))
    )


def messages(key: str, after: int = 0, before: int | None = None, limit: int = PAGE) -> MessageList:
    """Gives messages oldest first: the first ones behind `after`, or with `before` the last ones in front of it.

    Ids grow in the order of commits inside a conversation, because whoever writes to it has locked it: a reader that
    remembers the last id misses nothing.
    """
    with reading() as session:
        found = session.execute(_own(select(Conversation.id, Conversation.owner, Conversation.pending), [key])).first()
        if found is None:
            return MessageList(messages=[], owner=Owner.bot, pending=0)
        rows = _rows(session, found.id, after, before, limit)
        titles = _pressed_titles(session, found.id, rows)
    return MessageList(messages=[_bubble(row, titles) for row in rows], owner=found.owner, pending=found.pending)


def _rows(session: Session, conversation_id: str, after: int, before: int | None, limit: int) -> list[Message]:
    own = (Message.conversation_id == conversation_id, Message.erased_at.is_(None))
    query = select(Message).where(*own, Message.id > after).limit(limit)
    if before is None:
        return list(session.execute(query.order_by(Message.id)).scalars())
    newest_first = query.where(Message.id < before).order_by(Message.id.desc())
    return list(session.execute(newest_first).scalars())[::-1]


def _extra(message: Message) -> dict[str, Any]:
    return dict(json.loads(message.extra or "{}"))


def _press_of(message: Message) -> Pressed | None:
    press = _extra(message).get("press") if message.author == Author.worker else None
    return Pressed(**press) if press else None


def _pressed_titles(session: Session, conversation_id: str, rows: list[Message]) -> dict[tuple[str, int], str]:
    """Gives (message, place) → title for the buttons that these messages press; only the conversation's own."""
    wanted = {press.message_id for press in map(_press_of, rows) if press}
    if not wanted:
        return {}
    found = session.execute(
        select(Message).where(Message.conversation_id == conversation_id, Message.public_id.in_(wanted))
    ).scalars()
    return {
        (message.public_id, place): button.title
        for message in found
        if message.author != Author.worker
        for place, button in enumerate(buttons_of(message))
    }


def _bubble(message: Message, titles: dict[tuple[str, int], str]) -> ChatMessage:
    by_worker = message.author == Author.worker
    extra, press = _extra(message), _press_of(message)
    buttons = [] if by_worker else buttons_of(message)
    title = titles.get((press.message_id, press.index), "") if press else ""
    return ChatMessage(
        id=message.id,
        message_id=message.public_id,
        author=message.author,
        text=mend(message.body) or title or CONTROL_TITLES.get(extra.get("command") or "", ""),
        buttons=[button.title for button in buttons],
        thumbs=[place for place, button in enumerate(buttons) if button.payload.startswith("/feedback")],
        press=press,
        event=None if by_worker else extra.get("event"),
        at=message.created_at,
    )
