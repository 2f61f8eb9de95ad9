"""How wordings of one question differ: learnt from all questions, it tells a question's matter from a way of speaking.

Directions in which wordings of the same question lie far apart (who speaks, in which tone) say little of what is meant.
A text is multiplied by the inverse of that spread before it is compared with the means of questions, as in linear
discriminant analysis. What is learnt holds for questions that were not there, so it may be learnt from some of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from bot.nlu.faq_kernel import Texts

SHRINK = 0.3
"""How far the spread is drawn towards one that is alike in all directions."""
ENOUGH = 8_000
"""Wordings are learnt from, about: more would only take time."""


@dataclass(frozen=True)
class Metric:
    """The two matrices a text's vectors are multiplied by."""

    use: np.ndarray  # (512, 512)
    e5: np.ndarray  # (384, 384)

    def seen(self, texts: Texts) -> Texts:
        """Return the texts ready to be compared with means."""
        return Texts(texts.use @ self.use, texts.ngrams, None if texts.e5 is None else texts.e5 @ self.e5)


def fit(use: np.ndarray, e5: np.ndarray, owners: np.ndarray) -> Metric:
    """Return what wordings teach; `owners` (n,) are their questions, side by side."""
    kept = np.isin(owners, _drawn(use, owners))
    return Metric(_inverse(use[kept], owners[kept]), _inverse(e5[kept], owners[kept]))


def lots(vectors: np.ndarray) -> np.ndarray:
    """Return a number for each text (n,) that only its vector decides: a draw by it stays the same as a bank grows."""
    return np.array([crc32(vector.tobytes()) for vector in vectors])


def _drawn(use: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Return the questions to learn from: drawn by what they say, so that one more changes nothing for the others."""
    questions, firsts = np.unique(owners, return_index=True)
    return np.asarray(questions[lots(use[firsts]) % -(-len(owners) // ENOUGH) == 0])


def _inverse(vectors: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Return the inverse spread within questions, so large that a text's product with itself is 1 on average."""
    vectors = vectors.astype(np.float32)
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    sizes = np.diff(starts, append=len(owners))
    apart = vectors - np.repeat(np.add.reduceat(vectors, starts) / sizes[:, None], sizes, axis=0)
    spread = apart.T @ apart
    alike = np.eye(len(spread), dtype=np.float32) * max(np.trace(spread) / len(spread), 1e-9)
    inverse = np.linalg.inv((1 - SHRINK) * spread + SHRINK * alike)
    some = vectors[:: max(1, len(vectors) // 2000)]
    return np.asarray(inverse / ((some @ inverse) * some).sum(axis=1).mean(), dtype=np.float32)
