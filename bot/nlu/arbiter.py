"""Who answers: a FAQ, one of the intents, a choice of FAQs, or nobody. Pure decisions, no model inside.

The classifier has never seen a question that a FAQ answers, and the search knows no intents. So each one's chance
counts only as far as the other leaves room for it, and the likelier side wins. A wrong confident answer is the worst
outcome: a FAQ answers alone only where its chance is high; and a person in need comes before a mere choice of FAQs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PAYLOAD_INTENTS = frozenset({"answer", "faq", "faq_candidates", "feedback", "topic_menu"})
CARE_INTENTS = frozenset({"request_human", "worry_about_other", "safety_plan", "show_plan", "withdraw_consent"})


CRISIS_INTENT = "express_distress"
"""What it leads to alarms people. Triage, which reads every message before, hears most cries for help."""


RISE = 2
"""The better encoder rarely raises a chance by more."""


class Outcome(Enum):
    """What the arbiter decided."""

    FAQ = "faq"
    INTENT = "intent"
    CANDIDATES = "faq_candidates"
    FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Thresholds:
    """All of them are probabilities; set in config.yml."""

    answer: float = 0.8  # a FAQ answers alone from here, also without a look by the better encoder …
    lead: float = 0.1  # … if it is this much likelier than the next one
    offer: float = 0.12  # FAQs are offered as buttons from here
    intent: float = 0.2  # an intent is believed from here: below, it is oftener wrong than right
    crisis: float = 0.45  # … and that of a cry for help only if the classifier says so from here
    likely: float = 0.5  # a follow-up joined to the question before it is believed from here, if its topic agrees …
    clear_lead: float = 0.3  # … and that much likelier than its next one
    about: float = 0.2  # … and if it is about our topics by this much when it stands alone


@dataclass(frozen=True)
class Chances:
    """What the search found: that its best FAQ is right (and by how much more than the next), that the text is a
    question."""

    score: float
    lead: float
    precise: float


def is_topic(intent: str) -> bool:
    """Say whether the intent asks for a topic in general (its menu), which a precise FAQ may overrule."""
    return intent.startswith("ask_") and intent != "ask_capabilities"


def is_care(intent: str) -> bool:
    """Say whether the intent is a person in need."""
    return intent.startswith(("express_", "help_")) or intent in CARE_INTENTS


def chance_of(intent: str, confidence: float, found: Chances) -> float:
    """Return the chance that the intent is meant.

    Against a topic in general speaks that the text is a question. A deed, or what is out of scope, may be asked for
    like a question; so against them, and all others, speaks half that, and half that the FAQ found is right.
    """
    against = found.precise if is_topic(intent) else (found.precise + found.score) / 2
    return confidence * (1 - against)


def is_sure(found: Chances, limits: Thresholds) -> bool:
    """Say whether the best FAQ may answer alone."""
    return found.score >= limits.answer and found.lead >= limits.lead


def conversation_wins(intent: str, confidence: float, found: Chances, limits: Thresholds) -> bool:
    """Say whether an intent that is no topic is so clear that nothing before it, or beside it, is looked at."""
    return not is_topic(intent) and chance_of(intent, confidence, found) >= max(limits.likely, found.score)


def settled(intent: str, confidence: float, found: Chances, limits: Thresholds) -> bool:
    """Say whether the better encoder could change nothing."""
    more = Chances(*(min(RISE * chance, 1.0) for chance in (found.score, found.lead, found.precise)))
    return is_sure(found, limits) or decide(intent, confidence, more, limits) is Outcome.INTENT


def may_reach(chance: float, bound: float) -> bool:
    """Say whether a chance by the cheap similarity may reach the bound by the better encoder."""
    return RISE * chance >= bound


def decide(intent: str, confidence: float, found: Chances, limits: Thresholds) -> Outcome:
    """Return the outcome for the classifier's first intent and what the search found."""
    is_doubtful = intent == CRISIS_INTENT and confidence < limits.crisis
    chance = 0.0 if is_doubtful else chance_of(intent, confidence, found)
    if chance >= max(limits.intent, found.score):
        return Outcome.INTENT
    if is_sure(found, limits):
        return Outcome.FAQ
    if is_care(intent) and chance >= limits.intent:
        return Outcome.INTENT
    return Outcome.CANDIDATES if found.score >= limits.offer else Outcome.FALLBACK
