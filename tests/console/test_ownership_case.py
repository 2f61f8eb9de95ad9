"""Route × ownership of a case's file: what is not for this person to see is as if it did not exist."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.care import casework, todo
from bot.console import guard
from bot.db.case_models import CaseLink
from bot.db.models import CareCase
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.errors import NotFound
from tests.care.org_ground import belongs
from tests.console.ground import cry, staff_id_of
from tests.console.test_ownership import answer, world
from tests.console.test_rights import PLACES, cells

NOWHERE = PLACES["number"]


def about(number: str) -> Iterator[tuple[str, str]]:
    """Method and path of every route about one case."""
    found = [(method, path) for method, path, _ in cells() if f"/case/{NOWHERE}" in path]
    assert len(found) > 12
    yield from ((method, path.replace(NOWHERE, number)) for method, path in found)


def number_of(conversation_id: str) -> str:
    """The number of the conversation's case."""
    with reading() as session:
        mine = CareCase.conversation_id == conversation_id
        return session.execute(select(CareCase.number).where(mine)).scalar_one()


@pytest.mark.parametrize("role", guard.CASE_ROLES)
def test_on_every_route_a_foreign_or_walled_case_is_as_if_there_were_none(desk_url: str, role: Role) -> None:
    me, found, _ = world(desk_url, role)
    numbers = [number_of(found["foreign"]), number_of(found["walled"]), NOWHERE]
    for paths in zip(*(about(number) for number in numbers), strict=True):
        answers = {answer(me, method, path) for method, path in paths}
        assert len(answers) == 1, paths
        assert answers.pop()[0] in ((403, 404) if role == Role.counsellor else (404,)), paths
    for name in ("own", "colleague", "unknown"):
        assert me.get(f"/desk/case/{number_of(found[name])}").status_code == 200


def test_a_case_that_goes_on_in_a_walled_conversation_is_walled_as_a_whole(desk_url: str) -> None:
    me, found, tree = world(desk_url)
    number, other = number_of(found["unknown"]), cry(sender="other").conversation_id
    with transaction() as session:
        case = session.execute(select(CareCase).where(CareCase.number == number)).scalar_one()
        session.add(CaseLink(conversation_id=other, case_id=case.id))
    assert me.get(f"/desk/case/{number}").status_code == 200
    belongs(other, tree.factory)
    assert me.get(f"/desk/case/{number}").status_code == 404


def test_nothing_of_a_walled_case_waits_for_who_may_not_see_it(desk_url: str) -> None:
    me, found, tree = world(desk_url)
    mine, number = staff_id_of("lifang"), number_of(found["unknown"])
    casework.add_task(number, mine, "给家里回个电话", casework.today(), mine)
    assert me.get("/desk/api/queue").json()["todo"] == 1
    belongs(found["unknown"], tree.factory)
    assert me.get("/desk/api/queue").json()["todo"] == 0
    assert todo.of(mine, Role.lead) == todo.Todo([], [], [], [])
    with pytest.raises(NotFound):
        casework.add_task(number, staff_id_of("wangqiang"), "问一问", casework.today(), mine)
