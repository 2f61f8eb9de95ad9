"""The mathematics of the intent classifier: a ridge regression on similarities of sentences, with honest
probabilities. Plain arrays, stored as npz and JSON: no pickle.

Two stages: the cheap one knows sentence vectors and n-grams; the full one knows e5 as well, which costs ten times
more, and is asked only where the cheap one is not sure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix

TEMPERATURES = np.geomspace(1, 40, 38)
STAGES = ("cheap", "full")


@dataclass(frozen=True)
class Recipe:
    """How much each similarity counts, 0 for not at all, and how little one example is trusted (`noise`)."""

    use: float = 1.0
    ngrams: float = 0.3
    e5: float = 1.5
    noise: float = 0.1


@dataclass(frozen=True)
class Sentences:
    """Encoded sentences, row by row: `use` and `e5` are unit vectors, `ngrams` unit TF-IDF rows."""

    use: np.ndarray  # (n, 512)
    ngrams: csr_matrix  # (n, buckets)
    e5: np.ndarray | None = None  # (n, 384); None for the cheap stage

    def without_e5(self) -> Sentences:
        """Return them as the cheap stage sees them."""
        return Sentences(self.use, self.ngrams)


@dataclass(frozen=True)
class Stage:
    """`weights` (examples, classes) and `bias` (classes,) turn similarities into scores; `scale` makes them honest;
    `accuracy` is that of the examples, each scored by a fit that has not seen it."""

    weights: np.ndarray
    bias: np.ndarray
    scale: float
    accuracy: float


@dataclass(frozen=True)
class IntentModel:
    """The examples and what was learnt from them."""

    labels: tuple[str, ...]
    recipe: Recipe
    examples: Sentences
    mean: np.ndarray  # of the e5 vectors: they lie in a narrow cone, and only what sets them apart counts
    stages: dict[str, Stage]

    def probabilities(self, sentence: Sentences) -> np.ndarray:
        """Return one probability a class for one sentence: of the full stage if it has its e5 vector (not centred)."""
        stage = self.stages["cheap" if sentence.e5 is None else "full"]
        seen = similarity(centred(sentence, self.mean), self.examples, self.recipe)
        return softmax(stage.scale * (seen @ stage.weights + stage.bias))[0]

    def save(self, directory: Path) -> None:
        """Write arrays.npz and facts.json."""
        ngrams = self.examples.ngrams
        arrays = {"use": self.examples.use.astype(np.float16), "mean": self.mean, "data": ngrams.data}
        arrays |= {"indices": ngrams.indices, "indptr": ngrams.indptr}
        if self.examples.e5 is not None:
            arrays["e5"] = self.examples.e5.astype(np.float16)
        for name, stage in self.stages.items():
            arrays |= {f"{name}_weights": stage.weights, f"{name}_bias": stage.bias}
        np.savez(directory / "arrays.npz", **arrays)
        figures = {name: [stage.scale, stage.accuracy] for name, stage in self.stages.items()}
        facts = {"labels": self.labels, "recipe": asdict(self.recipe), "stages": figures, "buckets": ngrams.shape[1]}
        (directory / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> IntentModel:
        """Read what save() wrote."""
        facts = json.loads((directory / "facts.json").read_text(encoding="utf-8"))
        with np.load(directory / "arrays.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        shape = (len(arrays["use"]), facts["buckets"])
        ngrams = csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
        e5 = arrays["e5"].astype(np.float32) if "e5" in arrays else None
        stages = {
            name: Stage(arrays[f"{name}_weights"], arrays[f"{name}_bias"], *figures)
            for name, figures in facts["stages"].items()
        }
        examples = Sentences(arrays["use"].astype(np.float32), ngrams, e5)
        return cls(tuple(facts["labels"]), Recipe(**facts["recipe"]), examples, arrays["mean"], stages)


def train(examples: Sentences, names: Sequence[str], recipe: Recipe) -> IntentModel:
    """Fit on the sentences, e5 vectors not centred, one class name each; a full stage only where they have e5."""
    labels, targets = np.unique(names, return_inverse=True)
    mean = np.zeros(0, np.float32) if examples.e5 is None else examples.e5.mean(axis=0)
    known = centred(examples, mean)
    seen = {"cheap": known.without_e5()} if known.e5 is None else {"cheap": known.without_e5(), "full": known}
    wanted = np.eye(len(labels), dtype=np.float32)[targets]
    stages = {name: _fit(similarity(rows, rows, recipe), wanted, targets, recipe.noise) for name, rows in seen.items()}
    return IntentModel(tuple(str(label) for label in labels), recipe, known, mean, stages)


def centred(sentences: Sentences, mean: np.ndarray) -> Sentences:
    """Return them with e5 vectors from which the mean is taken, at unit length."""
    if sentences.e5 is None:
        return sentences
    moved = sentences.e5 - mean
    unit = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return Sentences(sentences.use, sentences.ngrams, unit.astype(np.float32))


def similarity(left: Sentences, right: Sentences, recipe: Recipe) -> np.ndarray:
    """Return the similarity of each left with each right sentence, float32; with e5 if the left ones have it."""
    total = recipe.use * np.exp(3 * (left.use @ right.use.T - 1))
    total += recipe.ngrams * _products(left.ngrams, right.ngrams)
    if left.e5 is not None and right.e5 is not None:
        total += recipe.e5 * np.exp(2 * (left.e5 @ right.e5.T - 1))
    return np.asarray(total, dtype=np.float32)


def _products(left: csr_matrix, right: csr_matrix) -> np.ndarray:
    if left.shape[0] == 1:  # turning all the right ones round for one would cost more than the rest
        return np.asarray(right @ left.toarray()[0])[None, :]
    return np.asarray((left @ right.T).toarray())


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return probabilities over the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


def _fit(kernel: np.ndarray, wanted: np.ndarray, targets: np.ndarray, noise: float) -> Stage:
    """Solve in place: a kernel of 11,000 examples is half a gigabyte."""
    bias = wanted.mean(axis=0)
    kernel[np.diag_indices(len(kernel))] += noise
    factor, _ = lapack.spotrf(kernel.T, overwrite_a=True, clean=False)
    weights, _ = lapack.spotrs(factor, wanted - bias)
    inverse, _ = lapack.spotri(factor, overwrite_c=True)
    held_out = wanted - weights / np.diag(inverse)[:, None]
    accuracy = float((held_out.argmax(axis=1) == targets).mean())
    return Stage(weights.astype(np.float32), bias, _best_scale(held_out, targets), accuracy)


def _best_scale(scores: np.ndarray, targets: np.ndarray) -> float:
    def loss(scale: float) -> float:
        right = softmax(scale * scores)[np.arange(len(targets)), targets]
        return float(-np.log(right + 1e-9).mean())

    return float(min(TEMPERATURES, key=loss))
