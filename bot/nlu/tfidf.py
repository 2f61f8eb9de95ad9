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


def fit_idf(texts: Sequence[str]) -> np.ndarray:
    """Return the smoothed inverse document frequency of every bucket, shape (BUCKETS,)."""
    seen = np.zeros(BUCKETS, dtype=np.float32)
    for text in texts:
        seen[hashed_ngrams(text)[0]] += 1
    return (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)


def tfidf_row(text: str, idf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return bucket numbers and unit-length TF-IDF weights of one text."""
    buckets, counts = hashed_ngrams(text)
    weights = (1 + np.log(counts)).astype(np.float32) * idf[buckets]
    return buckets, weights / max(float(np.linalg.norm(weights)), 1e-9)


def tfidf_matrix(texts: Sequence[str], idf: np.ndarray) -> csr_matrix:
    """Return the TF-IDF rows of the texts, shape (len(texts), BUCKETS)."""
    rows = [tfidf_row(text, idf) for text in texts]
    starts = np.cumsum([0] + [len(buckets) for buckets, _ in rows])
    columns = np.concatenate([buckets for buckets, _ in rows]) if rows else np.zeros(0, np.int32)
    weights = np.concatenate([weights for _, weights in rows]) if rows else np.zeros(0, np.float32)
    return csr_matrix((weights, columns, starts), shape=(len(rows), BUCKETS))
