"""What is gone through on a case: fixed items by category and level, ticked by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.care.closing import of_number
from bot.care.company import names
from bot.db.case_models import CheckTick
from bot.db.models import CareCase
from bot.db.session import transaction
from bot.db.states import Category
from bot.errors import NotFound
from bot.level import Level
from bot.settings import ROOT

PATH = ROOT / "nlu_data" / "case_checklist.yml"


@dataclass(frozen=True)
class Item:
    """One thing to go through; empty sets mean that it fits everywhere."""

    key: str
    text: str
    categories: frozenset[Category]
    levels: frozenset[Level]

    def fits(self, category: Category, level: Level) -> bool:
        """True if it is to be gone through on such a case."""
        return (not self.categories or category in self.categories) and (not self.levels or level in self.levels)


@dataclass(frozen=True)
class Check:
    """An item on a case; `by` and `at` are None while it is not ticked."""

    key: str
    text: str
    by: str | None
    at: datetime | None


def load() -> dict[str, Any]:
    """Gives the file as it is written."""
    return dict(yaml.safe_load(PATH.read_text(encoding="utf-8")))


@lru_cache
def items() -> tuple[Item, ...]:
    """All items in their order. Raises ValueError for an unknown category or level."""
    return tuple(
        Item(
            row["key"],
            row["text"],
            frozenset(map(Category, row.get("categories") or ())),
            frozenset(map(Level, row.get("levels") or ())),
        )
        for row in load()["items"]
    )


def of_case(session: Session, case: CareCase) -> list[Check]:
    """The items that fit the case, and those that were ticked before it changed."""
    rows = session.execute(select(CheckTick).where(CheckTick.case_id == case.id)).scalars()
    ticks, people = {row.item: row for row in rows}, names(session)
    shown = [item for item in items() if item.key in ticks or item.fits(case.category, case.level)]
    return [
        Check(item.key, item.text, people.get(ticks[item.key].staff_id), ticks[item.key].at)
        if item.key in ticks
        else Check(item.key, item.text, None, None)
        for item in shown
    ]


def tick(number: str, staff_id: str, key: str, on: bool) -> None:
    """Ticks an item, or takes the tick away; the first tick stays the one that counts. Raises NotFound."""
    if key not in {item.key for item in items()}:
        raise NotFound("no such item")
    with transaction() as session:
        case = of_number(session, number)
        session.refresh(case, with_for_update=True)
        found = session.get(CheckTick, (case.id, key))
        if on and found is None:
            session.add(CheckTick(case_id=case.id, item=key, staff_id=staff_id))
        elif not on and found is not None:
            session.delete(found)
        audit.record(session, audit.Action.checked, staff_id, audit.case(number))
