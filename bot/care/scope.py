"""Who may see whose conversation: the one rule, as a condition in the database. See docs/decisions/0014-scope.md."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import CTE, ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from bot.care import links
from bot.db.models import Alert, CareCase, Conversation, Staff
from bot.db.org_models import StaffUnit, UnionUnit, WorkerUnit
from bot.db.session import reading
from bot.db.states import Role, UnitKind
from bot.errors import NotFound
from bot.level import Level

SPEAKERS = (Role.counsellor, Role.lead, Role.admin)  # who works at the desk
CRISIS = [level for level in Level if level.is_crisis]


def may_see(staff_id: str) -> ColumnElement[bool]:
    """Gives the condition on Conversation under which this member of staff may know of it at all.

    Where the worker's unit is known: it lies under the one they answer for, and in no enterprise of their own.
    Where it is not known: they do not sit in an enterprise, or the worker is in danger.
    """
    own = exists().where(WorkerUnit.person_id == Conversation.person_id)
    unit = select(WorkerUnit.unit_id).where(WorkerUnit.person_id == Conversation.person_id).scalar_subquery()
    bounded = exists().where(StaffUnit.staff_id == staff_id, StaffUnit.unit_id.is_not(None))
    within = or_(~bounded, unit.in_(select(_under(_answers_for(staff_id), "scope").c.id)))
    walled = unit.in_(select(_under(select(_enterprises_of(staff_id).c.id), "wall").c.id))
    return or_(and_(own, within, ~walled), and_(~own, or_(~_sits_in_enterprise(staff_id), _in_danger())))


def _answers_for(staff_id: str) -> Select[str | None]:
    return select(StaffUnit.unit_id).where(StaffUnit.staff_id == staff_id)


def _under(tops: Select[str | None], name: str) -> CTE:
    """These units and all below them."""
    found = select(UnionUnit.id).where(UnionUnit.id.in_(tops)).cte(f"{name}_units", recursive=True)
    return found.union(select(UnionUnit.id).join(found, UnionUnit.parent_id == found.c.id))


def _enterprises_of(staff_id: str) -> CTE:
    """The enterprises this person sits in or is employed by, up to the group: all of them are their employer."""
    employed = select(StaffUnit.employer_id).where(StaffUnit.staff_id == staff_id)
    start = select(UnionUnit.id, UnionUnit.parent_id).where(
        UnionUnit.kind == UnitKind.enterprise,
        or_(UnionUnit.id.in_(_answers_for(staff_id)), UnionUnit.id.in_(employed)),
    )
    found = start.cte("own_enterprises", recursive=True)
    above = select(UnionUnit.id, UnionUnit.parent_id).join(found, UnionUnit.id == found.c.parent_id)
    return found.union(above.where(UnionUnit.kind == UnitKind.enterprise))


def _sits_in_enterprise(staff_id: str) -> ColumnElement[bool]:
    return exists().where(
        StaffUnit.staff_id == staff_id, UnionUnit.id == StaffUnit.unit_id, UnionUnit.kind == UnitKind.enterprise
    )


def _in_danger() -> ColumnElement[bool]:
    unseen = exists().where(Alert.conversation_id == Conversation.id, Alert.acknowledged_at.is_(None))
    return or_(Conversation.level.in_(CRISIS), unseen)


def visible(session: Session, staff_id: str, conversation_ids: Collection[str]) -> set[str]:
    """Gives those of these conversations that this person may see."""
    if not conversation_ids:
        return set()
    mine = select(Conversation.id).where(Conversation.id.in_(conversation_ids), may_see(staff_id))
    return set(session.execute(mine).scalars())


def sees(session: Session, staff_id: str, conversation_id: str) -> bool:
    """True if this person may see the conversation."""
    return bool(visible(session, staff_id, [conversation_id]))


def check(staff_id: str, conversation_id: str) -> None:
    """Raises NotFound if there is no such conversation for this person: the same for a foreign one and for none."""
    with reading() as session:
        if not sees(session, staff_id, conversation_id):
            raise NotFound("no such conversation")


def visible_cases(session: Session, staff_id: str, numbers: Collection[str]) -> set[str]:
    """Gives those of these cases of which this person may see every conversation."""
    belongs = and_(links.has_conversation(Conversation.id), CareCase.number.in_(numbers))
    pairs = session.execute(select(CareCase.number, Conversation.id).join(Conversation, belongs)).all()
    seen = visible(session, staff_id, {conversation_id for _, conversation_id in pairs})
    hidden = {number for number, conversation_id in pairs if conversation_id not in seen}
    return {number for number, _ in pairs} - hidden


def check_case(staff_id: str, number: str) -> None:
    """Raises NotFound if there is no such case for this person: the same for a foreign one and for none."""
    with reading() as session:
        if not visible_cases(session, staff_id, [number]):
            raise NotFound("no such case")


def who_sees(session: Session, conversation_id: str, staff_ids: Collection[str]) -> set[str]:
    """Gives those of these people who may see the conversation."""
    return {one for one in staff_ids if sees(session, one, conversation_id)}


def at_desk(session: Session) -> list[str]:
    """Gives the ids of everybody who works at the desk."""
    able = select(Staff.id).where(Staff.role.in_(SPEAKERS), Staff.disabled_at.is_(None))
    return list(session.execute(able.order_by(Staff.id)).scalars())
