"""What was measured of one pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.evaluation.verdicts import Verdict


@dataclass(frozen=True)
class Measured:
    """The figures by name, and what it made of each sentence (nothing for a variant of the classifier alone)."""

    name: str
    figures: dict[str, float]
    rows: list[Verdict] = field(default_factory=list)
