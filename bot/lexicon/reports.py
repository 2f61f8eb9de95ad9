"""What the checks said of a release: kept with it, encrypted, by section. No worker's words are ever in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import object_session

from bot import audit
from bot.clock import now
from bot.db.care_models import TriageRelease
from bot.db.session import transaction
from bot.db.states import ReleaseState
from bot.errors import NotAllowedNow, NotFound

GATE, REPLAY, ACTS = "gate", "replay", "acts"
RUNNING, DONE, FAILED = "running", "done", "failed"
AUDITED = {
    "edited": audit.Action.lexicon_edited,
    "looked": audit.Action.lexicon_looked,
    "published": audit.Action.lexicon_published,
    "retired": audit.Action.lexicon_retired,
    "restored": audit.Action.lexicon_restored,
    GATE: audit.Action.lexicon_gate,
    REPLAY: audit.Action.lexicon_replay,
}
SILENCE = timedelta(minutes=3)  # a running check that has said nothing for so long died with its process


class Overtaken(NotAllowedNow):
    """The draft was changed or thrown away while it was being checked; the result is void."""

    code = "overtaken"


def read(row: TriageRelease) -> dict[str, Any]:
    """The report; empty if there is none."""
    found: dict[str, Any] = json.loads(row.report or "{}")
    return found


def clear(row: TriageRelease) -> None:
    """Forgets what the checks said; who did what stays."""
    _write(row, {ACTS: read(row).get(ACTS, [])})


def note_act(row: TriageRelease, staff_id: str, act: str) -> None:
    """Audits who did what with a release, in the transaction that does it."""
    report = read(row)
    acts = [*report.get(ACTS, []), {"act": act, "by": staff_id, "at": now().isoformat()}]
    _write(row, {**report, ACTS: acts})
    session = object_session(row)
    if session is None:
        raise RuntimeError("an act belongs to the transaction that does it")
    audit.record(session, AUDITED[act], staff_id, audit.release(row.id))


def is_running(section: Mapping[str, Any] | None) -> bool:
    """True while a check is at work."""
    if not section or section["state"] != RUNNING:
        return False
    return now() - datetime.fromisoformat(section["at"]) < SILENCE


def begin(release_id: int, name: str, staff_id: str, version: str) -> None:
    """Opens a section for a check that starts now. Raises NotAllowedNow while the same check is at work."""
    with transaction() as session:
        row = _draft(session.get(TriageRelease, release_id, with_for_update=True))
        if is_running(read(row).get(name)):
            raise NotAllowedNow("it is being checked already")
        note_act(row, staff_id, name)
        _put(row, name, {"state": RUNNING, "version": version, "at": now().isoformat()})


def tell(
    release_id: int, name: str, version: str, found: Mapping[str, Any], verdict: ReleaseState | None = None
) -> None:
    """Writes how far a check of that version is, or what it found. Raises Overtaken if another version is there now."""
    with transaction() as session:
        row = session.get(TriageRelease, release_id, with_for_update=True)
        section = read(row).get(name) if row else None
        if row is None or section is None or section["version"] != version or section["state"] != RUNNING:
            raise Overtaken("the draft has changed meanwhile")
        _put(row, name, {**section, "at": now().isoformat(), **found})
        row.state = verdict or row.state


def _draft(row: TriageRelease | None) -> TriageRelease:
    if row is None:
        raise NotFound("no such draft")
    if row.state not in (ReleaseState.draft, ReleaseState.refused):
        raise NotAllowedNow("it is no draft any more")
    return row


def _put(row: TriageRelease, name: str, section: Mapping[str, Any]) -> None:
    _write(row, {**read(row), name: section})


def _write(row: TriageRelease, report: Mapping[str, Any]) -> None:
    row.report = json.dumps(report, ensure_ascii=False)
