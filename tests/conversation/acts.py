"""Things a worker does, for tests: each goes through the real inbox."""

from __future__ import annotations

from uuid import uuid4

from bot.channels.incoming import Accepted, Incoming, Press
from bot.conversation.inbox import accept


def say(text: str, sender: str = "worker-1", channel: str = "web", external_id: str | None = None) -> Accepted:
    """Writes one message."""
    return accept(Incoming(channel, "main", external_id or uuid4().hex, sender, text))


def press(message_id: str, index: int, sender: str = "worker-1", channel: str = "web") -> Accepted:
    """Presses a button."""
    return accept(Incoming(channel, "main", uuid4().hex, sender, "", press=Press(message_id, index)))
