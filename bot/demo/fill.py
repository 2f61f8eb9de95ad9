"""Filling a demo, area by area. Everything goes through the functions that the desk itself uses, at a set clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event

from bot.care import canned
from bot.clock import LOCAL
from bot.console.labels import ROLES
from bot.db import demo_mark
from bot.db.schema import upgrade
from bot.db.session import engine
from bot.demo import crowd, duty, editing, org, programme, questions, staff, stories
from bot.demo.stage import Stage, clock_of
from bot.errors import ConfigError
from bot.knowledge import faqs
from bot.settings import settings

CASES = 60
LONG_AGO = timedelta(days=30)  # when the staff and the rota were set up
AREAS: tuple[Callable[[Stage], None], ...] = (duty.fill, org.fill, programme.fill)
"""What sets up one part of the desk each, before anybody writes. A new part of the desk adds its own here."""


@dataclass(frozen=True)
class Shown:
    """What is shown once: the password of all accounts, and (login, name, role) of each."""

    password: str
    people: tuple[tuple[str, str, str], ...]


def fill(cases: int = CASES) -> Shown:
    """Fills an empty database, or lets a filled one ring again; gives the logins with a fresh password."""
    if not demo_mark.is_demo():
        _fill_new(cases)
    elif not demo_mark.is_filled():
        raise ConfigError("the filling of this demo broke off: take another directory")
    _ring()
    password = staff.new_password()
    staff.set_passwords(password)
    return Shown(password, tuple((login, name, ROLES[role]) for login, (name, role) in staff.PEOPLE.items()))


def _fill_new(cases: int) -> None:
    if engine().dialect.name == "sqlite":
        event.listen(engine(), "connect", _write_fast)
        engine().dispose()
    demo_mark.set_mark()  # first of all: a fill that breaks off leaves nothing that could pass for real
    upgrade()
    faqs.seed()
    canned.seed()
    stage = Stage({}, datetime.now(LOCAL) - LONG_AGO)
    stage.staff = staff.add()
    with staff.somebody_there(), clock_of(stage):
        for area in AREAS:
            area(stage)
        short = crowd.stories(stage, max(0, cases - len(stories.load()["stories"]) - 1))
        stories.play_all(stage, short)
        questions.fill(stage)
    editing.propose(stage.staff["heping"])
    demo_mark.set_filled()
    if engine().dialect.name == "sqlite":
        event.remove(engine(), "connect", _write_fast)
        engine().dispose()


def _write_fast(connection: Any, _record: Any) -> None:
    """What is invented need not survive a power cut; the gateway opens the file with all care again."""
    connection.execute("PRAGMA synchronous=OFF")


def _ring() -> None:
    stage = Stage(staff.ids(), datetime.now(LOCAL))
    with staff.somebody_there(), clock_of(stage):
        stories.ring(stage)


def tell(shown: Shown, say: Callable[[str], None]) -> None:
    """Says how to get in."""
    say("everybody and everything in it is invented, and nothing is sent outside")
    for login, name, role in shown.people:
        say(f"  {login:<10} {name} {role}")
    say(f"password of all of them, shown this once: {shown.password}")
    say(f"data: {settings().data_dir}")
