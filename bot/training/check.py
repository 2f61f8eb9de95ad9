"""Whether the questions may be trained on at all: what a poisoned table would bring in is told and refused."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from bot.db.models import Faq
from bot.db.session import reading
from bot.knowledge import checks, content, danger, revisions
from bot.knowledge.content import Content
from bot.training.bank import Row

NAMED = 20  # faults that are told; more are counted
LEAST = 2  # questions


def faults(found: list[Row], before: list[Row]) -> list[str]:
    """What forbids to train on these questions, in plain words: by the editor's rules, for what is not in use yet."""
    if len(found) < LEAST:
        return [f"问答库里不到 {LEAST} 条"]
    known = {row["id"]: row for row in before}
    told = list(_told({row["id"] for row in found if known.get(row["id"]) != row}))
    return told if len(told) <= NAMED else [*told[:NAMED], f"另外还有 {len(told) - NAMED} 处"]


def _told(ids: set[str]) -> Iterator[str]:
    with reading() as session:
        against = revisions.known(session)
        rows = [row for row in session.execute(select(Faq)).scalars() if row.id in ids]
    changed: list[Content] = [content.parse(vars(row)) for row in sorted(rows, key=lambda row: row.id)]
    for one, dangerous in zip(changed, danger.many(changed), strict=True):
        for fault in (*checks.faults(one, against), *dangerous):
            yield f"{one.id}：{fault.words}"
