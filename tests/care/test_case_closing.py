"""Closing: what must be said, who has to approve, what a new sign does, and opening anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot import care
from bot.care import casework, closing, desk
from bot.db.models import Alert, CaseEvent, Conversation
from bot.db.session import reading
from bot.db.states import CaseState, OutcomeKind, Owner
from bot.errors import BadInput, NotAllowed, NotAllowedNow
from bot.level import Level
from tests.care.test_cases import staff, the_case
from tests.closing import a_lead, report
from tests.conversation.acts import say


def opened(level: Level = Level.high, sender: str = "worker-1") -> str:
    """A case of that level; gives its conversation."""
    accepted = say("活着没意思" if level.is_crisis else "心里堵", sender)
    care.open_case(accepted.message_id, level, "self_harm")
    return accepted.conversation_id


def owner_of(conversation: str) -> Owner:
    with reading() as session:
        return session.get_one(Conversation, conversation).owner


def kinds() -> list[str]:
    with reading() as session:
        return list(session.execute(select(CaseEvent.kind).order_by(CaseEvent.id)).scalars())


def test_a_mild_case_is_closed_at_once_with_everything_the_union_asks_for(any_database: str) -> None:
    conversation, who = opened(Level.low), staff("a")
    assert closing.close(conversation, who, closing.Report(OutcomeKind.declined, " 不用了 ", Level.low, True))
    case = the_case()
    assert (case.state, case.outcome_kind, case.outcome) == (CaseState.closed, OutcomeKind.declined, "不用了")
    assert (case.risk_at_close, case.contact_follows) == (Level.low, True)
    assert case.closed_at is not None


@pytest.mark.parametrize("summary", ["", "  \n", "长" * (closing.MAX_SUMMARY + 1)])
def test_a_report_that_says_nothing_or_too_much_closes_nothing(database: object, summary: str) -> None:
    conversation, who = opened(Level.low), staff("a")
    with pytest.raises(BadInput):
        closing.close(conversation, who, report(summary))
    assert the_case().state == CaseState.open


def test_a_grave_case_waits_for_a_lead_who_is_not_the_one_who_asked(any_database: str) -> None:
    conversation, lead, other = opened(), a_lead(), a_lead()
    desk.claim(conversation, lead)
    assert not closing.close(conversation, lead, report("谈好了"))
    number = the_case().number
    assert (the_case().state, owner_of(conversation)) == (CaseState.closing, Owner.bot)
    with pytest.raises(NotAllowedNow):
        closing.approve(number, lead)
    with pytest.raises(NotAllowed):
        closing.approve(number, staff("a"))
    with pytest.raises(NotAllowed):
        closing.send_back(number, staff("b"), "不行")
    assert [one.number for one in closing.asked()] == [number]
    closing.approve(number, other)
    assert (the_case().state, closing.asked()) == (CaseState.closed, [])
    with pytest.raises(NotAllowedNow):
        closing.approve(number, other)


def test_setting_the_level_lower_does_not_get_around_the_lead(any_database: str) -> None:
    conversation, who = opened(), staff("a")
    casework.set_level(the_case().number, who, Level.none, "玩笑话")
    assert not closing.close(conversation, who, report("误报", OutcomeKind.false_alarm))
    assert the_case().state == CaseState.closing


def test_who_waits_for_a_person_goes_on_waiting_until_the_lead_has_approved(any_database: str) -> None:
    conversation = opened()
    closing.close(conversation, staff("a"), report())
    assert owner_of(conversation) == Owner.waiting
    assert [row.conversation_id for row in desk.queue()] == [conversation]
    closing.approve(the_case().number, a_lead())
    assert owner_of(conversation) == Owner.bot
    assert desk.queue() == []


def test_a_case_sent_back_goes_on_with_the_reason(any_database: str) -> None:
    conversation, who, lead = opened(), staff("a"), a_lead()
    desk.claim(conversation, who)
    closing.close(conversation, who, report())
    with pytest.raises(BadInput):
        closing.send_back(the_case().number, lead, " ")
    closing.send_back(the_case().number, lead, "再打一次电话")
    assert the_case().state == CaseState.follow_up
    with reading() as session:
        event = session.execute(select(CaseEvent).where(CaseEvent.kind == "close_sent_back")).scalar_one()
        assert (event.note, event.staff_id) == ("再打一次电话", lead)
    assert not closing.close(conversation, who, report("打过了"))


def test_a_new_sign_or_a_claim_takes_the_wish_to_close_away(any_database: str) -> None:
    conversation, who, lead = opened(), staff("a"), a_lead()
    desk.claim(conversation, who)
    closing.close(conversation, who, report())
    care.open_case(say("我不想活了").message_id, Level.high, "self_harm")
    assert (the_case().state, owner_of(conversation)) == (CaseState.open, Owner.waiting)
    with pytest.raises(NotAllowedNow):
        closing.approve(the_case().number, lead)
    closing.close(conversation, who, report())
    desk.claim(conversation, lead)
    assert the_case().state == CaseState.in_care
    with pytest.raises(NotAllowedNow):
        closing.approve(the_case().number, a_lead())


def test_asking_to_close_is_seeing_the_alarms(any_database: str) -> None:
    conversation, who = opened(Level.imminent), staff("a")
    closing.close(conversation, who, report())
    with reading() as session:
        assert {row.acknowledged_by for row in session.execute(select(Alert)).scalars()} == {who}


def test_of_an_approval_and_a_return_at_once_one_counts(any_database: str) -> None:
    for number in range(4):
        conversation = opened(sender=f"worker-{number}")
        closing.close(conversation, staff(f"c{number}"), report())
        case, leads = the_case().number, (a_lead(), a_lead())
        deeds = (lambda: closing.approve(case, leads[0]), lambda: closing.send_back(case, leads[1], "再看看"))  # noqa: B023
        with ThreadPoolExecutor(2) as pool:
            results = [future.exception() for future in [pool.submit(deed) for deed in deeds]]
        assert sorted(result is None for result in results) == [False, True]
        assert any(isinstance(result, NotAllowedNow) for result in results)


def test_a_closed_case_is_opened_again_with_a_reason_and_its_outcome_counts_no_more(any_database: str) -> None:
    conversation, who = opened(Level.low), staff("a")
    closing.close(conversation, who, report("好了"))
    number = the_case().number
    with pytest.raises(BadInput):
        closing.reopen(number, who, "")
    closing.reopen(number, who, "又来电话")
    case = the_case()
    assert (case.state, case.closed_at, case.outcome_kind, case.outcome) == (CaseState.open, None, None, None)
    assert kinds()[-2:] == ["closed", "reopened"]
    with pytest.raises(NotAllowedNow):
        closing.reopen(number, who, "再开一次")


def test_a_case_is_not_opened_again_beside_a_newer_one(any_database: str) -> None:
    conversation, who = opened(Level.low), staff("a")
    closing.close(conversation, who, report())
    first = the_case().number
    opened(Level.low)
    with pytest.raises(NotAllowedNow):
        closing.reopen(first, who, "想接着跟")


def test_the_gravity_of_before_does_not_count_for_a_case_opened_anew(any_database: str) -> None:
    conversation, who = opened(), staff("a")
    closing.close(conversation, who, report())
    closing.approve(the_case().number, a_lead())
    closing.reopen(the_case().number, who, "还有材料要交")
    casework.set_level(the_case().number, who, Level.low, "已经平稳")
    assert closing.close(conversation, who, report("材料交了"))
