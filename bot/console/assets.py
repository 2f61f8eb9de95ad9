"""The desk's own style and scripts, in memory. Their address changes with their content, so they may be cached."""

from __future__ import annotations

import hashlib
from pathlib import Path

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOLDER = Path(__file__).parent / "static"
FILES = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in TYPES}
VERSION = hashlib.sha256(b"\0".join(FILES.values())).hexdigest()[:12]


def url(name: str) -> str:
    """Gives the address of a file; KeyError if there is none of that name."""
    if name not in FILES:
        raise KeyError(name)
    return f"/desk/static/{VERSION}/{name}"


def media_type(name: str) -> str:
    """Gives the content type of a file."""
    return TYPES[Path(name).suffix]
