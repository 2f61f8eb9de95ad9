"""Work on a case: category and level set by a person, the plan, what staff do by a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.care.closing import locked, of_number, said
from bot.care.company import names
from bot.care.scope import SPEAKERS, visible_cases
from bot.clock import local, now
from bot.db.case_models import CheckTick, CodeTry, PlanStep, ReceiptCode, Referral, StaffTask
from bot.db.models import CareCase, CaseEvent, Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.states import CaseState, Category
from bot.errors import BadInput, NotAllowedNow, NotFound
from bot.level import Level

MAX_WORDS = 500
LATEST = timedelta(days=730)  # a task is due within two years
Kind = TypeVar("Kind", PlanStep, StaffTask)


@dataclass(frozen=True)
class Step:
    """One step of the plan."""

    id: int
    text: str
    by: str
    at: datetime
    done_by: str | None
    done_at: datetime | None


@dataclass(frozen=True)
class Task:
    """Something somebody does by a day."""

    id: int
    number: str
    level: Level
    text: str
    due_on: date
    staff_id: str
    who: str
    done_by: str | None
    done_at: datetime | None

    @property
    def is_overdue(self) -> bool:
        """True if its day has passed and it is not done."""
        return self.done_at is None and self.due_on < today()


def today() -> date:
    """The day it is where the desk is."""
    return local(now()).date()


def set_level(number: str, staff_id: str, level: Level, reason: str) -> None:
    """Sets the level of an open case; the reason is kept. Alarms that nobody has seen go on. Raises NotAllowedNow."""
    reason = said(reason)
    with transaction() as session:
        case, conversations = _open(session, number)
        case.level = level
        session.add(CaseEvent(case_id=case.id, kind="level_set", staff_id=staff_id, level=level, note=reason))
        audit.record(session, Action.level_set, staff_id, audit.case(number))
        if case.paired_with is None:
            for one in conversations:
                one.level = level


def set_category(number: str, staff_id: str, category: Category) -> None:
    """Sets the category of an open case. Raises NotAllowedNow."""
    with transaction() as session:
        case, _ = _open(session, number)
        if case.category != category:
            case.category = category
            session.add(CaseEvent(case_id=case.id, kind="category_set", staff_id=staff_id, note=category.value))
        audit.record(session, Action.category_set, staff_id, audit.case(number))


def _open(session: Session, number: str) -> tuple[CareCase, list[Conversation]]:
    case, conversations = locked(session, number)
    if case.state == CaseState.closed:
        raise NotAllowedNow("the case is closed")
    return case, conversations


def add_step(number: str, staff_id: str, text: str) -> int:
    """Adds a step to the plan of an open case; gives its id. Raises NotAllowedNow, BadInput."""
    text = said(text, MAX_WORDS)
    with transaction() as session:
        case, _ = _open(session, number)
        step = PlanStep(case_id=case.id, body=text, staff_id=staff_id)
        session.add(step)
        session.add(CaseEvent(case_id=case.id, kind="planned", staff_id=staff_id))
        audit.record(session, Action.plan_changed, staff_id, audit.case(number))
        session.flush()
        return step.id


def do_step(number: str, step_id: int, staff_id: str, on: bool = True) -> None:
    """Marks a step of the plan as done, or not done after all. Raises NotFound."""
    with transaction() as session:
        _mark(_row(session, PlanStep, number, step_id), staff_id, on)
        audit.record(session, Action.plan_changed, staff_id, audit.case(number))


def add_task(number: str, staff_id: str, text: str, due_on: date, for_staff: str) -> int:
    """Plans something for somebody by a day; gives its id. It may belong to a closed case.

    Raises NotFound for one who does not work on cases, BadInput for a day that has passed or is far away.
    """
    text = said(text, MAX_WORDS)
    if not today() <= due_on <= today() + LATEST:
        raise BadInput("the day must lie between today and two years on")
    with transaction() as session:
        case = of_number(session, number)
        person = session.get(Staff, for_staff)
        able = person is not None and person.role in SPEAKERS and person.disabled_at is None
        if not able or not visible_cases(session, for_staff, [number]):
            raise NotFound("no such colleague")
        task = StaffTask(case_id=case.id, body=text, due_on=due_on, staff_id=for_staff, made_by=staff_id)
        session.add(task)
        session.add(CaseEvent(case_id=case.id, kind="task_added", staff_id=staff_id))
        audit.record(session, Action.task_changed, staff_id, audit.case(number))
        session.flush()
        return task.id


def do_task(number: str, task_id: int, staff_id: str, on: bool = True) -> None:
    """Marks a task as done, or not done after all. Raises NotFound."""
    with transaction() as session:
        task = _row(session, StaffTask, number, task_id)
        if on and task.done_at is None:
            session.add(CaseEvent(case_id=task.case_id, kind="task_done", staff_id=staff_id))
        _mark(task, staff_id, on)
        audit.record(session, Action.task_changed, staff_id, audit.case(number))


def _row(session: Session, table: type[Kind], number: str, row_id: int) -> Kind:
    """The row, held; NotFound if it is not of this case."""
    case = of_number(session, number)
    query = select(table).where(table.id == row_id, table.case_id == case.id).with_for_update()
    row = session.execute(query).scalar_one_or_none()
    if row is None:
        raise NotFound("no such row of this case")
    return row


def _mark(row: PlanStep | StaffTask, staff_id: str, on: bool) -> None:
    if on and row.done_at is None:
        row.done_by, row.done_at = staff_id, now()
    elif not on:
        row.done_by = row.done_at = None


def plan_of(session: Session, case: CareCase) -> list[Step]:
    """The plan, in the order in which it was written."""
    rows = session.execute(select(PlanStep).where(PlanStep.case_id == case.id).order_by(PlanStep.id)).scalars()
    people = names(session)
    return [
        Step(row.id, row.body, people.get(row.staff_id, ""), row.at, people.get(row.done_by or ""), row.done_at)
        for row in rows
    ]


def tasks_of(session: Session, case: CareCase) -> list[Task]:
    """The tasks of a case: open ones first, by day."""
    return _tasks(session, StaffTask.case_id == case.id)


def due_list(staff_id: str | None = None) -> list[Task]:
    """What is to be done, by one person or by all; what is overdue comes first."""
    mine = StaffTask.done_at.is_(None)
    with reading() as session:
        return _tasks(session, mine if staff_id is None else mine & (StaffTask.staff_id == staff_id))


def _tasks(session: Session, which: ColumnElement[bool]) -> list[Task]:
    people = names(session)
    return [
        Task(
            row.id,
            number,
            level,
            row.body,
            row.due_on,
            row.staff_id,
            people.get(row.staff_id, ""),
            people.get(row.done_by or ""),
            row.done_at,
        )
        for row, number, level in session.execute(_task_rows().where(which))
    ]


def _task_rows() -> Select[StaffTask, str, Level]:
    order = (StaffTask.done_at.is_not(None), StaffTask.due_on, StaffTask.id)
    return (
        select(StaffTask, CareCase.number, CareCase.level)
        .join(CareCase, CareCase.id == StaffTask.case_id)
        .order_by(*order)
    )


def due(session: Session) -> list[tuple[str, str]]:
    """What is to be done by today or earlier: by which member of staff, for which conversation."""
    rows = select(StaffTask.staff_id, CareCase.conversation_id).join(CareCase, CareCase.id == StaffTask.case_id)
    waits = rows.where(StaffTask.done_at.is_(None), StaffTask.due_on <= today())
    return [(staff_id, conversation_id) for staff_id, conversation_id in session.execute(waits)]


def forget(session: Session, cases: Select[int]) -> None:
    """Deletes what staff wrote about these cases, and the codes that open them."""
    for table in (PlanStep, CheckTick, StaffTask, Referral, ReceiptCode):
        gone = delete(table).where(table.case_id.in_(cases))
        session.execute(gone.execution_options(synchronize_session=False))


def sweep(session: Session, before: datetime) -> None:
    """Forgets the cases that were closed before then, but for what is still to be done."""
    to_do = select(StaffTask.case_id).where(StaffTask.done_at.is_(None))
    over = select(CareCase.id).where(CareCase.state == CaseState.closed, CareCase.closed_at < before)
    forget(session, over.where(CareCase.id.not_in(to_do)))
    session.execute(delete(CodeTry).where(CodeTry.at < before))
