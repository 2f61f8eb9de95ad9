"""The night chain: an imminent alert that nobody has seen calls those on duty, the second, the lead, the office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.care import duty, notices, rota, scope, tasks
from bot.clock import now
from bot.db.care_models import DueTask
from bot.db.models import Alert, Conversation, Message, Staff
from bot.db.night_models import EscalationStep, Notice, NoticeAddress
from bot.db.states import NoticeState, Owner, Role, Rung, TaskKind, TaskState
from bot.level import Level
from bot.settings import settings

RUNGS = tuple(Rung)


def alert(session: Session, conversation: Conversation, message: Message, level: Level) -> None:
    """Pages the desk for a message; an imminent one begins to climb, unless the conversation's alarm climbs already."""
    session.add(Alert(message_id=message.id, conversation_id=conversation.id, level=level))
    if level == Level.imminent:
        _begin(session, conversation)


def _begin(session: Session, conversation: Conversation) -> None:
    """One row a conversation, used again: two alarms in one moment must not meet in a constraint."""
    task = session.execute(
        select(DueTask).where(DueTask.conversation_id == conversation.id, DueTask.kind == TaskKind.escalate)
    ).scalar_one_or_none()
    if task is not None and task.state == TaskState.pending:
        return
    step = 1 if conversation.owner == Owner.counsellor else 0  # who is in the conversation has it before their eyes
    due_at = now() + timedelta(seconds=_offsets()[step])
    if task is None:
        tasks.add(session, TaskKind.escalate, conversation.id, due_at, step=step)
    else:
        task.state, task.step, task.due_at, task.done_at = TaskState.pending, step, due_at, None


def _offsets() -> tuple[float, ...]:
    """Seconds from the alarm to each rung."""
    return (0.0, *(float(part) for part in settings().night_steps.split(",")))


def call_again(session: Session, conversation: Conversation) -> None:
    """Rings anew for a conversation in danger that has lost its counsellor: its newest alarm counts as unseen."""
    newest = select(Alert).where(Alert.conversation_id == conversation.id, Alert.level == conversation.level)
    found = session.execute(newest.order_by(Alert.id.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        return
    found.acknowledged_at, found.acknowledged_by = None, None
    if found.level == Level.imminent:
        _begin(session, conversation)


def stop(session: Session, conversation_id: str) -> None:
    """A person has seen it: no further rung is called. What is not sent yet is dropped when its turn comes."""
    tasks.end(session, conversation_id, TaskKind.escalate)


def climb(session: Session, task: DueTask, conversation: Conversation) -> None:
    """Calls the next rung that has somebody to call, and plans the one after it; nothing once a person has seen it."""
    waiting = notices.unseen(session, conversation.id)
    if not waiting:
        tasks.close(task, TaskState.cancelled)
        return
    addresses = notices.live_addresses(session)
    people = _people(session, conversation.id)
    called = False
    while task.step < len(RUNGS) and not called:
        called = _call(session, waiting[0], RUNGS[task.step], people, addresses)
        task.step += 1
    if task.step >= len(RUNGS):
        tasks.close(task)
    else:
        offsets = _offsets()
        task.due_at += timedelta(seconds=offsets[task.step] - offsets[task.step - 1])


def _people(session: Session, conversation_id: str) -> dict[Rung, tuple[str, ...]]:
    """Who stands on each rung now and may see the conversation; where the rota names no such lead, all other leads
    who are not away. A rung without anybody is not waited for, so the wall costs no time."""
    planned = duty.on_duty(now(), rota.of(session))
    leads = select(Staff.id).where(Staff.role == Role.lead, Staff.disabled_at.is_(None)).order_by(Staff.id)
    away = rota.away(session)
    others = [one for one in session.execute(leads).scalars() if one not in away]
    able = scope.who_sees(session, conversation_id, {*others, *(one for people in planned.values() for one in people)})
    found = {rung: tuple(one for one in people if one in able) for rung, people in planned.items()}
    return {**found, Rung.lead: found[Rung.lead] or tuple(one for one in others if one in able)}


def _call(
    session: Session,
    cause: Alert,
    rung: Rung,
    people: dict[Rung, tuple[str, ...]],
    addresses: Iterable[NoticeAddress],
) -> bool:
    """Writes the step and its notices; False if there was no address to call, and so nothing to wait for."""
    on_it = {None} if rung == Rung.office else set(people[rung])
    chosen = [address for address in addresses if address.staff_id in on_it]
    count = len(chosen) if rung == Rung.office else len(on_it)
    step = EscalationStep(conversation_id=cause.conversation_id, alert_id=cause.id, rung=rung, people=count)
    session.add(step)
    session.flush()
    session.add_all(Notice(step_id=step.id, address_id=address.id) for address in chosen)
    return bool(chosen)


@dataclass(frozen=True)
class Told:
    """A rung that was called. `state` is the best that became of its notices; None where there was no address."""

    rung: Rung
    people: int
    state: NoticeState | None


@dataclass(frozen=True)
class Chain:
    """How far an alarm has climbed. `mute`: nothing that was sent has reached anybody."""

    told: tuple[Told, ...]
    next_rung: Rung | None
    next_at: datetime | None
    mute: bool


_BEST = (NoticeState.sent, NoticeState.pending, NoticeState.failed)


def chains(session: Session) -> dict[str, Chain]:
    """Gives, for each conversation with an imminent alert that nobody has seen, how far it has climbed."""
    since = _unseen_since(session)
    if not since:
        return {}
    told: dict[str, list[Told]] = {}
    for step, states in _steps(session, since):
        best = next((state for state in _BEST if state in states), None)
        told.setdefault(step.conversation_id, []).append(Told(step.rung, step.people, best))
    coming = {task.conversation_id: task for task in _coming(session, since)}
    return {one: _chain(told.get(one, []), coming.get(one)) for one in since}


def _chain(told: list[Told], coming: DueTask | None) -> Chain:
    reached = any(one.state in (NoticeState.sent, NoticeState.pending) for one in told)
    rung = RUNGS[coming.step] if coming is not None and coming.step < len(RUNGS) else None
    due_at = coming.due_at if coming is not None and rung is not None else None
    return Chain(tuple(told), rung, due_at, bool(told) and not reached)


def _unseen_since(session: Session) -> dict[str, int]:
    """Conversation → id of its oldest imminent alert that nobody has seen."""
    found = select(Alert).where(Alert.level == Level.imminent, Alert.acknowledged_at.is_(None)).order_by(Alert.id)
    oldest: dict[str, int] = {}
    for row in session.execute(found).scalars():
        oldest.setdefault(row.conversation_id, row.id)
    return oldest


def _steps(session: Session, since: dict[str, int]) -> list[tuple[EscalationStep, set[NoticeState]]]:
    """The steps of these alarms, in order, each with the states of its notices."""
    rows = session.execute(
        select(EscalationStep, Notice.state)
        .outerjoin(Notice, Notice.step_id == EscalationStep.id)
        .where(EscalationStep.conversation_id.in_(since))
        .order_by(EscalationStep.id)
    )
    found: dict[int, tuple[EscalationStep, set[NoticeState]]] = {}
    for step, state in rows:
        if step.alert_id >= since[step.conversation_id]:
            found.setdefault(step.id, (step, set()))[1].update({state} if state else ())
    return list(found.values())


def _coming(session: Session, since: dict[str, int]) -> list[DueTask]:
    found = select(DueTask).where(
        DueTask.kind == TaskKind.escalate, DueTask.state == TaskState.pending, DueTask.conversation_id.in_(since)
    )
    return list(session.execute(found).scalars())
