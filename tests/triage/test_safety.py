"""The frozen set guards every release: what loses on it is refused, and no figure falls below the last release."""

import json
from pathlib import Path

import pytest

from bot.triage import Triage, build, safety
from bot.triage.lexicon import read_raw
from bot.triage.release import Change
from bot.triage.release import build as build_changed


@pytest.fixture(scope="module")
def live() -> Triage:
    """The repository's pipeline."""
    return build()


def test_the_live_pipeline_may_take_its_own_place(live: Triage) -> None:
    report = safety.check(live, live)
    assert report.passed
    assert report.faults == ()


def test_a_lexicon_that_no_longer_sees_a_risk_is_refused_with_ids_and_without_words(live: Triage) -> None:
    signs = [row for row in read_raw()["imminent.yml"] if row["kind"] == "self_harm"]
    blind = build_changed([Change("drop", "imminent.yml", {"expression": row["expression"]}) for row in signs])
    report = safety.check(blind, live)
    assert not report.passed
    assert any("no longer imminent" in fault or "no longer seen" in fault for fault in report.faults)
    texts = {sentence.text for sentence in safety.frozen()}
    assert not any(text in fault for fault in report.faults for text in texts)


def test_a_lexicon_that_alarms_at_harmless_words_is_refused(live: Triage) -> None:
    row = {"expression": "游戏", "level": "high", "kind": "self_harm", "note": "太宽", "reviewer": "测试组"}
    report = safety.check(build_changed([Change("add", "high.yml", row)]), live)
    assert not report.passed
    assert any("false alarms" in fault for fault in report.faults)


def test_a_row_that_changes_nothing_here_may_be_released(live: Triage) -> None:
    row = {"expression": "想当一片云飘走", "level": "high", "kind": "self_harm", "note": "想消失", "reviewer": "测试组"}
    assert safety.check(build_changed([Change("add", "high.yml", row)]), live).passed


def test_without_a_frozen_set_nothing_is_released(live: Triage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "frozen", tuple)
    report = safety.check(live, live)
    assert not report.passed
    assert "missing" in report.faults[0]


def test_no_figure_is_below_what_the_last_release_reached(live: Triage) -> None:
    figures = safety.figures_of(safety.judged(live, safety.frozen()))
    assert safety.below(figures) == []


def test_a_figure_that_has_fallen_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "REACHED", tmp_path / "reached.json")
    safety.REACHED.write_text(json.dumps({"recall": 0.9, "paths_right": 0.5}), encoding="utf-8")
    assert safety.below({"recall": 0.8, "paths_right": 0.5}) == ["recall is 0.8000, it was 0.9"]
