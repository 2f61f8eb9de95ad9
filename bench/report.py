"""The table and the ratios."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.load import Load, join
from bench.processes import MIB, Memory

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass
class Figures:
    """What was measured of one side; a load for each round: one client, eight in short conversations, eight in long."""

    train: float
    start: float
    idle: Memory
    one: list[Load] = field(default_factory=list)
    many: list[Load] = field(default_factory=list)
    long: list[Load] = field(default_factory=list)
    loaded: Memory | None = None

    def add(self, one: Load, many: Load, long: Load) -> None:
        """Adds a round."""
        self.one.append(one)
        self.many.append(many)
        self.long.append(long)

    @property
    def whole(self) -> Load:
        """All rounds as one load."""
        return join([*self.one, *self.many, *self.long])


@dataclass(frozen=True)
class Row:
    """A line of the table: how to get the figure of a side, and how to write it."""

    name: str
    value: Callable[[Figures], float]
    form: str = "{:.0f}"


ROWS = (
    Row("one client, p50, ms", lambda side: join(side.one).quantile(0.5)),
    Row("one client, p95, ms", lambda side: join(side.one).quantile(0.95)),
    Row("8 conversations, msg/s", lambda side: join(side.many).rate, "{:.1f}"),
    Row("8 conversations, p50, ms", lambda side: join(side.many).quantile(0.5)),
    Row("8 conversations, p95, ms", lambda side: join(side.many).quantile(0.95)),
    Row("8 long conversations, msg/s", lambda side: join(side.long).rate, "{:.1f}"),
    Row("8 long conversations, p95, ms", lambda side: join(side.long).quantile(0.95)),
    Row("processor time a message, ms", lambda side: 1000 * side.whole.worked / max(1, side.whole.sent)),
    Row("idle memory, all processes, MiB", lambda side: side.idle.own),
    Row("the same as a sum of RSS, MiB", lambda side: side.idle.resident),
    Row("memory after the load, MiB", lambda side: side.loaded.own if side.loaded else 0.0),
    Row("processes", lambda side: side.idle.processes),
    Row("train, s", lambda side: side.train),
    Row("start to first answer, s", lambda side: side.start),
    Row("turns in all", lambda side: side.whole.sent),
    Row("turns without an answer", lambda side: len(side.whole.failed)),
)


def machine() -> str:
    """Describes the machine by what matters here."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def table(ours: Figures, stock: Figures) -> str:
    """Gives the figures of both sides and their ratio as a Markdown table."""
    head = ["| | ours | stock | ours / stock |", "|---|---|---|---|"]
    return "\n".join([*head, *(_line(row, ours, stock) for row in ROWS)])


def _line(row: Row, ours: Figures, stock: Figures) -> str:
    left, right = row.value(ours), row.value(stock)
    ratio = f"{left / right:.2f}" if right else ""
    return f"| {row.name} | {row.form.format(left)} | {row.form.format(right)} | {ratio} |"


def ratios(ours: Figures, stock: Figures) -> str:
    """Says what the table means, with the spread of the rounds."""
    rounds = [f"{left.rate / right.rate:.2f}" for left, right in zip(ours.many, stock.many, strict=True) if right.rate]
    throughput = _times(join(ours.many).rate, join(stock.many).rate)
    long = _times(join(ours.long).rate, join(stock.long).rate)
    p50 = _times(join(ours.one).quantile(0.5), join(stock.one).quantile(0.5))
    memory = f"{ours.idle.own * MIB / 1e9:.2f} GB, {_times(ours.idle.own, stock.idle.own)}"
    lines = (
        f"throughput: {throughput} the stock pipeline's (rounds: {', '.join(rounds)}); wanted: at least 2",
        f"throughput in conversations that go on and on: {long} the stock pipeline's",
        f"p50 of one client: {p50} the stock pipeline's",
        f"idle memory: {memory} the stock pipeline's; wanted: under 1.5 GB",
        f"training: {_times(ours.train, stock.train)} the stock pipeline's time",
    )
    return "\n".join(f"- {line}" for line in lines)


def unanswered(side: Figures, limit: int = 5) -> str:
    """Names some of the messages that got no answer, empty if there are none."""
    failed = side.whole.failed
    return f"{len(failed)} without an answer, such as: {' | '.join(failed[:limit])}" if failed else ""


def _times(left: float, right: float) -> str:
    return f"{left / right:.2f} ×" if right else "not comparable with"


def keep(path: Path, text: str) -> None:
    """Replaces the figures in a document, between its two marks."""
    before, rest = path.read_text(encoding="utf-8").split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
