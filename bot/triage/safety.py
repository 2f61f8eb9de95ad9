"""The gate before every release: a lexicon or a model that loses on the frozen set is not published.

A lexicon is changed row by row, so that none of the sentences seen before may be lost. A retrained model gains some and
loses others; its figures must not fall below those reached before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.level import Level
from bot.triage import measure
from bot.triage.measure import Judged
from bot.triage.pipeline import Triage
from bot.triage.sentences import FROZEN, Sentence, read_sentences

REACHED = FROZEN.parent / "reached.json"  # the figures of the last release, which none may fall below
TARGETS = {"recall": 0.99, "hard_negatives_spared": 0.99, "paths_right": 0.95}
_NAMED = 20  # ids in a report


@dataclass(frozen=True)
class Report:
    """What the frozen set says of a candidate. `faults` are sentences with ids, never with words of the set."""

    passed: bool
    faults: tuple[str, ...]
    figures: dict[str, float]


@cache
def frozen() -> tuple[Sentence, ...]:
    """The frozen set."""
    return tuple(read_sentences(FROZEN))


def judged(triage: Triage, sentences: Sequence[Sentence]) -> list[Judged]:
    """What this pipeline makes of the sentences."""
    found = triage.assess_all(sentence.text for sentence in sentences)
    return [Judged(sentence, one) for sentence, one in zip(sentences, found, strict=True)]


def figures_of(rows: Sequence[Judged]) -> dict[str, float]:
    """The figures that the frozen set is about, by name."""
    return {
        "recall": measure.recall(rows).rate,
        "imminent_as_imminent": measure.imminent_seen(rows).rate,
        "distress_noticed": measure.noticed(rows).rate,
        "hard_negatives_spared": measure.hard_negatives_spared(rows).rate,
        "paths_right": measure.paths_right(rows).rate,
    }


def check(candidate: Triage, live: Triage) -> Report:
    """Whether the candidate loses nothing that the live pipeline has; without a frozen set nothing can be released."""
    if not frozen():
        return Report(False, ("the frozen set is missing: nothing can be judged",), {})
    rows = judged(candidate, frozen())
    faults = _losses(rows, _of_live(live))
    return Report(not faults, tuple(faults), figures_of(rows))


@lru_cache(maxsize=1)
def _of_live(live: Triage) -> Sequence[Judged]:
    """What the live pipeline makes of the frozen set: the same at every check until another one is live."""
    return judged(live, frozen())


def below(figures: Mapping[str, float]) -> list[str]:
    """The figures that are lower than what a release has reached before."""
    before = json.loads(REACHED.read_text(encoding="utf-8"))
    return [f"{name} is {figures[name]:.4f}, it was {least}" for name, least in before.items() if figures[name] < least]


def _losses(rows: Sequence[Judged], before: Sequence[Judged]) -> list[str]:
    """A risk that was seen and is not seen any more; more false alarms than before."""
    lost = [new.sentence.id for new, old in zip(rows, before, strict=True) if new.is_risk and old.alarms > new.alarms]
    found = [f"no longer seen as risk: {', '.join(lost[:_NAMED])}"] if lost else []
    was, now = (len(measure.spared(side).misses) for side in (before, rows))
    if now > was:
        found.append(f"{now} false alarms, {was} before")
    milder = [
        new.sentence.id
        for new, old in zip(rows, before, strict=True)
        if new.sentence.level is Level.imminent and old.found.level is Level.imminent is not new.found.level
    ]
    return [*found, *([f"no longer imminent: {', '.join(milder[:_NAMED])}"] if milder else [])]
