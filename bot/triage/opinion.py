"""The spaCy component `xinqiao_model`: what the statistical model thinks of a message, with what spoke for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from bot.level import Level
from bot.triage.fold import CLAUSE
from bot.triage.levels import Kind
from bot.triage.ngrams import grams_of
from bot.triage.scope import FINDINGS, Finding
from bot.triage.weights import Chances, Seen, Weights, read_weights, repository_weights

OPINION = "xinqiao_opinion"
_FILE = "weights.npz"
_PIECES = 3
HINTED = 0.8  # chance from which on the model raises to `high` where the rules found more than mild distress
OTHERS = 0.8  # chance from which on danger of another kind than the own life is `high`: less often mistaken
_REPEATED = re.compile(r"(.{1,6}?)\1{2,}")  # 哈哈哈哈, and floods of anything: once says as much


@dataclass(frozen=True)
class Opinion:
    """The chance that the message reaches each level, the level the model gives, of what kind, how surely, and why."""

    chances: dict[Level, float]
    level: Level
    kind: Kind | None
    sure: float
    pieces: tuple[str, ...]


NO_OPINION = Opinion(dict.fromkeys(Level, 0.0), Level.none, None, 0.0, ())


def _is_hinted(doc: Doc) -> bool:
    """Whether the rules found anything besides mild distress."""
    found: tuple[Finding, ...] = doc.user_data[FINDINGS]
    return any(one.tentative or one.reason.level is not Level.low for one in found)


class Model:
    """Adds an Opinion to `doc.user_data`; batches are encoded together."""

    def __init__(self) -> None:
        self._weights: Weights | None = None

    @property
    def weights(self) -> Weights:
        """The weights it was saved with; the repository's in a pipeline that was just built."""
        return self._weights or repository_weights()

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Gives the docs with opinions, in order."""
        for batch in batched(docs, batch_size):
            seen = [seen_in(doc) for doc in batch]
            for doc, one, row in zip(batch, seen, self.weights.chances(seen), strict=True):
                doc.user_data[OPINION] = self._opinion(one.text, row, hinted=_is_hinted(doc))
                yield doc

    def _opinion(self, text: str, row: Chances, *, hinted: bool) -> Opinion:
        reach = {level: self._reach(row, level) for level in (Level.low, Level.high, Level.imminent)}
        level = self._level(row, reach, hinted)
        pieces = self._pieces(text) if level.is_crisis else ()
        return Opinion(reach, level, *self._kind(row, level), pieces)

    def _reach(self, row: Chances, level: Level) -> float:
        return float(row[self.weights.ranks >= level.rank].sum())

    def _level(self, row: Chances, reach: dict[Level, float], hinted: bool) -> Level:
        """The highest level whose bar, and those of all below it, the chances reach."""
        reached = [level for level, chance in reach.items() if chance >= self.weights.raises[level]]
        if self._others(row) >= OTHERS or (hinted and reach[Level.high] >= HINTED):
            reached.append(Level.high)
        if Level.high not in reached:
            return Level.low if Level.low in reached else Level.none
        return Level.imminent if Level.imminent in reached else Level.high

    def _others(self, row: Chances) -> float:
        """The chance of danger that is not the wish to die."""
        return float(row[self.weights.others].sum())

    def _kind(self, row: Chances, level: Level) -> tuple[Kind | None, float]:
        """The likeliest kind among the labels of this level or above, and its share of their chance."""
        if level is Level.none:
            return None, 0.0
        kinds: dict[str, float] = {}
        for at in np.flatnonzero(self.weights.ranks >= level.rank):
            kinds[self.weights.kinds[at]] = kinds.get(self.weights.kinds[at], 0.0) + float(row[at])
        likeliest = max(kinds, key=lambda kind: kinds[kind])
        return Kind(likeliest), kinds[likeliest] / sum(kinds.values())

    def _pieces(self, text: str) -> tuple[str, ...]:
        """The pieces of the text whose n-grams spoke most for risk, each at least two characters."""
        grams = grams_of(text)
        risk = self.weights.ranks >= Level.high.rank
        sparse = self.weights.sparse[grams.buckets]
        gain = self.weights.gram_values(grams) * (sparse[:, risk].max(axis=1) - sparse[:, ~risk].max(axis=1))
        found: list[str] = []
        for at in np.argsort(-gain):
            start, end = grams.spans[at]
            piece = text[max(start, 0) : end]
            if gain[at] <= 0 or len(found) == _PIECES:
                break
            if len(piece) > 1 and CLAUSE not in piece and not any(piece in one or one in piece for one in found):
                found.append(piece)
        return tuple(found)

    def to_disk(self, path: Path, **_: Any) -> None:
        """Saves the weights."""
        Path(path).mkdir(parents=True, exist_ok=True)
        self.weights.save(Path(path) / _FILE)

    def from_disk(self, path: Path, **_: Any) -> "Model":
        """Loads the weights."""
        self._weights = read_weights((Path(path) / _FILE).read_bytes())
        return self


def seen_in(doc: Doc) -> Seen:
    """What the model gets to see of a message whose findings are known."""
    findings: tuple[Finding, ...] = doc.user_data[FINDINGS]
    judged = [f"{found.reason.level}/{found.reason.kind}/{found.reason.scope}" for found in findings]
    clauses = dict.fromkeys(_REPEATED.sub(r"\1", doc.text.removesuffix(CLAUSE)).split(CLAUSE))
    return Seen(CLAUSE.join(clauses), (*judged, *(found.signal for found in findings if found.signal)))


def batched(docs: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    """Gives lists of at most `size` docs."""
    rest = iter(docs)
    while batch := list(islice(rest, size)):
        yield batch


@Language.factory("xinqiao_model")
def make_model(nlp: Language, name: str) -> Model:
    """The component with the repository's weights."""
    return Model()
