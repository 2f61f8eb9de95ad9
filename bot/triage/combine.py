"""The spaCy component `xinqiao_combine`: signs that mean more together, distress next to a means for one."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.level import Level
from bot.triage.levels import Kind, Reason, Scope
from bot.triage.lexicon import Combination, lexicon_of
from bot.triage.scope import FINDINGS, Finding

# A threat from somebody else, or what a machine did, is no sign of what the writer wants to do.
_OWN = frozenset({Kind.self_harm, Kind.distress, Kind.debt, Kind.grief, Kind.bullying, Kind.violence})

# A row whose signal is a hint (a word of death, a place) must not be the distress that it is combined with.
_GRADED = ("", "despair")


class Combiner:
    """Adds a finding to `doc.user_data` for each combination that is complete in the message."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    @cached_property
    def _combinations(self) -> Sequence[Combination]:
        return lexicon_of(self._vocab).combinations

    def __call__(self, doc: Doc) -> Doc:
        findings: tuple[Finding, ...] = doc.user_data[FINDINGS]
        doc.user_data[FINDINGS] = (*findings, *raised(findings, self._combinations))
        return doc


def raised(findings: Sequence[Finding], rules: Sequence[Combination]) -> tuple[Finding, ...]:
    """One finding for each combination that is complete in this message."""
    present = frozenset(_marks(findings))
    certain = frozenset(_marks(finding for finding in findings if not finding.tentative))
    return tuple(
        _finding(rule, present, tentative=not _is_complete(rule, certain))
        for rule in rules
        if _is_complete(rule, present)
    )


def _is_complete(rule: Combination, present: frozenset[str]) -> bool:
    return rule.all_of <= present and len(rule.some & present) >= rule.least


def _marks(findings: Iterable[Finding]) -> Iterable[str]:
    """The signals; `low` for the writer's own distress; marks of danger for what is high already."""
    for finding in findings:
        if finding.signal:
            yield finding.signal
        if _is_own_distress(finding):
            yield "low"
        if finding.reason.level.is_crisis:
            yield from _danger(finding.reason)


def _danger(reason: Reason) -> Iterable[str]:
    """`danger` for the writer's own life, with `acute` where it is imminent; else the kind."""
    if reason.scope not in (Scope.self, Scope.third_person):
        return ()
    if reason.kind is not Kind.self_harm:
        return (str(reason.kind),)
    return ("danger", "acute") if reason.level is Level.imminent else ("danger",)


def _is_own_distress(finding: Finding) -> bool:
    reason = finding.reason
    is_low = reason.level is Level.low and finding.signal in _GRADED
    return is_low and reason.scope == Scope.self and reason.kind in _OWN


def _finding(rule: Combination, present: frozenset[str], *, tentative: bool) -> Finding:
    signs = "+".join(sorted(rule.all_of | (rule.some & present)))
    scope = Scope.third_person if rule.kind is Kind.third_person else Scope.self
    return Finding(Reason(rule.kind, rule.level, signs, scope, rule.note), "", tentative)


@Language.factory("xinqiao_combine")
def make_combiner(nlp: Language, name: str) -> Combiner:
    """The component, over the combinations that the pipeline carries."""
    return Combiner(nlp.vocab)
