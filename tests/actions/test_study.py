"""The form of the daily question: letters, numbers and words as answers; another one, a skip, a late button."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.care import LateAnswer
from actions.safely import Call
from actions.study import StudyForm, letter_of
from bot.knowledge import study
from tests.actions.talking import Talk
from tests.care.ground import SetClock
from tests.care.ground import at as at
from tests.conversation.acts import say


@pytest.fixture
def talk(database: object, at: SetClock) -> Talk:
    return Talk(StudyForm())


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        *[(words, "B") for words in ("B", "b", "Ｂ", "选B", "我选b", "B。", "2", "第二个", "二", "应该是B吧")],
        ("回去拿工具和手机", "B"),
        *[(words, None) for words in ("E", "不知道", "5", "B还是C", "工具")],
    ],
)
def test_an_option_is_named_by_letter_number_or_its_words(words: str, letter: str | None) -> None:
    assert letter_of(study.get("safety_002"), words) == letter


def test_a_letter_that_the_question_does_not_have_is_no_answer() -> None:
    three = study.Question("x_001", "law", "几天？", ("一天", "两天", "三天"), 1, "两天。", "某法")
    assert letter_of(three, "D") is None


def test_the_question_of_the_day_is_asked_answered_and_explained(talk: Talk) -> None:
    today = study.of_day(study.today())
    assert talk.says("每日一题", intent="daily_question") == [{"study": today.id}]
    assert talk.says("选a", intent="affirm", confidence=0.9) == [{"study": today.id, "chosen": "A"}]
    assert talk.loop is None
    assert talk.says("今天的题", intent="daily_question")[0]["study"] != today.id


def test_another_question_is_asked_for_in_words_and_by_button(talk: Talk) -> None:
    (first,) = talk.says("来一题", intent="daily_question")
    (second,) = talk.says("换一题", intent="daily_question", confidence=0.9)
    (third,) = talk.says('/daily_question{"value": "more"}')
    assert len({item["study"] for item in (first, second, third)}) == 3
    assert talk.says(f'/answer{{"answer": "study_{third["study"]}.C"}}') == [{"study": third["study"], "chosen": "C"}]


def test_what_is_no_option_is_asked_once_more_and_a_skip_ends_it(talk: Talk) -> None:
    talk.says("每日一题", intent="daily_question")
    assert talk.keys("这个嘛") == ["study_unread"]
    assert talk.keys("我想想啊") == ["study_left"]
    talk.says("每日一题", intent="daily_question")
    assert talk.keys("跳过") == ["study_skipped"]
    talk.says("每日一题", intent="daily_question")
    assert talk.says("工资拖着不发咋办？", intent="faq", confidence=0.95) == []


def test_a_button_under_an_earlier_question_is_kept_and_explained(database: object) -> None:
    receipt = say("B")
    call = Call({"message_id": receipt.message_id}, "answer", {"answer": "study_safety_001.D"}, {"text": "/answer"})
    tracker = Tracker("worker", {}, {}, [], False, None, {}, "action_listen")
    assert LateAnswer().act(call, tracker) == [{"custom": {"study": "safety_001", "chosen": "D"}}]
    assert "共 1 题，对 1 题" in study.record_text(receipt.conversation_id).text
