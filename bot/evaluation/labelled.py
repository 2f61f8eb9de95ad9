"""Files of sentences whose truth is known: JSON lines {"text", "intent"} or the like, checked line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot import jsonlines
from bot.errors import BadInput

SHOWN = 10  # faults in one message


def read(path: Path, label: str) -> list[dict[str, Any]]:
    """Gives the rows, each with a string "text" and a string under `label`, neither blank. Raises BadInput that names
    the first faulty lines, the file that cannot be read, or the file without a row."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({type(error).__name__})") from None
    rows, faults = [], []
    for number, row, fault in _rows(lines, label):
        rows.append(row)
        if fault:
            faults.append(f"{path}:{number}: {fault}")
    if faults:
        more = f"\nand {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise BadInput("\n".join(faults[:SHOWN]) + more)
    if not rows:
        raise BadInput(f"{path}: there is no row in it")
    return rows


def _rows(lines: list[str], label: str) -> Iterator[tuple[int, dict[str, Any], str]]:
    for number, text, fault in jsonlines.read_texts(lines):
        row = {} if text is None else json.loads(lines[number - 1])
        yield number, row, fault or _fault(row, label)


def _fault(row: dict[str, Any], label: str) -> str:
    if not row["text"].strip():
        return "the text is blank"
    wanted = row.get(label)
    return "" if isinstance(wanted, str) and wanted.strip() else f'no string under "{label}"'
