"""The words of triage: of what kind a sign is, whose, and what all signs of a message come to."""

from dataclasses import dataclass
from enum import StrEnum

from bot.level import Level


class Kind(StrEnum):
    """What a sign is about. Declared in the order in which a reply addresses kinds of equal level."""

    wage_threat = "wage_threat"
    self_harm = "self_harm"
    third_person = "third_person"
    violence = "violence"
    threat = "threat"
    medical = "medical"
    exploitation = "exploitation"
    harassment = "harassment"
    bullying = "bullying"
    grief = "grief"
    debt = "debt"
    distress = "distress"
    knowledge = "knowledge"


_KIND_ORDER = {kind: order for order, kind in enumerate(Kind)}


class Scope(StrEnum):
    """Whose sign it is, when, and whether it is meant."""

    self = "self"
    third_person = "third_person"
    past = "past"
    negated = "negated"
    quoted = "quoted"
    knowledge = "knowledge"
    figure = "figure"
    context = "context"  # seen only together with what the writer sent before


MODEL = "模型"  # the expression of a reason that the statistical model gives


@dataclass(frozen=True)
class Reason:
    """One sign found in a message. `expression` has the lexicon's words in it, never the whole message."""

    kind: Kind
    level: Level
    expression: str
    scope: str
    note: str


def order_of(reason: Reason, lead: Kind | None) -> tuple[int, bool, int]:
    """Sorts reasons as a reply addresses them: most severe first, then the leading kind, then the order of kinds."""
    return -reason.level.rank, reason.kind != lead, _KIND_ORDER[reason.kind]


@dataclass(frozen=True)
class Assessment:
    """What triage says about one message; `score` runs from 0 to 1 and orders messages inside a level too."""

    level: Level
    score: float
    reasons: tuple[Reason, ...]
    lead: Kind | None = None  # the kind of which the model is sure: it comes first among equally severe ones

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that carry a level, most severe first, each once."""
        graded = [reason for reason in self.reasons if reason.level is not Level.none]
        graded.sort(key=lambda reason: order_of(reason, self.lead))
        return tuple(dict.fromkeys(reason.kind for reason in graded))

    @property
    def kind(self) -> Kind | None:
        """The kind that the reply should address, or None when there is nothing to address."""
        return next(iter(self.kinds), None)
