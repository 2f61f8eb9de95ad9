"""Talks with counsellors after hard cases: who should have one, and that it was held. Never what a case was about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.care.load import CRISIS
from bot.clock import local, now
from bot.db.models import CareCase, CaseEvent, Conversation, Staff
from bot.db.rating_models import Debrief
from bot.db.session import reading, transaction
from bot.errors import BadInput, NotFound
from bot.level import Level
from bot.settings import settings

MAX_NOTE = 500
TOOK = ("claimed", "taken_over", "joined")
EARLIEST = timedelta(days=60)  # a talk that was held longer ago is not entered any more
RECENT = 30  # talks that are listed


@dataclass(frozen=True)
class Strained:
    """Somebody with hard cases of late: how many, the last one, the last talk, and whether another is due."""

    staff_id: str
    name: str
    imminent: int
    high: int
    last_at: datetime
    talked_on: date | None
    due: bool


@dataclass(frozen=True)
class Talk:
    """A talk that was held. `note` is empty for all but the one who wrote it."""

    name: str
    held_on: date
    by: str
    note: str


Hard = dict[int, tuple[Level, datetime]]  # case → its level and the last hard moment


def strained() -> list[Strained]:
    """Gives who had an imminent case, or several of high risk, within the set days; those without a talk first."""
    with reading() as session:
        hard = _hard(session)
        names = {row.id: row.display_name for row in session.execute(select(Staff.id, Staff.display_name))}
        talks = {staff_id: _last_talk(session, staff_id) for staff_id in hard}
    found = [_of(staff_id, names[staff_id], cases, talks[staff_id]) for staff_id, cases in hard.items()]
    listed = [one for one in found if one.imminent or one.high >= settings().debrief_crises]
    return sorted(listed, key=lambda one: (not one.due, one.name))


def _hard(session: Session) -> dict[str, Hard]:
    """Who → their hard cases: taken within the days, or held when a sign of danger came."""
    since = now() - timedelta(days=settings().debrief_days)
    rows = (
        select(CaseEvent.kind, CaseEvent.staff_id, CareCase.staff_id.label("holder"), CareCase.id, CareCase.level)
        .add_columns(CaseEvent.at)
        .join(CareCase, CareCase.id == CaseEvent.case_id)
        .join(Conversation, Conversation.id == CareCase.conversation_id)
        .where(CaseEvent.at > since, CareCase.level.in_(CRISIS), Conversation.drill.is_(False))
        .where(CaseEvent.kind.in_((*TOOK, "sign")))
        .order_by(CaseEvent.at)
    )
    found: dict[str, Hard] = defaultdict(dict)
    for row in session.execute(rows):
        who = row.staff_id or row.holder
        if who is not None:
            found[who][row.id] = (row.level, row.at)
    return found


def _last_talk(session: Session, staff_id: str) -> Debrief | None:
    newest = select(Debrief).where(Debrief.staff_id == staff_id).order_by(Debrief.held_on.desc(), Debrief.id.desc())
    return session.execute(newest.limit(1)).scalar_one_or_none()


def _of(staff_id: str, name: str, cases: Hard, talk: Debrief | None) -> Strained:
    levels = [level for level, _ in cases.values()]
    last_at = max(at for _, at in cases.values())
    talked = talk is not None and talk.held_on >= local(last_at).date() and talk.at >= last_at
    held_on = talk.held_on if talk is not None else None
    return Strained(
        staff_id, name, levels.count(Level.imminent), levels.count(Level.high), last_at, held_on, due=not talked
    )


def record(staff_id: str, by: str, held_on: date, note: str = "") -> None:
    """Notes that a talk was held. Raises NotFound for an unknown person, BadInput for one's own or an odd date."""
    note, today = note.strip(), local(now()).date()
    if len(note) > MAX_NOTE or not today - EARLIEST <= held_on <= today or staff_id == by:
        raise BadInput("a talk is held with somebody else, lately, with a short note")
    with transaction() as session:
        if session.get(Staff, staff_id) is None:
            raise NotFound("no such member of staff")
        session.add(Debrief(staff_id=staff_id, held_by=by, held_on=held_on, note=note or None))
        audit.record(session, Action.debrief_held, by, audit.staff(staff_id), day=held_on.isoformat())


def talks(reader: str) -> list[Talk]:
    """Gives the last talks, newest first; a note only to the one who wrote it."""
    with reading() as session:
        names = {row.id: row.display_name for row in session.execute(select(Staff.id, Staff.display_name))}
        rows = session.execute(select(Debrief).order_by(Debrief.held_on.desc(), Debrief.id.desc()).limit(RECENT))
        return [
            Talk(
                names[row.staff_id], row.held_on, names[row.held_by], (row.note or "") if row.held_by == reader else ""
            )
            for row in rows.scalars()
        ]
