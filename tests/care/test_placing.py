"""Saying where people belong, and what follows: letting go, ringing anew, going round the wall at night."""

from __future__ import annotations

import pytest

from bot.care import company, desk, placing, scope, units, waiting
from bot.db.base import new_id
from bot.db.models import Conversation, StaffSession
from bot.db.org_models import WorkerUnit
from bot.db.session import reading, transaction
from bot.db.states import Owner, Role, TaskKind, UnitKind
from bot.errors import BadInput, NotAllowed, NotFound
from tests.care.ground import planned
from tests.care.org_ground import Tree, a_tree, belongs, sits
from tests.console.ground import cry
from tests.conversation.acts import say, says
from tests.night import a_person


def a_boss() -> str:
    """Somebody who keeps the tree."""
    return a_person(new_id(), Role.admin)


def holder(conversation_id: str) -> tuple[Owner, str | None]:
    with reading() as session:
        row = session.get_one(Conversation, conversation_id)
        return row.owner, row.counsellor_id


def taken(staff_id: str) -> list[company.Taken]:
    with reading() as session:
        return company.taken(session, staff_id)


def placed(conversation_id: str) -> str | None:
    with reading() as session:
        row = session.get(WorkerUnit, session.get_one(Conversation, conversation_id).person_id)
        return row.unit_id if row else None


def held_by_one_of_the_factory(tree: Tree) -> tuple[str, str]:
    """A cry of an unknown worker, taken by somebody whom the factory employs; gives the conversation and them."""
    conversation, lin = cry().conversation_id, a_person("lin")
    sits(lin, tree.east, tree.factory)
    desk.claim(conversation, lin)
    return conversation, lin


def test_the_own_employers_counsellor_lets_go_as_soon_as_the_unit_is_known(any_database: str) -> None:
    tree, wu = a_tree(), a_person("wu")
    conversation, lin = held_by_one_of_the_factory(tree)
    placing.place_worker(conversation, lin, tree.factory)
    assert holder(conversation) == (Owner.waiting, None)
    (told,) = taken(lin)
    assert (told.conversation_id, told.by) == (conversation, None)
    (row,) = desk.queue()
    assert (row.alerts, row.state, row.staff_name) == (1, "open", None)
    assert len(planned(TaskKind.escalate)) == 1
    assert "转给了另一位值班同志" in says(conversation)[-1]
    desk.claim(conversation, wu)
    assert holder(conversation) == (Owner.counsellor, wu)


def test_a_guest_of_the_own_employer_is_out_too(database: object) -> None:
    tree, wu = a_tree(), a_person("wu")
    conversation, lin = held_by_one_of_the_factory(tree)
    company.invite(conversation, lin, wu)
    company.join(conversation, wu)
    placing.place_staff(a_person("he"), wu, tree.west, None)
    placing.place_worker(conversation, lin, tree.group)
    with reading() as session:
        assert company.guests(session, conversation) == []
    assert holder(conversation) == (Owner.counsellor, lin)


def test_a_moved_unit_or_person_lets_go_too(database: object) -> None:
    tree, boss = a_tree(), a_person("boss", Role.admin)
    conversation, lin = held_by_one_of_the_factory(tree)
    placing.place_worker(conversation, lin, tree.group)
    placing.move_unit(boss, tree.group, tree.west)
    assert holder(conversation) == (Owner.waiting, None)
    desk.claim(conversation, boss)
    placing.place_staff(a_person("he", Role.admin), boss, None, tree.group)
    assert holder(conversation) == (Owner.waiting, None)


def test_what_a_moment_left_behind_is_released_by_the_clock(database: object) -> None:
    tree = a_tree()
    conversation, _ = held_by_one_of_the_factory(tree)
    belongs(conversation, tree.factory)
    assert placing.release_all() == 1
    assert placing.release_all() == 0
    assert holder(conversation) == (Owner.waiting, None)


def test_a_unit_that_nobody_at_the_desk_could_see_is_not_taken(database: object) -> None:
    tree = a_tree()
    conversation, lin = held_by_one_of_the_factory(tree)
    with pytest.raises(placing.NobodySees):
        placing.place_worker(conversation, lin, tree.factory)
    assert placed(conversation) is None
    assert holder(conversation) == (Owner.counsellor, lin)
    belongs(conversation, tree.factory)
    with reading() as session:
        assert placing.unheard(session) == 1


def test_a_unit_can_be_taken_back_and_a_closed_one_is_not_given(database: object) -> None:
    tree, wu = a_tree(), a_person("wu")
    conversation = say("加班费怎么算").conversation_id
    placing.place_worker(conversation, wu, tree.shop)
    placing.place_worker(conversation, wu, None)
    assert placed(conversation) is None
    units.close(a_boss(), tree.shop)
    for wrong in (tree.shop, "0" * 32):
        with pytest.raises(BadInput):
            placing.place_worker(conversation, wu, wrong)
        with pytest.raises(BadInput):
            placing.place_staff("0" * 32, wu, wrong, None)


def test_nobody_takes_down_their_own_wall(database: object) -> None:
    boss = a_person("boss", Role.admin)
    with pytest.raises(NotAllowed):
        placing.place_staff(boss, boss, None, None)
    with pytest.raises(NotFound):
        placing.place_staff(boss, "0" * 32, None, None)


def test_the_tree_keeps_its_order(database: object) -> None:
    tree = a_tree()
    assert [(one.depth, one.name) for one in units.tree()][:3] == [
        (0, "江城市总工会"),
        (1, "东区总工会"),
        (2, "红星机械厂"),
    ]
    wrong = [(None, UnitKind.district), (tree.shop, UnitKind.district), (None, UnitKind.enterprise)]
    for parent, kind in wrong:
        with pytest.raises(units.BadUnit):
            units.add(a_boss(), parent, kind, "新的")
    for name in ("", "  ", "字" * 61, "东区总工会", "东\x00区", "东\u202e区", "东\u200b区"):
        with pytest.raises(units.BadUnit):
            units.add(a_boss(), tree.city, UnitKind.district, name)
    with pytest.raises(units.BadUnit), transaction() as session:
        units.move(session, tree.group, tree.daughter)
    with pytest.raises(units.StillOpenBelow):
        units.close(a_boss(), tree.west)
    units.close(a_boss(), tree.shop)
    units.close(a_boss(), tree.west)
    with pytest.raises(units.BadUnit):
        units.reopen(a_boss(), tree.shop)
    units.reopen(a_boss(), tree.west)
    units.rename(a_boss(), tree.west, "  西城 总工会 ")
    assert [one.name for one in units.tree() if one.id == tree.west] == ["西城 总工会"]


def test_who_waits_is_not_told_that_somebody_is_there_if_it_is_only_their_own_employer(database: object) -> None:
    tree, lin = a_tree(), a_person("lin")
    conversation = say("加班费怎么算").conversation_id
    with transaction() as session:
        session.add(StaffSession(token_hash="x", staff_id=lin, csrf="x"))
    assert waiting.someone_on_duty(conversation)
    sits(lin, None, tree.factory)
    belongs(conversation, tree.factory)
    assert not waiting.someone_on_duty(conversation)
    assert waiting.someone_on_duty()


def test_a_closed_unit_keeps_its_wall(database: object) -> None:
    tree, lin = a_tree(), a_person("lin")
    conversation = say("加班费怎么算").conversation_id
    belongs(conversation, tree.factory)
    sits(lin, None, tree.factory)
    units.close(a_boss(), tree.factory)
    with reading() as session:
        assert not scope.sees(session, lin, conversation)
