"""A counsellor's words are sent once for each press, and again only where they did not arrive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from bot import care
from bot.care import desk, speaking
from bot.db.models import Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState
from bot.errors import BadInput, NotAllowedNow, NotFound
from bot.level import Level
from tests.care.test_cases import staff
from tests.conversation.acts import say

KEY = "0123456789abcdef" * 2


def held(who: str, sender: str = "worker-1") -> str:
    """A conversation on Telegram that this counsellor has."""
    accepted = say("不想活了", sender, "telegram")
    care.open_case(accepted.message_id, Level.high)
    desk.claim(accepted.conversation_id, who)
    return accepted.conversation_id


def spoken() -> int:
    with reading() as session:
        return session.execute(select(func.count()).where(Message.author == Author.counsellor)).scalar_one()


def give_up() -> int:
    """Everything in the outbox is given up; gives the id of the counsellor's message."""
    with transaction() as session:
        session.execute(update(Outbox).values(state=OutboxState.dead, error_code="network", attempts=20, parts_sent=1))
        return session.execute(select(Message.id).where(Message.author == Author.counsellor)).scalar_one()


def test_the_same_press_many_times_at_once_sends_once(any_database: str) -> None:
    who = staff("a")
    conversation = held(who)
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: desk.reply(conversation, who, "我在", KEY), range(12)))
    assert len(ids) == 1
    assert spoken() == 1


def test_a_second_press_after_handing_back_still_finds_what_was_sent(any_database: str) -> None:
    who = staff("a")
    conversation = held(who)
    first = desk.reply(conversation, who, "我在", KEY)
    desk.hand_back(conversation, who)
    assert desk.reply(conversation, who, "我在", KEY) == first
    with pytest.raises(NotAllowedNow):
        desk.reply(conversation, who, "我在")


def test_the_same_words_twice_on_purpose_are_two_messages(any_database: str) -> None:
    who = staff("a")
    conversation = held(who)
    assert desk.reply(conversation, who, "在", KEY) != desk.reply(conversation, who, "在", KEY[::-1])


def test_a_key_never_stands_for_other_words_another_thread_or_another_person(any_database: str) -> None:
    one, other = staff("a"), staff("b")
    first, second, third = held(one), held(one, "worker-2"), held(other, "worker-3")
    desk.reply(first, one, "我在", KEY)
    with pytest.raises(BadInput):
        desk.reply(first, one, "别的话", KEY)
    with pytest.raises(BadInput):
        desk.reply(second, one, "我在", KEY)
    desk.reply(third, other, "我在", KEY)
    assert spoken() == 2


def test_what_was_given_up_goes_back_in_line_and_is_not_repeated_in_part(any_database: str) -> None:
    who = staff("a")
    conversation = held(who)
    desk.reply(conversation, who, "我在")
    message = give_up()
    speaking.send_again(conversation, who, message)
    with reading() as session:
        row = session.execute(select(Outbox).where(Outbox.message_id == message)).scalar_one()
    assert (row.state, row.attempts, row.error_code, row.parts_sent) == (OutboxState.pending, 0, None, 1)
    with pytest.raises(NotAllowedNow):
        speaking.send_again(conversation, who, message)


def test_only_ones_own_thread_and_only_a_counsellors_words_are_sent_again(any_database: str) -> None:
    one, other = staff("a"), staff("b")
    first, second = held(one), held(other, "worker-2")
    desk.reply(first, one, "我在")
    message = give_up()
    with pytest.raises(NotAllowedNow):
        speaking.send_again(first, other, message)
    with pytest.raises(NotFound):
        speaking.send_again(second, other, message)
    with reading() as session:
        marker = session.execute(select(Message.id).where(Message.author == Author.system).limit(1)).scalar_one()
    with pytest.raises(NotFound):
        speaking.send_again(first, one, marker)
