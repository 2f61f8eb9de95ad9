"""The rules that every text to a person in distress keeps; each is broken once on purpose."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot import text_review, texts, validate
from bot.level import Level
from bot.triage import Kind

PERSON = {"title": "找真人", "payload": "/request_human"}
GOOD = (
    "我听到了。\n我是机器人，已经在请真人来接。\n先做一步：打 {hotline_psych}。\n"
    "平时保密，有生命危险会联系能救你的人。\n你现在安全吗？\n"
)
FACTS = {"hotline_psych": "12356"}


def row(text: str = GOOD, **changes: Any) -> dict[str, Any]:
    found = {"text": text, "buttons": [PERSON], "source": "自拟", "reviewer": "某某", "reviewed_on": date(2026, 11, 26)}
    return {**found, **changes}


def found(key: str, content: dict[str, Any]) -> list[str]:
    return list(text_review.faults(key, content, FACTS))


def test_a_good_text_has_no_fault() -> None:
    assert found("crisis_high_self_harm", row()) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"reviewer": ""}, "reviewer"),
        ({"reviewed_on": "soon"}, "review date"),
        ({"source": ""}, "source"),
        ({"buttons": []}, "button for a person"),
        ({"text": GOOD + "啊" * 90 + "？"}, "too many for one bubble"),
        ({"text": "你好吗？\n" + GOOD}, "more than one question"),
        ({"text": GOOD.replace("机器人", "小桥")}, "that it is a machine"),
        ({"text": GOOD.replace("真人", "人")}, "the offer of a person"),
        ({"text": GOOD.replace("会联系", "告诉")}, "limits of confidentiality"),
        ({"text": GOOD.replace("先做一步：", "")}, "one first step"),
        ({"text": GOOD.replace("{hotline_psych}", "热线")}, "number that helps"),
        ({"text": GOOD.replace("你现在安全吗？", "")}, "end with its question"),
    ],
)
def test_what_a_first_reply_lacks_is_named(change: dict[str, Any], fault: str) -> None:
    assert any(fault in each for each in found("crisis_high_self_harm", row(**change)))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("我替你绝对保密", "a promise of secrecy"),
        ("谁也不会知道", "a promise of secrecy"),
        ("工钱一定能要回来", "a promise of pay"),
        ("别去跳楼", "a method"),
        ("你这是抑郁症", "a diagnosis"),
        ("想开点", "a lecture"),
        ("加油", "a lecture"),
        ("我会一直陪着你", "a bond with the machine"),
        ("打 12356", "a number in the text"),
    ],
)
def test_a_harmful_word_is_named(words: str, fault: str) -> None:
    assert f"has {fault}" in found("help_left", row(words))


def test_a_text_that_leaves_somebody_alone_is_named() -> None:
    assert "offers neither a person nor a number" in found("safety_done", row("好。", buttons=[]))


def test_a_button_that_stands_for_nothing_is_named() -> None:
    content = row(buttons=[{"title": "点我", "payload": "/no_such_intent"}])
    assert any("no known intent" in each for each in validate._care_faults("stop_chat", content))


@pytest.mark.parametrize("kind", [*Kind, None])
@pytest.mark.parametrize("level", [Level.high, Level.imminent])
@pytest.mark.parametrize("again", [False, True])
def test_every_kind_and_level_has_a_first_reply_with_a_person_and_a_question(
    data_dir: object, kind: Kind | None, level: Level, again: bool
) -> None:
    text = texts.crisis(level, kind, again)
    assert text.text.endswith("？")
    assert any(button.payload == "/request_human" for button in text.buttons)


def test_small_texts_of_the_menu_are_not_held_to_these_rules() -> None:
    assert not text_review.is_care("ask_rephrase")
    assert not text_review.is_care("greet")
    assert text_review.is_care("ask_safe_now")
