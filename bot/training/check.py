"""Whether the questions may be trained on at all: what a poisoned table would bring in is told and refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from bot import triage
from bot.knowledge.faqs import TOPICS
from bot.training.bank import Row, wordings

LONGEST = 200  # characters of a wording
LONGEST_ANSWER = 4000
LEAST_WORDINGS = 3
NAMED = 20  # faults that are told; more are counted


def faults(found: list[Row], before: list[Row]) -> list[str]:
    """What forbids to train on these questions, in plain words. Triage reads only wordings that are not in use yet."""
    told = [*_few(found), *_each(found), *_twice(found), *_dangerous(found, before)]
    return told if len(told) <= NAMED else [*told[:NAMED], f"另外还有 {len(told) - NAMED} 处"]


def _few(found: list[Row]) -> Iterator[str]:
    if len(found) < 2:
        yield "问答库里不到两条"


def _each(found: list[Row]) -> Iterator[str]:
    for row in found:
        for fault in _shape(row):
            yield f"{row['id']}：{fault}"


def _shape(row: Row) -> Iterator[str]:
    texts = wordings(row) if isinstance(row["variants"], list) else []
    if len(texts) < LEAST_WORDINGS:
        yield f"问法不到 {LEAST_WORDINGS} 种"
    if row["topic"] not in TOPICS:
        yield "主题不认识"
    if not all(isinstance(text, str) and 0 < len(text.strip()) <= LONGEST for text in texts):
        yield f"有空的或超过 {LONGEST} 字的问法"
    if not 0 < len(str(row["answer"]).strip()) <= LONGEST_ANSWER:
        yield f"答案是空的或超过 {LONGEST_ANSWER} 字"
    if any(unicodedata.category(char) in ("Cc", "Cs") for text in texts for char in str(text)):
        yield "问法里有控制字符"


def _twice(found: list[Row]) -> Iterator[str]:
    """A wording that names two questions: neither could be answered by it."""
    owner: dict[str, str] = {}
    for row in found:
        for text in map(fold, _strings(row)):
            other = owner.setdefault(text, row["id"])
            if text and other != row["id"]:
                yield f"{row['id']} 和 {other} 有同一种问法"


def _strings(row: Row) -> list[str]:
    return [text for text in wordings(row) if isinstance(text, str)] if isinstance(row["variants"], list) else []


def fold(text: str) -> str:
    """What makes two wordings the same: letters and digits only."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


def _dangerous(found: list[Row], before: list[Row]) -> Iterator[str]:
    """A cry for help must never be a wording of a question: it would be answered like one."""
    known = {text for row in before for text in _strings(row)}
    fresh = [(row["id"], text) for row in found for text in _strings(row) if text not in known]
    levels = triage.live().assess_all(text[:LONGEST] for _, text in fresh)
    told: Mapping[str, None] = dict.fromkeys(
        key for (key, _), one in zip(fresh, levels, strict=True) if one.level.is_crisis
    )
    for key in told:
        yield f"{key}：有一种问法像求救的话，不能当成普通问题来答"
