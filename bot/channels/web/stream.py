"""The live stream of a chat page: server-sent events, resumed by the id of the last message seen."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web import thread
from bot.channels.web.models import ChatMessage
from bot.channels.web.thread import Head
from bot.db.states import Owner
from bot.errors import TooMany
from bot.typing_sign import Side, Sign, TypingSigns

log = logging.getLogger(__name__)
HEARTBEAT = 15.0  # seconds; proxies close what is silent for longer
RETRY_MS = 2000
MAX_OPEN = 10  # streams of one session: several tabs, not a flood
STALE = 10.0  # seconds after which we look even if nobody said that something changed
PAUSE = 1.0  # seconds to wait when the database cannot be read


class LiveFeed(Protocol):
    """Says when something in the database has changed; `version` grows with each change."""

    version: int

    async def wait(self, version: int, timeout: float) -> int:
        """Waits until `version` is exceeded or the seconds have passed; gives the current one."""

    def poke(self) -> None:
        """Says that this process has just written something."""


class Streams:
    """All open streams of this process. They share one look at the database for each change."""

    def __init__(self, feed: LiveFeed, signs: TypingSigns) -> None:
        self._feed = feed
        self._signs = signs
        self._open: Counter[str] = Counter()
        self._heads: dict[str, Head] = {}
        self._version = -1
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    def admit(self, key: str) -> None:
        """Raises TooMany when this session has too many streams open."""
        if self._open[key] >= MAX_OPEN:
            raise TooMany("streams")

    async def events(self, key: str, after: int) -> AsyncIterator[str]:
        """Gives the frames of one stream while its reader stays: all messages behind `after`, then new ones."""
        yield f"retry: {RETRY_MS}\n\n"
        owner: Owner | None = None
        with self._counted(key):
            while True:
                version = self._feed.version  # taken before the look: what changes during it is seen next time
                head = await self._head(key, version)
                for message in await _new(key, head, after):
                    after = message.id
                    yield _frame("message", message.model_dump_json(), message.id)
                if head is not None and head.owner != owner:
                    owner = head.owner
                    yield _state(owner)
                if head is None or head.last_id > after:
                    await asyncio.sleep(PAUSE if head is None else 0)
                    continue
                pause = asyncio.ensure_future(self._feed.wait(version, HEARTBEAT))
                async for _ in self._signs.during(Sign(head.conversation_id, Side.staff), pause):
                    yield _frame("typing", "{}")
                if await pause <= version:
                    yield f": alive\n\n{_state(owner or Owner.bot)}"  # a page cannot see comments, but it sees this

    @contextmanager
    def _counted(self, key: str) -> Iterator[None]:
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
                self._heads.pop(key, None)

    async def _head(self, key: str, version: int) -> Head | None:
        """Gives where the conversation stands, no older than `version`; None if the database cannot be read."""
        async with self._lock:
            fresh = self._version >= version and monotonic() - self._read_at < STALE
            if not fresh or key not in self._heads:
                await self._look()
        return self._heads.get(key)

    async def _look(self) -> None:
        version, started = self._feed.version, monotonic()
        try:
            self._heads = await asyncio.to_thread(thread.heads, list(self._open))
        except SQLAlchemyError as error:
            self._heads = {}
            log.warning("chat streams cannot read the database: %s", type(error).__name__)
            return
        self._version, self._read_at = version, started


async def _new(key: str, head: Head | None, after: int) -> list[ChatMessage]:
    if head is None or head.last_id <= after:
        return []
    try:
        return (await asyncio.to_thread(thread.messages, key, after)).messages
    except SQLAlchemyError as error:
        log.warning("a chat stream cannot read the database: %s", type(error).__name__)
        await asyncio.sleep(PAUSE)
        return []


def _frame(event: str, data: str, number: int | None = None) -> str:
    name = "" if number is None else f"id: {number}\n"
    return f"{name}event: {event}\ndata: {data}\n\n"


def _state(owner: Owner) -> str:
    return _frame("state", f'{{"owner":"{owner.value}"}}')
