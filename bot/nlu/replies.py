"""Turns what Rasa says into the items of the engine contract: {text?, buttons?, custom?}."""

from __future__ import annotations

from typing import Any

ERROR = "error"
"""Key of a custom message by which an action says that it failed."""
NONE_OF_THESE = {"title": "都不是", "payload": "/out_of_scope"}
PROPERTY = "faq_search"


def item_of(message: dict[str, Any], parse_data: dict[str, Any]) -> dict[str, Any]:
    """Return one item; a custom message may ask for the FAQ candidates or for the last FAQ again."""
    custom = dict(message.get("custom") or {})
    buttons = list(message.get("buttons") or [])
    if custom.pop("candidates", False):
        buttons += candidate_buttons(parse_data)
    if "repeat" in custom:
        custom = _repeat(custom["repeat"])
    item = {"text": message.get("text"), "buttons": buttons, "custom": custom}
    return {name: value for name, value in item.items() if value}


def also_answered(parse_data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of the questions that a message asked besides the one that was answered."""
    found = (parse_data.get(PROPERTY) or {}).get("also", [])
    return [{"custom": {"faq": faq}} for faq in found]


def candidate_buttons(parse_data: dict[str, Any]) -> list[dict[str, str]]:
    """Return a button for each candidate, and one for none of them."""
    found = (parse_data.get(PROPERTY) or {}).get("candidates", [])
    buttons = [{"title": row["question"], "payload": '/faq{"faq": "%s"}' % row["faq"]} for row in found]
    return [*buttons, NONE_OF_THESE]


def _repeat(faq: str | None) -> dict[str, str]:
    known = bool(faq) and faq != "None"
    return {"faq": str(faq)} if known else {"text": "repeat_unavailable"}


def nlu_block(parse_data: dict[str, Any]) -> dict[str, Any]:
    """Return what was understood: intent, FAQ and candidates."""
    intent = parse_data.get("intent") or {}
    search = parse_data.get(PROPERTY) or {"score": 0.0, "candidates": []}
    named = [entity["value"] for entity in parse_data.get("entities") or [] if entity.get("entity") == "faq"]
    return {
        "also": search.get("also", []),
        "intent": intent.get("name") or "",
        "confidence": float(intent.get("confidence") or 0.0),
        "faq": named[0] if named else None,
        "faq_score": float(search["score"]) or float(bool(named)),
        "candidates": search["candidates"],
    }
