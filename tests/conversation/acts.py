"""Things a worker does, for tests: each goes through the real inbox."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from bot.care import desk
from bot.channels.incoming import Accepted, Incoming, Press
from bot.clock import now
from bot.conversation.inbox import accept
from bot.db.models import Message, Staff, StaffSession
from bot.db.session import reading, transaction
from bot.db.states import Author
from bot.db.thread import buttons_of


def say(text: str, sender: str = "worker-1", channel: str = "web", external_id: str | None = None) -> Accepted:
    """Writes one message."""
    return accept(Incoming(channel, "main", external_id or uuid4().hex, sender, text))


def press(message_id: str, index: int, sender: str = "worker-1", channel: str = "web") -> Accepted:
    """Presses a button."""
    return accept(Incoming(channel, "main", uuid4().hex, sender, "", press=Press(message_id, index)))


def says(conversation_id: str) -> list[str]:
    """What was said to the worker, by bot and system, oldest first."""
    heard = (Author.bot, Author.system)
    return [bubble.text for bubble in desk.thread(conversation_id) if bubble.author in heard]


def press_title(conversation_id: str, title: str, sender: str = "worker-1", channel: str = "web") -> Accepted:
    """Presses the newest button of that title."""
    with reading() as session:
        rows = session.execute(
            select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id.desc())
        ).scalars()
        for row in rows:
            titles = [button.title for button in buttons_of(row)] if row.author != Author.worker else []
            if title in titles:
                return press(row.public_id, titles.index(title), sender, channel)
    raise LookupError(title)


def a_counsellor(name: str = "lin") -> str:
    """An account of a member of staff; gives its id."""
    with transaction() as session:
        person = Staff(login=name, display_name=name, role="counsellor")
        session.add(person)
        session.flush()
        return person.id


def on_duty(staff_id: str) -> None:
    """Has somebody use the desk now."""
    with transaction() as session:
        session.add(StaffSession(token_hash=uuid4().hex, staff_id=staff_id, csrf="x", last_seen=now()))
