"""What the tests of the union's tree share: a small tree, and people who belong somewhere."""

from __future__ import annotations

from dataclasses import dataclass

from bot.db.models import Conversation
from bot.db.org_models import StaffUnit, UnionUnit, WorkerUnit
from bot.db.session import transaction
from bot.db.states import UnitKind


@dataclass(frozen=True)
class Tree:
    """A city with two districts; the east has a factory and a group with a daughter, the west a shop."""

    city: str
    east: str
    west: str
    factory: str
    group: str
    daughter: str
    shop: str


def a_unit(name: str, kind: UnitKind, parent: str | None = None) -> str:
    """A unit, put there directly; gives its id."""
    with transaction() as session:
        row = UnionUnit(name=name, kind=kind, parent_id=parent)
        session.add(row)
        session.flush()
        return row.id


def a_tree() -> Tree:
    """The tree of these tests."""
    city = a_unit("江城市总工会", UnitKind.city)
    east, west = (a_unit(name, UnitKind.district, city) for name in ("东区总工会", "西区总工会"))
    factory, group = (a_unit(name, UnitKind.enterprise, east) for name in ("红星机械厂", "远航集团"))
    daughter = a_unit("远航物流", UnitKind.enterprise, group)
    return Tree(city, east, west, factory, group, daughter, a_unit("西街商场", UnitKind.enterprise, west))


def sits(staff_id: str, unit: str | None, employer: str | None = None) -> None:
    """A member of staff answers for a unit, and is employed somewhere."""
    with transaction() as session:
        session.merge(StaffUnit(staff_id=staff_id, unit_id=unit, employer_id=employer))


def belongs(conversation_id: str, unit: str) -> None:
    """The worker of a conversation belongs to a unit."""
    with transaction() as session:
        person_id = session.get_one(Conversation, conversation_id).person_id
        session.merge(WorkerUnit(person_id=person_id, unit_id=unit))
