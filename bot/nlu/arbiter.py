"""Who answers: a FAQ, one of the intents, a choice of FAQs, or nobody. Pure decisions, no model inside.

A wrong confident answer is the worst outcome, and a person who asks for help must get it: so a clear
conversational intent wins over a FAQ, and a FAQ answers alone only where its chance to be right is high.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PAYLOAD_INTENTS = frozenset({"answer", "faq", "faq_candidates", "feedback", "topic_menu"})
CARE_INTENTS = frozenset({"request_human", "worry_about_other", "safety_plan", "show_plan", "withdraw_consent"})


TASK_INTENTS = frozenset({"calculate", "rights_help", "daily_question", "study_record", "find_activity"})
"""What is asked for is a deed, about the same matters as the FAQs: the likelier of the two is believed."""


class Outcome(Enum):
    """What the arbiter decided."""

    FAQ = "faq"
    INTENT = "intent"
    CANDIDATES = "faq_candidates"
    FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Thresholds:
    """All of them are probabilities; set in config.yml."""

    answer: float = 0.7  # a FAQ answers alone from here …
    lead: float = 0.1  # … if it is this much likelier than the next one
    cheap_answer: float = 0.8  # … without asking the better encoder
    offer: float = 0.18  # FAQs are offered as buttons from here
    intent: float = 0.45  # an intent is believed from here
    clear: float = 0.7  # a conversational intent wins over a FAQ from here
    care: float = 0.45  # … and one of a person in need already from here
    asks: float = 0.5  # a text is about our topics from here; then conversation does not win
    asks_in_need: float = 0.85  # … the same for a person in need
    hopeful: float = 0.5  # a follow-up joined to the question before it is believed from here, if its topic agrees …
    clear_lead: float = 0.3  # … and that much likelier than its next one
    about: float = 0.2  # … and if it is about our topics by this much when it stands alone
    precise: float = 0.5  # a text about a topic is a question from here, not the mere name of the topic


@dataclass(frozen=True)
class Chances:
    """What the search found: that its best FAQ is right (and by how much more than the next), that the text is about
    our topics, that it is a question."""

    score: float
    lead: float
    asks: float
    precise: float


def is_topic(intent: str) -> bool:
    """Say whether the intent asks for a topic in general (its menu), which a precise FAQ may overrule."""
    return intent.startswith("ask_") and intent != "ask_capabilities"


def is_care(intent: str) -> bool:
    """Say whether the intent is a person in need."""
    return intent.startswith(("express_", "help_")) or intent in CARE_INTENTS


def conversation_wins(intent: str, confidence: float, found: Chances, limits: Thresholds) -> bool:
    """Say whether a conversational intent stands against what the search found."""
    if is_topic(intent):
        return False
    if intent in TASK_INTENTS:
        return confidence >= max(limits.intent, found.score)
    needed, allowed = (limits.care, limits.asks_in_need) if is_care(intent) else (limits.clear, limits.asks)
    return confidence >= max(needed, found.score) and found.asks < allowed


def settled(intent: str, confidence: float, found: Chances, limits: Thresholds) -> bool:
    """Say whether the better encoder could change nothing (it rarely lifts a chance by more than half)."""
    more = Chances(1.5 * found.score, found.lead, 1.5 * found.asks, found.precise)
    sure = found.score >= limits.cheap_answer and found.lead >= limits.lead
    return sure or conversation_wins(intent, confidence, more, limits)


def decide(intent: str, confidence: float, found: Chances, limits: Thresholds) -> Outcome:
    """Return the outcome for the classifier's first intent and what the search found."""
    if conversation_wins(intent, confidence, found, limits):
        return Outcome.INTENT
    if found.score >= limits.answer and found.lead >= limits.lead:
        return Outcome.FAQ
    if confidence >= limits.intent and _believed(intent, found, limits):
        return Outcome.INTENT
    return Outcome.CANDIDATES if found.score >= limits.offer else Outcome.FALLBACK


def _believed(intent: str, found: Chances, limits: Thresholds) -> bool:
    """Say whether the search agrees with the intent: nothing to offer, a topic only named, or no matter of ours."""
    if found.score < limits.offer:
        return True
    return found.precise < limits.precise if is_topic(intent) else found.asks < limits.asks
