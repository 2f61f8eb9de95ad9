"""The stage of a demo: a clock that can stand in the past, the staff, and one conversation as it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bot import care, clock
from bot.channels.incoming import Incoming
from bot.conversation import inbox, render, turn
from bot.conversation.turn import Reply, Turn
from bot.db.states import Owner
from bot.level import Level, max_level

WORKER = "demo"  # by whom the queue is worked off
ACCOUNT = {"web": "web"}  # of the others the account is the demo's


@dataclass
class Stage:
    """What all acts share. `at` is what the clock shows while the demo is filled."""

    staff: dict[str, str]  # login → id
    at: datetime
    chance: Random = field(default_factory=lambda: Random(20261128))  # noqa: S311 - nothing here is secret
    written: int = 0

    def later(self, minutes: float) -> None:
        """Lets time pass, but never into the future."""
        self.at = min(self.at + timedelta(minutes=minutes), datetime.now(self.at.tzinfo))

    def number(self) -> str:
        """Gives an id that no message of this demo has."""
        self.written += 1
        return f"demo-{self.at.timestamp():.0f}-{self.written}"


@contextmanager
def clock_of(stage: Stage) -> Iterator[None]:
    """Makes the stage's clock the clock of this process while the block lasts."""
    clock.set_now(lambda: stage.at)
    try:
        yield
    finally:
        clock.set_now(None)


@dataclass
class Talk:
    """One worker's conversation. `kind` and `level` are what the case is opened with."""

    sender: str
    channel: str = "web"
    kind: str = ""
    level: Level = Level.none
    drill: bool = False
    conversation_id: str = ""
    message_id: str = ""
    holder: str = ""


def say(stage: Stage, talk: Talk, text: str, answer: list[Reply] | None = None) -> None:
    """The worker writes, and the bot answers as it would: in distress with its fixed text, else with `answer`."""
    account = ACCOUNT.get(talk.channel, "demo")
    incoming = Incoming(talk.channel, account, stage.number(), talk.sender, text, drill=talk.drill)
    accepted = inbox.accept(incoming)
    talk.conversation_id, talk.message_id = accepted.conversation_id, accepted.message_id
    stage.later(0.05)
    found = turn.claim(WORKER)
    if found is not None:
        turn.finish(found, WORKER, _answer(talk, found, answer))


def _answer(talk: Talk, found: Turn, answer: list[Reply] | None) -> list[Reply]:
    if found.owner == Owner.counsellor:
        return []
    level = max_level(found.level, talk.level) if answer is None else found.level
    if not level.is_crisis and answer is not None:
        return answer
    care.open_case(found.message_id, level, talk.kind or found.kind)
    if level.is_crisis:
        return [render.crisis_reply(found, level, talk.kind or found.kind)]
    return [render.fixed("low_distress")]
