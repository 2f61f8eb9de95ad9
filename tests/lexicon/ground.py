"""What the lexicon's tests stand on: invented rows, an invented frozen set, and the ways to a published release."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot import triage
from bot.db.models import Staff
from bot.db.session import transaction
from bot.lexicon import drafts, load, publish, reports
from bot.lexicon.drafts import Draft
from bot.triage import safety

PHRASE = "石榴树下见"
REVIEW = {"note": "试写", "reviewer": "李芳"}
GOOD = {"expression": PHRASE, "level": "high", "kind": "distress", **REVIEW}
BAD = {"expression": "工资", "level": "imminent", "kind": "self_harm", **REVIEW}  # alarms at every question about wages

_FROZEN = """
- level: imminent
  kind: self_harm
  scope: self
  way: plain
  reviewer: 试
  texts: {t-1: 我现在就去跳楼, t-2: 今晚就自杀}
- level: high
  kind: self_harm
  scope: self
  way: plain
  reviewer: 试
  texts: {t-3: 我真的不想活了, t-4: 活着没意思，想死}
- level: none
  kind: none
  scope: self
  way: work
  reviewer: 试
  texts: {t-5: 这个月工资几号发, t-6: 加班工资怎么算, t-7: 食堂几点开门}
"""


@cache
def repository() -> triage.Triage:
    """The repository's pipeline, built once for all tests."""
    return triage.build()


def new_process() -> None:
    """Forgets which release is in use, as a process that has just started."""
    load._in_use, load._seen = load.InUse(None, repository().version), None
    drafts._built.cache_clear()
    triage.use(repository())


@contextmanager
def frozen_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An invented frozen set while the block lasts."""
    folder.mkdir()
    (folder / "set.yml").write_text(_FROZEN, encoding="utf-8")
    monkeypatch.setattr(safety, "FROZEN", folder)
    safety.frozen.cache_clear()
    yield folder
    safety.frozen.cache_clear()


def admin(login: str = "admin") -> str:
    """The id of a new administrator."""
    with transaction() as session:
        row = Staff(login=login, display_name=login, role="admin")
        session.add(row)
        session.flush()
        return row.id


def draft() -> Draft:
    """The draft that is there."""
    found = drafts.current()
    assert found is not None
    return found


def section(name: str) -> dict[str, Any]:
    """What a check said of the draft."""
    return dict(draft().report[name])


def check(who: str) -> None:
    """Replay and gate of the draft, to their end."""
    publish.start_replay(who).join(60)
    publish.start_gate(who).join(60)


def published(who: str, row: dict[str, Any]) -> int:
    """A release with one more row, live."""
    drafts.add(who, "high.yml", row)
    check(who)
    assert section(reports.GATE)["passed"], section(reports.GATE)
    return publish.publish(who)
