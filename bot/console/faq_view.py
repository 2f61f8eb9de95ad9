"""What the FAQ pages show, in their words: states, differences line by line, the answer as on a phone."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from bot.care import company
from bot.clock import local, now
from bot.db.faq_models import FaqRevision
from bot.db.models import Faq
from bot.db.session import reading
from bot.db.states import FaqOrigin, RevisionSource, RevisionState
from bot.knowledge import checks, danger, faqs, revisions, similar
from bot.knowledge.checks import Fault
from bot.knowledge.columns import COLUMNS, cells
from bot.knowledge.content import Content
from bot.knowledge.listing import Listed, Status

STATUSES = {
    Status.all: "全部",
    Status.live: "在用",
    Status.expiring: "60 天内到期",
    Status.expired: "已过期",
    Status.unused: "30 天没用过",
    Status.disliked: "踩比赞多",
    Status.pending: "有人在改",
    Status.retired: "已收回",
}
STATES = {
    RevisionState.draft: "草稿",
    RevisionState.in_review: "等审核",
    RevisionState.approved: "已生效",
    RevisionState.returned: "退回修改",
    RevisionState.discarded: "已丢掉",
}
SOURCES = {
    RevisionSource.edit: "手写",
    RevisionSource.imported: "导入",
    RevisionSource.inbox: "来自职工的提问",
    RevisionSource.counsellor: "来自值班员的回答",
    RevisionSource.restore: "恢复旧版",
}
WHOLE = 200  # rows of an import that are shown line by line; of the others only what changes
ORIGINS = {FaqOrigin.file: "随系统带来", FaqOrigin.desk: "值班台上写的"}
_MARKS = {"+": "added", "-": "removed", " ": "same"}


@dataclass(frozen=True)
class Difference:
    """A field that changed: its lines, each added, removed or the same."""

    field: str
    lines: tuple[tuple[str, str], ...]


def listed(row: Listed) -> dict[str, Any]:
    """A line of the list."""
    day = today()
    marks = [status for status in (Status.retired, Status.expired, Status.expiring) if row.is_(status, day)]
    return {
        "id": row.id,
        "topic": faqs.TOPICS.get(row.topic, row.topic),
        "question": row.question,
        "state": STATUSES[marks[0]] if marks else "还没生效" if row.valid_from > day else "在用",
        "alarm": bool(marks),
        "pending": row.pending,
        "valid_to": row.valid_to.isoformat() if row.valid_to else "长期",
        "reviewed_on": row.reviewed_on.isoformat(),
        "uses": row.uses,
        "up": row.up,
        "down": row.down,
    }


def difference(before: Content | None, after: Content) -> list[Difference]:
    """What changes from one content to the next, field by field, line by line."""
    old = dict(zip(COLUMNS, cells(before), strict=True)) if before else dict.fromkeys(COLUMNS, "")
    new = dict(zip(COLUMNS, cells(after), strict=True))
    return [
        Difference(COLUMNS[field], _lines(old[field], new[field]))
        for field in COLUMNS
        if field != "id" and old[field] != new[field]
    ]


def _lines(old: str, new: str) -> tuple[tuple[str, str], ...]:
    found = difflib.ndiff([one for one in old.split("\n") if one], [one for one in new.split("\n") if one])
    return tuple((_MARKS[line[0]], line[2:]) for line in found if line[0] in _MARKS)


def revision(row: FaqRevision, names: Mapping[str, str], my_id: str) -> dict[str, Any]:
    """A proposed or former wording."""
    content = revisions.content_of(row)
    return {
        "id": row.id,
        "faq_id": row.faq_id,
        "question": content.question or "（还没有问题）",
        "topic": faqs.TOPICS.get(content.topic, content.topic),
        "state": row.state,
        "state_label": STATES[row.state],
        "source": SOURCES[row.source],
        "author": names.get(row.author_id, ""),
        "mine": row.author_id == my_id,
        "at": moment(row.submitted_at or row.created_at),
        "reviewer": names.get(row.reviewed_by or "", ""),
        "reviewed_at": moment(row.reviewed_at) if row.reviewed_at else "",
        "comment": row.comment or "",
    }


def moment(at: datetime) -> str:
    """A moment where the desk is."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def today() -> date:
    """The day where the desk is."""
    return local(now()).date()


def batch(rows: Sequence[FaqRevision]) -> list[dict[str, Any]]:
    """The rows of an import with what each changes; the first ones line by line."""
    with reading() as session:
        found = session.execute(select(Faq)).scalars()
        live = {row.id: revisions.live(row) for row in found}
    return [_of_batch(row, live.get(row.faq_id), whole=at < WHOLE) for at, row in enumerate(rows)]


def _of_batch(row: FaqRevision, before: Content | None, whole: bool) -> dict[str, Any]:
    after = revisions.content_of(row)
    changes = difference(before, after)
    return {
        "question": after.question,
        "is_new": before is None,
        "fields": [] if before is None else [one.field for one in changes],
        "difference": changes if whole else [],
    }


def names() -> dict[str, str]:
    """Who is called what."""
    with reading() as session:
        return company.names(session)


def live_of(faq_id: str) -> tuple[Faq | None, Content | None]:
    """The row that workers read, and its content; None for one that is not there yet."""
    with reading() as session:
        row = session.get(Faq, faq_id)
    return row, revisions.live(row) if row else None


def opinion(content: Content) -> dict[str, Any]:
    """What the editor hears while typing: faults, warnings, the answer as on a phone with and without settings."""
    return {
        "faults": told(revisions.faults_of(content)),
        "mild": danger.mild(content),
        "near": [_near(one) for one in similar.nearest(content)],
        "preview": preview(content),
        "preview_empty": preview(content, {}),
        "counts": {
            "question": f"{len(content.question)} / {checks.MAX_QUESTION}",
            "variants": f"{len(content.variants)} 句，至少 {checks.MIN_VARIANTS}",
            "answer": f"{len(content.answer)} / {checks.MAX_ANSWER}",
        },
    }


def _near(one: similar.Near) -> dict[str, str]:
    return {"faq": one.faq_id, "ours": one.ours, "theirs": one.theirs}


def told(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Faults with the heading of their field."""
    return [{"field": one.field, "heading": COLUMNS[one.field], "words": one.words} for one in faults]


def preview(content: Content, facts: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer as a worker gets it; no facts: as where no setting is filled in."""
    day = today()
    start, end = content.valid_from, content.valid_to
    row = Faq(**{name: value for name, value in content.plain().items() if not name.startswith("valid_")})
    row.valid_from = start if isinstance(start, date) else day
    row.valid_to = end if isinstance(end, date) else None
    row.reviewed_on = day
    with reading() as session:
        shown = faqs.shown(session, row, facts)
    return {"lines": shown.text.split("\n"), "buttons": [button.title for button in shown.buttons]}
