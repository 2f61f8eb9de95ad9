"""Words that are found again wherever they went, in whatever spelling: one for each input, all with the same marks."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

HAN = "鼋鼍鹳鹲"  # rare enough that nothing else writes them, and a user of no lexicon
SKIPPED_OVER = 64 * 1024 * 1024  # bytes; nothing of ours is so large

# What may stand in the database in clear: it is about no worker, and others are to read it.
CLEAR = {
    "POST /desk/people name": "a colleague's name, told to workers",
    "POST /desk/people login": "a colleague's login, looked up",
    "POST /desk/replies title": "a text for everybody",
    "POST /desk/replies code": "a text for everybody",
    "POST /desk/replies body": "a text for everybody",
    "POST /desk/activities ": "what is on, shown to every worker",
    "POST /desk/units name": "a unit's name, looked up and shown to colleagues",
    "POST /desk/units/{unit_id}/rename name": "a unit's name",
    "POST /desk/triage/api/add row": "the lexicon, published to everybody",
}


def is_public(name: str) -> bool:
    """True for the few inputs that a database may hold in clear."""
    return name.startswith(tuple(CLEAR))


@dataclass
class Canaries:
    """The words of one run. Each is mark, number, Chinese mark; where only letters are allowed, without the last."""

    mark: str = field(default_factory=lambda: "zq" + secrets.token_hex(3))
    names: list[str] = field(default_factory=list)

    def word(self, name: str, *, plain: bool = False) -> str:
        """A new word for the input of that name."""
        self.names.append(name)
        return f"{self.mark}{len(self.names) - 1:03d}{'' if plain else HAN}"

    def found(self, data: bytes) -> Iterator[tuple[str, str]]:
        """Every find: the name of the input (`?` if the number cannot be read) and the spelling."""
        for spelling, pattern in self._patterns():
            for match in pattern.finditer(data):
                yield self._name(match.group(1) or b""), spelling

    def _name(self, number: bytes) -> str:
        digits = re.sub(rb"\D", b"", number)
        return self.names[int(digits)] if digits and int(digits) < len(self.names) else "?"

    def _patterns(self) -> Iterator[tuple[str, re.Pattern[bytes]]]:
        mark = self.mark.encode()
        yield "plain", re.compile(re.escape(mark) + rb"(\d{3})?", re.IGNORECASE)
        yield "utf-16", re.compile(re.escape(self.mark.encode("utf-16-le")) + rb"((?:\d\0){3})?")
        yield "hex", re.compile(re.escape(mark.hex().encode()) + rb"()", re.IGNORECASE)
        for spelling, form in spellings(HAN):
            yield spelling, re.compile(rb"(\d{3})?" + re.escape(form), re.IGNORECASE)
        for form in in_base64(mark):
            yield "base64", re.compile(rb"()" + re.escape(form))


def spellings(han: str) -> Iterator[tuple[str, bytes]]:
    """The Chinese mark as programs write it."""
    yield "utf-8", han.encode()
    yield "utf-16", han.encode("utf-16-le")
    yield "utf-16-be", han.encode("utf-16-be")
    yield "gb18030", han.encode("gb18030")
    yield "percent", quote(han).encode()
    yield "json", "".join(f"\\u{ord(letter):04x}" for letter in han).encode()
    yield "bytes", "".join(f"\\x{byte:02x}" for byte in han.encode()).encode()
    yield "entities", "".join(f"&#{ord(letter)};" for letter in han).encode()


def in_base64(raw: bytes) -> Iterator[bytes]:
    """The letters that base64 makes of it at each of the three places where it can begin."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw)
        yield text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def in_files(folder: Path, canaries: Canaries, newer_than: float = 0) -> Iterator[tuple[str, str, str]]:
    """Every find in the files below a folder: file, input, spelling. Links and what is gone meanwhile are left out."""
    for path in sorted(folder.rglob("*")):
        try:
            is_ours = path.is_file() and not path.is_symlink() and path.stat().st_mtime >= newer_than
            data = path.read_bytes() if is_ours and path.stat().st_size < SKIPPED_OVER else b""
        except OSError:
            continue
        yield from ((path.relative_to(folder).as_posix(), name, spelling) for name, spelling in canaries.found(data))
