"""The demo's rota: by day, in the evening, at night, a second and a lead; each with a telephone that does not exist."""

from __future__ import annotations

from datetime import time, timedelta

from bot.care import notices, rota
from bot.clock import local, now
from bot.db.states import Rung
from bot.demo.stage import Stage

WEEK, WEEKDAYS, WEEKEND = range(1, 8), range(1, 6), range(6, 8)
TURNS = (
    (WEEKDAYS, time(8), time(16), "chenjing", Rung.first),
    (WEEKDAYS, time(16), time(0), "liuyang", Rung.first),
    (WEEK, time(0), time(8), "zhoumin", Rung.first),
    (WEEKEND, time(8), time(0), "sunlei", Rung.first),
    (WEEKDAYS, time(8), time(18), "sunlei", Rung.second),
    (WEEK, time(18), time(8), "chenjing", Rung.second),
    (WEEK, time(0), time(0), "wuhua", Rung.lead),
)


def fill(stage: Stage) -> None:
    """Writes the week, one holiday, and where everybody can be called. `.invalid` belongs to nobody, ever."""
    by = stage.staff["zhengli"]
    for days, starts, ends, login, place in TURNS:
        rota.add_turn(by, days, starts, ends, stage.staff[login], place)
    rota.add_exception(by, local(now()).date() + timedelta(days=9), time(0), time(0), None, None)
    for login in sorted({turn[3] for turn in TURNS}):
        notices.add_address(by, stage.staff[login], f"jsons://{login}.demo.invalid/call")
    notices.add_address(by, None, "jsons://office.demo.invalid/call")
