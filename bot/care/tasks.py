"""Tasks that fall due. Whoever does one holds its conversation and its row, and commits the deed with the "done"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.care_models import DueTask
from bot.db.models import CareCase
from bot.db.session import reading
from bot.db.states import TaskKind, TaskState

BY_HAND = (TaskKind.callback,)  # done by a person, not by the clock
ALARMS = (TaskKind.escalate,)  # looked for apart from the rest, which may be slow
AT_ONCE = 50


@dataclass(frozen=True)
class DueRef:
    """A task that is due, before anybody holds it."""

    task_id: int
    kind: TaskKind
    conversation_id: str


def add(
    session: Session,
    kind: TaskKind,
    conversation_id: str,
    due_at: datetime,
    *,
    case_id: int | None = None,
    step: int = 0,
) -> DueTask:
    """Plans a task."""
    task = DueTask(kind=kind, conversation_id=conversation_id, due_at=due_at, case_id=case_id, step=step)
    session.add(task)
    session.flush()
    return task


def end(session: Session, conversation_id: str, *kinds: TaskKind, state: TaskState = TaskState.cancelled) -> None:
    """Ends the pending tasks of these kinds in a conversation."""
    session.execute(
        update(DueTask)
        .where(DueTask.conversation_id == conversation_id, DueTask.kind.in_(kinds))
        .where(DueTask.state == TaskState.pending)
        .values(state=state, done_at=now())
    )


def close(task: DueTask, state: TaskState = TaskState.done) -> None:
    """Ends this task."""
    task.state, task.done_at = state, now()


def due() -> list[DueRef]:
    """Gives what is due for the clock, oldest first, but for alarms; a quick look without a lock."""
    return _due(DueTask.kind.not_in((*BY_HAND, *ALARMS)))


def due_alarms() -> list[DueRef]:
    """Gives the alarms that are due for their next rung."""
    return _due(DueTask.kind.in_(ALARMS))


def _due(which: ColumnElement[bool]) -> list[DueRef]:
    with reading() as session:
        found = session.execute(
            select(DueTask.id, DueTask.kind, DueTask.conversation_id)
            .where(DueTask.state == TaskState.pending, DueTask.due_at <= now(), which)
            .order_by(DueTask.due_at)
            .limit(AT_ONCE)
        )
        return [DueRef(*row) for row in found]


def take(session: Session, task_id: int) -> DueTask | None:
    """Gives the task, held until the transaction ends; None if somebody else has it or it is no longer due."""
    return session.execute(
        select(DueTask)
        .where(DueTask.id == task_id, DueTask.state == TaskState.pending, DueTask.due_at <= now())
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()


def case_of(session: Session, task: DueTask) -> CareCase | None:
    """Gives the case that a task belongs to, if it belongs to one."""
    return session.get(CareCase, task.case_id) if task.case_id is not None else None


def pending(session: Session, conversation_id: str, kind: TaskKind) -> list[DueTask]:
    """Gives the pending tasks of a kind in a conversation, in order."""
    return list(
        session.execute(
            select(DueTask)
            .where(DueTask.conversation_id == conversation_id, DueTask.kind == kind)
            .where(DueTask.state == TaskState.pending)
            .order_by(DueTask.due_at)
        ).scalars()
    )
