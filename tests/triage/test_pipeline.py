"""The pipeline is saved, versioned and loaded by spaCy; another lexicon makes another pipeline."""

from pathlib import Path

import pytest
import spacy

from bot import triage
from bot.triage.levels import Level
from bot.triage.lexicon import read_raw
from bot.triage.pipeline import COMPONENTS, build, saved, version_of
from bot.triage.release import BadLexicon, Change, changed
from bot.triage.release import build as build_changed
from tests.triage import sentences

TEXTS = [*sentences.IMMINENT[:8], "不想活动", "紫砂壶多少钱", "撑不下去了，农药就在床头", ""]
ROW = {
    "expression": "想当一片云飘走",
    "level": "high",
    "kind": "self_harm",
    "note": "想消失",
    "reviewer": "测试组",
}


def test_a_saved_pipeline_is_loaded_by_spacy_and_assesses_the_same(tmp_path: Path) -> None:
    loaded = saved(tmp_path)
    again = saved(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [loaded.version]
    assert spacy.load(tmp_path / loaded.version).pipe_names == list(COMPONENTS)
    fresh = build()
    assert [loaded.assess(text) for text in TEXTS] == [fresh.assess(text) for text in TEXTS]
    assert loaded.version == fresh.version == again.version == version_of(read_raw())


def test_many_at_once_are_assessed_as_one_by_one() -> None:
    pipeline = build()
    together = list(pipeline.assess_all(TEXTS * 20))
    assert [found.level for found in together] == [pipeline.assess(text).level for text in TEXTS] * 20


def test_a_changed_lexicon_has_another_version_and_another_opinion() -> None:
    before, after = build(), build_changed([Change("add", "high.yml", ROW)])
    assert before.version != after.version
    assert not any(reason.expression == ROW["expression"] for reason in before.assess("想当一片云飘走").reasons)
    assert after.assess("想当一片云飘走").level is Level.high


def test_a_row_switched_off_is_silent_and_the_others_speak() -> None:
    row = {"expression": "寻短见"}
    off = build_changed([Change("drop", "high.yml", row)])
    assert any(reason.expression == row["expression"] for reason in build().assess("想寻短见").reasons)
    assert not any(reason.expression == row["expression"] for reason in off.assess("想寻短见").reasons)
    assert off.assess("我想自杀").level is Level.high


@pytest.mark.parametrize(
    "change",
    [
        Change("add", "high.yml", {**ROW, "level": "severe"}),
        Change("add", "high.yml", {key: value for key, value in ROW.items() if key != "reviewer"}),
        Change("add", "high.yml", {**ROW, "expression": "想(死"}),
        Change("add", "weights.npz", ROW),
        Change("drop", "high.yml", {"expression": "没有这一行"}),
    ],
)
def test_a_faulty_change_is_refused_with_the_reason(change: Change) -> None:
    with pytest.raises(BadLexicon, match=r"\w+"):
        build_changed([change])


def test_another_pipeline_is_put_in_use_and_taken_back() -> None:
    before = triage.live()
    try:
        triage.use(build_changed([Change("add", "high.yml", ROW)]))
        assert triage.assess("想当一片云飘走").level is Level.high
    finally:
        triage.use(before)


def test_of_combinations_that_ask_for_some_signals_only_the_named_one_is_switched_off() -> None:
    rows = read_raw()["combine.yml"]
    gone, *others = [row for row in rows if not row.get("all")]
    assert others
    kept = changed([Change("drop", "combine.yml", {"some": gone["some"]})])["combine.yml"]
    assert kept == [row for row in rows if row is not gone]
