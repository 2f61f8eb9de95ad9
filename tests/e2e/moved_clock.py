"""The gateway and the actions in the test's own process, beside the real engine: so their one clock can be moved.

All is as `xinqiao run` has it but for this: the clock of another process cannot be replaced, so these two are served by
threads here. Whoever talks to them still does so over real sockets, and the engine is a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from actions.server import make_server
from bot import clock, settings
from bot.app import make_app
from bot.clock import LOCAL, local
from bot.db.schema import upgrade
from bot.knowledge import faqs
from tests.conftest import forget_process_state
from tests.fakes.server import free_port, serving
from tests.nlu.ground import Bot


@dataclass
class Clock:
    """Runs as the real one does, but ahead of it."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """The moment it shows."""
        return datetime.now(UTC) + self.ahead

    def skip(self, seconds: float) -> None:
        """Lets so much time pass at once."""
        self.ahead += timedelta(seconds=seconds)

    def go_to(self, moment: time) -> None:
        """Goes on to the next time China's clocks show this."""
        there = datetime.combine(local(self.now()).date(), moment, LOCAL)
        self.ahead += (there - self.now()) % timedelta(days=1)


@dataclass(frozen=True)
class House:
    """Where people reach it, and its clock."""

    url: str
    clock: Clock


@contextmanager
def open_house(home: Path) -> Iterator[House]:
    """The running system on an empty database in this directory."""
    moved = Clock()
    with pytest.MonkeyPatch.context() as patch:
        bot = Bot(home / "engine.log")
        patch.setenv("XINQIAO_DATA_DIR", str(home))
        patch.setenv("XINQIAO_ENGINE_PORT", str(bot.engine_port))
        patch.setenv("XINQIAO_ACTIONS_PORT", str(bot.actions_port))
        forget_process_state()
        settings.ensure_secrets(home)
        upgrade()
        faqs.seed()
        clock.set_now(moved.now)
        try:
            yield from _serve(bot, moved)
        finally:
            bot.stop()
            clock.set_now(None)
            forget_process_state()


def _serve(bot: Bot, moved: Clock) -> Iterator[House]:
    with serving(make_server(f"actions_{bot.actions_port}"), bot.actions_port):
        bot.start_engine()
        with serving(make_app(), free_port()) as url:
            yield House(url, moved)
