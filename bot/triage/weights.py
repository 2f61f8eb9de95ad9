"""The statistical model as plain arrays: a calibrated multinomial regression over sentence vector and n-grams."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.level import Level
from bot.triage.encoder import Floats
from bot.triage.lexicon import DATA
from bot.triage.ngrams import BUCKETS, Grams, grams_of

PATH = DATA / "weights.npz"
ARRAYS = ("dense", "rows", "sparse", "idf", "bias")
Chances = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """Labels are "level:kind"; `raises` says from which chance on a level is reached; `scale` calibrates."""

    labels: tuple[str, ...]
    dense: Floats  # (512, labels)
    sparse: Floats  # (BUCKETS, labels); nothing in most rows
    idf: Floats  # (BUCKETS,)
    bias: Floats  # (labels,)
    scale: float
    gram_share: float  # weight of the n-grams against the sentence vector, whose length is 1
    raises: Mapping[Level, float]
    facts: Mapping[str, Any]  # what it was trained on and how well it did in cross-validation

    def chances(self, vectors: Floats, texts: Sequence[str]) -> Chances:
        """Gives a probability for each text and label, shape (len(texts), labels)."""
        scores = vectors @ self.dense + self.bias
        for at, text in enumerate(texts):
            grams = grams_of(text)
            scores[at] += self.gram_values(grams) @ self.sparse[grams.buckets]
        scores = self.scale * scores.astype(np.float64)
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))

    def gram_values(self, grams: Grams) -> Floats:
        """The feature values of a text's n-grams: TF-IDF of length `gram_share`."""
        return gram_values(grams, self.idf, self.gram_share)

    def save(self, path: Path) -> None:
        """Writes one npz file, the same bytes for the same weights."""
        rows = np.flatnonzero(np.abs(self.sparse).max(axis=1))
        facts = {
            "labels": self.labels,
            "scale": self.scale,
            "gram_share": self.gram_share,
            "raises": {str(level): value for level, value in self.raises.items()},
            "facts": dict(self.facts),
        }
        arrays = (self.dense, rows.astype(np.int32), self.sparse[rows], self.idf[rows], self.bias)
        named: dict[str, Any] = dict(zip(ARRAYS, map(_small, arrays), strict=True))
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
        with path.open("wb") as file:
            np.savez_compressed(file, facts=np.frombuffer(text, dtype=np.uint8), **named)


def gram_values(grams: Grams, idf: Floats, share: float) -> Floats:
    """TF-IDF of the n-grams, scaled to the length `share`; nothing where no n-gram is known."""
    values = (1 + np.log(grams.counts)) * idf[grams.buckets]
    length = float(np.linalg.norm(values))
    return np.asarray(values * (share / length) if length else values, dtype=np.float32)


@cache
def repository_weights() -> Weights:
    """The weights that the repository carries."""
    return read_weights(PATH.read_bytes())


def read_weights(content: bytes) -> Weights:
    """The weights in the bytes that save() wrote; nothing in them is executed."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        facts = json.loads(arrays["facts"].tobytes())
        dense, rows, sparse, idf, bias = (arrays[name] for name in ARRAYS)
    return Weights(
        labels=tuple(facts["labels"]),
        dense=dense.astype(np.float32),
        sparse=_spread(rows, sparse),
        idf=_spread(rows, idf),
        bias=bias.astype(np.float32),
        scale=facts["scale"],
        gram_share=facts["gram_share"],
        raises={Level(level): value for level, value in facts["raises"].items()},
        facts=facts["facts"],
    )


def _small(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.float16) if array.dtype == np.float32 else array


def _spread(rows: NDArray[np.int32], values: NDArray[np.float16]) -> Floats:
    full = np.zeros((BUCKETS, *values.shape[1:]), dtype=np.float32)
    full[rows] = values
    return full
