"""The last spaCy component, `xinqiao_level`: rules, combinations and model come to one assessment.

The model may raise a level, never lower the one that the rules give.
"""

from collections.abc import Callable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from bot.level import Level
from bot.triage.fold import CLAUSE
from bot.triage.levels import MODEL, Assessment, Kind, Reason, Scope
from bot.triage.opinion import OPINION, Opinion
from bot.triage.scope import FINDINGS, Finding

ASSESSMENT = "xinqiao_assessment"
NOTHING = Assessment(Level.none, 0.0, ())
_FLOOR = {Level.none: 0.0, Level.low: 0.3, Level.high: 0.6, Level.imminent: 0.85}
_STEP = {Level.none: 0.0, Level.low: 0.06, Level.high: 0.05, Level.imminent: 0.05}
_MOST_STEPS = 4


def judge(doc: Doc) -> Doc:
    """Puts the Assessment into `doc.user_data`."""
    findings: tuple[Finding, ...] = doc.user_data[FINDINGS]
    by_rule = [finding.reason for finding in findings]
    rules = max((reason.level for reason in by_rule), key=lambda level: level.rank, default=Level.none)
    empty = doc.text == CLAUSE
    doc.user_data[ASSESSMENT] = (
        NOTHING if empty else assessment_of([*by_rule, *_of_model(doc.user_data[OPINION], rules)])
    )
    return doc


def assessment_of(reasons: Sequence[Reason]) -> Assessment:
    """What these reasons come to: the worst level, and a score for the order inside a level."""
    ordered = tuple(sorted(dict.fromkeys(reasons), key=lambda reason: -reason.level.rank))
    level = ordered[0].level if ordered else Level.none
    return Assessment(level, _score(level, ordered), ordered)


def _of_model(opinion: Opinion, rules: Level) -> Iterator[Reason]:
    """The model's part: it raises, or it is told beside what the rules found."""
    raises = opinion.level.rank > rules.rank
    if not raises and not rules.is_crisis:
        return
    chance = opinion.chances[opinion.level if raises else Level.high]
    note = f"概率 {chance:.2f}" + (f"；依据：{'、'.join(opinion.pieces)}" if opinion.pieces else "")
    kind = opinion.kind or Kind.distress
    scope = Scope.third_person if kind is Kind.third_person else Scope.self
    yield Reason(kind, opinion.level if raises else Level.none, MODEL, scope, note)


def _score(level: Level, reasons: tuple[Reason, ...]) -> float:
    """The level's floor, and a step more for each further sign of that level."""
    others = sum(reason.level is level for reason in reasons) - 1
    return round(_FLOOR[level] + _STEP[level] * max(0, min(others, _MOST_STEPS - 1)), 3)


@Language.factory("xinqiao_level")
def make_judge(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """The component."""
    return judge
