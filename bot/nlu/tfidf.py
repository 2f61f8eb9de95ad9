"""Hashed character n-grams: what the sentence encoder misses (names of things, Henan words, typing errors)."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.text import fold, standard

BUCKETS = 1 << 15
SIZES = (1, 2, 3)


def hashed_ngrams(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted bucket numbers of the text's n-grams and how often each occurs."""
    folded = f"^{fold(standard(text))}$"
    grams = [folded[i : i + n] for n in SIZES for i in range(len(folded) - n + 1)]
    buckets = [crc32(gram.encode()) % BUCKETS for gram in grams]
    return np.unique(np.asarray(buckets, dtype=np.int32), return_counts=True)


def counted(texts: Sequence[str]) -> csr_matrix:
    """Return how often each text has each n-gram, shape (len(texts), BUCKETS): the slow part, done once."""
    rows = [hashed_ngrams(text) for text in texts]
    starts = np.cumsum([0] + [len(buckets) for buckets, _ in rows])
    columns = np.concatenate([buckets for buckets, _ in rows]) if rows else np.zeros(0, np.int32)
    counts = np.concatenate([counts for _, counts in rows]) if rows else np.zeros(0, np.int64)
    return csr_matrix((counts.astype(np.float32), columns, starts), shape=(len(rows), BUCKETS))


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
