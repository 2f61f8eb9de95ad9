"""What the shape of a message says, before anyone looks at its sense: several questions, a follow-up, a correction.

Rules only. Each errs on the side of seeing nothing: then the message is taken as it stands.
"""

from __future__ import annotations

import re

from bot.nlu.text import fold

MAX_PARTS = 3
MIN_PART = 4
SHORT = 8
"""Folded characters under which a message hardly says by itself what it is about."""

_HARD = re.compile(r"[?？。！!\n]|还有[就是,，]*|另外|再就是|顺便问?一?下?")
_SOFT = re.compile(r"[，,；;、]")
_OPENING = re.compile(r"^(那么?|还有|要是|如果|假如|万一|比如|可是?|但是?|然后|接着)[，,、 ]*")
_TAIL = re.compile(r"呢[?？。!！~～ ]*$")
_PRONOUN = re.compile(r"他们?|她们?|它|这个|那个|这事|那事|人家")
_CORRECTION = re.compile(
    r"^(不是这个|不是|不对|错了|答错了|你?(说|答|理解|搞|弄)(的)?(错|岔|反)了?|没问这个)[，,。！!、 ]*"
    r"(我|俺)?(是|想|要|就)*(问|说|讲)(的)?(是)?[：:，, ]*(?P<rest>.+?)(的)?[。！!]*$"
)


def questions(text: str) -> tuple[list[str], bool]:
    """Return the parts of a message that may each be a question, and whether its writer set them clearly apart."""
    hard = _kept(_HARD.split(text))
    if len(hard) > 1:
        return hard, True
    return _kept(_SOFT.split(text)), False


def _kept(parts: list[str]) -> list[str]:
    kept = [part.strip("，,；;、 ") for part in parts if len(fold(part)) >= MIN_PART]
    return kept if 1 < len(kept) <= MAX_PARTS else []


def follows_up(text: str) -> bool:
    """Say whether a message is likely to lean on what was answered before it."""
    return leans(text) or len(fold(text)) <= SHORT


def leans(text: str) -> bool:
    """Say whether a message's words refer to what was said before; a short one need not."""
    return bool(_OPENING.match(text) or _TAIL.search(text)) or names_nobody(text)


def names_nobody(text: str) -> bool:
    """Say whether a short message speaks of somebody or something it does not name."""
    return len(fold(text)) <= 2 * SHORT and bool(_PRONOUN.search(text))


def bare(text: str) -> str:
    """Return the message without the words that only tie it to the one before."""
    return _OPENING.sub("", text.strip())


def corrected(text: str) -> str | None:
    """Return what a correction says instead ("不是，我问的是工伤" → "工伤"); None if it is none."""
    found = _CORRECTION.match(text.strip())
    return found["rest"].strip() if found else None
