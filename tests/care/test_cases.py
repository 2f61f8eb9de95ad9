"""Cases: opened once, raised, taken by exactly one, handed back, closed, opened anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot import care
from bot.care import desk
from bot.care.moves import CASE_MOVES, OWNER_MOVES, move_case, move_owner
from bot.db.models import CareCase, CaseEvent, Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.states import CaseState, Owner
from bot.errors import BadInput, NotAllowedNow, NotFound
from bot.level import Level
from tests.closing import close
from tests.conversation.acts import say


def staff(login: str) -> str:
    with transaction() as session:
        row = Staff(login=login, display_name=login, role="counsellor")
        session.add(row)
        session.flush()
        return row.id


def the_case() -> CareCase:
    with reading() as session:
        return session.execute(select(CareCase).order_by(CareCase.id.desc()).limit(1)).scalar_one()


def test_opening_a_case_twenty_times_in_parallel_opens_one(any_database: str) -> None:
    message = say("不想活了").message_id
    with ThreadPoolExecutor(8) as pool:
        refs = list(pool.map(lambda _: care.open_case(message, Level.high, "self_harm"), range(20)))
    assert len({ref.number for ref in refs}) == 1
    assert sum(ref.created for ref in refs) == 1
    with reading() as session:
        assert len(session.execute(select(CaseEvent).where(CaseEvent.kind == "sign")).scalars().all()) == 1


def test_a_worse_sign_raises_the_case_and_a_milder_one_does_not_lower_it(any_database: str) -> None:
    for text, level in (("心里堵", Level.low), ("不想活了", Level.high), ("有点累", Level.low)):
        care.open_case(say(text).message_id, level)
    assert the_case().level == Level.high
    assert desk.queue()[0].owner == Owner.waiting


def test_exactly_one_of_several_counsellors_gets_the_conversation(any_database: str) -> None:
    conversation = say("不想活了").conversation_id
    people = [staff(f"c{number}") for number in range(6)]

    def try_claim(who: str) -> bool:
        try:
            desk.claim(conversation, who)
        except NotAllowedNow:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(try_claim, people)) == 1


def test_only_the_holder_may_answer_and_hand_back(any_database: str) -> None:
    conversation, holder, other = say("不想活了").conversation_id, staff("a"), staff("b")
    desk.claim(conversation, holder)
    for act in (lambda: desk.reply(conversation, other, "你好"), lambda: desk.hand_back(conversation, other)):
        with pytest.raises(NotAllowedNow):
            act()
    with pytest.raises(BadInput):
        desk.reply(conversation, holder, "   ")
    desk.hand_back(conversation, holder)
    assert the_case().state == CaseState.follow_up


def test_a_new_cry_after_hand_back_puts_the_case_on_the_queue_again(any_database: str) -> None:
    receipt, holder = say("不想活了"), staff("a")
    care.open_case(receipt.message_id, Level.high)
    desk.claim(receipt.conversation_id, holder)
    desk.hand_back(receipt.conversation_id, holder)
    care.open_case(say("还是不想活").message_id, Level.high)
    assert the_case().state == CaseState.open
    assert desk.queue()[0].owner == Owner.waiting


def test_after_closing_the_next_sign_opens_a_second_case(any_database: str) -> None:
    receipt, holder = say("不想活了"), staff("a")
    care.open_case(receipt.message_id, Level.high)
    desk.claim(receipt.conversation_id, holder)
    with pytest.raises(BadInput):
        close(receipt.conversation_id, holder, " ")
    close(receipt.conversation_id, holder, "已转介")
    assert desk.queue() == []
    assert care.open_case(say("又不想活了").message_id, Level.high).created


def test_what_only_the_model_saw_pages_the_desk_as_well(any_database: str) -> None:
    receipt = say("今天天气不错")
    care.open_case(receipt.message_id, Level.high)
    assert desk.queue()[0].alerts == 1


def test_an_alert_whose_case_is_not_there_yet_is_on_the_queue(any_database: str) -> None:
    say("不想活了")
    (row,) = desk.queue()
    assert (row.number, row.alerts, row.level) == (None, 1, Level.high)
    desk.acknowledge(row.conversation_id, staff("a"))
    assert [row.number is not None for row in desk.queue()] == [True], "seen, but not gone"


def test_a_case_for_an_unknown_message_is_refused(any_database: str) -> None:
    with pytest.raises(NotFound):
        care.open_case("0" * 32, Level.high)


@pytest.mark.parametrize("start", list(Owner))
@pytest.mark.parametrize("to", list(Owner))
def test_only_the_moves_of_the_table_are_allowed_for_an_owner(start: Owner, to: Owner) -> None:
    conversation = Conversation(owner=start)
    if to == start or to in OWNER_MOVES[start]:
        move_owner(conversation, to)
        assert conversation.owner == to
    else:
        with pytest.raises(NotAllowedNow):
            move_owner(conversation, to)


@pytest.mark.parametrize("start", list(CaseState))
@pytest.mark.parametrize("to", list(CaseState))
def test_only_the_moves_of_the_table_are_allowed_for_a_case(start: CaseState, to: CaseState) -> None:
    case = CareCase(state=start)
    if to == start or to in CASE_MOVES[start]:
        move_case(case, to)
        assert case.state == to
    else:
        with pytest.raises(NotAllowedNow):
            move_case(case, to)
