"""The clock of the gateway: does what is due, each deed in one transaction with its "done": a kill repeats nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import crash
from bot.care import erasure, follow_up, night, placing, ratings, retention, tasks, waiting
from bot.care.tasks import DueRef
from bot.clock import now
from bot.conversation.engine import Engine
from bot.db.care_models import DueTask
from bot.db.models import Conversation
from bot.db.session import transaction
from bot.db.states import TaskKind, TaskState
from bot.db.thread import lock_conversation
from bot.errors import EngineUnavailable, XinqiaoError
from bot.knowledge import inbox

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between two looks
TRY_AGAIN = timedelta(minutes=1)
TRY_ALARM_AGAIN = timedelta(seconds=5)
SWEEP_EVERY = timedelta(hours=1)
RELEASE_EVERY = timedelta(minutes=1)
INBOX_EVERY = timedelta(minutes=2)
SETTLED = timedelta(minutes=5)  # after the start, when what had piled up is answered
FORGOTTEN_ANYHOW = timedelta(hours=48)  # the engine drops idle conversations by itself after that


class Scheduler:
    """One a gateway; several may run on one database. `on_change` is called after each deed."""

    def __init__(self, engine: Engine, on_change: Callable[[], None]) -> None:
        self._engine = engine
        self._on_change = on_change
        self._swept = now() - SWEEP_EVERY + SETTLED
        self._released = now()
        self._looked = now()

    async def run(self) -> None:
        """Works until cancelled; nothing that goes wrong with one task stops it, and nothing slow holds up an alarm."""
        await asyncio.gather(self._repeat(self._do_alarms), self._repeat(self._do_rest))

    async def _repeat(self, work: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                await work()
            except SQLAlchemyError as error:
                log.warning("due tasks cannot use the database: %s", type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def work(self) -> int:
        """Does everything that is due now; gives how many tasks that were."""
        return await self._do_alarms() + await self._do_rest()

    async def _do_alarms(self) -> int:
        return await self._do_all(await asyncio.to_thread(tasks.due_alarms))

    async def _do_rest(self) -> int:
        if now() - self._swept >= SWEEP_EVERY:
            self._swept = now()
            await asyncio.to_thread(retention.sweep)
            await asyncio.to_thread(inbox.sweep)
        if now() - self._released >= RELEASE_EVERY:
            self._released = now()
            await asyncio.to_thread(placing.release_all)
        if now() - self._looked >= INBOX_EVERY:
            self._looked = now()
            await asyncio.to_thread(inbox.fill)
        return await self._do_all(await asyncio.to_thread(tasks.due))

    async def _do_all(self, found: list[DueRef]) -> int:
        for ref in found:
            await self._do(ref)
        return len(found)

    async def _do(self, ref: DueRef) -> None:
        try:
            if ref.kind == TaskKind.forget:
                await self._engine.forget(ref.conversation_id)
            await asyncio.to_thread(do, ref)
            self._on_change()
        except (SQLAlchemyError, XinqiaoError) as error:
            log.warning("a task of kind %s is put off: %s", ref.kind.value, type(error).__name__)
            await asyncio.to_thread(put_off, ref, isinstance(error, EngineUnavailable))


def do(ref: DueRef) -> None:
    """Does one task, unless somebody else has done it meanwhile."""
    with transaction() as session:
        conversation = lock_conversation(session, ref.conversation_id)  # first, as everybody locks it first
        task = tasks.take(session, ref.task_id)
        if task is None:
            return
        DEEDS[task.kind](session, task, conversation)
        crash.point("before_task_commit")
    crash.point("after_task_commit")


def put_off(ref: DueRef, engine_is_down: bool) -> None:
    """Plans another try; the engine is not waited for longer than it remembers."""
    with transaction() as session:
        task = tasks.take(session, ref.task_id)
        if task is None:
            return
        task.due_at = now() + (TRY_ALARM_AGAIN if task.kind == TaskKind.escalate else TRY_AGAIN)
        if engine_is_down:
            task.step += 1  # so far only the tries of the engine are counted
            if task.step * TRY_AGAIN > FORGOTTEN_ANYHOW:
                tasks.close(task, TaskState.cancelled)


def forget_later(conversation_id: str) -> None:
    """Has the engine forget a conversation as soon as it can be asked to."""
    with transaction() as session:
        tasks.add(session, TaskKind.forget, conversation_id, now())


def _done(session: Session, task: DueTask, conversation: Conversation) -> None:
    tasks.close(task)


def _expired(session: Session, task: DueTask, conversation: Conversation) -> None:
    tasks.close(task, TaskState.cancelled)


DEEDS: Mapping[TaskKind, Callable[[Session, DueTask, Conversation], None]] = {
    TaskKind.follow_up: follow_up.send,
    TaskKind.still_waiting: waiting.tell,
    TaskKind.erase: erasure.finish,
    TaskKind.forget: _done,
    TaskKind.export: _expired,
    TaskKind.rating: ratings.ask,
    TaskKind.escalate: night.climb,
}
