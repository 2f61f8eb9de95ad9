"""The tables and the document of `xinqiao evaluate nlu`."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence

from bot import clock
from bot.evaluation.measured import Measured
from bot.evaluation.verdicts import Verdict
from bot.settings import ROOT

WORST = 25  # pairs
COLUMNS = {
    "intents": ("intents right", "{:.3f}"),
    "top1": ("FAQ top-1", "{:.3f}"),
    "top3": ("FAQ top-3", "{:.3f}"),
    "answered": ("answered at once", "{:.3f}"),
    "precision": ("… of these right", "{:.3f}"),
    "ece": ("calibration error", "{:.3f}"),
    "outside": ("out of scope seen", "{:.3f}"),
    "refused": ("refused wrongly", "{:.3f}"),
    "train": ("train s", "{:.0f}"),
    "p50": ("parse p50 ms", "{:.1f}"),
    "p95": ("p95 ms", "{:.1f}"),
    "megabytes": ("MB", "{:.0f}"),
}


def machine() -> str:
    """Gives machine, commit and day, and how busy the machine is: times mean little on a busy one."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    commit = done.stdout.strip() or "unknown"
    cores, day = os.cpu_count(), clock.local(clock.now()).date()
    return f"{cores} cores, {platform.system()}, load {os.getloadavg()[0]:.1f}, commit {commit}, {day}"


def column(row: Verdict) -> str:
    """Gives where a sentence of an intent stands in the picture: an answer is not told apart by its question."""
    return "(an answer)" if row.answer else row.intent


def tables(found: Sequence[Measured], tried: Sequence[Measured]) -> str:
    """Gives the Markdown tables of whole pipelines and of variants of the classifier, and the ratio of training."""
    parts = [_table(found)]
    if len(found) > 1 and found[0].figures["train"]:
        ratio = found[1].figures["train"] / found[0].figures["train"]
        parts.append(f"Training ours is {ratio:.1f} × faster than stock.")
    if tried:
        parts += ["Parts alone: other ways to find the question, other recipes of the classifier.", _table(tried)]
    return "\n\n".join(parts)


def _table(rows: Sequence[Measured]) -> str:
    names = [name for name in COLUMNS if any(name in row.figures for row in rows)]
    head = "| | " + " | ".join(COLUMNS[name][0] for name in names) + " |"
    return "\n".join([head, "|---" * (len(names) + 1) + "|", *(_line(row, names) for row in rows)])


def _line(row: Measured, names: Sequence[str]) -> str:
    cells = [COLUMNS[name][1].format(row.figures[name]) if name in row.figures else "" for name in names]
    return f"| {row.name} | " + " | ".join(cells) + " |"


def document(found: Sequence[Measured], tried: Sequence[Measured], worst: Sequence[tuple[tuple[str, str], int]]) -> str:
    """Gives report.md. It names intents and questions, never a sentence."""
    rows = [f"| {truth} | {taken or '-'} | {count} |" for (truth, taken), count in worst]
    parts = [
        "# Understanding, measured",
        machine() + ". Sentences: tests/nlu/heldout.",
        tables(found, tried),
        "![intents: truth and what was understood](confusion.svg)",
        "## The worst pairs of ours",
        "\n".join(["| truth | taken for | times |", "|---|---|---|", *rows]),
    ]
    return "\n\n".join(parts) + "\n"
