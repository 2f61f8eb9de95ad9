"""What the rota page shows, as JSON: who is on duty now, the week, exceptions, and who can be called."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.care import duty, notices, rota, waiting
from bot.channels import notice
from bot.clock import local, now
from bot.console import labels
from bot.console.night import RUNGS
from bot.db.models import Staff, StaffSession
from bot.db.night_models import DutyException, DutySwitch, DutyTurn, NoticeAddress
from bot.db.session import reading
from bot.db.states import Role

DAYS = {1: "周一", 2: "周二", 3: "周三", 4: "周四", 5: "周五", 6: "周六", 7: "周日"}
PLACES = {place: RUNGS[place] for place in duty.PLACES}
CHANGERS = (Role.lead, Role.admin)


def state(staff_id: str, role: Role) -> dict[str, Any]:
    """Gives the page for one member of staff. Of addresses only the kind is told, and to whom it concerns."""
    with reading() as session:
        people = _people(session)
        names = {person.id: person.display_name for person in people}
        addresses = notices.live_addresses(session)
        turns = [row for row in rota.live_turns(session) if row.staff_id in names]
        return {
            "kept": rota.of(session).is_kept,
            "now": _now(session, names, addresses),
            "mine": _mine(session, staff_id),
            "days": _days(session, turns, names),
            "exceptions": [_exception(row, names) for row in rota.live_exceptions(session) if _known(row, names)],
            "people": [_person(person, turns, addresses, staff_id, role) for person in people],
            "office": [_address(row) for row in addresses if row.staff_id is None] if role in CHANGERS else [],
            "office_count": len([row for row in addresses if row.staff_id is None]),
        }


def _people(session: Session) -> list[Staff]:
    able = select(Staff).where(Staff.disabled_at.is_(None), Staff.role.in_(rota.CAN_STAND))
    return list(session.execute(able.order_by(Staff.created_at, Staff.id)).scalars())


def _now(session: Session, names: dict[str, str], addresses: list[NoticeAddress]) -> list[dict[str, Any]]:
    seen = select(StaffSession.staff_id).where(StaffSession.last_seen > now() - waiting.ON_DUTY)
    present = set(session.execute(seen).scalars())
    reachable = {row.staff_id for row in addresses}
    return [
        {
            "label": PLACES[place],
            "people": [
                {"name": names[one], "present": one in present, "reachable": one in reachable} for one in people
            ],
        }
        for place, people in duty.on_duty(now(), rota.of(session)).items()
    ]


def _mine(session: Session, staff_id: str) -> dict[str, str]:
    row = session.get(DutySwitch, staff_id)
    if row is None or row.until <= now():
        return {"state": "rota", "until": ""}
    return {"state": "here" if row.here else "away", "until": f"{local(row.until):%m-%d %H:%M}"}


def _days(session: Session, turns: list[DutyTurn], names: dict[str, str]) -> list[dict[str, Any]]:
    free = _free_hours(rota.week_gaps(session)) if turns else {}
    return [
        {
            "name": name,
            "turns": [_turn(row, names) for row in turns if row.weekday == day],
            "free": free.get(day, []),
        }
        for day, name in DAYS.items()
    ]


def _free_hours(gaps: list[duty.Gap]) -> dict[int, list[str]]:
    """The hours with nobody, cut at midnight and put under their day."""
    found: dict[int, list[str]] = {}
    for gap in gaps:
        start = local(gap.start)
        while start < gap.end:
            midnight = datetime.combine(start.date() + duty.DAY, time(0), start.tzinfo)
            end = min(local(gap.end), midnight)
            words = f"{start:%H:%M}–{'24:00' if end == midnight else f'{end:%H:%M}'}"
            found.setdefault(start.isoweekday(), []).append(words)
            start = end
    return found


def _turn(row: DutyTurn, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "hours": hours(row.starts, row.ends),
        "name": names[row.staff_id],
        "place": row.place,
        "label": PLACES[row.place],
    }


def hours(starts: time, ends: time) -> str:
    """Gives a span in words; past midnight it says so."""
    if starts == ends == time(0):
        return "全天"
    return f"{starts:%H:%M}–{'次日' if ends <= starts else ''}{ends:%H:%M}"


def _known(row: DutyException, names: dict[str, str]) -> bool:
    return row.staff_id is None or row.staff_id in names


def _exception(row: DutyException, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "day": f"{row.day:%m-%d} {DAYS[row.day.isoweekday()]}",
        "hours": hours(row.starts, row.ends),
        "name": names[row.staff_id] if row.staff_id else "没有人值班",
        "label": PLACES[row.place] if row.place else "所有位置",
    }


def _person(
    person: Staff, turns: list[DutyTurn], addresses: list[NoticeAddress], staff_id: str, role: Role
) -> dict[str, Any]:
    own = [row for row in addresses if row.staff_id == person.id]
    concerned = role in CHANGERS or person.id == staff_id
    return {
        "id": person.id,
        "name": person.display_name,
        "role": labels.ROLES[person.role],
        "me": person.id == staff_id,
        "on_rota": any(row.staff_id == person.id for row in turns),
        "count": len(own),
        "addresses": [_address(row) for row in own] if concerned else [],
    }


def _address(row: NoticeAddress) -> dict[str, Any]:
    return {"id": row.id, "kind": notice.name_of(row.url)}
