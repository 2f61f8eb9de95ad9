"""The union's tree as an admin keeps it: adding, renaming, moving and closing units. Nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.clock import now
from bot.db.org_models import UnionUnit
from bot.db.session import reading, transaction
from bot.db.states import UnitKind
from bot.errors import BadInput, NotAllowedNow, NotFound

MAX_NAME = 60
PARENTS: dict[UnitKind, set[UnitKind | None]] = {  # what a unit of a kind may lie in; None is the top
    UnitKind.city: {None},
    UnitKind.district: {UnitKind.city},
    UnitKind.enterprise: {UnitKind.city, UnitKind.district, UnitKind.enterprise},
}


class BadUnit(BadInput):
    """There can be no such unit there: the name is empty, too long or taken, or the kinds do not fit."""

    code = "bad_unit"


class StillOpenBelow(NotAllowedNow):
    """A unit is closed after those below it."""

    code = "still_open_below"


@dataclass(frozen=True)
class Unit:
    """One unit. `path` names the way down to it; `depth` counts from 0 at the top."""

    id: str
    parent_id: str | None
    kind: UnitKind
    name: str
    path: str
    depth: int
    closed: bool


def tree() -> list[Unit]:
    """Gives all units, each behind the one it lies in, by name."""
    with reading() as session:
        return listing(session)


def listing(session: Session) -> list[Unit]:
    """The same, inside a transaction."""
    below: dict[str | None, list[UnionUnit]] = {}
    for row in session.execute(select(UnionUnit).order_by(UnionUnit.name, UnionUnit.id)).scalars():
        below.setdefault(row.parent_id, []).append(row)
    found: list[Unit] = []
    waiting = [(row, "", 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, above, depth = waiting.pop()
        path = f"{above} › {row.name}" if above else row.name
        found.append(Unit(row.id, row.parent_id, row.kind, row.name, path, depth, row.closed_at is not None))
        waiting.extend((child, path, depth + 1) for child in reversed(below.get(row.id, [])))
    return found


def path_of(session: Session, unit_id: str | None) -> str:
    """Gives the names from the top down to a unit; empty for none."""
    names: list[str] = []
    while unit_id is not None:
        row = session.get_one(UnionUnit, unit_id)
        names.append(row.name)
        unit_id = row.parent_id
    return " › ".join(reversed(names))


def add(by: str, parent_id: str | None, kind: UnitKind, name: str) -> str:
    """Adds a unit and gives its id. Raises BadUnit, NotFound."""
    with transaction() as session:
        _lock(session)
        row = UnionUnit(kind=kind, name="")
        _put(session, row, parent_id, name)
        session.add(row)
        session.flush()
        audit.record(session, Action.unit_added, by, audit.unit(row.id))
        return row.id


def rename(by: str, unit_id: str, name: str) -> None:
    """Gives a unit another name. Raises BadUnit, NotFound."""
    with transaction() as session:
        row = _lock(session).get(unit_id) or _none()
        _put(session, row, row.parent_id, name)
        audit.record(session, Action.unit_renamed, by, audit.unit(unit_id))


def move(session: Session, unit_id: str, parent_id: str | None) -> None:
    """Puts a unit, with all below it, into another one. Raises BadUnit, NotFound."""
    rows = _lock(session)
    row = rows.get(unit_id) or _none()
    above = parent_id
    while above is not None:
        if above == unit_id:
            raise BadUnit("a unit cannot lie in itself")
        above = (rows.get(above) or _none()).parent_id
    _put(session, row, parent_id, row.name)
    session.flush()


def close(by: str, unit_id: str) -> None:
    """Takes a unit out of the choice; who belongs to it stays. Raises StillOpenBelow, NotFound."""
    with transaction() as session:
        rows = _lock(session)
        row = rows.get(unit_id) or _none()
        if any(one.parent_id == unit_id and one.closed_at is None for one in rows.values()):
            raise StillOpenBelow("there are open units below")
        row.closed_at = row.closed_at or now()
        audit.record(session, Action.unit_closed, by, audit.unit(unit_id))


def reopen(by: str, unit_id: str) -> None:
    """Puts a unit back into the choice. Raises BadUnit if the one above is closed, NotFound."""
    with transaction() as session:
        row = _lock(session).get(unit_id) or _none()
        _put(session, row, row.parent_id, row.name)
        row.closed_at = None
        audit.record(session, Action.unit_reopened, by, audit.unit(unit_id))


def _lock(session: Session) -> dict[str, UnionUnit]:
    """All units, locked in one order: two who move must not make a ring."""
    rows = session.execute(select(UnionUnit).order_by(UnionUnit.id).with_for_update(key_share=True)).scalars()
    return {row.id: row for row in rows}


def _none() -> UnionUnit:
    raise NotFound("no such unit")


def _put(session: Session, row: UnionUnit, parent_id: str | None, name: str) -> None:
    """Checks name, kinds and place, and sets them. Colleagues read the name: nothing in it is invisible."""
    name = " ".join(name.split())
    parent = (session.get(UnionUnit, parent_id) or _none()) if parent_id is not None else None
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise BadUnit("no such name")
    if (parent.kind if parent else None) not in PARENTS[row.kind]:
        raise BadUnit("the kinds do not fit")
    if parent is not None and parent.closed_at is not None:
        raise BadUnit("the unit above is closed")
    beside = select(UnionUnit.id).where(UnionUnit.parent_id.is_not_distinct_from(parent_id), UnionUnit.name == name)
    with session.no_autoflush:
        if any(one != row.id for one in session.execute(beside).scalars()):
            raise BadUnit("there is one of that name beside it")
    row.name, row.parent_id = name, parent_id
