"""Which engine of this machine serves: a small file that the supervisor replaces and every gateway looks at.

Without the file it is the engine at the port of the settings.
"""

from __future__ import annotations

import contextlib
import json
import os
from functools import lru_cache
from pathlib import Path

from bot.settings import settings

NAME = "upstream.json"
_PENDING = ".new"


def url() -> str:
    """Where the engine answers that serves now. Costs one look at the file's date."""
    try:
        stamp = os.stat(_path()).st_mtime_ns
        return f"http://127.0.0.1:{_port(str(_path()), stamp)}"
    except (OSError, ValueError, KeyError):
        return at(settings().engine_port)


def at(port: int) -> str:
    """The address of an engine of this machine."""
    return f"http://127.0.0.1:{port}"


def prepare(port: int) -> None:
    """Writes the file beside the one in use, so that a full disk is met before anything is switched. Raises OSError."""
    with _path().with_suffix(_PENDING).open("w") as file:
        json.dump({"port": port}, file)
        file.flush()
        os.fsync(file.fileno())


def switch() -> None:
    """Puts the prepared file in use: from now on every turn goes to that engine."""
    _path().with_suffix(_PENDING).replace(_path())


def reset() -> None:
    """Back to the port of the settings."""
    for path in (_path(), _path().with_suffix(_PENDING)):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _path() -> Path:
    return settings().data_dir / NAME


@lru_cache(maxsize=4)
def _port(path: str, stamp: int) -> int:
    return int(json.loads(Path(path).read_text())["port"])
