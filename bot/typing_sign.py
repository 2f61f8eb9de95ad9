"""Who is typing: a sign that lives for seconds, in memory only, and never says what is typed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any

EVERY = 1.0  # seconds between two signs of one page that are looked at; pages send one every three
MOST_NAMES = 1000


class Side(StrEnum):
    """Who types."""

    worker = "worker"
    staff = "staff"


@dataclass(frozen=True)
class Sign:
    """One side of a conversation is typing now. A page shows it for some seconds, and no longer than to the message."""

    conversation_id: str
    side: Side


class TypingSigns:
    """Hands signs to the pages of this process that look at the conversation, and to whoever carries them further."""

    def __init__(self) -> None:
        self._waiting: dict[Sign, set[asyncio.Event]] = defaultdict(set)
        self._seen: dict[str, float] = {}
        self._carriers: list[Callable[[Sign], None]] = []

    def carry(self, carrier: Callable[[Sign], None]) -> None:
        """Has `carrier` called for each sign that was given here."""
        self._carriers.append(carrier)

    def is_due(self, name: str) -> bool:
        """False for one who has given a sign within the last second: to be asked before the database is."""
        at = monotonic()
        if at - self._seen.get(name, -EVERY) < EVERY:
            return False
        if len(self._seen) >= MOST_NAMES:
            self._seen = {key: when for key, when in self._seen.items() if at - when < EVERY}
        self._seen[name] = at
        return True

    def give(self, sign: Sign) -> None:
        """Shows a sign on all pages, here and elsewhere."""
        self.show(sign)
        for carrier in self._carriers:
            carrier(sign)

    def show(self, sign: Sign) -> None:
        """Shows a sign on the pages of this process."""
        for event in self._waiting.get(sign, ()):
            event.set()

    async def during(self, sign: Sign, pause: asyncio.Future[Any]) -> AsyncIterator[None]:
        """Yields for each such sign that is given until the pause is over."""
        event = asyncio.Event()
        self._waiting[sign].add(event)
        try:
            while not pause.done():
                given = asyncio.ensure_future(event.wait())
                try:
                    await asyncio.wait({pause, given}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    given.cancel()
                if event.is_set():
                    event.clear()
                    yield
        finally:
            pause.cancel()
            self._waiting[sign].discard(event)
            if not self._waiting[sign]:
                del self._waiting[sign]
