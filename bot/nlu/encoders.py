"""The encoders of this process; where a file of remembered vectors is named, they encode no text twice.

The engine that serves workers remembers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.nlu.sentence import Encoder, new_encoder
from bot.nlu.vector_cache import VectorCache

VECTORS_VARIABLE = "XINQIAO_VECTORS"
"""Environment variable that names the file of remembered vectors: for trainings and for what is asked in their exam."""


class RememberingEncoder:
    """Takes from a file what it holds and adds what it does not, in half precision."""

    def __init__(self, name: str, vectors: Path) -> None:
        self._place = ("use", "e5").index(name)
        self._known = VectorCache(vectors)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 unit vectors, one row a text, shape (len(texts), d)."""
        return self._known.vectors(list(texts))[self._place].astype(np.float32)


@lru_cache(maxsize=None)
def load_encoder(name: str) -> Encoder:
    """Return the encoder of that name, loaded once a process; raise KeyError or ValueError for an unknown name."""
    remembered = os.environ.get(VECTORS_VARIABLE)
    return RememberingEncoder(name, Path(remembered)) if remembered else new_encoder(name)
