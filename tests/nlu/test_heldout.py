"""Sentences that nobody trained on, through `xinqiao ask`: floors below which a change must not fall.

The floors stand a little under what was measured (docs/evaluation.md); they guard, they are no targets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
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
def understood() -> dict[str, Rows]:
    """What the trained model makes of all of them, by kind; asked in one go, as the engine takes seconds to start."""
    pairs = {kind: sentences(kind) for kind in (heldout.FAQS, heldout.INTENTS, heldout.SHORT)}
    pairs[heldout.FAQS] = pairs[heldout.FAQS][::3]  # two of each FAQ's six; `xinqiao evaluate nlu` asks them all
    rows = iter(asked([pair for part in pairs.values() for pair in part]))
    return {kind: list(islice(rows, len(part))) for kind, part in pairs.items()}


@pytest.fixture
def faq_rows(understood: dict[str, Rows]) -> Rows:
    return understood[heldout.FAQS]


@pytest.fixture
def intent_rows(understood: dict[str, Rows]) -> Rows:
    return understood[heldout.INTENTS]


@pytest.fixture
def short_rows(understood: dict[str, Rows]) -> Rows:
    return understood[heldout.SHORT]


def share(rows: Rows, condition: Any) -> float:
    return sum(bool(condition(wanted, row)) for wanted, row in rows) / len(rows)


def test_the_right_question_is_answered_or_among_the_choices(faq_rows: Rows) -> None:
    found = share(faq_rows, lambda wanted, row: wanted in (row["faq"], *(each["faq"] for each in row["candidates"])))
    assert found >= 0.95


def test_a_wrong_answer_is_hardly_ever_given_with_confidence(faq_rows: Rows) -> None:
    answered = [(wanted, row) for wanted, row in faq_rows if row["faq"]]
    assert share(answered, lambda wanted, row: wanted == row["faq"]) >= 0.95
    assert len(answered) / len(faq_rows) >= 0.55


def test_a_short_question_is_answered_at_once(short_rows: Rows) -> None:
    answered = [(wanted, row) for wanted, row in short_rows if row["faq"]]
    right = share(answered, lambda wanted, row: wanted == row["faq"])
    print(f"short: {len(answered) / len(short_rows):.3f} answered at once, {right:.3f} of these right")
    assert len(answered) / len(short_rows) >= 0.8
    assert right >= 0.97


def test_every_answer_comes_with_its_basis(faq_rows: Rows) -> None:
    answered = [row for _, row in faq_rows if row["faq"] and "机器人" not in row["answer"]]
    assert all("依据：" in row["answer"] for row in answered)


def test_intents_are_understood(intent_rows: Rows) -> None:
    assert share(intent_rows, lambda wanted, row: wanted == row["intent"]) >= 0.92


def test_what_is_out_of_scope_is_not_answered(intent_rows: Rows) -> None:
    outside = [(wanted, row) for wanted, row in intent_rows if wanted == "out_of_scope"]
    assert share(outside, lambda _, row: row["faq"] is None) >= 0.96
