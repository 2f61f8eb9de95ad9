"""The mathematics of FAQ retrieval: a similarity of sentences, and a ridge regression on it with its held-out scores.

Nearest-variant search alone puts the right question first in about a third of the cases on our own FAQs (all
variants of a question are worded differently on purpose). A regression over all variants and the lines of the
answers, which learns what sets the questions apart, does far better at the same cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

MAX_LANDMARKS = 6000
"""Texts a question is compared with; above that, an even sample of them stands for all."""


@dataclass(frozen=True)
class Texts:
    """Encoded texts, row by row: `use` and `e5` are unit vectors, `ngrams` unit TF-IDF rows."""

    use: np.ndarray  # (n, 512)
    ngrams: csr_matrix  # (n, buckets)
    e5: np.ndarray | None  # (n, 384), centred; None where only the cheap similarity is wanted

    def take(self, rows: np.ndarray) -> Texts:
        """Return some of the rows."""
        return Texts(self.use[rows], self.ngrams[rows], None if self.e5 is None else self.e5[rows])


def similarity(left: Texts, right: Texts) -> np.ndarray:
    """Return the similarity of each left with each right text; with e5 if both have it."""
    cheap = np.exp(3 * (left.use @ right.use.T - 1)) + 0.45 * dense_product(left.ngrams, right.ngrams)
    if left.e5 is None or right.e5 is None:
        return np.asarray(cheap)
    return np.asarray(cheap + 1.2 * np.exp(2 * (left.e5 @ right.e5.T - 1)))


def dense_product(left: csr_matrix, right: csr_matrix) -> np.ndarray:
    """Return left @ right.T as an array; quick where left is one row."""
    if left.shape[0] == 1:
        return np.asarray(right @ left.toarray()[0])[None, :]
    return np.asarray((left @ right.T).toarray())


def centre(e5: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return e5 vectors without what all of them share (they lie in a narrow cone), at unit length."""
    moved = e5 - mean
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))


@dataclass(frozen=True)
class Fit:
    """`weights` (landmarks, classes) for similarity(x, landmarks) @ weights; `held_out` (n, classes): the scores
    each training text gets from a fit without it."""

    weights: np.ndarray
    held_out: np.ndarray


def landmarks_of(count: int) -> np.ndarray:
    """Return the row numbers of the landmarks among `count` texts: all, or an even sample."""
    if count <= MAX_LANDMARKS:
        return np.arange(count)
    return np.linspace(0, count - 1, MAX_LANDMARKS).astype(int)


def fit(texts: Texts, targets: np.ndarray, noise: np.ndarray) -> Fit:
    """Fit targets (n, classes) by ridge regression; `noise` (n,) says how little each text is trusted."""
    chosen = landmarks_of(len(noise))
    if len(chosen) == len(noise):
        return _fit_exactly(similarity(texts, texts).astype(np.float64), targets, noise)
    among = similarity(texts, texts.take(chosen)).astype(np.float64)
    return _fit_sampled(among, among[chosen], targets, noise)


def _fit_exactly(among: np.ndarray, targets: np.ndarray, noise: np.ndarray) -> Fit:
    inverse = np.linalg.inv(among + np.diag(noise))
    weights = inverse @ targets
    return Fit(weights, targets - weights / np.diag(inverse)[:, None])


def _fit_sampled(among: np.ndarray, landmarks: np.ndarray, targets: np.ndarray, noise: np.ndarray) -> Fit:
    weighted = among / noise[:, None]
    inverse = np.linalg.inv(among.T @ weighted + landmarks + 1e-3 * np.eye(len(landmarks)))
    weights = inverse @ (weighted.T @ targets)
    leverage = np.einsum("ij,ij->i", weighted @ inverse, among)[:, None]
    return Fit(weights, (among @ weights - leverage * targets) / np.maximum(1 - leverage, 1e-6))
