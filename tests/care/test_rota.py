"""The rota says when somebody is next on duty, to workers too; where there is none the setting does; one way only."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import update

from bot.care import rota, waiting
from bot.db.models import Staff
from bot.db.session import reading, transaction
from bot.db.states import Role, Rung, TaskKind
from tests.care.ground import DAY_SHIFT, SetClock, planned
from tests.conftest import forget_process_state
from tests.conversation.acts import on_duty, say, says
from tests.conversation.conftest import Anywhere
from tests.night import a_person

THURSDAY = DAY_SHIFT.isoweekday()


@pytest.fixture(autouse=True)
def hours(any_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting says half past two."""
    monkeypatch.setenv("XINQIAO_DUTY_HOURS", "1-5 14:30-18:00")
    forget_process_state()


def next_duty() -> str:
    with reading() as session:
        return waiting.facts(session).get("next_duty", "")


def test_the_rota_is_told_where_one_is_kept_and_the_setting_where_none_is(anywhere: Anywhere, at: SetClock) -> None:
    lin = a_person("lin")
    assert next_duty() == "今天14:30"
    rota.add_turn(lin, [THURSDAY], time(16), time(8), lin, Rung.first)
    assert next_duty() == "今天16:00"
    receipt = say("找真人")
    anywhere.answer_all()
    assert "今天16:00" in says(receipt.conversation_id)[0]
    (promise,) = planned(TaskKind.callback)
    assert promise.due_at == DAY_SHIFT.replace(hour=16)
    at(DAY_SHIFT.replace(hour=23))
    assert next_duty() == "", "somebody should be there now, so nothing is promised"


def test_a_holiday_moves_the_next_duty(anywhere: Anywhere, at: SetClock) -> None:
    lin = a_person("lin")
    rota.add_turn(lin, range(1, 8), time(16), time(18), lin, Rung.first)
    rota.add_exception(lin, DAY_SHIFT.date(), time(0), time(0), None, None)
    assert next_duty() == "明天16:00"


def test_a_holiday_alone_is_no_rota(anywhere: Anywhere, at: SetClock) -> None:
    rota.add_exception(a_person("lin"), DAY_SHIFT.date(), time(0), time(0), None, None)
    assert next_duty() == "今天14:30"


def test_who_is_away_counts_as_not_there_even_at_the_desk(anywhere: Anywhere, at: SetClock) -> None:
    lin = a_person("lin")
    on_duty(lin)
    assert waiting.someone_on_duty()
    rota.switch(lin, False)
    assert not waiting.someone_on_duty()
    at(DAY_SHIFT + rota.SWITCH_LASTS + timedelta(seconds=1))
    on_duty(lin)
    assert waiting.someone_on_duty(), "a switch that was forgotten ends by itself"


@pytest.mark.parametrize("change", [{"role": Role.editor}, {"disabled_at": DAY_SHIFT}])
def test_who_lost_account_or_role_is_not_on_duty(anywhere: Anywhere, at: SetClock, change: dict[str, object]) -> None:
    lin = a_person("lin")
    rota.add_turn(lin, [THURSDAY], time(16), time(18), lin, Rung.first)
    with transaction() as session:
        session.execute(update(Staff).values(**change))
    assert next_duty() == "今天14:30"
