"""The one draft of a changed lexicon: rows added, rows switched off. It starts from what is live."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.db.care_models import TriageRelease
from bot.db.session import reading, transaction
from bot.db.states import ReleaseState
from bot.errors import BadInput, NotAllowedNow, NotFound
from bot.lexicon import reports
from bot.triage import Triage, release
from bot.triage.lexicon import read_raw
from bot.triage.release import ADD, CHANGEABLE, DROP, Change, name_of

OPEN = (ReleaseState.draft, ReleaseState.refused)
MAX_CHANGES = 500
MAX_ROW = 2000  # characters of the longest value
_NAMES = ("expression", "all", "some")  # what tells a row from the others
_OPTIONAL = ("signal", "scope", "unless", "needs")


@dataclass(frozen=True)
class Draft:
    """What is being changed. `base` counts the changes that are live already; they come first."""

    id: int
    state: ReleaseState
    changes: tuple[Change, ...]
    stored: list[Any]  # the changes as they stand in the database
    base: int
    report: Mapping[str, Any]


def rows(file: str, query: str) -> list[Mapping[str, Any]]:
    """The repository's rows of a file whose words, note or kind hold the query. Raises NotFound for an unknown file."""
    if file not in CHANGEABLE:
        raise NotFound("no such file")
    wanted = query.strip().casefold()
    return [row for row in read_raw()[file] if wanted in _searched(row)]


def _searched(row: Mapping[str, Any]) -> str:
    return " ".join((name_of(row), str(row.get("note")), str(row.get("kind")), str(row.get("signal", "")))).casefold()


def current() -> Draft | None:
    """The draft, or None."""
    with reading() as session:
        row = session.execute(select(TriageRelease).where(TriageRelease.state.in_(OPEN))).scalars().first()
        if row is None:
            return None
        live = live_changes(session)
        report = reports.read(row)
    return Draft(row.id, row.state, changes_of(row.changes), list(row.changes), _common(row.changes, live), report)


def live_changes(session: Session) -> list[Any]:
    """The changes of the live release; none while the repository's is live, or where they cannot be read."""
    live = select(TriageRelease.changes).where(TriageRelease.state == ReleaseState.live)
    found = session.execute(live).scalar() or []
    try:
        changes_of(found)
    except release.BadLexicon:
        return []
    return list(found)


def changes_of(rows: Sequence[Any]) -> tuple[Change, ...]:
    """The stored changes as values. Raises BadLexicon for what is none."""
    try:
        return tuple(Change(str(row["op"]), str(row["file"]), dict(row["row"])) for row in rows)
    except (KeyError, TypeError, ValueError):
        raise release.BadLexicon("the stored changes cannot be read") from None


