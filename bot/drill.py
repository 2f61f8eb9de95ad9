"""`xinqiao drill`: synthetic distress through every configured channel, seen from the sender's and the desk's side."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import randbelow
from typing import Any, Protocol
from uuid import uuid4

import httpx
import yaml
from telegram import Update

from bot import audit
from bot.care import desk, exercises
from bot.channels import drill, telegram
from bot.channels.telegram_client import account_of
from bot.clock import local, now
from bot.conversation import inbox
from bot.db.encryption import lookup_hash
from bot.errors import ConfigError
from bot.level import Level
from bot.lexicon import load
from bot.settings import ROOT, settings

SENTENCES = ROOT / "nlu_data" / "drill.yml"
LIMIT = 5.0  # seconds for the first reply and for the page
PATIENCE = 12.0  # seconds after which an exercise has failed
LOOK = 0.02
NOBODY = 2**53  # Telegram's ids have at most 52 bits: from here on they are nobody's


@dataclass(frozen=True)
class Exercise:
    """What is written, and what must come of it."""

    id: str
    way: str
    expect: Level
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came of one exercise on one channel; times in milliseconds, None for what did not come."""

    id: str
    channel: str
    way: str
    expect: str
    level: str
    marked: bool  # as a drill
    reply_ms: int | None
    page_ms: int | None
    number: bool  # a number to call is in the reply
    passed: bool


class Line(Protocol):
    """One made-up sender on a channel."""

    name: str
    key: str  # under which the conversation is found

    def send(self, text: str) -> None:
        """Writes one message, sealed as an exercise."""


class Web:
    """A sender on the web chat, over HTTP."""

    name = "web"

    def __init__(self) -> None:
        self._client = httpx.Client(base_url=_gateway(), timeout=PATIENCE, trust_env=False)
        self._client.post("/api/chat/session", json={}).raise_for_status()
        self._token = str(self._client.cookies["xq_chat"])
        self.key = lookup_hash("web", "web", self._token)

    def send(self, text: str) -> None:
        """Posts a message as the page does."""
        headers = {drill.HEADER: drill.seal("web", self._token, text)}
        body = {"client_id": uuid4().hex, "text": text}
        self._client.post("/api/chat/messages", json=body, headers=headers).raise_for_status()


class Telegram:
    """A sender with an id that is nobody's: through the webhook if it is on, else through our own parser."""

    name = "telegram"

    def __init__(self) -> None:
        load.refresh()  # our own parser assesses in this process, by the same lexicon as the gateway
        self._chat = NOBODY + randbelow(2**60)
        self.key = lookup_hash("telegram", account_of(settings().telegram_token), str(self._chat))

    def send(self, text: str) -> None:
        """Hands over an update as Telegram would."""
        update = _update(self._chat, text)
        if settings().telegram_mode != "webhook":
            parsed = telegram.parse(Update.de_json(update, None), account_of(settings().telegram_token))
            if parsed is not None:
                inbox.accept(replace(parsed, drill=True))
            return
        headers = {
            "X-Telegram-Bot-Api-Secret-Token": settings().telegram_secret,
            drill.HEADER: drill.seal("telegram", str(self._chat), text),
        }
        with httpx.Client(base_url=_gateway(), timeout=PATIENCE, trust_env=False) as client:
            client.post(telegram.PATH, json=update, headers=headers).raise_for_status()


def _update(chat: int, text: str) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "drill"}
    chat_of = {"id": chat, "type": "private", "first_name": "drill"}
    message = {"message_id": 1, "date": int(time.time()), "chat": chat_of, "from": sender, "text": text}
    return {"update_id": NOBODY + randbelow(2**60), "message": message}


def _gateway() -> str:
    return f"http://127.0.0.1:{settings().port}"


