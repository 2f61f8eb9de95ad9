"""What the lexicon page shows, as JSON in the words of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.care import company, marks
from bot.clock import local
from bot.console import cases, labels, lexicon_words
from bot.db.care_models import TriageRelease
from bot.db.models import Conversation, Message, Person
from bot.db.session import reading
from bot.errors import NotFound
from bot.level import Level
from bot.lexicon import drafts, load, publish, reports
from bot.lexicon.drafts import Draft
from bot.triage.lexicon import read_raw
from bot.triage.release import ADD, DROP, Change, name_of

SHOWN = 100  # messages of a replay on the page


def state() -> dict[str, Any]:
    """What is in use, the draft, what was published before."""
    names = _names()
    draft = drafts.current()
    return {
        "in_use": _in_use(),
        "draft": _draft(draft, names) if draft else None,
        "releases": [_release(row, names) for row in publish.releases()],
    }


def _names() -> dict[str, str]:
    with reading() as session:
        return company.names(session)


def _in_use() -> dict[str, Any]:
    found = load.in_use()
    return {"number": found.release_id, "version": found.version, "broken": bool(found.fault)}


def _release(row: TriageRelease, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": row.id,
        "state": row.state,
        "state_label": lexicon_words.STATES[row.state],
        "count": len(row.changes),
        "by": names.get(row.published_by or "", ""),
        "at": _moment(row.published_at) if row.published_at else "",
        "acts": _acts(reports.read(row), names),
    }


def _acts(report: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    return [
        f"{_moment(datetime.fromisoformat(act['at']))} {names.get(act['by'], '')}{lexicon_words.ACTS[act['act']]}"
        for act in report.get(reports.ACTS, [])
    ]


def _draft(draft: Draft, names: Mapping[str, str]) -> dict[str, Any]:
    places = _places(draft)
    return {
        "id": draft.id,
        "state_label": lexicon_words.STATES[draft.state],
        "changes": [_change(at, change, at < draft.base) for at, change in enumerate(draft.changes)],
        "faults": [lexicon_words.fault(one, places) for one in drafts.faults(draft)],
        "gate": _gate(draft.report.get(reports.GATE)),
        "replay": _replay(draft.report.get(reports.REPLAY)),
        "running": any(reports.is_running(draft.report.get(name)) for name in (reports.GATE, reports.REPLAY)),
        "checked": publish.is_checked(draft),
        "acts": _acts(draft.report, names),
    }


def _places(draft: Draft) -> dict[str, str]:
    """Where the rows that the draft adds stand in the changed files: `high.yml[503]` → 草稿第 1 条."""
    dropped = Counter(change.file for change in draft.changes if change.op == DROP)
    length = {file: len(read_raw()[file]) - dropped[file] for file in lexicon_words.FILES}
    places: dict[str, str] = {}
    for at, change in enumerate(draft.changes, start=1):
        if change.op == ADD and change.file in length:
            length[change.file] += 1
            places[f"{change.file}[{length[change.file]}]"] = f"草稿第 {at} 条"
    return places


def _change(at: int, change: Change, live: bool) -> dict[str, Any]:
    known = drafts.row_of(change.file, name_of(change.row)) if change.op == DROP else None
    facts = {"at": at, "op": change.op, "op_label": lexicon_words.OPS.get(change.op, change.op), "live": live}
    return facts | _row(change.file, {**(known or {}), **change.row})


def _row(file: str, row: Mapping[str, Any]) -> dict[str, Any]:
    level = str(row.get("level", ""))
    known = level in list(Level)
    return {
        "file": file,
        "file_label": lexicon_words.file_name(file),
        "name": name_of(row),
        "level": level if known else "none",
        "level_label": labels.LEVELS[Level(level)] if known else level,
        "kind": labels.kind(str(row.get("kind", ""))),
        "note": str(row.get("note", "")),
        "reviewer": str(row.get("reviewer", "")),
        "more": [
            f"{key}：{_words(row[key])}" for key in ("signal", "unless", "needs", "scope", "firm") if row.get(key)
        ],
    }


def _words(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def rows(file: str, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the repository, each with whether the draft (or, without one, what is live) has switched it off."""
    draft = drafts.current()
    with reading() as session:
        changes = draft.changes if draft else drafts.changes_of(drafts.live_changes(session))
    off = {name_of(change.row) for change in changes if change.op == DROP and change.file == file}
    return [_row(file, row) | {"off": name_of(row) in off} for row in found]


def _gate(section: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if section is None:
        return None
    figures = section.get("figures", {})
    return {
        "state": _alive(section),
        "passed": section.get("passed", False),
        "faults": [lexicon_words.fault(one, {}) for one in section.get("faults", [])],
        "figures": [[lexicon_words.FIGURES.get(key, key), _percent(value)] for key, value in figures.items()],
        "at": _moment(datetime.fromisoformat(section["at"])),
    }


def _percent(value: float) -> str:
    return f"{value * 100:.1f} %" if value == value else "—"  # nan differs from itself


def _replay(section: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if section is None:
        return None
    return {
        "state": _alive(section),
        "of": section.get("of", 0),
        "done": section.get("done", 0),
        "unreadable": section.get("unreadable", 0),
        "moves": [_move(*move) for move in section.get("moves", [])],
        "changed": sum(move[2] for move in section.get("moves", [])),
        "at": _moment(datetime.fromisoformat(section["at"])),
    }


def _alive(section: Mapping[str, Any]) -> str:
    """The state of a check; `lost` when it was at work and fell silent."""
    silent = section["state"] == reports.RUNNING and not reports.is_running(section)
    return "lost" if silent else str(section["state"])


def _move(before: str, after: str, count: int) -> dict[str, Any]:
    levels = {"before": before, "after": after}
    return {**levels, **{f"{key}_label": labels.LEVELS[Level(value)] for key, value in levels.items()}, "count": count}


def changed(staff_id: str) -> list[dict[str, Any]]:
    """The messages that the draft would change, with their words, gravest first. Raises NotFound without a replay."""
    draft = drafts.current()
    if draft is None or reports.REPLAY not in draft.report:
        raise NotFound("there is no replay")
    drafts.note_look(draft.id, staff_id)
    section = draft.report[reports.REPLAY]
    moves = {key: (before, after) for key, before, after in section.get("changed", [])[:SHOWN]}
    with reading() as session:
        found = session.execute(
            select(Message, Person.pseudonym)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Person, Person.id == Conversation.person_id)
            .where(Message.id.in_(moves), Message.erased_at.is_(None))
        ).all()
    for conversation_id in {message.conversation_id for message, _ in found}:
        cases.note_read(conversation_id, staff_id, again_after=cases.READ_AGAIN)
    lines = {message.id: _message(message, name, *moves[message.id]) for message, name in found}
    return [lines[key] for key in moves if key in lines]


def _message(message: Message, pseudonym: str, before: str, after: str) -> dict[str, Any]:
    return {
        "conversation": message.conversation_id,
        "pseudonym": pseudonym,
        "text": message.body,
        "at": _moment(message.created_at),
        **_move(before, after, 1),
    }


def judgements() -> list[dict[str, Any]]:
    """The counts of the counsellors' marks."""
    return [
        {
            "level": row.level,
            "level_label": labels.LEVELS[row.level],
            "kind": labels.kind(row.kind) or "没有类别",
            "right": row.right,
            "wrong": row.wrong,
            "missed": row.missed,
            "precision": _percent(row.precision) if row.precision is not None else "—",
        }
        for row in marks.precision()
    ]


def _moment(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"
