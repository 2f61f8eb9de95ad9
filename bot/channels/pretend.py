"""Channels of a demo: what is sent counts as delivered, and nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.channels.incoming import Outgoing

OUTSIDE = ("telegram", "wechat", "weibo", "wecom")  # the web page reads the thread itself


class PretendSender:
    """Delivers at once, to nobody."""

    async def send(self, outgoing: Outgoing, on_part: Callable[[int], Awaitable[None]]) -> None:
        """Counts the message as one part that went out."""
        await on_part(1)


async def pretend_notice(url: str, title: str, body: str) -> bool:
    """Counts a notice as sent."""
    return True
