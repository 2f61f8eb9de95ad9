"""Sentences that nobody trained on, through `xinqiao ask`: floors below which a change must not fall.

The floors stand a little under what was measured (docs/evaluation.md); they guard, they are no targets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from bot import heldout
from bot.settings import ROOT
from tests.e2e.ground import TRAINED

Rows = list[tuple[str, dict[str, Any]]]


def sentences(kind: str) -> list[tuple[str, str]]:
    """(what it should be understood as, sentence) of all files of a kind."""
    return [(wanted, text) for wanted, texts in heldout.groups(kind) for text in texts]


def asked(pairs: list[tuple[str, str]]) -> Rows:
    """The same with what the trained model gives."""
    lines = "\n".join(json.dumps({"text": text}) for _, text in pairs)
    command = [sys.executable, "-m", "bot.cli", "ask"]
    environment = {**os.environ, "XINQIAO_DATA_DIR": str(TRAINED)}
    done = subprocess.run(
        command, input=lines, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200, check=True
    )
    return [(wanted, json.loads(line)) for (wanted, _), line in zip(pairs, done.stdout.splitlines(), strict=True)]


@pytest.fixture(scope="module")
def both() -> tuple[Rows, Rows]:
    faqs = sentences(heldout.FAQS)[::3]  # two of each FAQ's six; `xinqiao evaluate nlu` asks them all
    rows = asked([*faqs, *sentences(heldout.INTENTS)])
    return rows[: len(faqs)], rows[len(faqs) :]


@pytest.fixture
def faq_rows(both: tuple[Rows, Rows]) -> Rows:
    return both[0]


@pytest.fixture
def intent_rows(both: tuple[Rows, Rows]) -> Rows:
    return both[1]


def share(rows: Rows, condition: Any) -> float:
    return sum(bool(condition(wanted, row)) for wanted, row in rows) / len(rows)


def test_the_right_question_is_answered_or_among_the_choices(faq_rows: Rows) -> None:
    found = share(faq_rows, lambda wanted, row: wanted in (row["faq"], *(each["faq"] for each in row["candidates"])))
    assert found >= 0.95


def test_a_wrong_answer_is_hardly_ever_given_with_confidence(faq_rows: Rows) -> None:
    answered = [(wanted, row) for wanted, row in faq_rows if row["faq"]]
    assert share(answered, lambda wanted, row: wanted == row["faq"]) >= 0.95
    assert len(answered) / len(faq_rows) >= 0.55


def test_every_answer_comes_with_its_basis(faq_rows: Rows) -> None:
    answered = [row for _, row in faq_rows if row["faq"] and "机器人" not in row["answer"]]
    assert all("依据：" in row["answer"] for row in answered)


def test_intents_are_understood(intent_rows: Rows) -> None:
    assert share(intent_rows, lambda wanted, row: wanted == row["intent"]) >= 0.92


def test_what_is_out_of_scope_is_not_answered(intent_rows: Rows) -> None:
    outside = [(wanted, row) for wanted, row in intent_rows if wanted == "out_of_scope"]
    assert share(outside, lambda _, row: row["faq"] is None) >= 0.96
