"""A desk that answers on a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bot import triage
from bot.console import entry
from bot.staff import passwords
from tests.console.ground import desk_app
from tests.fakes.server import serving


@pytest.fixture
def desk_url(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the desk. Passwords are hashed at a fraction of the cost, refusals do not wait."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))
    monkeypatch.setattr(entry, "REFUSAL_TAKES", 0.0)
    triage.assess("预热")
    with serving(desk_app()) as url:
        yield url
