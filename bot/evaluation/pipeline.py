"""`xinqiao evaluate pipeline`: the components of config.yml on public data or one's own, without a Rasa model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot import engine_env
from bot.errors import BadInput
from bot.evaluation import labelled
from bot.evaluation.figures import quantile, share
from bot.triage.measure import calibration_error

SHOWN = 5  # pairs of intents
Say = Callable[[str], None]


def report(train: Path, test: Path, say: Say) -> None:
    """Trains on one file of JSON lines {"text", "intent"}, tries the other and prints the accuracy, then the rest.
    Raises BadInput that names the line of a faulty row."""
    learnt, wanted = labelled.read(train, "intent"), [row["intent"] for row in labelled.read(test, "intent")]
    known = {row["intent"] for row in learnt}
    if len(known) < 2:
        raise BadInput(f"{train}: all rows have the same intent")
    found = attempt(train, test)
    for line in lines(wanted, found):
        say(line)
    if unknown := sorted({name for name in wanted if name not in known}):
        say(f"in the test but not in the training file: {', '.join(unknown)}")


def attempt(train: Path, test: Path, changed: dict[str, Any] | None = None) -> dict[str, Any]:
    """Gives what bot.evaluation.engine.trial prints for two files that are whole."""
    files = ("--train", str(train.resolve()), "--test", str(test.resolve()))
    printed = engine_env.output_of("bot.evaluation.engine.trial", *files, "--set", json.dumps(changed or {}))
    return dict(json.loads(printed.splitlines()[-1]))


def figures(wanted: Sequence[str], found: dict[str, Any]) -> dict[str, float]:
    """Gives the figures by name; shares from 0 to 1, seconds of training, milliseconds of parsing, megabytes."""
    names, confidences, times = zip(*found["rows"], strict=True)
    hits = [name == right for name, right in zip(names, wanted, strict=True)]
    return {
        "intents": share(hits),
        "ece": calibration_error(confidences, hits),
        "train": found["train_seconds"],
        "p50": quantile(times, 0.5),
        "p95": quantile(times, 0.95),
        "megabytes": found["megabytes"],
    }


def lines(wanted: Sequence[str], found: dict[str, Any]) -> list[str]:
    """Gives the figures as lines, the accuracy first, and the pairs that are confused most."""
    of = figures(wanted, found)
    pairs = Counter((right, row[0]) for right, row in zip(wanted, found["rows"], strict=True) if right != row[0])
    return [
        f"accuracy {of['intents']:.4f}",
        f"of {len(wanted)} sentences; expected calibration error {of['ece']:.3f}",
        f"train {of['train']:.1f} s, parse p50 {of['p50']:.1f} ms, p95 {of['p95']:.1f} ms, {of['megabytes']} MB",
        *(f"{count:4d} × {right} taken for {name}" for (right, name), count in pairs.most_common(SHOWN)),
    ]
