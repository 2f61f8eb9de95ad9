"""A poisoned table is told and refused, question by question."""

from __future__ import annotations

from typing import Any

import pytest

from bot.knowledge import faqs
from bot.training import bank, check
from tests.training.ground import content

GOOD = [content("bike"), content("bath")]


def test_good_questions_have_no_fault() -> None:
    assert check.faults(GOOD, []) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"variants": ["洗澡几点"]}, "问法不到"),
        ({"variants": "洗澡几点"}, "问法不到"),
        ({"topic": "nonsense"}, "主题不认识"),
        ({"variants": ["洗澡几点", " ", "几点能洗澡"]}, "空的"),
        ({"variants": ["洗澡几点", "长" * 201, "几点能洗澡"]}, "超过 200 字"),
        ({"variants": ["洗澡几点", 5, "几点能洗澡"]}, "空的"),
        ({"answer": "  "}, "答案是空的"),
        ({"variants": ["洗澡几点", "几点\x00能洗澡", "澡堂开门没"]}, "控制字符"),
        ({"variants": ["bike车子 停哪儿！", "几点能洗澡", "澡堂开门没"]}, "同一种问法"),
        ({"variants": ["我不想活了", "几点能洗澡", "澡堂开门没"]}, "求救的话"),
    ],
)
def test_a_faulty_question_is_named(more: dict[str, Any], words: str) -> None:
    told = check.faults([GOOD[0], content("shower", **more)], [])
    assert any(words in one and "shower" in one for one in told), told


def test_a_wording_that_is_in_use_is_not_graded_again() -> None:
    cry = content("shower", variants=["我不想活了", "几点能洗澡", "澡堂开门没"])
    assert check.faults([GOOD[0], cry], [cry]) == []


def test_an_empty_table_is_refused() -> None:
    assert check.faults([], []) == ["问答库里不到两条"]


def test_many_faults_are_counted() -> None:
    told = check.faults([content(f"n{number}", answer="") for number in range(50)], [])
    assert len(told) == check.NAMED + 1
    assert "30" in told[-1]


def test_the_repositorys_own_questions_may_be_trained_on() -> None:
    rows = [{name: row[name] for name in GOOD[0]} for _, row in faqs.files()]
    assert check.faults(rows, rows) == []
    assert len(bank.digest(rows)) == 64
