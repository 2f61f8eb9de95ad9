"""Guessing which logins there are: every refusal costs the same work and says the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.clock import now
from bot.db.models import Staff
from bot.db.session import transaction
from bot.staff import passwords
from tests.console.ground import Browser, add_staff, desk_app
from tests.fakes.server import serving
from tests.hostile.ground import quick_logins

WRONG = "wrong password"


def put(**values: object) -> None:
    """Changes the account."""
    with transaction() as session:
        session.execute(update(Staff).where(Staff.login == "lifang").values(**values))


def nothing() -> None:
    """Leaves it as it is."""


CASES: dict[str, tuple[str, Callable[[], None]]] = {
    "known": ("lifang", nothing),
    "unknown": ("nobody", nothing),
    "shut out": ("lifang", lambda: put(disabled_at=now())),
    "resting": ("lifang", lambda: put(locked_until=now() + timedelta(seconds=40))),
    "without a password": ("lifang", lambda: put(password_hash=None)),
    "not even a login": ("李芳' OR '1'='1", nothing),
    "endless": ("x" * 9000, nothing),
}


class Counting:
    """The hasher, and how often it was asked."""

    def __init__(self, hasher: object) -> None:
        self.hasher, self.asked = hasher, Counter[str]()

    def __getattr__(self, name: str) -> object:
        self.asked[name] += 1
        return getattr(self.hasher, name)


def test_every_refused_login_costs_one_password_check_and_gets_the_same_page(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_logins(monkeypatch)
    add_staff("lifang")
    pages, checks = set(), {}
    with serving(desk_app()) as url:
        for case, (login, prepare) in CASES.items():
            put(disabled_at=None, locked_until=None)
            prepare()
            browser = Browser(url)
            browser.get("/desk/login")
            counting = Counting(passwords._hasher)
            with monkeypatch.context() as patch:
                patch.setattr(passwords, "_hasher", counting)
                answer = browser.give_password(login, WRONG)
            assert (answer.status_code, WRONG in answer.text) == (403, False), case
            checks[case] = counting.asked["verify"]
            pages.add((re.sub(r'value="[^"]*"', "", answer.text), tuple(sorted(answer.headers))))
    assert checks == dict.fromkeys(CASES, 1)
    assert len(pages) == 1
