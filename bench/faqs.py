"""How the search for FAQs behaves as the bank grows: our own FAQs among hundreds or thousands of made-up ones.

    python -m bench.faqs --faqs 100 1000 5000 --model var/models/….tar.gz

Prints a table: seconds to build with remembered vectors and no other memory, seconds to build after 50 more were
added, milliseconds a sentence of the whole understanding (Rasa, all components), memory of that process, how often the
right question is first or among three, and how many of the held-out sentences of intents are understood. Vectors are
kept in .cache/bench: the first run encodes for a long time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import report
from bench.bank import Made, bank
from bench.stock import CACHE
from bot import engine_env
from bot.evaluation import heldout
from bot.knowledge import faqs
from bot.settings import ROOT

ADDED = 50
ASKED = 300
PLACE = CACHE / "faqs"
Row = tuple[str, str]  # the id of the right FAQ, or the intent, and a sentence


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    made: int
    first_build: float
    build_after: float
    p50: float
    p95: float
    megabytes: float
    made_found: tuple[float, float]
    ours_found: tuple[float, float]
    intents: float


def main() -> int:
    """Give 0."""
    parser = argparse.ArgumentParser(description="The search for FAQs in banks of several sizes.")
    parser.add_argument("--faqs", type=int, nargs="+", default=[100, 1000, 5000], help="how many made-up FAQs")
    parser.add_argument("--model", type=Path, help="a trained model; default: that of the data directory")
    options = parser.parse_args()
    PLACE.mkdir(parents=True, exist_ok=True)
    print(f"{report.machine()}; load before the start {os.getloadavg()[0]:.1f}", flush=True)
    print("| made-up FAQs | build, s | +50, s | p50, ms | p95, ms | MiB | made-up: 1st / 3 | ours: 1st / 3 | intents |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for count in options.faqs:
        print(line_of(measure(count, options.model or engine_env.check_model())), flush=True)
    return 0


def line_of(found: Figures) -> str:
    """Give a line of the table."""
    numbers = f"{found.first_build:.0f} | {found.build_after:.0f} | {found.p50:.0f} | {found.p95:.0f}"
    shares = " | ".join("{:.3f} / {:.3f}".format(*pair) for pair in (found.made_found, found.ours_found))
    return f"| {found.made} | {numbers} | {found.megabytes:.0f} | {shares} | {found.intents:.3f} |"


def measure(count: int, model: Path) -> Figures:
    """Build twice, ask, and give the figures."""
    made = bank(count)
    (PLACE / "faq_heldout.bin").unlink(missing_ok=True)
    _build(made[:-ADDED], remembering=True)
    (PLACE / "faq_heldout.bin").unlink(missing_ok=True)
    first, after = _build(made[:-ADDED]), _build(made)
    theirs = _sampled([(str(one.faq["id"]), text) for one in made for text in one.held_out])
    held_out = heldout.read()
    ours = _sampled([(one.faq, one.text) for one in held_out if one.faq])
    intents = [(one.intent, one.text) for one in held_out if one.intent]
    rows, megabytes = _ask([text for _, text in (*theirs, *ours, *intents)], model)
    times = sorted(row["ms"] for row in rows)
    return Figures(
        count, first, after, times[len(times) // 2], times[int(len(times) * 0.95)], megabytes,
        _found(theirs, rows[: len(theirs)]), _found(ours, rows[len(theirs) : -len(intents)]),
        _understood(intents, rows[-len(intents) :]),
    )  # fmt: skip


def _build(made: list[Made], remembering: bool = False) -> float:
    """Build the index of our FAQs and these; give the seconds. `remembering`: only to have all vectors."""
    own = [{name: row[name] for name in ("id", "topic", "question", "variants", "answer")} for _, row in faqs.files()]
    source, out = PLACE / "bank.json", PLACE / "index"
    source.write_text(json.dumps([*own, *(one.faq for one in made)], ensure_ascii=False), encoding="utf-8")
    (out / "index.json").unlink(missing_ok=True)
    started = time.monotonic()
    arguments = ("--faq", str(source), "--intents", str(ROOT / "nlu_data" / "intents"), "--out", str(out))
    engine_env.run_module("bot.nlu.faq_index", *arguments, "--cache", str(PLACE / "faq_vectors.bin"), quiet=True)
    return 0.0 if remembering else time.monotonic() - started


def _sampled(rows: list[Row]) -> list[Row]:
    return random.Random(3).sample(rows, min(ASKED, len(rows)))


def _ask(texts: list[str], model: Path) -> tuple[list[dict[str, Any]], float]:
    command = [str(engine_env.require_python()), "-m", "bench.faq_parse", "--model", str(model)]
    environment = {**engine_env.environment(), "XINQIAO_FAQ_INDEX": str(PLACE / "index")}
    lines = "\n".join(json.dumps({"text": text}) for text in texts)
    done = subprocess.run(
        command, input=lines, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    *rows, last = [json.loads(line) for line in done.stdout.splitlines()]
    return rows, last["megabytes"]


def _found(wanted: list[Row], rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Give the shares first and among the first three."""
    places = [
        row["candidates"].index(faq) if faq in row["candidates"] else 9
        for (faq, _), row in zip(wanted, rows, strict=True)
    ]
    return sum(place == 0 for place in places) / len(places), sum(place < 3 for place in places) / len(places)


def _understood(wanted: list[Row], rows: list[dict[str, Any]]) -> float:
    right: list[bool] = [row["intent"] == intent for (intent, _), row in zip(wanted, rows, strict=True)]
    return sum(right) / len(right)


if __name__ == "__main__":
    raise SystemExit(main())
