"""Waiting for a person, honestly: how long it has been, how long it usually is, who will answer and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.care import rota, scope, tasks
from bot.clock import local, now
from bot.db.care_models import DueTask
from bot.db.models import CareCase, Conversation, StaffSession
from bot.db.session import reading
from bot.db.states import Author, Owner, TaskKind, TaskState
from bot.db.thread import add_outgoing
from bot.settings import settings

ON_DUTY = timedelta(minutes=5)
RECENT = timedelta(days=14)
SAMPLE, LEAST = 30, 5  # waits that are looked at, and how many it takes to say anything
SHARE = 0.8  # of those who waited were met within the time we name
EVENT = "still_waiting"
WEEKDAYS = "一二三四五六日"


def someone_on_duty(conversation_id: str | None = None) -> bool:
    """True if a member of staff who is not away has used the desk in the last minutes."""
    with reading() as session:
        return on_duty(session, conversation_id)


def on_duty(session: Session, conversation_id: str | None = None) -> bool:
    """The same, inside a transaction; for a conversation, only those count who may see it."""
    seen = select(StaffSession.staff_id).where(StaffSession.last_seen > now() - ON_DUTY)
    there = set(session.execute(seen).scalars()) - rota.away(session)
    return bool(there if conversation_id is None else scope.who_sees(session, conversation_id, there))


def typical_wait(session: Session) -> timedelta | None:
    """Gives the time within which most were met lately; None where too few waited to say. Drills do not count."""
    met_lately = (
        select(CareCase.waiting_since, CareCase.claimed_at)
        .join(Conversation, Conversation.id == CareCase.conversation_id)
        .where(CareCase.claimed_at > now() - RECENT, CareCase.claimed_at >= CareCase.waiting_since)
        .where(Conversation.drill.is_(False))
        .order_by(CareCase.claimed_at.desc())
        .limit(SAMPLE)
    )
    waits = sorted(end - start for start, end in session.execute(met_lately) if end is not None)
    return waits[int(SHARE * (len(waits) - 1))] if len(waits) >= LEAST else None


def facts(session: Session, conversation_id: str | None = None) -> dict[str, str]:
    """Gives what can be said of the wait now, for texts; what is not known is not there."""
    if on_duty(session, conversation_id):
        wait = typical_wait(session)
        return {"typical_wait": words_for(wait)} if wait is not None else {}
    duty = rota.next_duty(session)
    return {"next_duty": _when(duty)} if duty else {}


def words_for(wait: timedelta) -> str:
    """Gives a length of time in words, never shorter than it is."""
    minutes = max(1, -int(-wait.total_seconds() // 60))
    return f"{minutes}分钟" if minutes < 90 else f"{-(-minutes // 60)}个小时"


def _when(moment: datetime) -> str:
    there, here = local(moment), local(now())
    days = (there.date() - here.date()).days
    day = ("今天", "明天")[days] if days < 2 else f"星期{WEEKDAYS[there.weekday()]}"
    return f"{day}{there:%H:%M}"


def begin(session: Session, case: CareCase, conversation: Conversation) -> None:
    """Plans what is said while nobody comes, and notes the promise if it is known when somebody will be there."""
    tasks.end(session, conversation.id, TaskKind.still_waiting)
    if conversation.drill:
        return
    _plan(session, case, conversation, step=0)
    duty = rota.next_duty(session)
    if duty is not None and not on_duty(session, conversation.id):
        _promise(session, case, duty)


def met(session: Session, conversation_id: str) -> None:
    """A person has taken the conversation: promises are kept and nothing more is said of waiting."""
    tasks.end(session, conversation_id, TaskKind.callback, state=TaskState.done)
    tasks.end(session, conversation_id, TaskKind.still_waiting)


def _plan(session: Session, case: CareCase, conversation: Conversation, step: int) -> None:
    minutes = [float(part) for part in settings().waiting_notices.split(",")]
    if step < len(minutes):
        due = case.waiting_since + timedelta(minutes=minutes[step])
        tasks.add(session, TaskKind.still_waiting, conversation.id, due, case_id=case.id, step=step)


def _promise(session: Session, case: CareCase, due: datetime) -> None:
    if not tasks.pending(session, case.conversation_id, TaskKind.callback):
        tasks.add(session, TaskKind.callback, case.conversation_id, due, case_id=case.id)


def tell(session: Session, task: DueTask, conversation: Conversation) -> None:
    """Says how it stands, and plans the next word; the last one says that it is the last. Nothing if somebody came."""
    case = tasks.case_of(session, task)
    if case is None or conversation.owner != Owner.waiting:
        tasks.close(task, TaskState.cancelled)
        return
    last = task.step + 1 >= len(settings().waiting_notices.split(","))
    known = {**facts(session, conversation.id), "waited": words_for(now() - case.waiting_since)}
    text = texts.with_facts("still_waiting_last" if last else "still_waiting", known)
    add_outgoing(session, conversation, Author.bot, text.text, buttons=text.buttons, marks={"event": EVENT})
    tasks.close(task)
    if last:
        _promise(session, case, rota.next_duty(session) or now())
    _plan(session, case, conversation, task.step + 1)


@dataclass(frozen=True)
class Callback:
    """A promise to answer: which case, in which conversation, from when on. For the desk."""

    number: str
    conversation_id: str
    due_at: datetime


def callbacks(session: Session) -> list[Callback]:
    """Gives the promises that nobody has kept yet, oldest first."""
    found = session.execute(
        select(CareCase.number, DueTask.conversation_id, DueTask.due_at)
        .join(CareCase, CareCase.id == DueTask.case_id)
        .where(DueTask.kind == TaskKind.callback, DueTask.state == TaskState.pending)
        .order_by(DueTask.due_at)
    )
    return [Callback(*row) for row in found]
