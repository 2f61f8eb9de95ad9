"""`assess(text)` by the pipeline that is live, and the change from one pipeline to the next."""

from threading import Lock

from bot.triage.levels import Assessment
from bot.triage.pipeline import Triage, build

_lock = Lock()
_live: Triage | None = None


def live() -> Triage:
    """The pipeline in use; the repository's until another one is put in its place."""
    global _live
    if _live is None:
        with _lock:
            _live = _live or build()
    return _live


def use(triage: Triage) -> None:
    """Puts this pipeline in use: from now on every message is assessed by it."""
    global _live
    with _lock:
        _live = triage


def assess(text: str) -> Assessment:
    """How urgent this one message is, and why; never raises, whatever the string holds."""
    return live().assess(text)
