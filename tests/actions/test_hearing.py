"""What counts as an answer: free Chinese yes and no, skip and stop; questions are left to their rules."""

from __future__ import annotations

import pytest

from actions.hearing import STOP, UNCLEAR, hear
from actions.safely import Call
from bot.care.answers import NO, SKIP, YES


def call(text: str, intent: str = "nlu_fallback", confidence: float = 0.5, **entities: str) -> Call:
    return Call({}, intent, entities, {"text": text, "intent": {"name": intent, "confidence": confidence}})


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        *[
            ("thoughts", text, YES)
            for text in ("有", "有过", "想过", "偶尔会", "以前有过", "嗯", "是的", "不是没有", "中")
        ],
        *[
            ("thoughts", text, NO)
            for text in ("没有", "没", "木有", "没想过", "从来没有", "不", "还没有", "没有带什么")
        ],
        *[("thoughts", text, SKIP) for text in ("跳过", "不想说", "下一个", "不方便说", "过")],
        *[("thoughts", text, STOP) for text in ("不想聊了", "别问了", "停", "算了", "不答了", "退出")],
        *[
            ("safe_now", text, YES)
            for text in ("安全", "我现在安全", "在宿舍呢", "没事", "没危险", "好着嘞", "还行吧安全")
        ],
        *[("safe_now", text, NO) for text in ("不安全", "危险", "在塔吊上", "我好害怕", "没有", "不太安全")],
        *[("with_person", text, YES) for text in ("有", "我陪着他呢", "跟我在一起", "老乡在旁边")],
        *[("with_person", text, NO) for text in ("没有", "他一个人在宿舍", "联系不上他", "不知道他去哪了")],
        *[("said_harm", text, YES) for text in ("说过", "前两天喝多了提过一次", "有")],
        *[("said_harm", text, NO) for text in ("没有", "没说过", "没听他说过")],
        *[("happening", text, YES) for text in ("是", "他已经在楼顶了", "正在流血")],
        *[("happening", text, NO) for text in ("不是", "没有", "没有受伤")],
    ],
)
def test_plain_words_are_understood(question: str, text: str, answer: str) -> None:
    assert hear(call(text), question, in_words=False) == answer


def test_a_longer_answer_is_kept_in_the_workers_own_words() -> None:
    words = "那天夜里在桥上站了好久后来回去了"
    assert hear(call(words), "attempt", in_words=False) == words


@pytest.mark.parametrize("intent", ["faq", "faq_candidates", "ask_wages", "bot_challenge"])
def test_a_question_is_left_to_its_rule(intent: str) -> None:
    for in_words in (False, True):
        assert hear(call("工资啥时候能发？", intent, 0.9), "plan", in_words) is None


@pytest.mark.parametrize(
    "text", ["从架子上摔下来算工伤不，送医院谁掏钱", "那要是他就是拖着不给呢", "这钱能要回来不", "歇一天扣三天，中不"]
)
def test_a_question_of_the_building_site_is_a_question(text: str) -> None:
    assert hear(call(text, "faq_candidates", 0.5), "plan", in_words=False) is None


@pytest.mark.parametrize("text", ["我在宿舍躺着呢", "谁也没说过", "他喊我我说不", "那会儿正干活呢"])
def test_what_only_sounds_like_a_question_is_an_answer(text: str) -> None:
    assert hear(call(text), "plan", in_words=True) == text


def test_a_question_that_nobody_understands_is_not_taken_for_an_answer() -> None:
    assert hear(call("你会不会把俺说的讲出去？"), "plan", in_words=False) == UNCLEAR


def test_asking_for_a_person_is_never_an_answer() -> None:
    for in_words in (False, True):
        assert hear(call("给我转个人工", "request_human", 0.9), "signs", in_words) is None


def test_words_for_a_plan_are_taken_as_they_are_even_if_they_sound_like_something_else() -> None:
    assert hear(call("睡不着，老想哭", "express_insomnia", 0.9), "signs", in_words=True) == "睡不着，老想哭"
    assert hear(call("没有"), "people", in_words=True) == "没有"


def test_a_button_answers_its_own_question_only() -> None:
    pressed = call('/answer{"answer": "plan.no"}', "answer", 1.0, answer="plan.no")
    assert hear(pressed, "plan", in_words=False) == NO
    assert hear(pressed, "attempt", in_words=False) is None


def test_calls_of_the_gateway_are_never_answers_but_stop_is() -> None:
    assert hear(call('/express_distress{"level": "high"}', "express_distress", 1.0), "plan", in_words=True) is None
    assert hear(call("/stop_chat", "stop_chat", 1.0), "plan", in_words=True) == STOP
