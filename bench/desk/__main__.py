"""`python -m bench.desk alarm|paint|pictures`: prints the figures; ends with 1 if a budget is broken."""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

from bench import report
from bench.desk import alarm, paint, pictures
from bench.desk.system import Demo
from bench.stock import CACHE
from bot.clock import local, now
from bot.settings import ROOT

CASES = {"alarm": 60, "paint": 720, "pictures": 60}  # of 720 some 500 are not closed
TIMES = ("fcp", "lcp", "listed")
CALM = 0.1  # of cumulative layout shift
BUDGET = 1.0  # seconds, both from the send to the sound and to the first paint


def main() -> int:
    """Gives the exit code."""
    options = _options()
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="desk-", dir=CACHE) as name:
        demo = Demo(Path(name), options.cases or CASES[options.part])
        with demo.start() as running:
            running.wait_until(demo.is_ready)
            return PARTS[options.part](demo, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.desk", description="The desk under load.")
    parser.add_argument("part", choices=tuple(PARTS))
    parser.add_argument("--cases", type=int, default=0, help="of the demo behind it; 0: 720 for paint, else 60")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--sends", type=int, default=60)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images", help="where pictures go")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)


def _about() -> str:
    return f"{report.machine()}; {local(now()):%Y-%m-%d %H:%M}; load {os.getloadavg()[0]:.1f}"


def _alarm(demo: Demo, options: argparse.Namespace) -> int:
    before = _about()
    found = asyncio.run(alarm.measure(demo, options.workers, options.pages, options.sends))
    _say(f"{before} before, {os.getloadavg()[0]:.1f} at the end")
    _say(f"{options.workers} conversations with their chats open, {options.pages} pages, {found.lines} lines, ")
    _say(_row("send → sound in Chromium, ms", found.sound))
    _say(_row("send → alarm at the other pages, ms", found.pages))
    _say(f"alarms lost: {found.lost}")
    return int(found.lost > 0 or quantile(found.sound, 0.95) >= BUDGET)


def _paint(demo: Demo, options: argparse.Namespace) -> int:
    before = _about()
    found = asyncio.run(paint.measure(demo, options.rounds))
    _say(f"{before} before, {os.getloadavg()[0]:.1f} at the end; {found[0].lines} lines in the queue")
    _say("| screen | cache | first paint, ms | largest, ms | lines there, ms | layout shift | KiB |")
    _say("|---|---|---|---|---|---|---|")
    for view, cache in dict.fromkeys((one.view, one.cache) for one in found):
        same = [one for one in found if (one.view, one.cache) == (view, cache)]
        times = " | ".join(f"{statistics.median(getattr(one, name) for one in same):.0f}" for name in TIMES)
        _say(f"| {view} | {cache} | {times} | {max(one.cls for one in same):.3f} | {same[0].size / 1024:.0f} |")
    if jumped := sorted({name for one in found for name in one.jumps}):
        _say(f"what jumped: {', '.join(jumped)}")
    slow = any(one.fcp >= 1000 * BUDGET for one in found if one.view == paint.VIEWS[0].name)
    return int(slow or any(one.cls >= CALM for one in found))


def _pictures(demo: Demo, options: argparse.Namespace) -> int:
    found = asyncio.run(pictures.take(demo, options.folder))
    for name, size in found:
        _say(f"{name}.png {size / 1024:.0f} KiB")
    return int(any(size >= pictures.LARGEST for _, size in found))


def quantile(seconds: list[float], share: float) -> float:
    """Gives the value below which that share lies; without values, infinity."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


def _row(name: str, seconds: list[float]) -> str:
    half, most = (1000 * quantile(seconds, share) for share in (0.5, 0.95))
    return f"{name}: p50 {half:.0f} · p95 {most:.0f} · max {1000 * max(seconds, default=0):.0f} ({len(seconds)})"


PARTS = {"alarm": _alarm, "paint": _paint, "pictures": _pictures}

if __name__ == "__main__":
    sys.exit(main())
