"""The queue of trainings: one is open at most, whoever presses; each moves from stage to stage until it ends."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.clock import now
from bot.db.session import reading, transaction
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.errors import NotAllowedNow, NotFound
from bot.settings import settings

STAGES = (State.exporting, State.checking, State.training, State.starting, State.evaluating)
OPEN = (State.queued, *STAGES, State.ready, State.publishing)
SILENCE = timedelta(minutes=10)  # without a sign of life, after which it counts as dead wherever it ran
INTERRUPTED = "训练进程在“{stage}”这一步中断了，请再开始一次。现在用的没有受影响。"
STAGE_WORDS = {
    State.queued: "排队",
    State.exporting: "导出问答",
    State.checking: "检查数据",
    State.training: "训练",
    State.starting: "启动候选",
    State.evaluating: "评测",
}


class OneIsOpen(NotAllowedNow):
    """Somebody has started a training already; it must be published or discarded first."""

    code = "one_is_open"


class Overtaken(NotAllowedNow):
    """The training is not at work any more: somebody discarded it."""

    code = "overtaken"


def request(staff_id: str) -> int:
    """Puts a training into the queue and gives its number. Raises OneIsOpen: the other one is seen instead."""
    try:
        with transaction() as session:
            row = Training(state=State.queued, requested_by=staff_id)
            session.add(row)
            session.flush()
            audit.record(session, audit.Action.training_requested, staff_id, audit.training(row.id))
            return row.id
    except IntegrityError:
        raise OneIsOpen("another training is open") from None


def current() -> Training | None:
    """The training that is open, if there is one."""
    with reading() as session:
        return session.execute(_open()).scalar_one_or_none()


def get(run: int) -> Training:
    """One training. Raises NotFound."""
    with reading() as session:
        row = session.get(Training, run)
    if row is None:
        raise NotFound("no such training")
    return row


def _open() -> Any:
    return select(Training).where(Training.published_at.is_(None), Training.state.in_(OPEN))


def claim() -> int | None:
    """Takes the training that waits; None if none does."""
    with transaction() as session:
        waiting = select(Training).where(Training.state == State.queued)
        row = session.execute(waiting.with_for_update(skip_locked=True)).scalar_one_or_none()
        if row is None:
            return None
        row.claimed_by = machine()
        _enter(row, State.exporting)
        return row.id


def enter(run: int, stage: State, **facts: object) -> None:
    """Moves a training to its next stage, with what is known by now. Raises Overtaken."""
    with transaction() as session:
        row = _at_work(session, run)
        _note(row, facts)
        _enter(row, stage)


def beat(run: int, share: float | None = None) -> None:
    """Says that the training is alive, and how much of the stage is done. Raises Overtaken."""
    with transaction() as session:
        row = _at_work(session, run)
        row.heartbeat_at = now()
        row.share = row.share if share is None else share


def end(run: int, state: State, reason: str | None = None, **facts: object) -> None:
    """Ends the work on a training: it is ready, refused or failed. Raises Overtaken."""
    with transaction() as session:
        row = _at_work(session, run)
        _note(row, facts)
        row.state, row.reason, row.heartbeat_at = state, reason, now()


def discard(staff_id: str, run: int) -> None:
    """Throws away a training that waits, works or is ready. Raises NotFound and NotAllowedNow."""
    with transaction() as session:
        row = session.get(Training, run, with_for_update=True)
        if row is None:
            raise NotFound("no such training")
        if row.published_at is not None or row.state not in (State.queued, *STAGES, State.ready):
            raise NotAllowedNow("it is not open")
        row.state = State.discarded
        audit.record(session, audit.Action.training_discarded, staff_id, audit.training(row.id))


def machine() -> str:
    """How this machine signs what it works on."""
    return f"{socket.gethostname()}:{settings().data_dir}"[-80:]


def interrupted() -> list[int]:
    """Marks as failed what was at work here, or is silent elsewhere; gives the numbers. For when no trainer runs."""
    dead = or_(Training.claimed_by == machine(), Training.heartbeat_at < now() - SILENCE)
    with transaction() as session:
        at_work = select(Training).where(Training.state.in_(STAGES), dead)
        rows = session.execute(at_work.with_for_update()).scalars().all()
        for row in rows:
            row.reason = INTERRUPTED.format(stage=STAGE_WORDS[row.state])
            row.state = State.failed
        return [row.id for row in rows]


def waits() -> bool:
    """True if a training is in the queue."""
    with reading() as session:
        return session.execute(select(Training.id).where(Training.state == State.queued)).first() is not None


def report_of(row: Training) -> dict[str, Any]:
    """The report; empty if there is none."""
    found: dict[str, Any] = json.loads(row.report or "{}")
    return found


def last_seconds() -> dict[str, float]:
    """How long each stage took in the newest training that got through: what the time left is told by."""
    with reading() as session:
        done = select(Training).where(Training.requested_by.is_not(None), Training.report.is_not(None))
        row = session.execute(done.order_by(Training.id.desc()).limit(1)).scalar_one_or_none()
    found: dict[str, float] = report_of(row).get("seconds", {}) if row else {}
    return found


def _at_work(session: Session, run: int) -> Training:
    row = session.get(Training, run, with_for_update=True)
    if row is None or row.state not in STAGES:
        raise Overtaken("it is not at work")
    return row


def _enter(row: Training, stage: State) -> None:
    row.state = row.stage = stage
    row.stage_started_at = row.heartbeat_at = now()
    row.share = 0.0


def _note(row: Training, facts: Mapping[str, object]) -> None:
    for name, value in facts.items():
        setattr(row, name, json.dumps(value, ensure_ascii=False) if name == "report" else value)