def exercises_of(path: Path = SENTENCES) -> list[Exercise]:
    """Gives the exercises of a file."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Exercise(row["id"], row["way"], Level(row["expect"]), tuple(row["texts"])) for row in rows]


def run(say: Callable[[str], None], *, leave: bool = False) -> int:
    """Exercises every configured channel, writes the report and gives 0 if everything was as it must be, else 1.

    What it left on the desk is cleared away, unless counsellors are to practise on it (`leave`).
    """
    try:
        httpx.get(f"{_gateway()}/healthz", timeout=5, trust_env=False).raise_for_status()
    except httpx.HTTPError:
        raise ConfigError(f"no gateway at {_gateway()}: start it with `make run`") from None
    results = []
    for line in _lines():
        for exercise in exercises_of():
            results.append(_try(line, exercise))
            say(_row(results[-1]))
    if not leave:
        exercises.clear()
    passed = all(result.passed for result in results)
    audit.note(audit.Action.drill, count=len(results), passed=passed, left=leave)
    path = _write(results)
    say(summary(results))
    say(f"report: {path}")
    return int(not passed)


def _lines() -> Iterator[Callable[[], Line]]:
    yield Web
    if settings().telegram_token:
        yield Telegram


def _try(make: Callable[[], Line], exercise: Exercise) -> Result:
    line = make()
    try:
        for text in exercise.texts[:-1]:
            line.send(text)
        started = time.monotonic()
        line.send(exercise.texts[-1])
    except httpx.HTTPError as error:
        raise ConfigError(f"the gateway refused a message on {line.name} ({type(error).__name__})") from None
    return _watch(line, exercise, started)


def _watch(line: Line, exercise: Exercise, started: float) -> Result:
    """Looks from the sender's and from the desk's side until both are done or the patience is over."""
    reply_ms = page_ms = None
    while True:
        found = exercises.trace(line.name, line.key)
        passed_ms = round((time.monotonic() - started) * 1000)
        if found is not None and page_ms is None and _paged(found.conversation_id):
            page_ms = passed_ms
        if found is not None and reply_ms is None and _answered(exercise, found.replies):
            reply_ms = passed_ms
        done = reply_ms is not None and (page_ms is not None or not exercise.expect.is_crisis)
        if done or passed_ms > PATIENCE * 1000:
            return _judge(line, exercise, found, reply_ms, page_ms)
        time.sleep(LOOK)


def _paged(conversation_id: str) -> bool:
    return any(row.conversation_id == conversation_id and row.alerts for row in desk.queue())


def _answered(exercise: Exercise, replies: tuple[str, ...]) -> bool:
    """An answer to distress is one that names a number; before that the bot may have answered a first half sentence."""
    return has_number(replies) if exercise.expect.is_crisis else bool(replies)


def has_number(replies: tuple[str, ...]) -> bool:
    """True if one of the replies says where to call."""
    numbers = [value for value in (settings().hotline_psych, settings().hotline_police) if value]
    return any(number in reply for reply in replies for number in numbers)


def _judge(
    line: Line, exercise: Exercise, found: exercises.Trace | None, reply_ms: int | None, page_ms: int | None
) -> Result:
    level = found.level if found else Level.none
    number = found is not None and has_number(found.replies)
    marked = found is not None and found.drill
    in_time = reply_ms is not None and reply_ms <= LIMIT * 1000
    if exercise.expect.is_crisis:
        seen = level.rank >= exercise.expect.rank and page_ms is not None and page_ms <= LIMIT * 1000
        passed = marked and in_time and seen and number
    else:
        passed = marked and in_time and page_ms is None and level.rank <= exercise.expect.rank
    names = (exercise.id, line.name, exercise.way, exercise.expect.value, level.value)
    return Result(*names, marked, reply_ms, page_ms, number, passed)


def _row(result: Result) -> str:
    verdict = "ok   " if result.passed else "FAULT"
    times = f"reply {_ms(result.reply_ms)}, page {_ms(result.page_ms)}"
    return f"{verdict}  {result.channel:9} {result.id:15} {result.expect} → {result.level}; {times}"


def _ms(value: int | None) -> str:
    return "none" if value is None else f"{value} ms"


def summary(results: list[Result]) -> str:
    """Gives the figures of a drill in a line."""
    distress = [result for result in results if Level(result.expect).is_crisis]
    found = [result for result in distress if Level(result.level).is_crisis]
    false = [result for result in results if result not in distress and Level(result.level).is_crisis]
    slowest_reply = max((result.reply_ms or 0 for result in results), default=0)
    slowest_page = max((result.page_ms or 0 for result in distress), default=0)
    return (
        f"drill: {len(found)} of {len(distress)} cries found, {len(false)} false alarms among "
        f"{len(results) - len(distress)}; slowest reply {slowest_reply} ms, slowest page {slowest_page} ms"
    )


def _write(results: list[Result]) -> Path:
    at = now()
    folder = settings().data_dir / "drills"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{local(at):%Y%m%d-%H%M%S}.txt"
    rows = [f"{local(at):%Y-%m-%d %H:%M} {summary(results)}", *map(_row, results)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    data = {"at": at.isoformat(), "passed": all(result.passed for result in results)}
    content = {**data, "summary": summary(results), "results": [asdict(result) for result in results]}
    path.with_suffix(".json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def last() -> tuple[datetime, bool, str] | None:
    """Gives when the last drill was, whether it passed, and its figures; None if there was none."""
    reports = sorted((settings().data_dir / "drills").glob("*.json"))
    if not reports:
        return None
    found = json.loads(reports[-1].read_text(encoding="utf-8"))
    return datetime.fromisoformat(found["at"]), bool(found["passed"]), str(found["summary"])
