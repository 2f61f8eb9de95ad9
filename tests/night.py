"""What the tests of the night share: staff on the rota, addresses at a real peer, and what was called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import select

from bot.care import desk, notices, rota
from bot.care.night import Chain
from bot.clock import LOCAL
from bot.conversation.caller import Caller
from bot.db.models import Staff
from bot.db.night_models import EscalationStep, Notice
from bot.db.session import reading, transaction
from bot.db.states import NoticeState, Role, Rung
from tests.conversation.conftest import Anywhere
from tests.fakes.notice_peer import address

NIGHT = datetime(2026, 11, 27, 2, 0, tzinfo=LOCAL)
SetClock = Callable[[datetime], None]
CRY = "我在楼顶，现在就跳下去"
OFFICE = "office"
ROLES = {"lin": Role.counsellor, "wu": Role.counsellor, "he": Role.lead}
PLACES = {"lin": Rung.first, "wu": Rung.second, "he": Rung.lead}


def a_person(login: str, role: Role = Role.counsellor) -> str:
    """An account; gives its id."""
    with transaction() as session:
        person = Staff(login=login, display_name=login, role=role)
        session.add(person)
        session.flush()
        return person.id


def a_full_rota(url: str, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Lin on duty, Wu second, He lead, all hours of all days, each with an address at the peer, and the office's.

    `without` lacks an address. Gives name → id.
    """
    ids = {login: a_person(login, role) for login, role in ROLES.items()}
    for login, place in PLACES.items():
        rota.add_turn(ids["he"], range(1, 8), time(0), time(0), ids[login], place)
    for who in (*ROLES, OFFICE):
        if who not in without:
            notices.add_address(ids["he"], ids.get(who), address(url, who))
    return ids


def send_all() -> int:
    """Sends the notices that wait; gives how many there were."""
    return asyncio.run(Caller(lambda: None).work())


def steps() -> list[Rung]:
    """The rungs that were called, in order."""
    with reading() as session:
        return list(session.execute(select(EscalationStep.rung).order_by(EscalationStep.id)).scalars())


def notice_states() -> list[NoticeState]:
    """What became of the notices, in order."""
    with reading() as session:
        return list(session.execute(select(Notice.state).order_by(Notice.id)).scalars())


def chain() -> Chain:
    """How far the one alarm has climbed, as the desk shows it."""
    [row] = desk.queue()
    assert row.chain is not None
    return row.chain


def clock_runs(anywhere: Anywhere, at: SetClock, seconds: range) -> list[tuple[int, int]]:
    """Runs the clock; gives when something was sent, and how much."""
    sent = []
    for second in seconds:
        at(NIGHT + timedelta(seconds=second))
        anywhere.do_due()
        if count := send_all():
            sent.append((second, count))
    return sent
