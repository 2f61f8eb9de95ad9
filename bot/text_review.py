"""What every text to a person in distress must keep: short, one question, a person or a number, no harmful word.

A list of rules, so that a slip is found before somebody reads it; no replacement for a professional who reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from bot.texts import PLACEHOLDER, fill

CARE = (
    *("crisis_", "safety_", "companion_", "ask_", "low_", "mood_", "plan_", "consent_"),
    *("follow_up_", "age_", "minor_", "help_", "worry_", "form_", "answer_", "offer_"),
)
NOT_CARE = {"ask_rephrase"}
MOST_CHARACTERS = 125  # of a bubble, with the numbers filled in
NUMBERS = {"hotline_psych", "hotline_police", "hotline_ambulance"}
NEEDS_HELP = ("crisis_", "safety_", "low_", "mood_bad", "mood_very_bad", "companion_now", "companion_say", "form_left")
FIRST_REPLY = re.compile(r"crisis_(?:high|imminent)(?:_[a-z_]+)?")
MUST = {  # of a first reply: what it lacks → how it is recognised
    "that it is a machine": re.compile("机器人"),
    "the offer of a person": re.compile("真人"),
    "the limits of confidentiality": re.compile("会联系|可能(?:替你)?联系|会找人救|可能联系"),
    "one first step": re.compile("(?:先|马上)做一步"),
}
FORBIDDEN = {
    "a promise of secrecy": r"绝对保密|一定保密|保证(?:不|替你)|(?:谁|任何人)(?:也|都)不(?:告诉|会知道)|永远保密",
    "a promise of pay": r"(?:一定|肯定|保证)(?:能|会|帮你)?.{0,4}(?:要回|拿到|讨回|赔)",
    "a method": r"上吊|割腕|跳楼|跳河|农药|百草枯|安眠药|烧炭|煤气|卧轨|刀片|服毒|绳子|遗书",
    "a diagnosis": r"抑郁症|焦虑症|双相|躁狂|精神病|确诊|你(?:得|患)了|创伤后应激",
    "a lecture": r"(?<!别说“)想开点|加油|坚强|振作|别作|多想想(?:父母|家人|孩子)|别(?:这么|那么)脆弱|矫情",
    "a bond with the machine": r"我(?:会)?(?:一直|永远)(?:陪|在)|我是你(?:的)?朋友|别离开我|再(?:陪|聊)(?:我|会儿)",
    "a number in the text": r"\d{3,}",
}


def is_care(key: str) -> bool:
    """True for a text that somebody in distress may read."""
    return key.startswith(CARE) and key not in NOT_CARE


def faults(key: str, row: dict[str, Any], facts: dict[str, str]) -> Iterator[str]:
    """Gives what is wrong with one text; `facts` are the local facts as an operator would set them."""
    text = str(row.get("text", ""))
    payloads = [button["payload"] for button in row.get("buttons") or ()]
    if not row.get("reviewer") or not isinstance(row.get("reviewed_on"), date):
        yield "lacks reviewer or review date"
    if not row.get("source") and not key.startswith("low_") and not key.startswith("crisis_nobody"):
        yield "lacks the note of its source"
    length = len(fill(text, facts).replace("\n", ""))
    if length > MOST_CHARACTERS:
        yield f"{length} characters are too many for one bubble"
    if len(re.findall("[?？]", text)) > 1 and not key.startswith("companion_say"):
        yield "asks more than one question"
    for what, words in FORBIDDEN.items():
        if re.search(words, text):
            yield f"has {what}"
    if key.startswith(NEEDS_HELP) and "/request_human" not in payloads and not _numbers(text):
        yield "offers neither a person nor a number"
    if FIRST_REPLY.fullmatch(key):
        yield from _of_first_reply(text, payloads)


def _of_first_reply(text: str, payloads: list[str]) -> Iterator[str]:
    for what, words in MUST.items():
        if not words.search(text):
            yield f"lacks {what}"
    if not _numbers(text):
        yield "lacks a number that helps at once"
    if "/request_human" not in payloads:
        yield "lacks the button for a person"
    if not text.strip().endswith("？"):
        yield "does not end with its question"


def _numbers(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) & NUMBERS
