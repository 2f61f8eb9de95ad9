"""The seal that marks a message as an exercise. Only who has this installation's key can make one, so nobody can pass
real distress off as a drill. It holds for one sender, one text and some minutes; a wrong one marks nothing.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from bot.clock import now
from bot.db.encryption import lookup_hash

HEADER = "X-Xinqiao-Drill"
VALID = timedelta(minutes=5)


def seal(channel: str, sender: str, text: str) -> str:
    """Gives the header's value for a message that is sent now."""
    at = int(now().timestamp())
    return f"{at}.{_mark(channel, sender, text, at)}"


def is_sealed(value: str | None, channel: str, sender: str, text: str) -> bool:
    """True if the value is a seal of ours for this message, made lately."""
    at, _, mark = (value or "").partition(".")
    if not at.isascii() or not at.isdigit() or len(at) > 12:
        return False
    fresh = abs(now().timestamp() - int(at)) <= VALID.total_seconds()
    return fresh and hmac.compare_digest(mark.encode(), _mark(channel, sender, text, int(at)).encode())


def _mark(channel: str, sender: str, text: str, at: int) -> str:
    return lookup_hash("drill", channel, sender, text, str(at))
