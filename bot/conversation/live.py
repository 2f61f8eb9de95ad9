"""Live updates: wakes whoever waits when something new is in the database.

One look a fifth of a second serves every open page; a write of this process wakes them at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.db.models import Alert, CaseEvent, Message, StaffSession
from bot.db.session import reading
from bot.db.thread_models import ThreadNote

log = logging.getLogger(__name__)
INTERVAL = 0.2  # seconds
REST = 0.03  # seconds between two looks however many pokes come: one look serves them all


class Feed:
    """A number that grows with every change, and a way to wait for it to grow."""

    def __init__(self, on_poke: Callable[[], None] = lambda: None) -> None:
        self.version = 0
        self._on_poke = on_poke
        self._seen: tuple[int | None, ...] = ()
        self._changed = asyncio.Event()  # of the next change; each change sets it and puts a new one here
        self._poke = asyncio.Event()

    def poke(self) -> None:
        """Says that this process has just written something; safe to call from the event loop only."""
        self._poke.set()
        self._on_poke()

    async def wait(self, version: int, timeout: float) -> int:
        """Waits until the number is above `version` or the seconds have passed; gives the number."""
        if self.version <= version:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout)
        return self.version

    async def run(self) -> None:
        """Looks for changes until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poke.wait(), INTERVAL)
            self._poke.clear()
            await self._look()
            await asyncio.sleep(REST)

    async def _look(self) -> None:
        try:
            seen = await asyncio.to_thread(_newest)
        except SQLAlchemyError as error:
            log.warning("live feed cannot read the database: %s", type(error).__name__)
            return
        if seen != self._seen:
            self._seen = seen
            self.version += 1
            changed, self._changed = self._changed, asyncio.Event()
            changed.set()


def _newest() -> tuple[int | None, ...]:
    with reading() as session:
        newest = [select(func.max(table.id)).scalar_subquery() for table in (Message, CaseEvent, Alert, ThreadNote)]
        unseen = select(func.count(Alert.id)).where(Alert.acknowledged_at.is_(None)).scalar_subquery()
        logins = select(func.count(StaffSession.public_id)).scalar_subquery()  # whose ends must shut open pages at once
        return tuple(session.execute(select(*newest, unseen, logins)).one())
