"""What a channel still allows after a worker's last message: for how long, and how many messages.

A channel that is not in the table allows everything. An adapter adds nothing here that it cannot cite.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

RESERVE = 2  # messages that the bot leaves to a person while a case is open
SHORT_TIME = timedelta(hours=2)


@dataclass(frozen=True)
class Window:
    """What a channel allows. `messages` is None where only time counts.

    `longest` is up to how many bytes of UTF-8 several texts are joined into one: our own bound, below the channel's.
    """

    span: timedelta
    messages: int | None = None
    longest: int = 800


WINDOWS = {
    "wechat": Window(timedelta(hours=48), messages=5, longest=1500),
    "weibo": Window(timedelta(hours=48)),
}


def window_of(channel: str) -> Window | None:
    """Gives the window of a channel; None where there is none, as on the web and Telegram."""
    return WINDOWS.get(channel)


@dataclass(frozen=True)
class Allowance:
    """What is left in one conversation. `left` is None where messages are not counted."""

    closes_at: datetime
    left: int | None
    reserved: bool  # the last ones are kept for a person

    def is_open(self, at: datetime) -> bool:
        """True while the channel takes one more message."""
        return at < self.closes_at and self.left != 0

    def is_short(self, at: datetime) -> bool:
        """True when a counsellor should know that little is left, of messages or of time."""
        few = self.left is not None and self.left <= RESERVE
        return few or self.closes_at - at <= SHORT_TIME

    def admits(self, at: datetime, by_person: bool) -> bool:
        """True if a message of a person, or one of the bot, may go out now."""
        return at < self.closes_at and self.room(by_person) != 0

    def room(self, by_person: bool) -> int | None:
        """How many messages this side may still send; None without a limit."""
        return None if self.left is None else max(0, self.left - (RESERVE if self.reserved and not by_person else 0))


def allowance(window: Window, heard_at: datetime, used: int, case_is_open: bool) -> Allowance:
    """Gives what is left when the worker last wrote at `heard_at` and so many messages went out since."""
    left = None if window.messages is None else max(0, window.messages - used)
    return Allowance(heard_at + window.span, left, case_is_open)


def joinable(texts: list[str], window: Window) -> int:
    """Gives how many of the texts, from the first on, fit into one message; at least 1."""
    length = -1  # of the line breaks between them, one fewer than texts
    for count, text in enumerate(texts):
        length += len(text.encode("utf-8", "replace")) + 1
        if length > window.longest and count:
            return count
    return len(texts)
