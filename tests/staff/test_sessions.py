"""Sessions of staff: when they begin, what keeps them alive, when they end. On a real database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.db.models import StaffSession
from bot.db.session import reading
from bot.settings import settings
from bot.staff import sessions, signin
from tests.staff.ground import PASSWORD, Watch, ready


@pytest.fixture(autouse=True)
def password_only(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the password; test_signin.py is about the second step."""
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings.cache_clear()


def test_every_login_has_its_own_token_and_the_tokens_are_long(database: Path) -> None:
    login = ready()
    keys = [signin.login(login, PASSWORD) for _ in range(3)]
    secrets = {part for key in keys for part in (key.token, key.csrf)}
    assert len(secrets) == 6
    assert min(len(secret) for secret in secrets) >= 43


def test_a_session_ends_when_idle_for_half_an_hour(database: Path, watch: Watch) -> None:
    key = signin.login(ready(), PASSWORD)
    watch.on(minutes=29)
    assert sessions.session_of(key.token) is not None
    watch.on(minutes=29)
    assert sessions.session_of(key.token) is not None
    watch.on(minutes=30)
    assert sessions.session_of(key.token) is None


def test_watching_is_not_activity(database: Path, watch: Watch) -> None:
    key = signin.login(ready(), PASSWORD)
    for _ in range(3):
        watch.on(minutes=9)
        assert sessions.session_of(key.token, touch=False) is not None
    watch.on(minutes=9)
    assert sessions.session_of(key.token, touch=False) is None


def test_a_session_ends_after_twelve_hours_however_busy(database: Path, watch: Watch) -> None:
    key = signin.login(ready(), PASSWORD)
    for _ in range(35):
        watch.on(minutes=20)
        assert sessions.session_of(key.token) is not None
    watch.on(minutes=20)
    assert sessions.session_of(key.token) is None


def test_logout_ends_that_session_only(database: Path) -> None:
    login = ready()
    here, there = signin.login(login, PASSWORD), signin.login(login, PASSWORD)
    sessions.logout(here.token)
    sessions.logout("never existed")
    assert sessions.session_of(here.token) is None
    assert sessions.session_of(there.token) is not None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "0" * 10_000])
def test_a_made_up_token_is_no_session(database: Path, token: str) -> None:
    assert sessions.session_of(token) is None


def test_ended_sessions_are_swept_at_the_next_login(database: Path, watch: Watch) -> None:
    login = ready()
    signin.login(login, PASSWORD)
    watch.on(hours=13)
    signin.login(login, PASSWORD)
    with reading() as session:
        assert session.execute(select(func.count()).select_from(StaffSession)).scalar_one() == 1
