"""`/desk/figures`: what leads see of speed, load and outcome, by tables and charts, and as a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from bot.audit import Action, look, note
from bot.care import figures, ratings
from bot.care.figures import Figures
from bot.care.figures_rows import Period
from bot.clock import LOCAL, local, now
from bot.console import figures_view as view
from bot.console import guard
from bot.console.account import frame
from bot.console.edge import DeskRoute, attachment
from bot.console.render import page
from bot.console.sheets import Sheet, workbook
from bot.db.models import StaffSession
from bot.errors import BadInput
from bot.knowledge.exporting import TYPES, Format

routes = APIRouter(prefix="/figures", route_class=DeskRoute)
Lead = Annotated[StaffSession, Depends(guard.leads)]
Proved = Annotated[StaffSession, Depends(guard.leads_proved)]
CHOICES = (7, 30, 90)
LONGEST = 366  # days
Day = date | None


@dataclass(frozen=True)
class Span:
    """From the first day to the last, both with it, of China's time; `days` if it was chosen as the last days."""

    first: date
    last: date
    days: int = 0

    @property
    def period(self) -> Period:
        """The same as moments."""
        return Period(_midnight(self.first), _midnight(self.last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


def span(days: int, first: Day, last: Day) -> Span:
    """Gives the days that were asked for: two dates, or the last so many days. Raises BadInput."""
    today = local(now()).date()
    if first is None and last is None:
        if days not in CHOICES:
            raise BadInput("no such choice")
        return Span(today - timedelta(days=days - 1), today, days)
    if first is None or last is None or not date(2020, 1, 1) <= first <= last <= today + timedelta(days=1):
        raise BadInput("these are no days")
    if (last - first).days >= LONGEST:
        raise BadInput("so long a time is not counted")
    return Span(first, last)


@routes.get("")
async def figures_page(
    session: Lead,
    days: Annotated[int, Query()] = 30,
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
) -> Response:
    """The figures of a time."""
    asked = span(days, first, last)
    await asyncio.to_thread(look, Action.figures_read, session.staff_id)
    found = await asyncio.to_thread(figures.of, asked.period)
    words = await asyncio.to_thread(ratings.words, asked.period.start, asked.period.end)
    return page(
        "figures.html",
        span=asked,
        choices=CHOICES,
        sections=view.sections(found),
        speeds=view.speeds(found),
        words=words,
        **frame(session),
    )


@routes.post("/export")
async def export(
    session: Proved,
    days: Annotated[int, Form()] = 30,
    first: Annotated[Day, Form(alias="from")] = None,
    last: Annotated[Day, Form(alias="to")] = None,
) -> Response:
    """The same tables as a file, with the same numbers hidden."""
    asked = span(days, first, last)
    found = await asyncio.to_thread(figures.of, asked.period)
    await asyncio.to_thread(note, Action.figures_exported, session.staff_id, day=f"{asked.first}.{asked.last}")
    name = f"xinqiao-figures-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.xlsx"
    return attachment(await asyncio.to_thread(workbook, sheets(found, asked)), name, TYPES[Format.xlsx])


def sheets(found: Figures, asked: Span) -> list[Sheet]:
    """Gives the sheets of the file, one a table."""
    head_note = f"{asked.first:%Y-%m-%d} 至 {asked.last:%Y-%m-%d}。少于 5 的数不列，能由它推算出来的数也不列。"
    speed = Sheet(
        "快慢", head_note, ("级别", "看到（中位）", "看到（九成）", "回话（中位）", "回话（九成）"), view.speeds(found)
    )
    made = [speed]
    for one in view.sections(found):
        head = (one.head, *(name for _, name in one.columns), "合计") if not one.empty else (one.head,)
        rows = one.rows or (("都少于 5，不列",),)
        made.append(Sheet(one.title, f"{head_note}{one.hint}", head, rows))
    return made
