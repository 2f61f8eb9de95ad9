"""`make bench`: both sides started, measured in turn, compared. Ends with 1 only if something broke."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import httpx

from bench import contest, report
from bench.ours import Ours
from bench.stock import CACHE, Stock
from bot.errors import XinqiaoError
from bot.evaluation.stock import ensure_jieba
from bot.settings import ROOT

DOCUMENT = ROOT / "docs" / "benchmark.md"
EPOCHS = 100  # as `rasa init` sets


def main() -> int:
    """Gives the exit code."""
    options = _options()
    signal.signal(signal.SIGTERM, _leave)
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="run-", dir=CACHE) as name:
            return _bench(Path(name), options)
    except (XinqiaoError, httpx.HTTPError) as error:
        print(f"bench: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Speed and memory beside Rasa's stock pipeline.")
    parser.add_argument("--quick", action="store_true", help="one round of few messages, to try it out")
    parser.add_argument("--write", action="store_true", help=f"put the figures into {DOCUMENT.relative_to(ROOT)}")
    parser.add_argument("--stock-epochs", type=int, default=EPOCHS, help="fewer train faster, to try it out")
    return parser.parse_args()


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _say(text: str) -> None:
    print(f"· {text}", flush=True)


def _bench(directory: Path, options: argparse.Namespace) -> int:
    trial = f"; a trial: quick={options.quick}, stock epochs {options.stock_epochs}"
    about = f"{report.machine()}; load before the start {os.getloadavg()[0]:.1f}"
    about += trial if options.quick or options.stock_epochs != EPOCHS else ""
    _say(about)
    ensure_jieba()
    own = Ours(directory)
    with contextlib.ExitStack() as stack:
        ours = contest.prepare("ours", own, stack, _say)
        other = contest.prepare("stock", Stock(directory, options.stock_epochs), stack, _say)
        contest.compare((ours, other), contest.QUICK if options.quick else contest.FULL, _say)
    lines = [about, "", report.table(ours.figures, other.figures), "", report.ratios(ours.figures, other.figures)]
    lines.append(f"- crises that the safety net answered because the engine did not: {own.safety_net_answers()}")
    print("\n", *lines, "", sep="\n", flush=True)
    for side in (ours, other):
        if missing := report.unanswered(side.figures):
            _say(f"{side.name}: {missing}")
    if options.write:
        report.keep(DOCUMENT, "\n".join(lines))
    return int(ours.is_broken or other.is_broken)


if __name__ == "__main__":
    raise SystemExit(main())
