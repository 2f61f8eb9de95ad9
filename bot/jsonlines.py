"""JSON lines in, JSON lines out: a broken line gives an error line with its number, and the rest goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any

MAX_LINE = 200_000  # characters


def read_texts(lines: Iterable[str]) -> Iterator[tuple[int, str | None, str]]:
    """Gives (line number from 1, text, "") or (line number, None, what is wrong) for every line that is not blank."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, *_read(line)


def _read(line: str) -> tuple[str | None, str]:
    if len(line) > MAX_LINE:
        return None, "line is too long"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None, "not JSON"
    text = row.get("text") if isinstance(row, dict) else None
    return (text, "") if isinstance(text, str) else (None, 'no string under "text"')


def write(row: dict[str, Any], out: IO[str] | None = None) -> None:
    """Writes one line; characters that UTF-8 cannot hold are escaped."""
    target = out or sys.stdout
    line = json.dumps(row, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(row)
    target.write(line + "\n")
