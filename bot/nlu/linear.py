"""A multinomial logistic regression as plain arrays: trained with scikit-learn, stored as npz and JSON, no pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

FOLDS = 5
TEMPERATURES = np.geomspace(0.5, 8, 25)


@dataclass(frozen=True)
class LinearModel:
    """Class names and their weights over [sentence vector | n-grams]; `scale` makes the probabilities honest."""

    labels: tuple[str, ...]
    dense: np.ndarray  # (d, classes)
    sparse: np.ndarray  # (buckets, classes)
    bias: np.ndarray  # (classes,)
    scale: float
    accuracy: float  # cross-validated, of the training examples

    def probabilities(self, vector: np.ndarray, ngrams: csr_matrix) -> np.ndarray:
        """Return one calibrated probability a class for one sentence."""
        scores = vector @ self.dense + ngrams.data @ self.sparse[ngrams.indices] + self.bias
        return softmax(self.scale * scores)

    def save(self, directory: Path) -> None:
        """Write weights.npz and labels.json."""
        arrays = {"dense": self.dense, "sparse": self.sparse, "bias": self.bias}
        np.savez(directory / "weights.npz", **{name: a.astype(np.float32) for name, a in arrays.items()})
        facts = {"labels": self.labels, "scale": self.scale, "accuracy": self.accuracy}
        (directory / "labels.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> LinearModel:
        """Read what save() wrote."""
        facts = json.loads((directory / "labels.json").read_text(encoding="utf-8"))
        with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
            weights = {name: arrays[name] for name in ("dense", "sparse", "bias")}
        return cls(tuple(facts["labels"]), **weights, scale=facts["scale"], accuracy=facts["accuracy"])


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return probabilities over the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


def train(vectors: np.ndarray, ngrams: csr_matrix, names: list[str], strength: float = 10.0) -> LinearModel:
    """Fit on n sentences: vectors (n, d), n-grams (n, buckets), one class name each.

    There are far more weights than sentences, so the fit runs in the span of the sentences (at most n numbers
    each), which gives the same weights several times faster.
    """
    labels, targets = np.unique(names, return_inverse=True)
    span, back = _span(vectors, ngrams)
    held_out = _cross_validate(span, targets, len(labels), strength)
    fitted = _regression(strength).fit(span, targets)
    weights = back @ fitted.coef_.T
    return LinearModel(
        labels=tuple(str(label) for label in labels),
        dense=vectors.T @ weights,
        sparse=np.asarray(ngrams.T @ weights),
        bias=fitted.intercept_,
        scale=_best_scale(held_out, targets),
        accuracy=float((held_out.argmax(1) == targets).mean()),
    )


def _span(vectors: np.ndarray, ngrams: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    products = vectors.astype(np.float64) @ vectors.T + (ngrams @ ngrams.T).toarray()
    values, directions = np.linalg.eigh(products)
    kept = values > 1e-6 * values.max()
    roots = np.sqrt(values[kept])
    return directions[:, kept] * roots, directions[:, kept] / roots


def _regression(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=300)


def _cross_validate(span: np.ndarray, targets: np.ndarray, classes: int, strength: float) -> np.ndarray:
    """Return the scores (n, classes) that each sentence gets from a model that has not seen it."""
    scores = np.zeros((len(targets), classes))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(span, targets):
        fitted = _regression(strength).fit(span[seen], targets[seen])
        scores[np.ix_(unseen, fitted.classes_)] = fitted.decision_function(span[unseen])
    return scores


def _best_scale(scores: np.ndarray, targets: np.ndarray) -> float:
    def loss(scale: float) -> float:
        right = softmax(scale * scores)[np.arange(len(targets)), targets]
        return float(-np.log(right + 1e-9).mean())

    return float(min(TEMPERATURES, key=loss))
