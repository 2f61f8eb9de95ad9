"""Several staff in one conversation: who may come in, who wins, who is told, and what the worker sees of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from bot.care import company, desk, erasure
from bot.db.models import CareCase, CaseEvent, Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.states import Author, Role
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from tests.care.ground import person_of
from tests.care.test_cases import staff
from tests.care.test_speaking import held
from tests.closing import close


def lead(login: str) -> str:
    """An account of a lead; gives its id."""
    who = staff(login)
    with transaction() as session:
        session.execute(update(Staff).where(Staff.id == who).values(role=Role.lead))
    return who


def markers(conversation_id: str) -> list[str]:
    return [row.text for row in desk.thread(conversation_id) if row.author == Author.system]


def beside(conversation_id: str) -> list[tuple[str, bool]]:
    with reading() as session:
        return [(guest.name, guest.joined) for guest in company.guests(session, conversation_id)]


def holder(conversation_id: str) -> str | None:
    with reading() as session:
        return session.get_one(Conversation, conversation_id).counsellor_id


def test_one_who_is_invited_comes_in_and_both_speak(any_database: str) -> None:
    first, second = staff("李芳"), staff("王强")
    conversation = held(first)
    with pytest.raises(NotAllowed):
        company.join(conversation, second)
    company.invite(conversation, first, second)
    company.invite(conversation, first, second)
    assert beside(conversation) == [("王强", False)]
    with pytest.raises(NotAllowedNow):
        desk.reply(conversation, second, "还没进来")
    company.join(conversation, second)
    assert beside(conversation) == [("王强", True)]
    desk.reply(conversation, second, "我也在")
    desk.reply(conversation, first, "我们俩都在")


def test_the_worker_sees_one_marker_when_the_person_who_speaks_changes_and_only_then(any_database: str) -> None:
    first, second = staff("a"), lead("b")
    conversation = held(first)
    company.join(conversation, second)
    came = len(markers(conversation))
    for who in (first, first):
        desk.reply(conversation, who, "话")
    assert len(markers(conversation)) == came
    for who in (second, second):
        desk.reply(conversation, who, "话")
    assert len(markers(conversation)) == came + 1
    assert "另一位值班同志" in markers(conversation)[-1]
    authors = [row.author for row in desk.thread(conversation)][-3:]
    assert authors == [Author.system, Author.counsellor, Author.counsellor]


def test_who_takes_over_before_anybody_spoke_needs_no_second_marker(any_database: str) -> None:
    first, second = staff("a"), lead("b")
    conversation = held(first)
    company.take_over(conversation, second, first, "他下班了")
    desk.reply(conversation, second, "我在")
    assert len(markers(conversation)) == 1


def test_a_lead_comes_in_without_an_invitation_and_a_counsellor_does_not(any_database: str) -> None:
    first, second, third = staff("a"), lead("b"), staff("c")
    conversation = held(first)
    company.join(conversation, second)
    with pytest.raises(NotAllowed):
        company.join(conversation, third)
    with pytest.raises(NotAllowedNow):
        company.join(conversation, first)


def taken(staff_id: str) -> list[company.Taken]:
    """What was taken from somebody."""
    with reading() as session:
        return company.taken(session, staff_id)


def test_taking_over_makes_the_lead_the_holder_and_tells_the_other_until_they_have_read_it(any_database: str) -> None:
    first, second = staff("李芳"), lead("王强")
    conversation = held(first)
    company.join(conversation, second)
    company.take_over(conversation, second, first, " 需要女同志来陪 ")
    assert holder(conversation) == second
    assert beside(conversation) == []
    with pytest.raises(NotAllowedNow):
        desk.reply(conversation, first, "还想说")
    (told,) = taken(first)
    assert (told.by, told.reason) == ("王强", "需要女同志来陪")
    assert taken(second) == []
    with pytest.raises(NotFound):
        company.note_seen(told.event_id, second)
    company.note_seen(told.event_id, first)
    assert taken(first) == []
    with reading() as session:
        assert session.execute(select(CareCase.staff_id)).scalar_one() == second


def test_of_several_leads_who_take_over_at_once_exactly_one_wins(any_database: str) -> None:
    first, leads = staff("a"), [lead(f"l{number}") for number in range(5)]
    conversation = held(first)

    def take(who: str) -> bool:
        try:
            company.take_over(conversation, who, first, "抢着接")
        except NotAllowedNow:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        won = list(pool.map(take, leads))
    assert won.count(True) == 1
    assert holder(conversation) == leads[won.index(True)]
    assert len(taken(first)) == 1


def test_only_a_lead_takes_over_with_a_reason_and_from_somebody(any_database: str) -> None:
    first, second, boss = staff("a"), staff("b"), lead("c")
    conversation = held(first)
    with pytest.raises(NotAllowed):
        company.take_over(conversation, second, first, "想接")
    with pytest.raises(BadInput):
        company.take_over(conversation, boss, first, "  ")
    desk.hand_back(conversation, first)
    with pytest.raises(NotAllowedNow):
        company.take_over(conversation, boss, first, "想接")


def test_nobody_stays_beside_a_conversation_that_went_back(any_database: str) -> None:
    first, second = staff("a"), lead("b")
    conversation = held(first)
    company.join(conversation, second)
    desk.hand_back(conversation, first)
    assert beside(conversation) == []
    desk.claim(conversation, first)
    with pytest.raises(NotAllowedNow):
        desk.reply(conversation, second, "还在")


def test_who_joined_neither_hands_back_nor_closes_nor_invites(any_database: str) -> None:
    first, second, third = staff("a"), lead("b"), staff("c")
    conversation = held(first)
    company.join(conversation, second)
    for act in (
        lambda: desk.hand_back(conversation, second),
        lambda: close(conversation, second, "好了"),
        lambda: company.invite(conversation, second, third),
    ):
        with pytest.raises(NotAllowedNow):
            act()
    company.leave(conversation, second)
    company.leave(conversation, second)
    assert beside(conversation) == []


@pytest.mark.parametrize("role", [Role.editor, Role.auditor])
def test_only_those_who_may_see_a_case_are_invited(any_database: str, role: Role) -> None:
    first, second = staff("a"), staff("b")
    conversation = held(first)
    with transaction() as session:
        session.execute(update(Staff).where(Staff.id == second).values(role=role))
    with pytest.raises(NotFound):
        company.invite(conversation, first, second)
    assert company.colleagues(conversation, first) == []
    with pytest.raises(NotFound):
        company.invite(conversation, first, first)


def test_the_reason_is_erased_with_the_records_of_the_worker(any_database: str) -> None:
    first, second = staff("a"), lead("b")
    conversation = held(first)
    company.take_over(conversation, second, first, "他提到姐姐")
    close(conversation, second, "好了")
    with transaction() as session:
        erasure.erase(session, person_of(conversation), 10**6)
    with reading() as session:
        assert session.execute(select(CaseEvent.note).where(CaseEvent.kind == "taken_over")).scalar_one() is None
    assert taken(first)[0].reason == ""
