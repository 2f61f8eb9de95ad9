"""The dry run of an import: every fault of every row, and what it would change. Nothing is written.

`python -m bot.knowledge.importing` does it in a process of its own, with limits, and for a large file at low priority:
a file that eats memory or crashes a parser, and the minute that 5,000 rows take, must not touch the gateway.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

from sqlalchemy import select

from bot.db.models import Faq
from bot.db.session import reading
from bot.errors import BadInput
from bot.knowledge import batches, checks, danger, revisions
from bot.knowledge.checks import Fault
from bot.knowledge.columns import COLUMNS, content_of
from bot.knowledge.content import Content, named, parse
from bot.knowledge.upload import Row, Unreadable, rows_of
from bot.lexicon import load
from bot.settings import ROOT, process_environment

MAX_FILE = 8 * 1024 * 1024  # bytes
LARGE = 64 * 1024  # bytes: some hundred rows; a small file is checked at once, whatever else the machine does
MAX_FAULTS = 2000  # told of one file
SECONDS, MEMORY = 600, 3 * 1024**3
JUDGED = "--judged"
TOGETHER = 60  # rows whose sentences go through triage at once; below it one process does it


@dataclass(frozen=True)
class Found:
    """What is wrong in one cell."""

    row: int
    column: str
    words: str


@dataclass(frozen=True)
class Report:
    """What an import would do. `contents` are the rows that change something; empty while there is a fault."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    faults: tuple[Found, ...] = ()
    more: int = 0
    contents: tuple[dict[str, Any], ...] = ()


def examine(file: bytes, *, judged: bool = False) -> Report:
    """Gives the report of a file; `judged`: triage has read its sentences before, so that this takes seconds only."""
    try:
        rows = rows_of(file)
    except Unreadable as error:
        return Report(faults=(Found(0, "", str(error)),))
    contents = [named(content_of(row.values)) for row in rows]
    live = _live()
    fresh = [one for one in zip(rows, contents, strict=True) if live.get(one[1].id) != one[1]]
    faults = sorted(_faults(rows, contents, fresh, judged), key=lambda one: one.row)
    told = tuple(faults[:MAX_FAULTS])
    changed = sum(content.id in live for _, content in fresh)
    counts = (len(rows), len(fresh) - changed, changed, len(rows) - len(fresh))
    kept = () if faults else tuple(content.plain() for _, content in fresh)
    return Report(*counts, told, len(faults) - len(told), kept)


def _live() -> dict[str, Content]:
    with reading() as session:
        return {row.id: revisions.live(row) for row in session.execute(select(Faq)).scalars()}


def _faults(rows: list[Row], contents: list[Content], fresh: list[tuple[Row, Content]], judged: bool) -> list[Found]:
    found = [_told(row, Fault(*fault)) for row in rows for fault in row.faults]
    counts = Counter(content.id for content in contents)
    for row, content in zip(rows, contents, strict=True):
        if counts[content.id] > 1:
            found.append(_told(row, Fault("id", f"编号 {content.id[:40]} 在文件里有 {counts[content.id]} 行")))
    with reading() as session:
        against = batches.merged(contents, revisions.known(session))
    for row, content in fresh:
        found += [_told(row, fault) for fault in checks.faults(content, against)]
    cries = [] if judged else crying([content for _, content in fresh])
    return found + [_told(row, fault) for (row, _), own in zip(fresh, cries, strict=False) for fault in own]


def _told(row: Row, fault: Fault) -> Found:
    return Found(row.number, COLUMNS[fault.field], fault.words)


def crying(contents: Sequence[Content]) -> list[list[Fault]]:
    """Gives for each content the wordings that are a cry for help; many are shared among the processors."""
    parts = [list(contents[at : at + TOGETHER]) for at in range(0, len(contents), TOGETHER)]
    if len(parts) < 3:
        return [own for part in parts for own in danger.many(part)]
    with get_context("fork").Pool(os.cpu_count()) as pool:
        return [own for part in pool.map(_many, parts, chunksize=1) for own in part]


def _many(contents: list[Content]) -> list[list[Fault]]:
    return list(danger.many(contents))


async def examine_apart(file: bytes, *, judged: bool = False) -> Report:
    """The same, worked out in a process of its own; what breaks that is told as a fault of the file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.knowledge.importing", *([JUDGED] if judged else [])),
        cwd=ROOT,
        env=process_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(file), SECONDS)
        return _read(json.loads(out))
    except (TimeoutError, ValueError):
        return Report(faults=(Found(0, "", "文件太大或太乱，没有检查完。请分成几个小文件再试"),))
    finally:
        if process.returncode is None:
            process.kill()


def _read(raw: dict[str, Any]) -> Report:
    faults = tuple(Found(**one) for one in raw["faults"])
    return Report(**{**raw, "faults": faults, "contents": tuple(raw["contents"])})


def keep(staff_id: str, report: Report) -> str:
    """Keeps the rows of a report without faults as one batch under review, and gives its id. Raises BadInput."""
    if report.faults or not report.contents:
        raise BadInput("there is nothing to import")
    return batches.save(staff_id, [parse(one) for one in report.contents])


def main() -> None:
    """Reads a file from standard input and writes its report, as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    file, judged = sys.stdin.buffer.read(MAX_FILE + 1), JUDGED in sys.argv
    if len(file) > LARGE:
        os.nice(10)
    if not judged:
        load.refresh()  # the lexicon that is live
    report = examine(file, judged=judged)
    sys.stdout.write(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
