"""Whatever arrives, triage answers, soon, and finds what is in it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage import Level, assess, live
from bot.triage.fold import KEEP

FLOODS = {
    "zero width before": "\u200b" * 1_000_000 + "我想死",
    "zero width inside": "我想" + "\u200b" * 500_000 + "自杀",
    "zero width everywhere": ("\u200b" * 30_000).join("我想自杀了啊"),
    "combining": "想" + "\u0336" * 100_000 + "死",
    "long talk before": "哈" * 500_000 + "我想死",
    "long talk behind": "我想死" + "哈" * 500_000,
    "the sign itself": "想死" * 50_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_does_not_hide_the_sign(name: str) -> None:
    assert assess(FLOODS[name]).level.rank >= Level.high.rank


@pytest.mark.parametrize(
    "text",
    [
        "，" * 300_000,
        "我 想 " * 100_000,
        "\ufdfa" * 100_000,
        "一，" * 100_000,
        "《" * 100_000,
        "😭" * 300_000,
    ],
)
def test_a_flood_of_nothing_takes_less_than_two_seconds_and_is_nothing(text: str) -> None:
    begin = time.process_time()
    assert assess(text).level is Level.none
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("text", ["我\x00想\x00死", "我\ud800想死\udfff", "\ufeff我想死", "我想死\U0010ffff"])
def test_nul_and_lone_surrogates_are_read_over(text: str) -> None:
    assert assess(text).level is Level.high


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\ud83d", "？？？", "👍", "1"])
def test_nothing_said_is_nothing_found(text: str) -> None:
    assessment = assess(text)
    assert assessment.level is Level.none
    assert assessment.score == 0
    assert assessment.kind is None


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_string_is_assessed(text: str) -> None:
    assessment = assess(text)
    assert 0 <= assessment.score <= 1
    assert assessment.level is max(
        (reason.level for reason in assessment.reasons), key=lambda level: level.rank, default=Level.none
    )


def test_only_the_two_ends_of_a_very_long_text_are_read() -> None:
    assert len(live().fold("天" * 100_000)) == 2 * KEEP + 1
