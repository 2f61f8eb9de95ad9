"""What the tests of accounts stand on: a clock of our own, accounts that can log in, and the steps of a login."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.db.states import Role
from bot.staff import accounts, people, signin
from bot.staff.signin import CodeRefused, Step
from tests import second_step

PASSWORD = "木桥 灯笼 七点半 修车"


class Watch:
    """A clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def on(self, **by: float) -> None:
        """Moves the clock on."""
        self.time += timedelta(**by)


def ready(login: str = "lifang", role: Role = Role.counsellor) -> str:
    """An account that can log in; gives its login."""
    accounts.set_password(accounts.add(login, "李芳", role), PASSWORD)
    return login


def bound(login: str = "lifang", role: Role = Role.counsellor) -> list[str]:
    """An account with a telephone; gives its recovery codes."""
    return second_step.bind(ready(login, role))


def step(login: str = "lifang") -> str:
    """The password is given; gives the token of the second step."""
    found = signin.login(login, PASSWORD)
    assert isinstance(found, Step)
    return found.token


def enter(login: str = "lifang") -> str:
    """Logs in with both; gives the session's token."""
    second_step.ready(login)
    return signin.second_step(step(login), second_step.code()).key.token


def refuse(token: str, code: str) -> None:
    with pytest.raises(CodeRefused):
        signin.second_step(token, code)


def staff_id(login: str = "lifang") -> str:
    return people.id_of(login)
