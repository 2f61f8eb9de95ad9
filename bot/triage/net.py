"""The network: the encoder's convolutions, trained further on our sentences, and one layer of scores on top.

The same function runs on NumPy in triage and on JAX in training; `xp` is the one or the other.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from bot.triage.encoder import ORDERS, WIDTH, Floats, Pieces, load_encoder

PLANE = 256  # numbers that each convolution makes of a piece
SEEN = WIDTH + len(ORDERS) * PLANE
LAYERS = Mapping[str, Any]
_BEFORE = {2: 0, 3: 1, 5: 2}  # of a window's pieces, those in front of the one it is about
_TINY = 1e-12
_ABSENT = 1e3
_PADDED = 384  # pieces, with padding, that go through at once: what fits the processor's cache


def _kept(values: Any, share: float) -> Any:
    return values


def scores(xp: Any, layers: LAYERS, vectors: Any, mask: Any, drop: Callable[[Any, float], Any] = _kept) -> Any:
    """Scores (n, labels) of texts given as piece vectors (n, length, WIDTH) and a mask (n, length, 1) of 1 and 0.

    `drop(values, share)` leaves out a share of the values at random; only training does.
    """
    vectors = drop(vectors, 0.1)
    hidden = _normed(xp, vectors @ layers["in"] + layers["in_bias"], layers["in_gain"], layers["in_shift"]) * mask
    seen = [vectors]
    for at, order in enumerate(ORDERS):
        plane = hidden[..., at * PLANE : (at + 1) * PLANE]
        for turn in ("first", "second"):
            found = _windows(xp, plane, order) @ layers[f"{turn}_{order}"] + layers[f"{turn}_{order}_bias"]
            plane = (xp.maximum(found, 0) + plane) * mask
        seen.append(plane)
    normed = _normed(xp, xp.concatenate(seen, axis=-1), layers["seen_gain"], layers["seen_shift"]) * mask
    total = normed.sum(axis=1) / xp.sqrt(mask.sum(axis=1))
    most = (normed - _ABSENT * (1 - mask)).max(axis=1)
    return drop(xp.concatenate([total, most], axis=-1), 0.4) @ layers["head"] + layers["head_bias"]


def scores_of(layers: LAYERS, pieces: Sequence[Pieces]) -> Floats:
    """Scores (n, labels) of texts given as pieces; texts of like length go through together."""
    with _blas().limit(limits=1, user_api="blas"):  # the matrices are too small for threads: waiting costs more
        return _scores_of(layers, pieces)


def _scores_of(layers: LAYERS, pieces: Sequence[Pieces]) -> Floats:
    out = np.empty((len(pieces), layers["head_bias"].shape[0]), dtype=np.float32)
    order = sorted(range(len(pieces)), key=lambda at: len(pieces[at]))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * len(pieces[order[end]]) <= _PADDED:
            end += 1
        part = order[start:end]
        vectors, mask = padded([pieces[at] for at in part], max(len(pieces[at]) for at in part))
        out[part] = scores(np, layers, vectors, mask)
        start = end
    return out


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def padded(pieces: Sequence[Pieces], length: int) -> tuple[Floats, Floats]:
    """Piece vectors (n, length, WIDTH), nothing behind the end of a text, and the mask (n, length, 1)."""
    numbers = np.zeros((len(pieces), length), dtype=np.int64)
    mask = np.zeros((len(pieces), length, 1), dtype=np.float32)
    for at, own in enumerate(pieces):
        numbers[at, : len(own)] = own[:length]
        mask[at, : len(own)] = 1
    return load_encoder().vectors(numbers) * mask, mask


def _windows(xp: Any, values: Any, order: int) -> Any:
    """For each piece the values of its window side by side, nothing beyond the ends: (n, length, order * PLANE)."""
    length = values.shape[1]
    before = _BEFORE[order]
    wide = xp.pad(values, ((0, 0), (before, order - 1 - before), (0, 0)))
    return xp.concatenate([wide[:, at : at + length] for at in range(order)], axis=-1)


def _normed(xp: Any, values: Any, gain: Any, shift: Any) -> Any:
    values = values - values.mean(axis=-1, keepdims=True)
    return values / xp.sqrt((values**2).mean(axis=-1, keepdims=True) + _TINY) * gain + shift
