"""The rota as it is kept: reading it, adding and taking off turns and exceptions, saying that one is here or away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.care import duty
from bot.care.notices import live_addresses
from bot.clock import LOCAL, local, now
from bot.db.models import Staff
from bot.db.night_models import DutyException, DutySwitch, DutyTurn
from bot.db.session import transaction
from bot.db.states import Role, Rung
from bot.errors import BadInput, NotFound
from bot.hours import Hours
from bot.settings import settings

CAN_STAND = (Role.counsellor, Role.lead, Role.admin)
SWITCH_LASTS = timedelta(hours=12)  # a switch that was forgotten must not silence the next night
FARTHEST = timedelta(days=366)
Row = TypeVar("Row", DutyTurn, DutyException)


def of(session: Session) -> duty.Rota:
    """Gives the rota as it stands now, without staff who were disabled or lost the role."""
    may = set(session.execute(_may_stand()).scalars())
    turns = [turn for turn in live_turns(session) if turn.staff_id in may]
    changes = [one for one in live_exceptions(session) if one.staff_id is None or one.staff_id in may]
    switches = session.execute(select(DutySwitch).where(DutySwitch.until > now())).scalars()
    return duty.Rota(
        tuple(duty.Turn(row.weekday, row.starts, row.ends, row.staff_id, row.place) for row in turns),
        tuple(duty.Change(row.day, row.starts, row.ends, row.staff_id, row.place) for row in changes),
        tuple(duty.Switch(row.staff_id, row.here, row.until) for row in switches if row.staff_id in may),
    )


def _may_stand() -> Select[str]:
    return select(Staff.id).where(Staff.disabled_at.is_(None), Staff.role.in_(CAN_STAND))


def live_turns(session: Session) -> list[DutyTurn]:
    """Gives the weekly turns, by day and hour."""
    order = (DutyTurn.weekday, DutyTurn.starts, DutyTurn.id)
    return list(session.execute(select(DutyTurn).where(DutyTurn.removed_at.is_(None)).order_by(*order)).scalars())


def live_exceptions(session: Session) -> list[DutyException]:
    """Gives the exceptions that are not over, by date and hour."""
    found = select(DutyException).where(
        DutyException.removed_at.is_(None), DutyException.day >= local(now()).date() - duty.DAY
    )
    return list(session.execute(found.order_by(DutyException.day, DutyException.starts, DutyException.id)).scalars())


def next_duty(session: Session) -> datetime | None:
    """Gives when somebody is next on duty: by the rota if one is kept, else by the setting of hours.

    None if that is not known, or if somebody should be there now.
    """
    rota = of(session)
    if rota.is_kept:
        start = duty.next_start(now(), rota)
        return None if start == now() else start
    hours = Hours.parse(settings().duty_hours)
    return None if hours.holds(now()) else hours.next_start(now())


def week_gaps(session: Session) -> list[duty.Gap]:
    """Gives the hours of an ordinary week, from this Monday on, in which nobody has a turn."""
    turns = duty.Rota(of(session).turns)
    today = local(now())
    monday = datetime.combine(today.date() - duty.DAY * today.weekday(), time(0), LOCAL)
    return duty.gaps(monday, monday + duty.DAY * 7, turns)


def silent(session: Session) -> int:
    """Gives how many people are on the rota whom no notice can reach."""
    reached = {row.staff_id for row in live_addresses(session)}
    found = of(session)
    people = {turn.staff_id for turn in found.turns} | {one.staff_id for one in found.changes if one.staff_id}
    return len(people - reached)


def away(session: Session) -> set[str]:
    """Gives the staff who said that they are away."""
    said = select(DutySwitch.staff_id).where(DutySwitch.here.is_(False), DutySwitch.until > now())
    return set(session.execute(said).scalars())


def add_turn(by: str, weekdays: Iterable[int], starts: time, ends: time, staff_id: str, place: Rung) -> None:
    """Adds a turn on these days of every week. Raises BadInput."""
    days = sorted(set(weekdays))
    if not days or days[0] < 1 or days[-1] > 7 or place not in duty.PLACES:
        raise BadInput("no such day or place")
    with transaction() as session:
        _check_staff(session, staff_id)
        for day in days:
            turn = DutyTurn(weekday=day, starts=starts, ends=ends, staff_id=staff_id, place=place, added_by=by)
            session.add(turn)
        _record(session, Action.turn_added, by, turn, days="-".join(map(str, days)))


def add_exception(by: str, day: date, starts: time, ends: time, staff_id: str | None, place: Rung | None) -> None:
    """Adds a change on one date; nobody's is a holiday. Raises BadInput, also for a date that is over or far off."""
    today = local(now()).date()
    if not today <= day <= today + FARTHEST or place == Rung.office:
        raise BadInput("no such day or place")
    if staff_id is not None and place is None:
        raise BadInput("somebody stands on one place")
    with transaction() as session:
        if staff_id is not None:
            _check_staff(session, staff_id)
        row = DutyException(day=day, starts=starts, ends=ends, staff_id=staff_id, place=place, added_by=by)
        session.add(row)
        _record(session, Action.exception_added, by, row, day=day.isoformat())


def _check_staff(session: Session, staff_id: str) -> None:
    if session.execute(_may_stand().where(Staff.id == staff_id)).first() is None:
        raise BadInput("nobody who can be on duty")


def remove_turn(by: str, turn_id: int) -> None:
    """Takes a turn off the rota. Raises NotFound."""
    with transaction() as session:
        row = _removed(session.get(DutyTurn, turn_id), by)
        _record(session, Action.turn_removed, by, row, days=str(row.weekday))


def remove_exception(by: str, exception_id: int) -> None:
    """Takes an exception back. Raises NotFound."""
    with transaction() as session:
        row = _removed(session.get(DutyException, exception_id), by)
        _record(session, Action.exception_removed, by, row, day=row.day.isoformat())


def _removed(row: Row | None, by: str) -> Row:
    if row is None or row.removed_at is not None:
        raise NotFound("no such row")
    row.removed_by, row.removed_at = by, now()
    return row


def _record(session: Session, action: Action, by: str, row: DutyTurn | DutyException, **when: str) -> None:
    hours, place = f"{row.starts:%H:%M}-{row.ends:%H:%M}", row.place.value if row.place else None
    audit.record(session, action, by, audit.staff(row.staff_id), hours=hours, place=place, **when)


def switch(staff_id: str, here: bool | None) -> None:
    """Notes that somebody is here or away for the next hours; None: as the rota says."""
    with transaction() as session:
        session.execute(delete(DutySwitch).where(DutySwitch.staff_id == staff_id))
        if here is not None:
            session.add(DutySwitch(staff_id=staff_id, here=here, until=now() + SWITCH_LASTS))
        said = "rota" if here is None else "here" if here else "away"
        audit.record(session, Action.duty_said, staff_id, audit.staff(staff_id), said=said)