def pipeline_of(changes: Any) -> Triage:
    """The pipeline of stored changes. Raises BadLexicon. The last two are kept: checks and publishing want the same."""
    return _built(json.dumps(changes, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=2)
def _built(changes: str) -> Triage:
    return release.build(changes_of(json.loads(changes)))


def faults(draft: Draft) -> tuple[str, ...]:
    """Every fault of the draft, as "path: what"."""
    return _faults(json.dumps(draft.stored, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=4)
def _faults(changes: str) -> tuple[str, ...]:
    return tuple(release.faults(changes_of(json.loads(changes))))


def add(staff_id: str, file: str, row: Mapping[str, Any]) -> None:
    """Adds a row to the draft. What is wrong with it is told by `faults`; only what cannot be kept raises BadInput."""
    _append(staff_id, Change(ADD, file, _tidy(row)))


def drop(staff_id: str, file: str, name: str, note: str, reviewer: str) -> None:
    """Switches a row off in the draft, whether the repository's or an added one. Raises NotFound for an unknown one."""
    if not note.strip() or not reviewer.strip():
        raise BadInput("switching a row off needs a note and a reviewer")
    row = row_of(file, name)
    if row is None:
        raise NotFound("no such row in the repository")
    named = {key: row[key] for key in _NAMES if key in row}
    _append(staff_id, Change(DROP, file, {**named, "note": note.strip(), "reviewer": reviewer.strip()}))


def row_of(file: str, name: str) -> Mapping[str, Any] | None:
    """The repository's row of that name, or None."""
    return next((row for row in read_raw().get(file, ()) if name_of(row) == name), None)


def take_back(staff_id: str, draft_id: int, at: int) -> None:
    """Takes one change out of the draft, counted from 0; one that is live already is thereby undone."""

    def without(changes: list[Any]) -> None:
        if not 0 <= at < len(changes):
            raise NotFound("no such change")
        del changes[at]

    _edit(staff_id, without, draft_id)


def discard(staff_id: str, draft_id: int) -> None:
    """Throws the draft away."""
    with transaction() as session:
        session.delete(_locked(session, draft_id))
        audit.record(session, audit.Action.lexicon_discarded, staff_id, audit.release(draft_id))


def reopen(staff_id: str, release_id: int) -> None:
    """Makes a draft with the changes of a former release. Raises NotAllowedNow while there is a draft."""
    with transaction() as session:
        former = session.get(TriageRelease, release_id)
        if former is None or former.published_at is None:
            raise NotFound("no such release")
        if session.execute(select(TriageRelease.id).where(TriageRelease.state.in_(OPEN))).first():
            raise NotAllowedNow("there is a draft already")
        row = TriageRelease(changes=former.changes, created_by=staff_id)
        session.add(row)
        session.flush()
        reports.note_act(row, staff_id, "edited")


def note_look(draft_id: int, staff_id: str) -> None:
    """Audits that somebody read the messages that the draft would change."""
    with transaction() as session:
        reports.note_act(_locked(session, draft_id), staff_id, "looked")


def _tidy(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what is empty; its keys stay as they are, so that `faults` can name an unknown one."""
    kept = {str(key): value for key, value in row.items() if value not in (None, "", [], False) or key not in _OPTIONAL}
    if any(len(str(value)) > MAX_ROW for value in kept.values()):
        raise BadInput(f"a value has at most {MAX_ROW} characters")
    return kept


def _append(staff_id: str, change: Change) -> None:
    if change.file not in CHANGEABLE:
        raise BadInput("this file is not changed from the desk")

    def with_it(changes: list[Any]) -> None:
        if len(changes) >= MAX_CHANGES:
            raise BadInput("too many changes; move them into the repository")
        changes.append({"op": change.op, "file": change.file, "row": dict(change.row)})

    _edit(staff_id, with_it)


def _edit(staff_id: str, change: Callable[[list[Any]], None], draft_id: int | None = None) -> None:
    """Changes the draft, making one if none is named; what was checked of it before holds no longer."""
    try:
        with transaction() as session:
            row = _locked(session, draft_id) if draft_id else _draft(session, staff_id)
            changes = list(row.changes)
            change(changes)
            row.changes, row.state = changes, ReleaseState.draft
            reports.clear(row)
            reports.note_act(row, staff_id, "edited")
    except IntegrityError:
        raise NotAllowedNow("a colleague began a draft at the same moment") from None


def _draft(session: Session, staff_id: str) -> TriageRelease:
    found = session.execute(select(TriageRelease).where(TriageRelease.state.in_(OPEN)).with_for_update())
    row = found.scalars().first()
    if row is None:
        row = TriageRelease(changes=live_changes(session), created_by=staff_id)
        session.add(row)
        session.flush()
    return row


def _locked(session: Session, draft_id: int) -> TriageRelease:
    row = session.get(TriageRelease, draft_id, with_for_update=True)
    if row is None:
        raise NotFound("no such draft")
    if row.state not in OPEN:
        raise NotAllowedNow("it is no draft any more")
    return row


def _common(changes: list[Any], live: list[Any]) -> int:
    """How many changes at the start are those that are live already."""
    count = 0
    for one, other in zip(changes, live, strict=False):
        if one != other:
            break
        count += 1
    return count
