"""The lexicon has no fault, and each kind of fault is found."""

import shutil
from pathlib import Path

import pytest

from bot.triage.expressions import BadExpression, parse
from bot.triage.lexicon import DATA
from bot.triage.validate import faults

ROW = "- {{expression: {expression}, level: {level}, kind: {kind}, note: 试, reviewer: 试}}\n"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "triage"))


def _append(directory: Path, name: str, text: str) -> None:
    with (directory / name).open("a", encoding="utf-8") as file:
        file.write(text)


def _row(expression: str, level: str = "high", kind: str = "self_harm") -> str:
    return ROW.format(expression=expression, level=level, kind=kind)


def test_the_lexicon_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("name", "row", "what"),
    [
        ("high.yml", _row("天狼星甲", level="severe"), "unknown level severe"),
        ("high.yml", _row("天狼星甲", kind="sorrow"), "unknown kind sorrow"),
        ("high.yml", _row("想结束这一"), ""),
        ("high.yml", _row("天狼星(甲"), "天狼星(甲: cannot read"),
        ("high.yml", _row("天狼星<nobody>"), "unknown word group <nobody>"),
        ("high.yml", _row("(甲|)"), "a part may be empty"),
        ("high.yml", _row("天狼星甲") * 2, "天狼星甲 stands already in high.yml"),
        ("idioms.yml", _row("自杀"), "自杀 is both an idiom and a sign"),
        (
            "high.yml",
            "- {expression: 天狼星甲, level: high, kind: self_harm, note: 试}\n",
            "reviewer is missing",
        ),
        ("high.yml", "- 天狼星甲\n", "is not a row"),
        ("high.yml", "- {level: [\n", "cannot be read"),
        ("words.yml", "- {name: 甲, note: 试, reviewer: 试}\n", "words is missing"),
        (
            "combine.yml",
            "- {all: [moon], level: high, kind: self_harm, note: 试, reviewer: 试}\n",
            "no row gives the signal moon",
        ),
        (
            "combine.yml",
            "- {some: [low, sun], level: high, kind: self_harm, note: 试, reviewer: 试}\n",
            "no row gives the signal sun",
        ),
        ("combine.yml", "- {level: high, kind: self_harm, note: 试, reviewer: 试}\n", "asks for no signal"),
    ],
)
def test_each_kind_of_fault_is_named_with_its_place(directory: Path, name: str, row: str, what: str) -> None:
    _append(directory, name, row)
    found = [fault for fault in faults(directory) if fault.startswith(name)]
    assert bool(found) is bool(what)
    assert all(what in fault for fault in found[:1])


def test_a_missing_file_is_a_fault(directory: Path) -> None:
    (directory / "high.yml").unlink()
    assert any(fault.startswith("high.yml: cannot be read") for fault in faults(directory))


def test_alternatives_and_options_are_spelled_out() -> None:
    (part,) = parse("(想|要|)<die>了", {"die": ["死", "自尽"]}).parts
    assert set(part.phrases) == {"想死了", "想自尽了", "要死了", "要自尽了", "死了", "自尽了"}


def test_a_gap_parts_and_the_anchors_hold() -> None:
    expression = parse("^不给…就跳$", {})
    assert [part.phrases for part in expression.parts] == [("不给",), ("就跳",)]
    assert expression.parts[1].gap > 0
    assert (expression.at_start, expression.at_end) == (True, True)


def test_a_gap_is_as_long_as_it_is_written() -> None:
    short, long, across = (parse(f"甲{gap}乙", {}).parts[1] for gap in ("…", "……", "//"))
    assert short.gap < long.gap < across.gap
    assert (short.across, long.across, across.across) == (False, False, True)


def test_many_alternatives_cost_their_sum() -> None:
    letters = "|".join("甲乙丙丁戊己庚辛壬癸")
    parts = parse(f"({letters})({letters})({letters})", {}).parts
    assert sum(len(part.phrases) for part in parts) == 30
    assert [part.gap for part in parts[1:]] == [0, 0]


@pytest.mark.parametrize("source", ["", "(甲|)", "甲(", "甲<乙>", "甲…"])
def test_what_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(BadExpression):
        parse(source, {})
