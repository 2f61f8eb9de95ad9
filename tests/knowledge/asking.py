"""Questions that the bot did not understand, without an engine: as the gateway leaves them."""

from __future__ import annotations

from bot.conversation import render, turn
from bot.knowledge import inbox
from tests.console.ground import write


def left_open(text: str, sender: str) -> int:
    """A worker writes something that nobody understands; gives the group in the inbox."""
    write(text, sender)
    while (found := turn.claim("tester")) is not None:  # what others wrote before waits as well
        turn.finish(found, "tester", [render.fixed("ask_rephrase")])
    before = inbox.SETTLED
    inbox.SETTLED = -before
    try:
        inbox.fill()
    finally:
        inbox.SETTLED = before
    return next(group.id for group in inbox.groups() if text in group.sentences)
