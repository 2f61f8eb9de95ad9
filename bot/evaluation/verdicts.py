"""What a model made of the held-out sentences, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.figures import quantile, share
from bot.evaluation.heldout import OUTSIDE, Sentence
from bot.triage.measure import calibration_error

FALLBACK = "nlu_fallback"
REFUSALS = (OUTSIDE, FALLBACK)


@dataclass(frozen=True)
class Verdict:
    """A sentence and what came of it: the intent, how sure, the question answered outright ("" for none), the best
    three questions, milliseconds."""

    sentence: Sentence
    intent: str
    confidence: float
    answer: str
    candidates: tuple[str, ...]
    ms: float

    @property
    def found(self) -> str:
        """The intent or the question it was taken for."""
        return self.answer or self.intent

    @property
    def is_right(self) -> bool:
        """True if that is what it was."""
        return self.found == self.sentence.wanted

    @property
    def is_refused(self) -> bool:
        """True if the worker reads that we cannot help with this."""
        return not self.answer and self.intent in REFUSALS


def verdicts(sentences: Sequence[Sentence], rows: Sequence[dict[str, Any]]) -> list[Verdict]:
    """Puts the rows that bot.evaluation.engine.exam prints beside the truth."""
    return [
        Verdict(sentence, row["intent"], row["confidence"], row["answer"], tuple(row["candidates"]), row["ms"])
        for sentence, row in zip(sentences, rows, strict=True)
    ]


def figures(rows: Sequence[Verdict]) -> dict[str, float]:
    """Gives every figure by its name; shares from 0 to 1, times in milliseconds."""
    intents = [row for row in rows if row.sentence.intent]
    asked = [row for row in rows if row.sentence.faq]
    answered = [row for row in rows if row.answer]
    outside = [row for row in intents if row.sentence.is_outside]
    inside = [row for row in rows if not row.sentence.is_outside]
    sure = [row for row in rows if row.intent != FALLBACK and (row.answer or row.sentence.intent)]
    return {
        "intents": share([row.is_right for row in intents]),
        "top1": share([row.candidates[:1] == (row.sentence.faq,) for row in asked]),
        "top3": share([row.sentence.faq in row.candidates for row in asked]),
        "answered": share([bool(row.answer) for row in asked]),
        "precision": share([row.is_right for row in answered]),
        "ece": calibration_error([row.confidence for row in sure], [row.is_right for row in sure]),
        "outside": share([row.is_refused for row in outside]),
        "refused": share([row.is_refused for row in inside]),
        "p50": quantile([row.ms for row in rows], 0.5),
        "p95": quantile([row.ms for row in rows], 0.95),
    }


def pairs(rows: Sequence[Verdict]) -> Counter[tuple[str, str]]:
    """Counts what was taken for something else, (truth, found); a choice that holds the truth is no mistake."""
    return Counter((row.sentence.wanted, row.found) for row in rows if not row.is_right and not _is_offered(row))


def _is_offered(row: Verdict) -> bool:
    return row.intent == "faq_candidates" and row.sentence.wanted in row.candidates
