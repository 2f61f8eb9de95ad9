"""The mathematics of FAQ retrieval: a similarity of sentences, and a ridge regression on it with held-out scores.

Nearest-variant search alone puts the right question first far too seldom on our own FAQs (all variants of a question
are worded differently on purpose). A regression over variants and the lines of the answers learns what sets the
questions apart. It is fitted among the few questions near to a text, so it costs the same in a bank of any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix, spmatrix

USE_WEIGHT, NGRAM_WEIGHT, E5_WEIGHT = 0.6, 0.45, 0.75
"""What counts how much where a text is compared with means of texts."""


@dataclass(frozen=True)
class Texts:
    """Encoded texts, row by row: `use` and `e5` are unit vectors, `ngrams` unit TF-IDF rows."""

    use: np.ndarray  # (n, 512)
    ngrams: spmatrix  # (n, buckets)
    e5: np.ndarray | None  # (n, 384), centred; None where only the cheap similarity is wanted

    def take(self, rows: np.ndarray | slice) -> Texts:
        """Return some of the rows, in single precision."""
        e5 = None if self.e5 is None else self.e5[rows].astype(np.float32)
        return Texts(self.use[rows].astype(np.float32), self.ngrams[rows], e5)

    def cheap(self) -> Texts:
        """Return the same without e5."""
        return Texts(self.use, self.ngrams, None)


def similarity(left: Texts, right: Texts) -> np.ndarray:
    """Return the similarity of each left with each right text; with e5 if both have it."""
    cheap = np.exp(3 * (left.use @ right.use.T - 1)) + NGRAM_WEIGHT * dense_product(left.ngrams, right.ngrams)
    if left.e5 is None or right.e5 is None:
        return np.asarray(cheap)
    return np.asarray(cheap + 1.2 * np.exp(2 * (left.e5 @ right.e5.T - 1)))


def nearness(left: Texts, means: Texts) -> np.ndarray:
    """Return a rough, linear similarity of each left text with means of texts."""
    near = USE_WEIGHT * (left.use @ means.use.T) + NGRAM_WEIGHT * dense_product(left.ngrams, means.ngrams)
    return np.asarray(near if left.e5 is None or means.e5 is None else near + E5_WEIGHT * (left.e5 @ means.e5.T))


def products(left: Texts, right: Texts) -> np.ndarray:
    """Return the nearness of each left text with the right text of the same row."""
    near = USE_WEIGHT * (left.use * right.use).sum(axis=1) + NGRAM_WEIGHT * left.ngrams.multiply(right.ngrams).sum(1).A1
    return np.asarray(near if left.e5 is None else near + E5_WEIGHT * (left.e5 * right.e5).sum(axis=1))


def dense_product(left: csr_matrix, right: spmatrix) -> np.ndarray:
    """Return left @ right.T as an array; quick where left is one row, and quickest if right lies by column then."""
    if left.shape[0] == 1 and right.format == "csr":
        return np.asarray(right @ left.toarray()[0])[None, :]
    return np.asarray((left @ right.T).toarray())


def centre(e5: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return e5 vectors without what all of them share (they lie in a narrow cone), at unit length."""
    moved = e5 - mean
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))


def regress(query: np.ndarray, among: np.ndarray, targets: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return the scores (classes,) of a query by its similarities (n,) to n texts, theirs to each other (n, n), their
    targets (n, classes); `noise` (n,) says how little each text is trusted."""
    factor = cho_factor(among + np.diag(noise), overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, query, check_finite=False) @ targets)


def held_out(among: np.ndarray, targets: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return the scores (n, classes) that each text would get by regress() among the others."""
    inverse = np.linalg.inv(among + np.diag(noise))
    return np.asarray(targets - (inverse @ targets) / np.diag(inverse)[:, None])
