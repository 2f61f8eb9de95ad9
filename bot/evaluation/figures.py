"""Figures of answers that came with a confidence: how often right, how quick."""

from __future__ import annotations

import math
from collections.abc import Sequence


def share(hits: Sequence[bool]) -> float:
    """Gives the share of true ones; not a number where there is none."""
    return sum(hits) / len(hits) if hits else math.nan


def quantile(values: Sequence[float], part: float) -> float:
    """Gives the value below which about that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else math.nan
