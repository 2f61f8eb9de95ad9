"""Across messages: a sentence sent in pieces is read whole, and signs that lie in several messages are put together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.level import Level, max_level
from bot.triage.assess import live
from bot.triage.fold import CLAUSE
from bot.triage.levels import Assessment, Reason, Scope
from bot.triage.pipeline import Triage
from bot.triage.verdict import assessment_of

MOST = 6  # earlier messages that are looked at
WITHIN = timedelta(hours=6)  # how far back they reach
SENTENCE = 20  # characters of a sentence that was sent in pieces
PIECE = 10  # characters of a message that may be a piece of a sentence
PAUSE = timedelta(minutes=3)  # between two pieces of a sentence


@dataclass(frozen=True)
class Earlier:
    """A message that the writer sent before, with the level it got then."""

    text: str
    level: Level
    at: datetime


def assess_after(earlier: Sequence[Earlier], text: str, at: datetime, by: Triage | None = None) -> Assessment:
    """How urgent a message is, read by itself and together with those before it, oldest first.

    What lies in the earlier messages alone has had its alarm; only what this one adds to them raises the level.
    It is read by the pipeline that is live unless another one is given.
    """
    triage = by or live()
    recent = [one for one in earlier if at - one.at <= WITHIN][-MOST:]
    if not recent:
        return triage.assess(text)
    known = max((one.level for one in recent), key=lambda level: level.rank)
    pieces = _pieces(recent, text, at)
    # The model has learnt from single messages and makes too much of a row of them: a row is read by rules alone.
    whole = triage.by_rules(CLAUSE.join([*(one.text for one in recent), text]))
    own, *glued = triage.assess_all([text, *(["".join(pieces)] if len(pieces) > 1 else [])])
    together = [whole, *glued]
    worst = max(together, key=lambda found: found.level.rank)
    if worst.level.rank <= max_level(known, own.level).rank:
        return own
    count = len(pieces) - 1 if worst in glued else len(recent)
    return assessment_of([*(_across(reason, own, count) for reason in worst.reasons), *own.reasons], worst.lead)


def _pieces(recent: Sequence[Earlier], text: str, at: datetime) -> list[str]:
    """The run of short messages in quick succession that ends with this one, as long as it may be one sentence."""
    pieces, later = [text], at
    for one in reversed(recent):
        too_long = max(len(one.text), len(text)) > PIECE or sum(map(len, pieces)) + len(one.text) > SENTENCE
        if too_long or later - one.at > PAUSE:
            break
        pieces.insert(0, one.text)
        later = one.at
    return pieces


def _across(reason: Reason, own: Assessment, count: int) -> Reason:
    """A reason of the joined reading, marked as such unless this message gives it by itself."""
    if reason in own.reasons:
        return reason
    if reason.scope not in (Scope.self, Scope.figure):
        return reason
    return replace(reason, scope=Scope.context, note=f"与前面 {count} 条合看：{reason.note}")
