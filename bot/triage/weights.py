"""The statistical model as plain arrays: a network over pieces, a regression over n-grams and rule marks."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.level import Level
from bot.triage.encoder import Floats, load_encoder
from bot.triage.levels import Kind
from bot.triage.lexicon import DATA
from bot.triage.net import scores_of
from bot.triage.ngrams import BUCKETS, MARKS, Grams, grams_of, marks_of

PATH = DATA / "weights.npz"
GRAM_LENGTH = 1.2  # length of the vector of a text's n-grams
MARK = 0.5  # value of each thing that the rules found
GRAM_PART = 0.3  # of the regression's scores, added to the network's
HARMLESS = 0.95  # the regression's chance of no distress from which on the network is not asked
OWN_LIFE = (Kind.self_harm, Kind.distress)
_NET = "net_"
_ARRAYS = ("rows", "sparse", "idf", "bias")
Chances = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What the model gets to see: a folded text and the names of what the rules found in it."""

    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """Labels are "level:kind"; `raises` says from which chance on a level is reached; `scale` calibrates."""

    labels: tuple[str, ...]
    net: Mapping[str, Floats]  # the layers of `bot.triage.net`
    sparse: Floats  # (BUCKETS + MARKS, labels); nothing in most rows
    idf: Floats  # (BUCKETS,)
    bias: Floats  # (labels,)
    scale: float
    raises: Mapping[Level, float]
    facts: Mapping[str, Any]  # what it was trained on and how well it did on sentences that it had not seen

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """The rank of each label's level."""
        return ranks_of(self.labels)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each label."""
        return tuple(label.partition(":")[2] for label in self.labels)

    @cached_property
    def others(self) -> NDArray[np.bool_]:
        """The labels of danger that is not the wish to die."""
        dangers = zip(self.ranks, self.kinds, strict=True)
        return np.array([rank >= Level.high.rank and kind not in OWN_LIFE for rank, kind in dangers])

    def chances(self, seen: Sequence[Seen]) -> Chances:
        """Gives a probability for each text and label, shape (len(seen), labels).

        The network, which costs most, is asked only where the regression by itself is not sure of harmlessness.
        """
        regression = np.array([self._regression(one) for one in seen], dtype=np.float64).reshape(-1, len(self.labels))
        chances = softmax(regression)
        asked = np.flatnonzero(chances[:, self.ranks == 0].sum(axis=1) < HARMLESS)
        network = scores_of(self.net, [load_encoder().pieces(seen[at].text) for at in asked.tolist()])
        chances[asked] = softmax(self.scale * (network + GRAM_PART * regression[asked]))
        return chances

    def _regression(self, seen: Seen) -> Floats:
        grams = grams_of(seen.text)
        found = self.gram_values(grams) @ self.sparse[grams.buckets] + self.bias
        return np.asarray(found + MARK * self.sparse[marks_of(seen.marks)].sum(axis=0))

    def gram_values(self, grams: Grams) -> Floats:
        """The feature values of a text's n-grams."""
        return gram_values(grams, self.idf)

    def save(self, path: Path) -> None:
        """Writes one npz file, the same bytes for the same weights."""
        rows = np.flatnonzero(np.abs(self.sparse).max(axis=1))
        facts = {
            "labels": self.labels,
            "scale": self.scale,
            "raises": {str(level): value for level, value in self.raises.items()},
            "facts": dict(self.facts),
        }
        arrays: dict[str, Any] = {_NET + name: values.astype(np.float16) for name, values in sorted(self.net.items())}
        arrays |= {"rows": rows.astype(np.int32), "sparse": self.sparse[rows].astype(np.float16)}
        arrays |= {"idf": self.idf.astype(np.float16), "bias": self.bias.astype(np.float16)}
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
        with path.open("wb") as file:
            np.savez_compressed(file, facts=np.frombuffer(text, dtype=np.uint8), **arrays)


def ranks_of(labels: Sequence[str]) -> NDArray[np.int64]:
    """The rank of each label's level."""
    return np.array([Level(label.partition(":")[0]).rank for label in labels])


def gram_values(grams: Grams, idf: Floats) -> Floats:
    """TF-IDF of the n-grams, scaled to one length; nothing where no n-gram is known."""
    values = (1 + np.log(grams.counts)) * idf[grams.buckets]
    length = float(np.linalg.norm(values))
    return np.asarray(values * (GRAM_LENGTH / length) if length else values, dtype=np.float32)


def softmax(scores: NDArray[np.float64]) -> Chances:
    """Chances that add up to 1 in each row."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


@cache
def repository_weights() -> Weights:
    """The weights that the repository carries."""
    return read_weights(PATH.read_bytes())


def read_weights(content: bytes) -> Weights:
    """The weights in the bytes that save() wrote; nothing in them is executed."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        facts = json.loads(arrays["facts"].tobytes())
        rows, sparse, idf, bias = (arrays[name] for name in _ARRAYS)
        net = dict(_layers(arrays))
    full = np.zeros((BUCKETS + MARKS, len(facts["labels"])), dtype=np.float32)
    full[rows] = sparse
    return Weights(
        labels=tuple(facts["labels"]),
        net=net,
        sparse=full,
        idf=idf.astype(np.float32),
        bias=bias.astype(np.float32),
        scale=facts["scale"],
        raises={Level(level): value for level, value in facts["raises"].items()},
        facts=facts["facts"],
    )


def _layers(arrays: Mapping[str, Any]) -> Iterable[tuple[str, Floats]]:
    for name in arrays:
        if name.startswith(_NET):
            yield name.removeprefix(_NET), arrays[name].astype(np.float32)
