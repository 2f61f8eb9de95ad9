"""Sentence vectors remembered by text, so that a build encodes only what is new."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from bot.nlu.sentence import load_encoder

ENCODERS = ("use", "e5")
_BATCH = 64


class VectorCache:
    """An npz file of (text digest → vectors). It holds the texts of the last build only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def vectors(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the USE vectors (n, 512) and E5 vectors (n, 384) of the texts, float32."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known = self._read()
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known.update(_encode(new))
        self._write({key: known[key] for key in dict.fromkeys(keys)})
        use, e5 = (np.stack([known[key][i] for key in keys]).astype(np.float32) for i in range(len(ENCODERS)))
        return use, e5

    def _read(self) -> dict[str, tuple[np.ndarray, ...]]:
        if not self._path.exists():
            return {}
        with np.load(self._path, allow_pickle=False) as stored:
            columns = [stored[name] for name in ENCODERS]
            return dict(zip(stored["keys"].tolist(), zip(*columns, strict=True), strict=True))

    def _write(self, known: dict[str, tuple[np.ndarray, ...]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        columns = {name: np.stack([row[i] for row in known.values()]) for i, name in enumerate(ENCODERS)}
        fresh = self._path.with_suffix(".new.npz")
        np.savez(fresh, keys=np.array(list(known)), **columns)
        fresh.replace(self._path)


def _encode(texts: dict[str, str]) -> dict[str, tuple[np.ndarray, ...]]:
    """Return half-precision vectors, so that a fresh and a remembered vector are the same numbers."""
    keys, found = list(texts), {}
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        columns = [load_encoder(name).encode([texts[key] for key in batch]).astype(np.float16) for name in ENCODERS]
        found.update(zip(batch, zip(*columns, strict=True), strict=True))
    return found
