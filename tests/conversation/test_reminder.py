"""The reminder that it is a machine: every two hours of continuous use, never while a person speaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot import texts
from bot.care import desk
from bot.clock import LOCAL
from tests.conversation.acts import a_counsellor, say, says
from tests.conversation.conftest import Anywhere

START = datetime(2026, 11, 26, 10, 0, tzinfo=LOCAL)
SetClock = Callable[[datetime], None]


def reminder() -> str:
    return texts.get("machine_reminder").text


def talk(anywhere: Anywhere, at: SetClock, minutes: range) -> list[int]:
    """Writes at these minutes; gives at which ones the reminder came."""
    reminded = []
    for minute in minutes:
        at(START + timedelta(minutes=minute))
        receipt = say(f"第{minute}分钟")
        before = says(receipt.conversation_id).count(reminder())
        anywhere.answer_all()
        if says(receipt.conversation_id).count(reminder()) > before:
            reminded.append(minute)
    return reminded


def test_it_comes_every_two_hours_of_continuous_use(anywhere: Anywhere, at: SetClock) -> None:
    assert talk(anywhere, at, range(0, 361, 20)) == [120, 240, 360]


def test_a_break_begins_the_two_hours_anew(anywhere: Anywhere, at: SetClock) -> None:
    assert talk(anywhere, at, range(0, 101, 20)) == []
    assert talk(anywhere, at, range(140, 281, 20)) == [260]


def test_it_never_comes_while_a_counsellor_speaks(anywhere: Anywhere, at: SetClock) -> None:
    at(START)
    receipt, staff = say("你好"), a_counsellor()
    anywhere.answer_all()
    desk.claim(receipt.conversation_id, staff)
    assert talk(anywhere, at, range(20, 201, 20)) == []
    desk.hand_back(receipt.conversation_id, staff)
    assert talk(anywhere, at, range(220, 241, 20)) == [220]


def test_a_cry_for_help_is_not_followed_by_it(anywhere: Anywhere, at: SetClock) -> None:
    talk(anywhere, at, range(0, 101, 20))
    at(START + timedelta(minutes=121))
    receipt = say("活着没意思，想一了百了")
    anywhere.answer_all()
    assert reminder() not in says(receipt.conversation_id)
