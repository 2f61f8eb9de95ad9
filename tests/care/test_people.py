"""What the bot may know of a worker: an age that was said, what was kept by agreement, and that it goes again."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.care import people
from bot.db.care_models import MoodEntry, SafetyPlan
from bot.db.session import reading
from bot.db.states import AgeBand, Purpose
from bot.errors import NotFound
from tests.conversation.acts import say


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("我十五岁", AgeBand.minor),
        ("我今年十六", AgeBand.minor),
        ("俺才13岁", AgeBand.under_14),
        ("我还不到十六", AgeBand.minor),
        ("我没满十八", AgeBand.minor),
        ("我还未成年", AgeBand.minor),
        ("我上初二", AgeBand.minor),
        ("我十五岁在厂里干活，老板不让走", AgeBand.minor),
        ("我三十五岁了", AgeBand.adult),
        ("今年五十二岁了", AgeBand.adult),
        ("我十五岁的弟弟不想活了", None),
        ("十六岁能进厂吗", None),
        ("俺孩子今年十五岁", None),
        ("我干了十五年", None),
        ("我今年十二月到期", None),
    ],
)
def test_only_an_age_that_somebody_says_of_themselves_counts(text: str, band: AgeBand | None) -> None:
    assert people.age_said(text) == band


def test_an_age_is_learned_and_not_forgotten_by_a_message_that_tells_none(any_database: str) -> None:
    assert people.learn_age(say("你好").message_id) is None
    assert people.learn_age(say("我十五岁").message_id) == AgeBand.minor
    later = say("工资的事").message_id
    assert people.learn_age(later) == people.age_band(later) == AgeBand.minor


def test_a_plan_is_written_step_by_step_and_read_in_its_order(any_database: str) -> None:
    receipt = say("写安全计划")
    for step, words in (("people", "姐姐"), ("signs", "睡不着"), ("signs", "老想喝酒"), (people.SHARED, "yes")):
        people.write_plan(receipt.message_id, step, words)
    assert list(people.read_plan(receipt.conversation_id).items()) == [("signs", "老想喝酒"), ("people", "姐姐")]
    assert people.read_plan("0" * 32) == {}


def test_what_was_kept_by_agreement_goes_with_it(any_database: str) -> None:
    message = say("你好").message_id
    people.agree(message, Purpose.keep_sensitive, "ask_keep_plan 2026-11-26")
    people.write_plan(message, "signs", "睡不着")
    people.keep_mood(message, {"mood": 2})
    assert people.agreed(message, Purpose.keep_sensitive)
    assert people.take_back(message, (Purpose.contact,)) == []
    assert people.take_back(message, tuple(Purpose)) == [Purpose.keep_sensitive]
    with reading() as session:
        counts = [
            session.execute(select(func.count()).select_from(row)).scalar_one() for row in (SafetyPlan, MoodEntry)
        ]
    assert counts == [0, 0]


def test_a_message_that_is_not_there_is_refused(any_database: str) -> None:
    with pytest.raises(NotFound):
        people.age_band("0" * 32)
