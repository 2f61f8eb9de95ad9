"""The controls of a chat page: what each one means to the engine and how bad it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.clean import clean
from bot.level import Level


@dataclass(frozen=True)
class Command:
    """`payload` is the intent sent to the engine; `level` is what pressing it says about distress."""

    payload: str
    level: Level


COMMANDS = {
    "request_human": Command("/request_human", Level.none),
    "urgent_help": Command('/express_distress{"level": "imminent"}', Level.imminent),
}

_ASKS_FOR_PERSON = re.compile(
    r"^[请要我想找转俺给个来]*(真人|人工|活人|客服|人工客服|人工服务|值班人员|值班同志|辅导员|咨询师)[吧呀啊服务聊聊说话谢谢]*[。！!.~]*$"
)
_SLASH_FIRST = re.compile(
    r"^[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\x00-\x1f]*[/／⁄∕╱⧸]"
)


def asks_for_person(text: str) -> bool:
    """True for a plain request for a person, which works whatever the engine thinks of it."""
    return bool(_ASKS_FOR_PERSON.match(text.strip()))


_SAFE = re.compile(r"^[我俺现在这会儿还挺很]*安全[的了呢啊]*[。！!.~]*$")
_NOT_SAFE = re.compile(r"^[我俺现在这会儿还很]*(?:不|不太|不怎么)安全[的了啊]*[。！!.~]*$")


def says_whether_safe(text: str) -> str | None:
    """Gives yes or no for a plain answer to "are you safe now?", which counts even when the question has passed."""
    if _NOT_SAFE.match(text.strip()):
        return "no"
    return "yes" if _SAFE.match(text.strip()) else None


def is_typed_command(text: str) -> bool:
    """True for a bot command that a person typed, such as /restart: it means nothing here and must change nothing."""
    return bool(_SLASH_FIRST.match(text)) and neutralise(text).isascii()


def neutralise(text: str) -> str:
    """Gives the text without anything Rasa could read as an intent: no leading slash of any kind survives."""
    while _SLASH_FIRST.match(text):
        text = _SLASH_FIRST.sub("", text, count=1)
    return clean(text)
