"""The reply window as the pages read it; they count the time down themselves."""

from __future__ import annotations

from typing import Any

from bot.care.reply_window import Left


def payload(left: Left | None) -> dict[str, Any] | None:
    """Gives what is left as JSON; None where the channel sets no limit."""
    if left is None:
        return None
    return {
        "closes_at": left.closes_at.isoformat(timespec="milliseconds"),
        "messages": left.messages,
        "open": left.is_open,
        "short": left.is_short,
        "held": left.held,
    }
