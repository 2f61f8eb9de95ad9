"""Levels and kinds of sentences in workers' words."""

import pytest

from bot.triage import Kind, Level, assess
from tests.triage import sentences


def _urgent(text: str) -> bool:
    return assess(text).level.rank >= Level.high.rank


@pytest.mark.parametrize("text", sentences.IMMINENT)
def test_a_plan_an_act_or_a_farewell_is_imminent(text: str) -> None:
    assert assess(text).level is Level.imminent


@pytest.mark.parametrize("text", sentences.WAGE_THREATS)
def test_a_life_staked_on_wages_is_imminent_and_named_so(text: str) -> None:
    assessment = assess(text)
    assert assessment.level is Level.imminent
    assert assessment.kind is Kind.wage_threat


@pytest.mark.parametrize("text", sentences.HIGH)
def test_a_wish_to_die_in_any_words_is_high_or_above(text: str) -> None:
    assert _urgent(text)


@pytest.mark.parametrize("text", sentences.LOW)
def test_distress_without_a_sign_of_risk_is_low(text: str) -> None:
    assert assess(text).level is Level.low


@pytest.mark.parametrize("text", sentences.BENIGN)
def test_figures_of_speech_and_trade_words_are_not_urgent(text: str) -> None:
    assert not _urgent(text)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in sentences.TOPICS.items() for text in texts])
def test_trouble_of_another_kind_gets_its_own_path(kind: str, text: str) -> None:
    assessment = assess(text)
    assert assessment.level is not Level.none
    assert Kind(kind) in assessment.kinds


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in sentences.URGENT_TOPICS.items() for text in texts]
)
def test_danger_that_goes_on_now_is_imminent(kind: str, text: str) -> None:
    assessment = assess(text)
    assert assessment.level is Level.imminent
    assert assessment.kind is Kind(kind)


@pytest.mark.parametrize("text", ["我想死，哈哈哈", "我想死😂😂", "不想活了hhhh", "笑死，我真的想自杀"])
def test_laughter_never_lowers(text: str) -> None:
    assert _urgent(text)
