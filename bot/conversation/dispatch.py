"""The loop that takes due conversations and answers them, several at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from bot import crash
from bot.conversation import turn, work
from bot.conversation.engine import Engine
from bot.conversation.turn import Turn
from bot.errors import XinqiaoError
from bot.settings import settings

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds between looks when nobody has said that there is work


class Dispatcher:
    """One a gateway. `on_change` is called after each finished message."""

    def __init__(self, engine: Engine, on_change: Callable[[], None]) -> None:
        self.engine = engine
        self._on_change = on_change
        self._name = uuid4().hex
        self._slots = asyncio.Semaphore(settings().workers)
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    def poke(self) -> None:
        """Says that a message was just accepted."""
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled; nothing that goes wrong with one message stops it."""
        told = False  # whether somebody said that there is work: then the quick look before is not needed
        while True:
            await self._slots.acquire()
            found = await self._claim(told)
            if found is None:
                self._slots.release()
                told = await self._rest()
                continue
            task = asyncio.create_task(self._work(found))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _rest(self) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), PAUSE)
        told = self._wake.is_set()
        self._wake.clear()
        return told

    async def _claim(self, told: bool) -> Turn | None:
        try:
            return await asyncio.to_thread(_claim, self._name, told)
        except SQLAlchemyError as error:
            log.warning("queue cannot use the database: %s", type(error).__name__)
            return None

    async def _work(self, found: Turn) -> None:
        try:
            crash.point("after_claim")
            replies = await work.answer(self.engine, found)
            await asyncio.to_thread(turn.finish, found, self._name, replies)
            crash.point("after_finish_commit")
        except (SQLAlchemyError, XinqiaoError) as error:  # the lease runs out and the message is tried again
            log.warning("a message is left for another try: %s", type(error).__name__)
        finally:
            self._slots.release()
            self._wake.set()
            self._on_change()


def _claim(worker: str, told: bool) -> Turn | None:
    return turn.claim(worker) if told or turn.has_work() else None
