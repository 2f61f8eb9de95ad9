"""The last spaCy component, `xinqiao_level`: rules, combinations and model come to one assessment.

The model may raise a level, never lower the one that the rules give; tentative rows are hints that need its assent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from bot.level import Level
from bot.triage.fold import CLAUSE
from bot.triage.levels import MODEL, Assessment, Kind, Reason, Scope, order_of
from bot.triage.opinion import NO_OPINION, OPINION, Opinion
from bot.triage.scope import FINDINGS, Finding
from bot.triage.signs import IDIOMS
from bot.triage.weights import OWN_LIFE

ASSESSMENT = "xinqiao_assessment"
SURE = 0.99  # what the model needs in order to raise what the rules have read as harmless
LIKELY = 0.5  # the chance from which on a tentative row counts
LEADS = 0.8  # share of the model's chance that one kind must have in order to come first
_HARMLESS = frozenset({Scope.negated, Scope.figure, Scope.quoted, Scope.past, Scope.knowledge})
_FLOOR = {Level.none: 0.0, Level.low: 0.3, Level.high: 0.6, Level.imminent: 0.85}
_STEP = {Level.none: 0.0, Level.low: 0.06, Level.high: 0.05, Level.imminent: 0.05}
_MOST_STEPS = 4


def judge(doc: Doc) -> Doc:
    """Puts the Assessment into `doc.user_data`."""
    findings: tuple[Finding, ...] = doc.user_data[FINDINGS]
    opinion: Opinion = doc.user_data.get(OPINION, NO_OPINION)
    by_rule = [_weighed(finding, opinion) for finding in findings]
    rules = max((reason.level for reason in by_rule), key=lambda level: level.rank, default=Level.none)
    bar = SURE if not rules.is_crisis and _is_explained(doc, by_rule) else 0
    by_model = () if doc.text == CLAUSE else _of_model(opinion, rules, bar)
    lead = opinion.kind if opinion.sure >= LEADS and opinion.kind not in OWN_LIFE else None
    doc.user_data[ASSESSMENT] = assessment_of([*by_rule, *by_model], lead)
    return doc


def _weighed(finding: Finding, opinion: Opinion) -> Reason:
    """The reason as far as it counts: a tentative one up to the level that the model finds likelier than not."""
    reason = finding.reason
    if not finding.tentative:
        return reason
    likely = [level for level, chance in opinion.chances.items() if chance >= LIKELY]
    reached = [level for level in likely if level.rank <= reason.level.rank]
    return replace(reason, level=reached[-1] if reached else Level.none)


def _is_explained(doc: Doc, by_rule: Sequence[Reason]) -> bool:
    """Whether the rules know a harmless meaning for what looks like danger: an idiom, a denial, a film."""
    return bool(doc.spans[IDIOMS]) or any(reason.scope in _HARMLESS for reason in by_rule)


def assessment_of(reasons: Sequence[Reason], lead: Kind | None = None) -> Assessment:
    """What these reasons come to: the worst level, and a score for the order inside a level."""
    ordered = tuple(sorted(dict.fromkeys(reasons), key=lambda reason: order_of(reason, lead)))
    level = ordered[0].level if ordered else Level.none
    return Assessment(level, _score(level, ordered), ordered, lead)


def _of_model(opinion: Opinion, rules: Level, bar: float) -> Iterator[Reason]:
    """The model's part: it raises if its chance reaches the bar, or it is told beside what the rules found."""
    raises = opinion.level.rank > rules.rank and opinion.chances[opinion.level] >= bar
    if not raises and not rules.is_crisis:
        return
    chance = opinion.chances[opinion.level if raises else Level.high]
    note = f"概率 {chance:.2f}" + (f"；依据：{'、'.join(opinion.pieces)}" if opinion.pieces else "")
    kind = opinion.kind or Kind.distress
    scope = Scope.third_person if kind is Kind.third_person else Scope.self
    agrees = min(opinion.level, rules, key=lambda level: level.rank) if opinion.level.is_crisis else Level.none
    yield Reason(kind, opinion.level if raises else agrees, MODEL, scope, note)


def _score(level: Level, reasons: tuple[Reason, ...]) -> float:
    """The level's floor, and a step more for each further sign of that level."""
    others = sum(reason.level is level for reason in reasons) - 1
    return round(_FLOOR[level] + _STEP[level] * max(0, min(others, _MOST_STEPS - 1)), 3)


@Language.factory("xinqiao_level")
def make_judge(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """The component."""
    return judge
