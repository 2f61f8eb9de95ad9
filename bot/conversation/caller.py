"""Sends the notices of the night chain: several at once, off the event loop, each tried twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from bot import crash
from bot.care import notices
from bot.channels import notice

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds between two looks
TRIES = 2
BETWEEN = 1.0  # seconds between the two tries
Send = Callable[[str, str, str], Awaitable[bool]]  # address, title, body → whether it went out


class Caller:
    """One a gateway; several may run on one database. `on_change` is called when something was sent or failed."""

    def __init__(self, on_change: Callable[[], None], send: Send = notice.send) -> None:
        self._on_change = on_change
        self._send_one = send
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Sends until cancelled; a peer that is slow holds up nobody else."""
        while True:
            for due in await self._take():
                task = asyncio.create_task(self._send(due))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await asyncio.sleep(PAUSE)

    async def work(self) -> int:
        """Sends everything that waits now; gives how many notices that were."""
        found = await self._take()
        await asyncio.gather(*(self._send(due) for due in found))
        return len(found)

    async def _take(self) -> list[notices.Due]:
        try:
            return await asyncio.to_thread(notices.take)
        except SQLAlchemyError as error:
            log.warning("notices cannot use the database: %s", type(error).__name__)
            return []

    async def _send(self, due: notices.Due) -> None:
        crash.point("before_notice")
        sent = await self._try(due.letter)
        crash.point("after_notice")
        if not sent:
            log.warning("a notice could not be delivered by way of %s", notice.kind_of(due.letter.url))
        try:
            await asyncio.to_thread(notices.note, due.notice_id, sent)
            crash.point("after_notice_commit")
        except SQLAlchemyError as error:  # its lease ends and it is sent again: twice is better than never
            log.warning("a notice could not be noted: %s", type(error).__name__)
        self._on_change()

    async def _try(self, letter: notices.Letter) -> bool:
        for number in range(TRIES):
            if number:
                await asyncio.sleep(BETWEEN)
            if await self._send_one(letter.url, letter.title, letter.body):
                return True
        return False
