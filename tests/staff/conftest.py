"""A clock that tests move, and passwords hashed cheaply."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from bot import clock
from bot.staff import passwords
from tests.staff.ground import Watch


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Our own time."""
    watch = Watch()
    clock.set_now(lambda: watch.time)
    yield watch
    clock.set_now(None)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same argon2id at a fraction of the cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))
