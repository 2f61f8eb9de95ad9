"""How much one counsellor carries: asked before it is too much, never kept from an imminent one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import care
from bot.care import company, desk, load
from bot.db.models import Conversation
from bot.db.session import transaction
from bot.level import Level
from tests.care.ground import DAY_SHIFT, SetClock
from tests.care.test_cases import staff
from tests.conftest import forget_process_state
from tests.conversation.acts import say

CALM, GRAVE, NOW = "心里有点闷", "活着没意思，想一了百了", "我在楼顶，现在就跳下去"


@pytest.fixture(autouse=True)
def _limits(any_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two conversations at once, two of high risk in a shift of eight hours."""
    monkeypatch.setenv("XINQIAO_DESK_CAPACITY", "2")
    monkeypatch.setenv("XINQIAO_SHIFT_CRISES", "2")
    forget_process_state()


def waiting(sender: str, level: Level) -> str:
    """A conversation whose case is of this level."""
    accepted = say({Level.none: CALM, Level.high: GRAVE, Level.imminent: NOW}[level], sender)
    care.open_case(accepted.message_id, level) if level != Level.none else care.request_human(accepted.message_id)
    return accepted.conversation_id


def take(who: str, *levels: Level) -> list[str]:
    """Takes as many as there are levels, each after being asked if need be."""
    found = [waiting(f"{who[:6]}-{number}", level) for number, level in enumerate(levels)]
    for conversation in found:
        desk.claim(conversation, who)
    return found


def test_beyond_the_capacity_one_is_asked_and_may_still_say_yes() -> None:
    who = staff("a")
    take(who, Level.none, Level.none)
    third = waiting("third", Level.none)
    with pytest.raises(load.OverCapacity) as asked:
        desk.claim(third, who, confirmed=False)
    assert asked.value.count == 2
    assert desk.queue()[0].alerts == 0
    desk.claim(third, who, confirmed=True)


def test_an_imminent_one_is_never_asked_about_with_or_without_a_case() -> None:
    who = staff("a")
    take(who, Level.high, Level.high)
    desk.claim(waiting("third", Level.imminent), who, confirmed=False)
    desk.claim(say(NOW, "fourth").conversation_id, who, confirmed=False)


def test_what_one_has_already_is_no_new_one() -> None:
    who = staff("a")
    first, _ = take(who, Level.none, Level.none)
    desk.claim(first, who, confirmed=False)


def test_handing_back_makes_room_but_the_hard_ones_of_a_shift_stay_counted(at: SetClock) -> None:
    who = staff("a")
    for conversation in take(who, Level.high, Level.high):
        desk.hand_back(conversation, who)
    desk.claim(waiting("calm", Level.none), who, confirmed=False)
    with pytest.raises(load.OverShift) as asked:
        desk.claim(waiting("grave", Level.high), who, confirmed=False)
    assert asked.value.count == 2
    at(DAY_SHIFT + timedelta(hours=8, minutes=1))
    desk.claim(waiting("grave", Level.high), who, confirmed=False)


def test_a_colleague_has_limits_of_their_own_and_a_refusal_leaves_the_alarm_on() -> None:
    one, other = staff("a"), staff("b")
    take(one, Level.high, Level.high)
    third = waiting("third", Level.high)
    with pytest.raises(load.TooMuch):
        desk.claim(third, one, confirmed=False)
    row = next(row for row in desk.queue() if row.conversation_id == third)
    assert (row.alerts > 0, row.owner) == (True, "waiting")
    desk.claim(third, other, confirmed=False)


def test_what_a_lead_takes_over_counts_and_exercises_do_not() -> None:
    holder, boss = staff("a"), staff("b")
    with transaction() as session:
        session.get_one(company.Staff, boss).role = company.Role.lead
    for conversation in take(holder, Level.high, Level.high):
        company.take_over(conversation, boss, holder, "换人")
        desk.hand_back(conversation, boss)
    third = waiting("third", Level.high)
    with pytest.raises(load.OverShift):
        desk.claim(third, boss, confirmed=False)
    with transaction() as session:
        session.get_one(Conversation, conversation).drill = True
    desk.claim(third, boss, confirmed=False)
