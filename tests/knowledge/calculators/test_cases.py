"""Every calculator against cases worked by hand: the figures, each hand-worked step, and the article."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.calculators.catalogue import CALCULATORS
from bot.knowledge.calculators.worked import Worked

CASES = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 28)


@cache
def cases(name: str) -> list[dict[str, Any]]:
    return yaml.load((CASES / f"{name}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def worked(name: str, case: dict[str, Any]) -> Worked:
    return CALCULATORS[name].work_out(case["facts"], date.fromisoformat(case.get("today", TODAY.isoformat())))


def as_said(text: str) -> str:
    return re.sub(r"[\s,]", "", text)


def same(found: object, wanted: Any) -> bool:
    if isinstance(found, Decimal):
        return wanted is not None and found == Decimal(wanted)
    return found is None if wanted is None else str(found) == str(wanted)


EACH = [
    pytest.param(name, case, id=f"{name}-{number}") for name in CALCULATORS for number, case in enumerate(cases(name))
]


@pytest.mark.parametrize(("name", "case"), EACH)
def test_a_case_worked_by_hand_comes_out_the_same(name: str, case: dict[str, Any]) -> None:
    found = worked(name, case)
    wrong = {
        key: found.values.get(key) for key, value in case["want"].items() if not same(found.values.get(key), value)
    }
    assert wrong == {}
    told = as_said(found.answer + "".join(row.text for row in found.rows))
    assert [step for step in case["steps"] if as_said(step.rpartition("=")[2]) not in told] == []
    assert any(case["article"] in row.article for row in found.rows)


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_calculator_has_twenty_cases_and_more(name: str) -> None:
    assert len({str(case["facts"]) + case.get("today", "") for case in cases(name)}) >= 20


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_result_names_a_law_and_what_it_takes_for_granted(name: str) -> None:
    found = worked(name, cases(name)[0])
    assert found.assumes
    assert all(row.article for row in found.rows if not row.text.startswith(("已经休", "今年该休")))
