"""What a calculator gives: the answer, each step with its article, and what it takes for granted.

Money is exact until the end of a step; each amount that is told is rounded half up to the cent, and sums are sums of
the rounded amounts, so that a worker who adds them up again gets the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.errors import BadInput

Value = Decimal | int | str | date | None
Values = dict[str, Value]
CENT = Decimal("0.01")
PAID_DAYS = Decimal("21.75")  # paid days of a month
CONVERSION = "人社部发〔2025〕2 号（月计薪天数）"


@dataclass(frozen=True)
class Row:
    """One step in words, and the article it rests on; empty where it is plain arithmetic."""

    text: str
    article: str = ""


@dataclass(frozen=True)
class Worked:
    """A worked answer. `values` are the figures by name, for whoever goes on with them."""

    answer: str
    rows: tuple[Row, ...]
    assumes: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


class Contradiction(BadInput):
    """Two facts cannot both be true; `question` is the one to ask again."""

    def __init__(self, question: str) -> None:
        super().__init__("facts contradict each other")
        self.question = question


def cents(amount: Decimal) -> Decimal:
    """Gives the amount in yuan, rounded half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def yuan(amount: Decimal) -> str:
    """Gives an amount as it is told: 1,234.50 元."""
    return f"{cents(amount):,.2f} 元"


def plain(value: Decimal) -> str:
    """Gives a number without needless zeros, at most two behind the point."""
    return f"{cents(value):f}".rstrip("0").rstrip(".")


def chinese(day: date) -> str:
    """Gives a day as it is told: 2026 年 3 月 1 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
