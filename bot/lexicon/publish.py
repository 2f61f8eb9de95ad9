"""From draft to live: replay and gate in the background, publishing what passed, rolling back in one step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import triage
from bot.clock import now
from bot.db.care_models import TriageRelease
from bot.db.session import reading, transaction
from bot.db.states import ReleaseState
from bot.errors import NotAllowedNow, NotFound
from bot.lexicon import drafts, load, replay, reports
from bot.lexicon.drafts import Draft
from bot.lexicon.reports import DONE, FAILED, GATE, REPLAY
from bot.triage import Triage, release, safety
from bot.triage.pipeline import version_of

log = logging.getLogger(__name__)
Check = Callable[[int, Triage, Triage], None]


class NotChecked(NotAllowedNow):
    """The draft as it stands has not passed the gate, or was not replayed, against what is live now."""

    code = "not_checked"


def start_replay(staff_id: str) -> Thread:
    """Replays the draft over the stored history, in the background. Raises BadLexicon for a draft with faults."""
    return _start(REPLAY, staff_id, replay.run)


def start_gate(staff_id: str) -> Thread:
    """Holds the draft against the frozen set, in the background. Raises BadLexicon for a draft with faults."""
    return _start(GATE, staff_id, _gate)


def _start(name: str, staff_id: str, check: Check) -> Thread:
    draft = _the_draft()
    found = drafts.faults(draft)
    if found:
        raise release.BadLexicon("; ".join(found))
    load.refresh()
    version = version_of(release.changed(draft.changes))
    reports.begin(draft.id, name, staff_id, version)
    thread = Thread(target=_run, args=(name, draft, version, check), name=f"triage-{name}", daemon=True)
    thread.start()
    return thread


def _run(name: str, draft: Draft, version: str, check: Check) -> None:
    try:
        check(draft.id, drafts.pipeline_of(draft.stored), triage.live())
    except reports.Overtaken:
        log.info("%s of triage draft %s: overtaken", name, draft.id)
    except Exception as error:  # the thread's edge: the page must hear of it
        log.error("%s of triage draft %s failed: %s", name, draft.id, type(error).__name__)
        _tell_failure(draft.id, name, version, type(error).__name__)


def _tell_failure(draft_id: int, name: str, version: str, error: str) -> None:
    try:
        reports.tell(draft_id, name, version, {"state": FAILED, "error": error})
    except Exception as fault:  # then the page sees a check that has fallen silent
        log.error("cannot tell that %s failed: %s", name, type(fault).__name__)


def _gate(draft_id: int, candidate: Triage, live: Triage) -> None:
    report = safety.check(candidate, live)
    facts = {"passed": report.passed, "faults": list(report.faults), "figures": dict(report.figures)}
    verdict = ReleaseState.draft if report.passed else ReleaseState.refused
    done = {"state": DONE, **facts, "against": live.version}
    reports.tell(draft_id, GATE, candidate.version, done, verdict)


def is_checked(draft: Draft) -> bool:
    """True if the draft passed gate and replay as it stands, against what is in use here."""
    if draft.state != ReleaseState.draft or drafts.faults(draft):
        return False
    return _passed(draft.report, version_of(release.changed(draft.changes)), load.in_use().version)


def publish(staff_id: str) -> int:
    """Makes the draft live and gives its number. Raises NotChecked unless it passed as it stands."""
    draft = _the_draft()
    against = load.refresh().version
    version = version_of(release.changed(draft.changes))
    with transaction() as session:
        row = session.get(TriageRelease, draft.id, with_for_update=True)
        if row is None or row.state != ReleaseState.draft or not _passed(reports.read(row), version, against):
            raise NotChecked("gate and replay of this very draft are needed first")
        _retire(session, staff_id)
        row.state, row.published_by, row.published_at = ReleaseState.live, staff_id, now()
        reports.note_act(row, staff_id, "published")
    load.refresh()
    return draft.id


def _passed(report: Mapping[str, Any], version: str, against: str) -> bool:
    gate, history = report.get(GATE, {}), report.get(REPLAY, {})
    same = all((one.get("version"), one.get("against")) == (version, against) for one in (gate, history))
    return same and gate["state"] == history["state"] == DONE and bool(gate["passed"])


def roll_back(staff_id: str) -> int | None:
    """Puts the release before the live one back in use and gives its number; None where it is the repository's own."""
    with transaction() as session:
        gone = _retire(session, staff_id)
        if gone is None:
            raise NotAllowedNow("the repository's own lexicon is in use")
        earlier = (TriageRelease.state == ReleaseState.retired, TriageRelease.published_at < gone.published_at)
        newest = select(TriageRelease).where(*earlier).order_by(TriageRelease.published_at.desc()).limit(1)
        row = session.execute(newest).scalar_one_or_none()
        if row is not None:
            row.state = ReleaseState.live
            reports.note_act(row, staff_id, "restored")
    load.refresh()
    return row.id if row else None


def _retire(session: Session, staff_id: str) -> TriageRelease | None:
    """Takes the live release out of use, before another one becomes live."""
    live = select(TriageRelease).where(TriageRelease.state == ReleaseState.live).with_for_update()
    row = session.execute(live).scalar_one_or_none()
    if row is not None:
        row.state = ReleaseState.retired
        reports.note_act(row, staff_id, "retired")
        session.flush()
    return row


def releases(limit: int = 20) -> list[TriageRelease]:
    """What was published, newest first."""
    with reading() as session:
        published = select(TriageRelease).where(TriageRelease.published_at.is_not(None))
        return list(session.execute(published.order_by(TriageRelease.published_at.desc()).limit(limit)).scalars())


def _the_draft() -> Draft:
    draft = drafts.current()
    if draft is None:
        raise NotFound("there is no draft")
    return draft
