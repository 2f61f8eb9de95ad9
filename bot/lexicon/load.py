"""Every gateway uses the lexicon that is live: at its start, and within seconds when another one is published.

A release that cannot be used never stops triage: the repository's lexicon takes its place, and it is said aloud.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select

from bot import triage
from bot.db.care_models import TriageRelease
from bot.db.session import reading
from bot.db.states import ReleaseState
from bot.lexicon import drafts
from bot.settings import settings
from bot.triage import Triage

log = logging.getLogger(__name__)
EVERY = 2.0  # seconds between two looks
FOLDER = "triage"  # in the data directory: the repository's pipeline as spaCy saves it


@dataclass(frozen=True)
class InUse:
    """What this process assesses by. `release_id` is None for the repository's own; a fault says why that is so."""

    release_id: int | None
    version: str
    fault: str = ""


_lock = Lock()
_in_use: InUse | None = None
_seen: tuple[int, Any] | None = None  # id and changes of the release last looked at


def in_use() -> InUse:
    """What this process assesses by at the moment."""
    return _in_use or InUse(None, triage.live().version)


def refresh() -> InUse:
    """Puts the live release in use if it is not yet, and gives what is in use then. Never raises."""
    global _in_use, _seen
    with _lock:
        try:
            live = _live()
        except Exception as error:  # the database may be away: what is in use stays in use
            log.warning("the live lexicon cannot be read: %s", type(error).__name__)
            return in_use()
        if _in_use is None or live != _seen:
            _in_use, _seen = _adopt(live), live
        return _in_use


async def follow() -> None:
    """Looks again and again until cancelled; the first look is the caller's, before the first message."""
    while True:
        await asyncio.sleep(EVERY)
        await asyncio.to_thread(refresh)


def _live() -> tuple[int, Any] | None:
    with reading() as session:
        live = select(TriageRelease.id, TriageRelease.changes).where(TriageRelease.state == ReleaseState.live)
        row = session.execute(live).first()
    return (row[0], row[1]) if row else None


def _adopt(live: tuple[int, Any] | None) -> InUse:
    if live is None:
        return _use(None, repository())
    try:
        return _use(live[0], drafts.pipeline_of(live[1]))
    except Exception as error:  # whatever is wrong with a release, triage goes on
        log.error("TRIAGE RELEASE %s CANNOT BE USED (%s): the repository's is in use", live[0], type(error).__name__)
        return _use(None, repository(), fault=type(error).__name__)


def _use(release_id: int | None, pipeline: Triage, fault: str = "") -> InUse:
    triage.use(pipeline)
    log.info("triage %s is in use, release %s", pipeline.version, release_id or "of the repository")
    return InUse(release_id, pipeline.version, fault)


def repository() -> Triage:
    """The repository's pipeline, by way of its saved form where that can be had."""
    try:
        return triage.saved(settings().data_dir / FOLDER)
    except Exception as error:  # a full disk or a broken file must not stop triage
        log.error("the saved triage pipeline cannot be used (%s): built anew", type(error).__name__)
        return triage.build()
