"""What triage makes of sentences whose truth is known: recall, false alarms, calibration, by level and by way."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.level import Level
from bot.triage.levels import Assessment, Kind, Scope
from bot.triage.sentences import Sentence

BINS = 10
OTHER_PATHS = frozenset({Kind.third_person, Kind.violence, Kind.harassment, Kind.exploitation, Kind.threat})


@dataclass(frozen=True)
class Judged:
    """A sentence and what triage made of it."""

    sentence: Sentence
    found: Assessment

    @property
    def is_risk(self) -> bool:
        """True where a counsellor must be alerted."""
        return self.sentence.level.is_crisis

    @property
    def alarms(self) -> bool:
        """True where triage alerts one."""
        return self.found.level.is_crisis


@dataclass(frozen=True)
class Share:
    """How many of how many; the misses by id."""

    hits: int
    of: int
    misses: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """From 0 to 1; nan where there is nothing to count."""
        return self.hits / self.of if self.of else float("nan")


def share(rows: Iterable[Judged], good: Callable[[Judged], bool]) -> Share:
    """How many rows are good, and the ids of the others."""
    seen = list(rows)
    misses = tuple(row.sentence.id for row in seen if not good(row))
    return Share(len(seen) - len(misses), len(seen), misses)


def recall(rows: Iterable[Judged]) -> Share:
    """Of the sentences with risk, those that are at `high` or above."""
    return share((row for row in rows if row.is_risk), lambda row: row.alarms)


def spared(rows: Iterable[Judged]) -> Share:
    """Of the sentences without risk, those that raise no alarm; the misses are the false alarms."""
    return share((row for row in rows if not row.is_risk), lambda row: not row.alarms)


def hard_negatives_spared(rows: Iterable[Judged]) -> Share:
    """The same of the sentences that merely look like risk: level `none`."""
    return spared(row for row in rows if row.sentence.level is Level.none)


def noticed(rows: Iterable[Judged]) -> Share:
    """Of all signs of distress, those at `low` or above."""
    signs = (row for row in rows if row.sentence.level is not Level.none)
    return share(signs, lambda row: row.found.level is not Level.none)


def paths_right(rows: Iterable[Judged]) -> Share:
    """Of the sentences about other people's danger and about violence, those that the right kind of reply answers."""
    theirs = (row for row in rows if row.is_risk and row.sentence.kind in OTHER_PATHS)
    return share(theirs, lambda row: row.alarms and row.found.kind is row.sentence.kind)


def imminent_seen(rows: Iterable[Judged]) -> Share:
    """Of the imminent, those that are called imminent."""
    urgent = (row for row in rows if row.sentence.level is Level.imminent)
    return share(urgent, lambda row: row.found.level is Level.imminent)


def by_way(rows: Iterable[Judged]) -> dict[str, tuple[Share, Share]]:
    """Way of saying → recall and sparing."""
    ways: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        ways[row.sentence.way].append(row)
    return {way: (recall(ways[way]), spared(ways[way])) for way in sorted(ways)}


def by_level(rows: Iterable[Judged]) -> dict[Level, dict[Level, int]]:
    """True level → level found → how many."""
    table = {level: dict.fromkeys(Level, 0) for level in Level}
    for row in rows:
        table[row.sentence.level][row.found.level] += 1
    return table


def whose_right(rows: Iterable[Judged]) -> Share:
    """Of the sentences with risk about somebody else, those whose reply is about somebody else."""
    others = (row for row in rows if row.is_risk and row.sentence.scope is Scope.third_person)
    return share(others, lambda row: row.found.kind is Kind.third_person)


def calibration_error(chances: Sequence[float], truths: Sequence[bool]) -> float:
    """The expected calibration error over ten bins: by how much a chance differs from what comes true, on average."""
    total = 0.0
    for low in range(BINS):
        inside = [at for at, chance in enumerate(chances) if low <= min(chance * BINS, BINS - 1e-9) < low + 1]
        if inside:
            said = sum(chances[at] for at in inside) / len(inside)
            true = sum(truths[at] for at in inside) / len(inside)
            total += len(inside) / len(chances) * abs(said - true)
    return total
