"""A poisoned table is told and refused, question by question, by the rules that the editor has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import faqs
from bot.training import bank, check
from tests.training.ground import add_faq, content


def faults() -> list[str]:
    """Of what is in the table, with one question in use."""
    return check.faults(bank.rows(), [content("bike")])


def with_variant(text: str) -> dict[str, Any]:
    """A question with one wording replaced."""
    return {"variants": [text, *content("shower")["variants"][1:]]}


def test_good_questions_have_no_fault(database: Path) -> None:
    for name in ("bike", "bath"):
        add_faq(name)
    assert faults() == []


@pytest.mark.parametrize(
    "more",
    [
        {"variants": ["洗澡几点"]},
        {"topic": "nonsense"},
        {"answer": "  "},
        with_variant("长" * 201),
        with_variant("几点\u200b能洗澡"),
        with_variant("bike车子 停哪儿！"),
        with_variant("我不想活了"),
        with_variant("今晚就想走了，药买好了"),
    ],
)
def test_a_faulty_question_is_named(database: Path, more: dict[str, Any]) -> None:
    add_faq("bike")
    add_faq("shower", **more)
    assert any(one.startswith("shower：") for one in faults()), faults()


def test_what_is_in_use_is_not_held_against_newer_rules(database: Path) -> None:
    add_faq("bath")
    add_faq("bike", variants=["停车"])
    assert check.faults(bank.rows(), [content("bike", variants=["停车"])]) == []
    assert faults()


def test_an_empty_table_is_refused(database: Path) -> None:
    assert faults() == ["问答库里不到 2 条"]


def test_many_faults_are_counted(database: Path) -> None:
    for number in range(30):
        add_faq(f"n_{number}", answer="")
    assert len(faults()) == check.NAMED + 1


def test_what_was_withdrawn_is_not_trained_on(database: Path) -> None:
    faqs.seed()
    rows = bank.rows()
    add_faq("bike", retired_at=faqs.now())
    assert bank.rows() == rows
