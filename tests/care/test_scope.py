"""Who may see whom: the rule in the database against the same rule in plain Python, on trees made at random."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, select

from bot.care import scope
from bot.db.base import new_id
from bot.db.models import Alert, ChannelIdentity, Conversation, Message, Person, Staff
from bot.db.org_models import StaffUnit, UnionUnit, WorkerUnit
from bot.db.session import reading, transaction
from bot.db.states import Author, Role, UnitKind
from bot.level import Level
from tests.care.org_ground import a_tree, belongs, sits
from tests.conversation.acts import say
from tests.night import a_person

CITY, DISTRICT, ENTERPRISE = UnitKind


@dataclass
class World:
    """Units as id → (parent, kind), staff as id → (unit, employer), workers as conversation → (unit, in danger)."""

    units: dict[str, tuple[str | None, UnitKind]] = field(default_factory=dict)
    staff: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    workers: dict[str, tuple[str | None, bool]] = field(default_factory=dict)

    def way_up(self, unit: str | None) -> list[str]:
        """The unit and all above it."""
        found = []
        while unit is not None:
            found.append(unit)
            unit = self.units[unit][0]
        return found

    def group_of(self, unit: str | None) -> str | None:
        """The topmost enterprise on the way up: the employer."""
        return next((one for one in reversed(self.way_up(unit)) if self.units[one][1] == ENTERPRISE), None)

    def sees(self, staff_id: str, conversation_id: str) -> bool:
        """The rule in words: my part of the tree, and never my own enterprise."""
        unit, employer = self.staff[staff_id]
        theirs, in_danger = self.workers[conversation_id]
        if theirs is None:
            return in_danger or unit is None or self.units[unit][1] != ENTERPRISE
        mine = {self.group_of(unit), self.group_of(employer)} - {None}
        return (unit is None or unit in self.way_up(theirs)) and self.group_of(theirs) not in mine


def a_world(dice: random.Random) -> World:
    """Some units, and people who belong anywhere or nowhere."""
    world = World()
    for _ in range(dice.randint(1, 14)):
        parent = dice.choice([None, *world.units])
        kinds = {None: [CITY], CITY: [DISTRICT, ENTERPRISE], DISTRICT: [ENTERPRISE], ENTERPRISE: [ENTERPRISE]}
        world.units[new_id()] = (parent, dice.choice(kinds[world.units[parent][1] if parent else None]))
    anywhere = [None, *world.units]
    for _ in range(6):
        world.staff[new_id()] = (dice.choice(anywhere), dice.choice([None, None, *world.units]))
    for _ in range(8):
        world.workers[new_id()] = (dice.choice(anywhere), dice.random() < 0.4)
    return world


def keep(world: World, dice: random.Random) -> None:
    """Writes the world into the database; danger is a level, or an alert that nobody has seen."""
    with transaction() as session:
        for unit, (parent, kind) in world.units.items():
            session.execute(insert(UnionUnit).values(id=unit, parent_id=parent, kind=kind, name="x"))
        for one, (unit, employer) in world.staff.items():
            session.execute(insert(Staff).values(id=one, login=one, display_name="x", role=Role.counsellor))
            session.execute(insert(StaffUnit).values(staff_id=one, unit_id=unit, employer_id=employer))
        for one, (unit, in_danger) in world.workers.items():
            session.add(Person(id=one, pseudonym=one))
            session.flush()
            facts = {"person_id": one, "channel": "web"}
            session.add(ChannelIdentity(id=one, account="x", external_hash=one, external_id="x", **facts))
            session.flush()
            by_level = in_danger and dice.random() < 0.5
            session.add(Conversation(id=one, identity_id=one, level=Level.high if by_level else Level.low, **facts))
            session.flush()
            if in_danger and not by_level:
                message = Message(conversation_id=one, author=Author.worker, body="x")
                session.add(message)
                session.flush()
                session.add(Alert(message_id=message.id, conversation_id=one, level=Level.imminent))
            if unit is not None:
                session.add(WorkerUnit(person_id=one, unit_id=unit))


def test_the_rule_in_the_database_is_the_rule_in_words(any_database: str) -> None:
    for seed in range(25):
        dice = random.Random(seed)
        world = a_world(dice)
        keep(world, dice)
        with reading() as session:
            for one in world.staff:
                expected = {worker for worker in world.workers if world.sees(one, worker)}
                assert scope.visible(session, one, world.workers) == expected, (seed, one)


@pytest.fixture
def conversation(database: object) -> str:
    """A worker who writes of nothing grave."""
    return say("加班费怎么算").conversation_id


def seen(conversation_id: str, staff_id: str) -> bool:
    with reading() as session:
        return scope.sees(session, staff_id, conversation_id)


def test_staff_see_their_part_of_the_tree(conversation: str) -> None:
    tree, lin = a_tree(), a_person("lin")
    belongs(conversation, tree.factory)
    answers = {}
    for name in ("city", "east", "west", "group"):
        sits(lin, getattr(tree, name))
        answers[name] = seen(conversation, lin)
    assert answers == {"city": True, "east": True, "west": False, "group": False}


def test_the_own_employer_never_sees_the_case_whatever_the_part(conversation: str) -> None:
    tree, lin = a_tree(), a_person("lin")
    belongs(conversation, tree.daughter)
    for unit in (None, tree.city, tree.east):
        for employer in (tree.group, tree.daughter):
            sits(lin, unit, employer)
            assert not seen(conversation, lin)
    sits(lin, tree.east, tree.factory)
    assert seen(conversation, lin)


def test_who_is_in_danger_and_says_no_unit_is_seen_by_everybody(conversation: str) -> None:
    tree, lin = a_tree(), a_person("lin")
    sits(lin, tree.factory)
    assert not seen(conversation, lin)
    say("我在楼顶，现在就跳下去")
    assert seen(conversation, lin)


def test_staff_without_a_unit_see_all(conversation: str) -> None:
    tree, lin = a_tree(), a_person("lin")
    belongs(conversation, tree.shop)
    assert seen(conversation, lin)
    with reading() as session:
        assert session.execute(select(StaffUnit)).first() is None
