"""What the gateway obeys by itself, before the engine and from any state: erase, export, stop, and answers to its own
questions. A message that triage finds urgent is answered as such first, whatever else it says.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import select

from bot.care import codes, follow_up, ratings
from bot.channels.incoming import Form
from bot.clock import now
from bot.conversation.turn import Turn
from bot.db.models import Message
from bot.db.session import reading
from bot.db.states import Author, Owner
from bot.level import Level
from bot.settings import ROOT
from bot.triage import live

PATH = ROOT / "nlu_data" / "controls.yml"
PAYLOAD = "/control_"  # how a button names a control; it never goes to the engine
LONGEST = 40  # characters of a message that can be a control
ANSWER_WITHIN = {"erase_question": 30 * 60, follow_up.EVENT: 48 * 3600, ratings.WORDS_EVENT: 10 * 60}  # seconds


_ASKS = re.compile(r"[?？]|[吗呢么][。！!.~]*$|怎么|多少|几天")


class Control(StrEnum):
    """What to do. `delete` only asks; `erase` is the yes to it and `keep` the no."""

    delete = "delete"
    erase = "erase"
    keep = "keep"
    export = "export"
    stop = "stop"
    leave_alone = "leave_alone"
    better = "better"
    same = "same"
    worse = "worse"
    rate_good = "rate_good"
    rate_fair = "rate_fair"
    rate_poor = "rate_poor"
    rate_more = "rate_more"  # the wish to say a word to a rating
    rate_words = "rate_words"  # that word
    rate_skip = "rate_skip"
    code = "code"  # wants a code to go on elsewhere
    go_on = "go_on"  # has typed one


def control_of(turn: Turn, payload: str | None) -> Control | None:
    """Gives what a message or a pressed button orders; None for everything else."""
    if payload is not None:
        name = payload.removeprefix(PAYLOAD)
        return Control(name) if payload.startswith(PAYLOAD) and name in set(Control) else None
    if codes.typed(turn.text) is not None:
        return Control.go_on
    if turn.level == Level.low and asked_last(turn) == follow_up.EVENT:
        return Control.worse  # distress, however it is put, is a bad answer to how it goes
    if turn.text and len(turn.text) <= LONGEST:
        said = compact(turn.text)
        found = sentence(said) or _answer(turn, said)
        if found is not None:
            return found
    return _words_to_rating(turn)


def _words_to_rating(turn: Turn) -> Control | None:
    """What comes after "write a word": that word, unless it shows distress or asks something, which is answered."""
    is_plain = turn.form == Form.text and turn.level == Level.none and turn.text.strip() != ""
    if not is_plain or _ASKS.search(turn.text) or turn.owner == Owner.counsellor:
        return None
    return Control.rate_words if asked_last(turn) == ratings.WORDS_EVENT else None


def compact(text: str) -> str:
    """Gives a text as controls are compared: folded as triage does, without any break."""
    return re.sub(r"[，\s]", "", live().fold(text))


def sentence(said: str) -> Control | None:
    """Gives the control that a compact text is the sentence of, wherever it is said."""
    return next((control for control, pattern in _sentences() if pattern.fullmatch(said)), None)


@lru_cache
def _sentences() -> tuple[tuple[Control, re.Pattern[str]], ...]:
    data = _data()
    before, after = _any(data["before"]), _any(data["after"])
    rows = data["sentences"].items()
    return tuple((Control(name), re.compile(f"(?:{before})?(?:{_any(row)})(?:{after}){{0,3}}")) for name, row in rows)


@lru_cache
def _answers() -> tuple[tuple[str, Control, re.Pattern[str]], ...]:
    data = _data()
    after = _any(data["after"])
    return tuple(
        (question, Control(name), re.compile(f"(?:{_any(row)})+(?:{after}){{0,2}}"))
        for question, rows in data["answers"].items()
        for name, row in rows.items()
    )


def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(PATH.read_text(encoding="utf-8")))


def _any(sentences: list[str]) -> str:
    return "|".join(sorted({re.escape(compact(one)) for one in sentences}, key=len, reverse=True))


def _answer(turn: Turn, said: str) -> Control | None:
    found = [(question, control) for question, control, pattern in _answers() if pattern.fullmatch(said)]
    if not found:
        return None
    asked = asked_last(turn)
    return next((control for question, control in found if question == asked), None)


def asked_last(turn: Turn) -> str:
    """Gives the name of the question of ours that the message answers; empty if the last thing said was none."""
    with reading() as session:
        last = session.execute(
            select(Message)
            .where(Message.conversation_id == turn.conversation_id, Message.id < turn.message_key)
            .where(Message.author != Author.worker)
            .order_by(Message.id.desc())
            .limit(1)
        ).scalar_one_or_none()
    if last is None or last.erased_at is not None:
        return ""
    event = str(json.loads(last.extra or "{}").get("event") or "")
    fresh = (now() - last.created_at).total_seconds() < ANSWER_WITHIN.get(event, 0)
    return event if fresh else ""
