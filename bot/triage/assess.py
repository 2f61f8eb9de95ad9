"""`assess(text)`: from a message to its level, by fold, signs, scope and combination."""

from functools import cache

import spacy
from spacy.language import Language

from bot.level import Level
from bot.triage import scope, signs  # noqa: F401  (signs registers its components)
from bot.triage.combine import raised
from bot.triage.fold import CLAUSE, fold
from bot.triage.levels import Assessment, Reason
from bot.triage.scope import Finding

COMPONENTS = ("xinqiao_signs", "xinqiao_idioms", "xinqiao_scope")
NOTHING = Assessment(Level.none, 0.0, ())
_FLOOR = {Level.none: 0.0, Level.low: 0.3, Level.high: 0.6, Level.imminent: 0.85}
_STEP = {Level.none: 0.0, Level.low: 0.06, Level.high: 0.05, Level.imminent: 0.05}
_MOST_STEPS = 4


@cache
def load() -> Language:
    """The pipeline, ready: call it at start so that the first message does not wait."""
    nlp = spacy.blank("zh")
    for component in COMPONENTS:
        nlp.add_pipe(component)
    _findings(nlp, fold("准备好了"))
    return nlp


def assess(text: str) -> Assessment:
    """How urgent this one message is, and why; never raises, whatever the string holds."""
    folded = fold(text)
    if not folded:
        return NOTHING
    findings = _findings(load(), folded)
    reasons = tuple(dict.fromkeys(finding.reason for finding in (*findings, *raised(findings))))
    ordered = tuple(sorted(reasons, key=lambda reason: -reason.level.rank))
    level = ordered[0].level if ordered else Level.none
    return Assessment(level, _score(level, ordered), ordered)


def _findings(nlp: Language, folded: str) -> tuple[Finding, ...]:
    """The last clause gets its mark too, so that every clause ends alike."""
    found: tuple[Finding, ...] = nlp(folded + CLAUSE).user_data[scope.FINDINGS]
    return found


def _score(level: Level, reasons: tuple[Reason, ...]) -> float:
    """The level's floor, and a step more for each further sign of that level."""
    others = sum(reason.level is level for reason in reasons) - 1
    return round(_FLOOR[level] + _STEP[level] * max(0, min(others, _MOST_STEPS - 1)), 3)
