"""Character n-grams of a folded text, and what the rules found in it, hashed into a fixed number of buckets."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIZES = (1, 2, 3, 4)
BUCKETS = 1 << 16
MARKS = 1 << 10  # buckets behind those of the n-grams, for what the rules found
_FACTORS = np.array([0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F], dtype=np.uint32)


@dataclass(frozen=True)
class Grams:
    """The n-grams of one text: buckets (n,), how often each occurs (n,), and where in the text each first stands."""

    buckets: NDArray[np.int64]
    counts: NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]


def grams_of(text: str) -> Grams:
    """All n-grams of the sizes above."""
    codes = np.frombuffer(f"\x02{text}\x03".encode("utf-32-le", "replace"), dtype=np.uint32)
    hashes, spans = [], []
    for size in SIZES:
        if len(codes) < size:
            break
        rolled = np.full(len(codes) - size + 1, size, dtype=np.uint32)
        for offset in range(size):
            rolled = (rolled ^ codes[offset : len(codes) - size + 1 + offset]) * _FACTORS[offset]
            rolled ^= rolled >> np.uint32(15)
        hashes.append(rolled)
        spans += [(at - 1, at - 1 + size) for at in range(len(rolled))]
    buckets = np.concatenate(hashes).astype(np.int64) % BUCKETS
    unique, first, counts = np.unique(buckets, return_index=True, return_counts=True)
    return Grams(unique, counts.astype(np.float32), tuple(spans[at] for at in first))


def marks_of(names: Iterable[str]) -> NDArray[np.int64]:
    """The buckets of what the rules found, each once."""
    return np.array(sorted({BUCKETS + zlib.crc32(name.encode()) % MARKS for name in names}), dtype=np.int64)
