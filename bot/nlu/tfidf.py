"""Hashed character n-grams: what the sentence encoder misses (names of things, Henan words, typing errors)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.text import fold, standard

BUCKETS = 1 << 15
SIZES = (1, 2, 3)


def hashed_ngrams(text: str) -> list[int]:
    """Return the bucket number of each of the text's n-grams."""
    folded = f"^{fold(standard(text))}$"
    return [crc32(folded[i : i + n].encode()) % BUCKETS for n in SIZES for i in range(len(folded) - n + 1)]


def counted(texts: Sequence[str]) -> csr_matrix:
    """Return how often each text has each n-gram, shape (len(texts), BUCKETS): the slow part, done once."""
    rows = [hashed_ngrams(text) for text in texts]
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter(chain.from_iterable(rows), np.int32, starts[-1])
    counts = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(rows), BUCKETS))
    counts.sum_duplicates()
    return counts


def idf_of(counts: csr_matrix) -> np.ndarray:
    """Return the smoothed inverse document frequency of every bucket, shape (BUCKETS,)."""
    seen = np.bincount(counts.indices, minlength=BUCKETS)
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + seen)) + 1, dtype=np.float32)


def weighed(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """Return the unit-length TF-IDF rows of counted texts."""
    weights = (1 + np.log(counts.data)) * idf[counts.indices]
    owner = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(owner, weights**2, minlength=counts.shape[0]))
    weights = (weights / np.maximum(lengths, 1e-9)[owner]).astype(np.float32)
    return csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape)


def fit_idf(texts: Sequence[str]) -> np.ndarray:
    """Return the smoothed inverse document frequency of every bucket, shape (BUCKETS,)."""
    return idf_of(counted(texts))


def tfidf_matrix(texts: Sequence[str], idf: np.ndarray) -> csr_matrix:
    """Return the TF-IDF rows of the texts, shape (len(texts), BUCKETS)."""
    return weighed(counted(texts), idf)
