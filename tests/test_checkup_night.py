"""What the doctor says of rota and night chain: hours with nobody, people whom nothing reaches; never who they are."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot import checkup
from bot.care import notices, rota
from bot.db.states import Role, Rung
from tests.conftest import forget_process_state
from tests.night import a_person


def said() -> dict[str, checkup.Finding]:
    return {finding.subject: finding for finding in checkup._night()}


def test_without_a_rota_the_hours_are_told(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said()["duty hours (no rota is kept)"].state.startswith("not set")
    monkeypatch.setenv("XINQIAO_DUTY_HOURS", "1-5 08:30-17:30")
    forget_process_state()
    assert said()["duty hours (no rota is kept)"].state == "1-5 08:30-17:30"
    assert not any(finding.fault for finding in said().values())


def test_hours_with_nobody_are_named_and_nobody_is(database: Path) -> None:
    lin = a_person("lin", Role.lead)
    rota.add_turn(lin, range(1, 8), time(8), time(20), lin, Rung.first)
    rota.add_turn(lin, range(1, 6), time(20), time(8), lin, Rung.first)
    found = said()
    assert found["rota"].state == (
        "nobody on duty Mon 00:00 to Mon 08:00; Sat 20:00 to Sun 08:00; Sun 20:00 to Mon 00:00"
    )
    assert found["people on the rota without a notice address"].fault
    assert "lin" not in str(found)


def test_somebody_at_all_hours_with_an_address_is_no_fault(database: Path) -> None:
    lin = a_person("lin")
    rota.add_turn(lin, range(1, 8), time(0), time(0), lin, Rung.second)
    for owner in (lin, None):
        notices.add_address(lin, owner, "json://127.0.0.1/secret")
    found = said()
    assert found["rota"].state == "somebody at all hours of the week"
    assert [finding.fault for finding in found.values()] == [False] * 3
    assert "secret" not in str(found)


def test_a_lead_alone_is_not_somebody_on_duty(database: Path) -> None:
    lin = a_person("lin", Role.lead)
    rota.add_turn(lin, range(1, 8), time(0), time(0), lin, Rung.lead)
    assert said()["rota"].state == "nobody on duty Mon 00:00 to Mon 00:00"
