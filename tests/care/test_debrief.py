"""Who should be talked with after hard cases."""

from __future__ import annotations

from datetime import timedelta

from bot.care import debrief
from bot.clock import local, now
from bot.db.session import transaction
from bot.db.states import Role
from bot.level import Level
from tests.care.figures_ground import case, counsellor, event
from tests.care.ground import DAY_SHIFT, SetClock

DAY = timedelta(days=1)


def test_one_imminent_case_or_three_high_ones_put_somebody_on_the_list(any_database: str, at: SetClock) -> None:
    with transaction() as session:
        lin, qiu, wu, jia = (counsellor(session, name) for name in ("林", "邱", "吴", "贾"))
        case(session, now() - DAY, Level.imminent, by=lin)
        for _ in range(3):
            case(session, now() - DAY, Level.high, by=qiu)
        for _ in range(2):
            case(session, now() - DAY, Level.high, by=wu)
        case(session, now() - 9 * DAY, Level.imminent, by=jia)
        case(session, now() - DAY, Level.imminent, by=wu, drill=True)
    found = {one.name: (one.imminent, one.high, one.due) for one in debrief.strained()}
    assert found == {"林": (1, 0, True), "邱": (0, 3, True)}


def test_a_talk_settles_it_until_the_next_hard_case(database: object, at: SetClock) -> None:
    with transaction() as session:
        lin, lead = counsellor(session, "林"), counsellor(session, "督", Role.lead)
        case(session, now() - DAY, Level.imminent, by=lin)
    debrief.record(lin, lead, local(now() - 2 * DAY).date())
    assert debrief.strained()[0].due  # the talk was before the case
    debrief.record(lin, lead, local(now()).date())
    assert not debrief.strained()[0].due
    at(DAY_SHIFT + timedelta(hours=3))
    with transaction() as session:
        case(session, now(), Level.imminent, by=lin)
    assert debrief.strained()[0].due


def test_a_sign_that_comes_while_somebody_holds_the_case_counts(database: object, at: SetClock) -> None:
    with transaction() as session:
        lin = counsellor(session, "林")
        row = case(session, now() - 9 * DAY, Level.imminent, by=lin)

        event(session, row, "sign", now() - DAY, level=Level.imminent)
    assert [one.name for one in debrief.strained()] == ["林"]
