"""Drafting: rows added, rows switched off, faults told, changes taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadInput, NotAllowedNow, NotFound
from bot.lexicon import drafts, publish
from tests.lexicon.ground import GOOD, PHRASE, REVIEW, admin, draft, published


def test_a_row_is_added_to_a_draft_and_nothing_else_changes(any_database: str) -> None:
    assert drafts.current() is None
    drafts.add(admin(), "high.yml", {**GOOD, "unless": [], "signal": ""})
    (change,) = draft().changes
    assert (change.op, change.file, dict(change.row)) == ("add", "high.yml", GOOD)
    assert drafts.faults(draft()) == ()


def test_a_row_is_switched_off_with_a_note_and_a_reviewer(any_database: str) -> None:
    drafts.drop(admin(), "high.yml", "一死了之", "误报多", "李芳")
    (change,) = draft().changes
    assert (change.op, change.row) == ("drop", {"expression": "一死了之", "note": "误报多", "reviewer": "李芳"})
    assert drafts.faults(draft()) == ()


def test_a_combination_is_switched_off_by_its_marks(database: Path) -> None:
    drafts.drop(admin(), "combine.yml", "despair、death", "误报多", "李芳")
    assert draft().changes[0].row["all"] == ["despair", "death"]
    assert drafts.faults(draft()) == ()


def test_switching_off_needs_a_reason_and_a_row_that_exists(database: Path) -> None:
    who = admin()
    with pytest.raises(BadInput):
        drafts.drop(who, "high.yml", "一死了之", " ", "李芳")
    with pytest.raises(NotFound):
        drafts.drop(who, "high.yml", "没有这一行", "x", "李芳")
    assert drafts.current() is None


@pytest.mark.parametrize("file", ["words.yml", "cloak.yml", "../high.yml", ""])
def test_only_files_of_signs_are_changed_from_the_desk(database: Path, file: str) -> None:
    with pytest.raises(BadInput):
        drafts.add(admin(), file, GOOD)
    with pytest.raises((BadInput, NotFound)):
        drafts.drop(admin("b"), file, "x", "x", "x")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({**GOOD, "note": ""}, "note is missing"),
        ({**GOOD, "level": "awful"}, "unknown level awful"),
        ({**GOOD, "expression": "(没有|合上"}, "high.yml"),
        ({**GOOD, "expression": "一死了之"}, "stands already"),
        ({**GOOD, "colour": "red"}, "unknown key colour"),
    ],
)
def test_a_row_with_a_fault_is_kept_and_the_fault_is_told(database: Path, row: dict[str, str], fault: str) -> None:
    who = admin()
    drafts.add(who, "high.yml", row)
    assert any(fault in one for one in drafts.faults(draft()))
    with pytest.raises(BadInput):
        publish.start_gate(who)


def test_a_change_is_taken_back_and_what_was_checked_is_void(database: Path, frozen: Path) -> None:
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    publish.start_gate(who).join(60)
    assert draft().report["gate"]["passed"]
    drafts.add(who, "high.yml", {**GOOD, "expression": f"{PHRASE}了"})
    assert "gate" not in draft().report
    drafts.take_back(who, draft().id, 1)
    assert [change.row["expression"] for change in draft().changes] == [PHRASE]
    with pytest.raises(publish.NotChecked):
        publish.publish(who)
    with pytest.raises(NotFound):
        drafts.take_back(who, draft().id, 1)


def test_who_did_what_is_on_record(any_database: str) -> None:
    first, second = admin("a"), admin("b")
    drafts.add(first, "high.yml", GOOD)
    drafts.drop(second, "high.yml", "一死了之", **REVIEW)
    assert [(act["act"], act["by"]) for act in draft().report["acts"]] == [("edited", first), ("edited", second)]


def test_a_new_draft_starts_from_what_is_live(any_database: str, frozen: Path) -> None:
    who = admin()
    published(who, GOOD)
    drafts.drop(who, "high.yml", "一死了之", **REVIEW)
    assert (draft().base, len(draft().changes)) == (1, 2)


def test_what_is_live_is_not_a_draft_to_be_changed_or_thrown_away(database: Path, frozen: Path) -> None:
    who = admin()
    live = published(who, GOOD)
    for act in (lambda: drafts.take_back(who, live, 0), lambda: drafts.discard(who, live)):
        with pytest.raises(NotAllowedNow):
            act()


def test_a_draft_is_thrown_away(any_database: str) -> None:
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    drafts.discard(who, draft().id)
    assert drafts.current() is None


def test_a_former_release_is_made_a_draft_again(any_database: str, frozen: Path) -> None:
    who = admin()
    former = published(who, GOOD)
    publish.roll_back(who)
    drafts.reopen(who, former)
    assert [change.row["expression"] for change in draft().changes] == [PHRASE]
    with pytest.raises(NotAllowedNow):
        drafts.reopen(who, former)
    with pytest.raises(NotFound):
        drafts.reopen(who, draft().id)
