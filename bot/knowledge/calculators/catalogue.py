"""All calculators by name, and which one a message asks for."""

from __future__ import annotations

import re

from bot.knowledge.calculators import (
    annual_leave,
    arbitration,
    child_leave,
    double_pay,
    injury,
    maternity,
    overtime,
    retirement,
    severance,
)
from bot.knowledge.calculators.asking import Calculator, Question
from bot.knowledge.numerals import fold

CALCULATORS: dict[str, Calculator] = {
    module.CALCULATOR.name: module.CALCULATOR
    for module in (
        *(overtime, severance, double_pay, annual_leave, maternity),
        *(child_leave, retirement, injury, arbitration),
    )
}


QUESTIONS: dict[str, Question] = {  # those of one name ask the same
    question.name: question for found in CALCULATORS.values() for question in found.questions
}


def named_in(text: str) -> list[Calculator]:
    """Gives the calculators whose words stand in a message: one if it is clear which is meant."""
    folded = fold(text)
    return [found for found in CALCULATORS.values() if re.search(found.words, folded)]
