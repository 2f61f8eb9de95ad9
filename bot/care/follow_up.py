"""Asking how it goes after a day, three and seven, of those who agreed to it; a word ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import texts
from bot.care import consents, tasks
from bot.care.cases import call_counsellor, ensure_case
from bot.clock import now
from bot.db.care_models import DueTask
from bot.db.models import CareCase, CaseEvent, Conversation, Message
from bot.db.states import Author, CaseState, Owner, Purpose, TaskKind, TaskState
from bot.db.thread import add_outgoing
from bot.hours import Hours
from bot.level import Level
from bot.settings import settings
from bot.window import window_of

STEPS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
EVENT = "follow_up"
BUSY = timedelta(minutes=10)


def schedule(session: Session, case: CareCase) -> None:
    """Plans the three questions for a case that has just come to follow-up, if the worker agreed to be asked."""
    if case.state != CaseState.follow_up or not _agreed(session, case):
        return
    if session.get_one(Conversation, case.conversation_id).drill or _planned(session, case):
        return
    for step, later in enumerate(STEPS):
        tasks.add(session, TaskKind.follow_up, case.conversation_id, now() + later, case_id=case.id, step=step)


def consent_given(session: Session, person_id: str) -> None:
    """Plans the questions for the cases in follow-up of one who agrees only now."""
    cases = select(CareCase).where(CareCase.person_id == person_id, CareCase.state == CaseState.follow_up)
    for case in session.execute(cases).scalars().all():
        schedule(session, case)


def _agreed(session: Session, case: CareCase) -> bool:
    return consents.given(session, case.person_id, Purpose.follow_up)


def _planned(session: Session, case: CareCase) -> bool:
    return bool(tasks.pending(session, case.conversation_id, TaskKind.follow_up))


def send(session: Session, task: DueTask, conversation: Conversation) -> None:
    """Asks, unless it is no longer wanted or a later question is due as well; puts it off at night and while busy."""
    case = tasks.case_of(session, task)
    if case is None or not _wanted(session, case, conversation) or _overtaken(session, task):
        tasks.close(task, TaskState.cancelled)
    elif conversation.pending or Hours.parse(settings().quiet_hours).holds(now()):
        task.due_at = max(Hours.parse(settings().quiet_hours).end(now()), now() + BUSY)
    elif _out_of_reach(session, conversation):
        session.add(CaseEvent(case_id=case.id, kind="follow_up_not_sent"))
        tasks.close(task, TaskState.cancelled)
    else:
        _ask(session, task, case, conversation)


def _ask(session: Session, task: DueTask, case: CareCase, conversation: Conversation) -> None:
    text = texts.get("follow_up_last" if task.step + 1 == len(STEPS) else "follow_up_ask")
    message = add_outgoing(session, conversation, Author.bot, text.text, buttons=text.buttons, marks={"event": EVENT})
    session.add(CaseEvent(case_id=case.id, kind="follow_up_sent", message_id=message.id))
    tasks.close(task)


def _wanted(session: Session, case: CareCase, conversation: Conversation) -> bool:
    resting = case.state == CaseState.follow_up and conversation.owner == Owner.bot
    return resting and _agreed(session, case)


def _overtaken(session: Session, task: DueTask) -> bool:
    """True if the gateway was away so long that a later question is due too: then only that one is asked."""
    others = tasks.pending(session, task.conversation_id, TaskKind.follow_up)
    return any(other.step > task.step and other.due_at <= now() for other in others)


def _out_of_reach(session: Session, conversation: Conversation) -> bool:
    window = window_of(conversation.channel)
    last = select(func.max(Message.created_at)).where(
        Message.conversation_id == conversation.id, Message.author == Author.worker
    )
    wrote: datetime | None = session.execute(last).scalar()
    return window is not None and (wrote is None or now() - wrote >= window.span)


def answered(session: Session, conversation: Conversation, message: Message, answer: str) -> None:
    """Notes an answer (better | same | worse) on the case; `worse` calls a counsellor and reopens the case."""
    case, _ = ensure_case(session, conversation, Level.low, "")
    session.add(CaseEvent(case_id=case.id, kind=f"follow_up_{answer}", message_id=message.id))
    if answer == "worse":
        tasks.end(session, conversation.id, TaskKind.follow_up)
        call_counsellor(session, case, conversation)


def stop(session: Session, conversation: Conversation, *, for_good: bool) -> None:
    """Ends the questions; `for_good` takes the consent back too."""
    tasks.end(session, conversation.id, TaskKind.follow_up)
    if for_good:
        consents.withdraw(session, conversation.person_id, [Purpose.follow_up])
