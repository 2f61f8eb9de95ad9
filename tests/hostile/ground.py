"""The whole gateway on a real socket, with people in every role, and workers on two channels."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import func, select

from bot.app import NeverLeak, make_app
from bot.console import entry
from bot.db.models import Conversation
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.staff import accounts, passwords, people, sessions, signin
from bot.staff.sessions import SessionKey
from bot.violations import Violations
from tests.conftest import forget_process_state
from tests.console.ground import Browser
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.engine import FakeEngine
from tests.fakes.server import serving
from tests.waiting import until

_numbers = itertools.count(1)


@dataclass
class World:
    """A running gateway and who is there. `names` are the display names that new staff get, by role."""

    url: str
    app: FastAPI
    telegram: BotApi
    engine: FakeEngine
    names: dict[Role, str] = field(default_factory=dict)
    browsers: dict[Role, Browser] = field(default_factory=dict)
    visitor: Browser | None = None  # who is not logged in
    extra: dict[str, str] = field(default_factory=dict)  # what samples keep between two calls

    @property
    def violations(self) -> Violations:
        """What browsers reported."""
        found: Violations = self.app.state.violations
        return found

    def staff(self, role: Role) -> Browser:
        """The one browser of that role, logged in; without the forms of the login, which other tests walk through."""
        if role not in self.browsers:
            login = f"the-{role}"
            accounts.add(login, self.names.get(role, login), role)
            key = self.enter(role)
            browser = self.browsers[role] = Browser(self.url)
            browser.cookies.set("xq_desk", key.token, domain="127.0.0.1", path="/desk")
            browser.csrf = key.csrf
        return self.browsers[role]

    def enter(self, role: Role) -> SessionKey:
        """A new login of that role's one person."""
        with transaction() as session:
            return sessions.start(session, people.id_of(f"the-{role}"), second_factor=True)

    def id_of(self, role: Role) -> str:
        """The account's id."""
        self.staff(role)
        return people.id_of(f"the-{role}")

    def worker(self) -> httpx.Client:
        """A worker on the web chat."""
        client = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        client.post("/api/chat/session", json={}).raise_for_status()
        return client

    def settle(self) -> None:
        """Waits until everything that was sent in has been worked on."""
        until(lambda: not self.telegram.waiting and not _pending(), 120, pause=0.1)


def _pending() -> int:
    with reading() as session:
        return session.execute(select(func.sum(Conversation.pending))).scalar() or 0


def number() -> int:
    """A number that was not given before."""
    return next(_numbers)


def key() -> str:
    """A key that was not given before."""
    return uuid4().hex


def quick_logins(patch: pytest.MonkeyPatch) -> None:
    """Passwords at a fraction of the cost, and nobody has to wait after a refusal."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(passwords, "_hasher", quick)
    patch.setattr(passwords, "_NOBODY", quick.hash("nobody"))
    patch.setattr(entry, "REFUSAL_TAKES", 0.0)
    patch.setattr(signin, "lock_time", lambda _: timedelta(0))
    patch.setattr(sessions, "PROOF_LASTS", timedelta(days=1))
    patch.setattr(signin.addresses, "wait_after", lambda _: timedelta(0))


@contextmanager
def world(patch: pytest.MonkeyPatch, names: dict[Role, str] | None = None) -> Iterator[World]:
    """The gateway on the test's database while the block lasts, with a simulated engine and Telegram."""
    quick_logins(patch)
    with ExitStack() as stack:
        telegram = stack.enter_context(BotApi())
        engine = FakeEngine()
        engine_url = stack.enter_context(serving(engine.app))
        settings = {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_BASE": telegram.url,
            "ENGINE_PORT": engine_url.rsplit(":", 1)[1],
            "MAX_PENDING": "100000",
        }
        for name, value in settings.items():
            patch.setenv(f"XINQIAO_{name}", value)
        forget_process_state()
        app = make_app()
        url = stack.enter_context(serving(NeverLeak(app)))
        yield World(url, app, telegram, engine, names or {})
