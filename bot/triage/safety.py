"""The gate before every release: a lexicon or a model that loses on the frozen set is not published."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.level import Level
from bot.triage import measure
from bot.triage.measure import Judged
from bot.triage.pipeline import Triage
from bot.triage.sentences import FROZEN, Sentence, read_sentences

RECALL = 0.99  # of imminent and high, at high or above
HARD_NEGATIVES = 0.99  # of what merely looks like risk, without alarm
PATHS = 0.95  # third-person and violence paths
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


def check(candidate: Triage, live: Triage | None = None) -> Report:
    """Whether the candidate keeps the floors and, where a live pipeline is given, loses nothing that it had."""
    rows = judged(candidate, frozen())
    figures = {
        "recall": measure.recall(rows).rate,
        "imminent_as_imminent": measure.imminent_seen(rows).rate,
        "hard_negatives_spared": measure.hard_negatives_spared(rows).rate,
        "paths_right": measure.paths_right(rows).rate,
    }
    faults = [*_under_floor(figures), *(_losses(rows, judged(live, frozen())) if live else [])]
    return Report(not faults, tuple(faults), figures)


def _under_floor(figures: dict[str, float]) -> list[str]:
    floors = {"recall": RECALL, "hard_negatives_spared": HARD_NEGATIVES, "paths_right": PATHS}
    return [
        f"{name} is {figures[name]:.4f}, the floor is {floor}"
        for name, floor in floors.items()
        if figures[name] < floor
    ]


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
