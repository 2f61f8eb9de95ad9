"""What a worker would read for an intent, without running the dialogue: for `xinqiao ask`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from bot import texts
from bot.errors import NotFound
from bot.knowledge import faqs, study
from bot.level import Level
from bot.programme import activities
from bot.settings import ROOT

ACTION_TEXTS = {
    "action_request_human": "human_requested",
    "action_record_feedback": "praise_received",
    "action_tell_age": "age_unknown",
    "action_withdraw_consent": "consent_none",
}
AFTER_A_QUESTION = {"affirm": "affirm_reply", "deny": "deny_reply"}
LOOKED_UP = {  # intent → what is looked up for it
    "daily_question": lambda: study.of_day(study.today()).asked,
    "study_record": lambda: texts.get("study_none"),
    "find_activity": lambda: activities.answer(""),
}
UNSURE = ("nlu_fallback", "faq_candidates")


def answer_for(nlu: dict[str, Any]) -> str:
    """Gives the full text for what the model understood; never raises for an intent it does not know."""
    if nlu.get("faq"):
        try:
            return faqs.render(str(nlu["faq"])).text
        except NotFound:
            return texts.get("outage").text
    intent = str(nlu.get("intent") or "")
    topic = intent.removeprefix("ask_")
    if intent.startswith("ask_") and topic in faqs.TOPICS:
        return _listed(faqs.menu(topic).text, [button.title for button in faqs.menu(topic).buttons])
    if intent in UNSURE and nlu.get("candidates"):
        return _listed(texts.get("did_you_mean").text, [row["question"] for row in nlu["candidates"][:3]])
    if intent == "express_distress":
        return texts.crisis(Level.high, None).text
    if intent in texts.MILD_DISTRESS:
        return texts.get(texts.MILD_DISTRESS[intent]).text
    if intent in texts.FIRST_HELP:
        return texts.get(texts.FIRST_HELP[intent]).text
    if intent in LOOKED_UP:
        return LOOKED_UP[intent]().text
    if intent in AFTER_A_QUESTION:
        return texts.get(AFTER_A_QUESTION[intent]).text
    keys = fixed_keys().get(intent) or ["ask_rephrase"]
    return "\n\n".join(texts.get(key).text for key in keys if texts.has(key))


def _listed(head: str, titles: list[str]) -> str:
    return "\n".join([head, *(f"· {title}" for title in titles)])


@lru_cache
def fixed_keys() -> dict[str, list[str]]:
    """Intent → the keys of the fixed texts that its rule sends."""
    responses = _load("domain.yml")["responses"]
    rules: dict[str, list[str]] = {}
    for path in sorted((ROOT / "nlu_data" / "dialogue").glob("*.yml")):
        for rule in _load(f"nlu_data/dialogue/{path.name}").get("rules", []):
            intents = [step["intent"] for step in rule["steps"] if "intent" in step]
            actions = [step["action"] for step in rule["steps"] if "action" in step]
            for intent in intents:
                rules.setdefault(intent, [key for action in actions for key in _keys(action, responses)])
    return rules


def _keys(action: str, responses: dict[str, Any]) -> list[str]:
    if action in ACTION_TEXTS:
        return [ACTION_TEXTS[action]]
    customs = [row.get("custom") or {} for row in responses.get(action, [])]
    return [custom["text"] for custom in customs if "text" in custom][:1]


def _load(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / name).read_text(encoding="utf-8")))
