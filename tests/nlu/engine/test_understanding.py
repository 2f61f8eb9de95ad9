"""Classifier and arbiter on a handful of sentences, and what becomes of them. Runs in the engine's environment."""

from __future__ import annotations

import json

import pytest

from bot.nlu.arbiter import Chances, Outcome, Thresholds, decide
from bot.nlu.replies import also_answered, candidate_buttons, item_of
from bot.nlu.text import MAX_CHARS, fold, standard

LIMITS = Thresholds()


@pytest.mark.parametrize(
    ("intent", "confidence", "found", "outcome"),
    [
        ("ask_wages", 0.9, Chances(0.9, 0.5, 1.0), Outcome.FAQ),
        ("ask_wages", 0.9, Chances(0.9, 0.05, 1.0), Outcome.CANDIDATES),
        ("ask_wages", 0.9, Chances(0.5, 0.3, 0.9), Outcome.CANDIDATES),
        ("ask_wages", 0.9, Chances(0.4, 0.3, 0.1), Outcome.INTENT),
        ("calculate", 0.9, Chances(0.3, 0.2, 0.7), Outcome.INTENT),
        ("express_distress", 0.5, Chances(0.45, 0.3, 0.5), Outcome.INTENT),
        ("express_distress", 0.5, Chances(0.9, 0.8, 0.9), Outcome.FAQ),
        ("express_distress", 0.34, Chances(0.1, 0.1, 0.1), Outcome.FALLBACK),
        ("greet", 0.5, Chances(0.45, 0.3, 0.5), Outcome.CANDIDATES),
        ("greet", 0.9, Chances(0.85, 0.7, 0.9), Outcome.FAQ),
        ("praise_answer", 0.25, Chances(0.05, 0.0, 0.1), Outcome.INTENT),
        ("out_of_scope", 0.9, Chances(0.3, 0.2, 0.7), Outcome.INTENT),
        ("out_of_scope", 0.2, Chances(0.05, 0.0, 0.1), Outcome.FALLBACK),
        ("deny", 0.2, Chances(0.3, 0.1, 0.4), Outcome.CANDIDATES),
    ],
)
def test_the_arbiter_lets_the_likelier_side_win_and_a_person_in_need_before_a_choice(
    intent: str, confidence: float, found: Chances, outcome: Outcome
) -> None:
    assert decide(intent, confidence, found, LIMITS) is outcome


def test_henan_words_read_as_common_ones_and_a_long_text_keeps_its_two_ends() -> None:
    assert standard("俺们的工钱  咋弄") == "我们的工资 怎么办"
    assert fold("工资！ＡＢＣ，怎么 办？") == "工资abc怎么办"
    long = standard("头" * 300 + "尾" * 300)
    assert len(long) == MAX_CHARS
    assert long.startswith("头")
    assert long.endswith("尾")


def test_candidates_become_buttons_and_the_last_answer_can_be_repeated() -> None:
    parsed = {"faq_search": {"score": 0.3, "candidates": [{"faq": "wages_iou", "question": "欠条该咋写？"}]}}
    item = item_of({"custom": {"text": "did_you_mean", "candidates": True}}, parsed)
    assert [button["title"] for button in item["buttons"]] == ["欠条该咋写？", "都不是"]
    assert json.loads(item["buttons"][0]["payload"].removeprefix("/faq")) == {"faq": "wages_iou"}
    assert candidate_buttons({})[-1]["payload"] == "/out_of_scope"
    assert item_of({"custom": {"repeat": "wages_iou"}}, {}) == {"custom": {"faq": "wages_iou"}}
    assert item_of({"custom": {"repeat": "None"}}, {}) == {"custom": {"text": "repeat_unavailable"}}
    assert also_answered({"faq_search": {"also": ["wages_iou"]}}) == [{"custom": {"faq": "wages_iou"}}]
    assert also_answered({}) == []
