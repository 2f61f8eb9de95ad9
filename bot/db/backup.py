"""A copy of the SQLite database, taken while everything runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.db.session import engine
from bot.errors import BadInput

PAGES = 200  # copied in one go; between two goes others may write


def copy_to(path: Path) -> int:
    """Writes a checked copy that only its owner may read; gives its size in bytes.

    Raises BadInput if there is something at `path` already, or if the database is not SQLite.
    """
    if engine().dialect.name != "sqlite":
        raise BadInput("this database is not SQLite: copy it with pg_dump")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as fault:
        raise BadInput(f"{path}: {fault.strerror}") from None
    try:
        _copy(path)
    except BaseException:
        path.unlink()
        raise
    return path.stat().st_size


def _copy(path: Path) -> None:
    source = engine().raw_connection()
    try:
        with closing(sqlite3.connect(path)) as copy:
            source.driver_connection.backup(copy, pages=PAGES)  # type: ignore[union-attr]
            copy.execute("PRAGMA journal_mode=DELETE")
            [(found,)] = copy.execute("PRAGMA integrity_check")
    finally:
        source.close()
    if found != "ok":
        raise BadInput(f"the copy is damaged: {found}")
