"""How the network learns: `bot.triage.net` on JAX, from the encoder's own layers on. Only training needs JAX."""

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from bot.triage.encoder import Floats, Pieces, load_encoder
from bot.triage.net import SEEN, padded, scores

ROUNDS = 6
BATCH = 32
RATE = 1e-3
SMOOTH = 0.05  # of the truth that goes to the other labels
KEEP = 0.99  # of the running mean of the layers, which is what comes out
LENGTHS = (8, 12, 16, 24, 32, 48, 64, 96, 164)  # texts are padded to one of these, so that few shapes are compiled
_ADAM = optax.scale_by_adam()
Targets = NDArray[np.int64]


def fit_network(pieces: Sequence[Pieces], targets: Targets, labels: int) -> dict[str, Floats]:
    """The layers that tell the labels (numbers from 0) of these texts; the same input gives the same layers."""
    random = np.random.default_rng(0)
    layers: Any = load_encoder().layers()
    layers["head"] = random.normal(0, 0.01, (2 * SEEN, labels)).astype(np.float32)
    layers["head_bias"] = np.zeros(labels, dtype=np.float32)
    state, mean, key = _ADAM.init(layers), layers, jax.random.key(0)
    rate = optax.cosine_decay_schedule(RATE, ROUNDS * (len(pieces) // BATCH + len(LENGTHS)), alpha=0.05)
    step = 0
    for _ in range(ROUNDS):
        for rows, length in _batches(pieces, random):
            key, drawn = jax.random.split(key)
            vectors, mask = padded([pieces[row] for row in rows], length)
            layers, state, mean = _compiled(layers, state, mean, drawn, vectors, mask, targets[rows], rate(step))
            step += 1
    return {name: np.asarray(values) for name, values in mean.items()}


def _batches(pieces: Sequence[Pieces], random: np.random.Generator) -> Iterator[tuple[Targets, int]]:
    """All rows in random order, batches of texts of like length; the last of a length may be filled up by repeats."""
    waiting: dict[int, list[int]] = {length: [] for length in LENGTHS}
    for row in random.permutation(len(pieces)):
        length = next(length for length in LENGTHS if len(pieces[row]) <= length)
        waiting[length].append(int(row))
        if len(waiting[length]) == BATCH:
            yield np.array(waiting[length]), length
            waiting[length] = []
    for length, rows in waiting.items():
        if rows:
            yield np.resize(rows, BATCH), length


def _step(layers: Any, state: Any, mean: Any, key: Any, vectors: Any, mask: Any, targets: Any, rate: Any) -> Any:
    """One step of learning: layers, the optimiser's state and the running mean after it."""

    def loss(layers: Any) -> Any:
        found = scores(jnp, layers, vectors, mask, _dropping(key))
        truth = optax.smooth_labels(jax.nn.one_hot(targets, found.shape[-1]), SMOOTH)
        return optax.softmax_cross_entropy(found, truth).mean()

    updates, state = _ADAM.update(jax.grad(loss)(layers), state)
    layers = jax.tree.map(lambda values, update: values - rate * update, layers, updates)
    return layers, state, optax.incremental_update(layers, mean, 1 - KEEP)


_compiled = jax.jit(_step)


def _dropping(key: Any) -> Any:
    """Leaves out a share of the values, others at each place where it is called."""
    turns = iter(jax.random.split(key, 4))

    def drop(values: Any, share: float) -> Any:
        kept = jax.random.bernoulli(next(turns), 1 - share, values.shape)
        return jnp.where(kept, values / (1 - share), 0)

    return drop
