"""What was worked out once for a text, remembered by digest in a file that only grows.

Each record has a fixed size, so adding some reads and writes no others. A record that a crash has cut short is
dropped. Two processes may add at the same time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from bot.nlu.sentence import Encoder, new_encoder
from bot.nlu.text import standard

VECTORS = np.dtype([("key", "S32"), ("use", "<f2", 512), ("e5", "<f2", 384)])
_BATCH = 64
_own = threading.local()


def digest(*parts: str) -> bytes:
    """Return the key of some texts: 32 hex digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32].encode()


class Records:
    """A file of records of one dtype, whose field `key` is digest() of what they are about."""

    def __init__(self, path: Path, dtype: np.dtype) -> None:
        self._path = path
        self._dtype = dtype
        self._places: dict[bytes, int] = {}
        self._read = 0  # records that the places are of

    def find(self, keys: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
        """Return the records of the keys, in order (zeros for a missing one), and which of them were there."""
        stored = self._stored()
        if len(stored) < self._read:  # the file was begun anew
            self._places, self._read = {}, 0
        self._places.update({key: self._read + at for at, key in enumerate(stored["key"][self._read :].tolist())})
        self._read = len(stored)
        at = np.array([self._places.get(key, -1) for key in keys], dtype=int)
        found = np.zeros(len(keys), self._dtype)
        found[at >= 0] = stored[at[at >= 0]]
        return found, at >= 0

    def add(self, records: np.ndarray) -> None:
        """Append records."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self._path) as file:
            file.truncate(file.seek(0, 2) // self._dtype.itemsize * self._dtype.itemsize)
            file.seek(0, 2)
            file.write(records.tobytes())

    def _stored(self) -> np.ndarray:
        size = self._path.stat().st_size if self._path.exists() else 0
        count = size // self._dtype.itemsize
        return np.memmap(self._path, self._dtype, "r", shape=(count,)) if count else np.zeros(0, self._dtype)


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


class VectorCache:
    """The vectors of texts as the encoders read them, half precision: a fresh and a remembered one are the same."""

    def __init__(self, path: Path) -> None:
        self._records = Records(path, VECTORS)

    def vectors(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the USE vectors (n, 512) and E5 vectors (n, 384) of the texts, float16; encode only new texts."""
        keys = [digest(standard(text)) for text in texts]
        known, there = self._records.find(keys)
        missing = {keys[at]: texts[at] for at in np.flatnonzero(~there)}
        if missing:
            for records in _side_by_side(list(_batches(list(missing.items())))):
                self._records.add(records)
            known, _ = self._records.find(keys)
        return known["use"], known["e5"]


def _side_by_side(batches: list[list[tuple[bytes, str]]]) -> Iterator[np.ndarray]:
    """Encode on all cores; a single batch here, where the encoders stay loaded."""
    if len(batches) == 1:
        yield _encode(batches[0])
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(_encode, batches)


def _batches(pairs: list[tuple[bytes, str]]) -> Iterator[list[tuple[bytes, str]]]:
    for start in range(0, len(pairs), _BATCH):
        yield pairs[start : start + _BATCH]


def _encode(pairs: list[tuple[bytes, str]]) -> np.ndarray:
    """Return the records of (key, text) pairs."""
    records = np.zeros(len(pairs), VECTORS)
    records["key"] = [key for key, _ in pairs]
    for name in ("use", "e5"):
        records[name] = _encoder(name).encode([text for _, text in pairs])
    return records


def _encoder(name: str) -> Encoder:
    """Return the encoder of this thread: an encoder works for one at a time, and lets others run meanwhile."""
    if not hasattr(_own, name):
        setattr(_own, name, new_encoder(name))
    encoder: Encoder = getattr(_own, name)
    return encoder
