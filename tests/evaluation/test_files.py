"""Files of labelled sentences: what is wrong is named by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.evaluation import labelled, pipeline


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_every_faulty_line_is_named_with_its_number_and_what_is_wrong(tmp_path: Path) -> None:
    good = json.dumps({"text": "工资拖了俩月", "intent": "ask_wages"})
    lines = (good, "{oops", "", '{"text": " ", "intent": "x"}', '{"text": "好"}', '{"text": "好", "intent": 5}', "[1]")
    with pytest.raises(BadInput) as caught:
        labelled.read(written(tmp_path / "rows.jsonl", *lines), "intent")
    told = [line.split("rows.jsonl:")[1] for line in str(caught.value).splitlines()]
    assert [line.split(":")[0] for line in told] == ["2", "4", "5", "6", "7"]
    assert told[0] == "2: not JSON"
    assert told[1] == "4: the text is blank"
    assert told[2] == '5: no string under "intent"'


def test_of_very_many_faults_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="and 25 more"):
        labelled.read(written(tmp_path / "rows", *(["{"] * (labelled.SHOWN + 25))), "intent")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_a_file_without_rows_or_in_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="rows"):
        labelled.read(path, "intent")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="FileNotFoundError"):
        labelled.read(tmp_path / "nothing", "intent")


def test_one_intent_alone_cannot_be_learnt(tmp_path: Path) -> None:
    path = written(tmp_path / "rows", *[json.dumps({"text": f"第{at}句", "intent": "only"}) for at in range(5)])
    with pytest.raises(BadInput, match="the same intent"):
        pipeline.report(path, path, print)


def test_the_accuracy_is_the_first_line_and_the_confused_pairs_the_last() -> None:
    rows = [["a", 0.9, 2.0], ["b", 0.8, 3.0], ["b", 0.6, 4.0], ["b", 0.4, 5.0]]
    lines = pipeline.lines(["a", "b", "a", "a"], {"rows": rows, "train_seconds": 1.0, "megabytes": 300})
    assert lines[0] == "accuracy 0.5000"
    assert lines[-1].split() == ["2", "×", "a", "taken", "for", "b"]
    assert "p95 5.0 ms" in lines[2]
