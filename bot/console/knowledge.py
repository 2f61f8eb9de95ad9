"""`/desk/knowledge`: what workers ask, what the bot made of it, what they thought of it; and the same as a file."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Response

from bot.audit import Action, look, note
from bot.console import guard
from bot.console.account import frame
from bot.console.chart import Chart, columns
from bot.console.edge import DeskRoute, attachment
from bot.console.figures import CHOICES, Day, Span, span
from bot.console.render import page
from bot.console.sheets import Sheet, workbook
from bot.db.models import StaffSession
from bot.db.states import Understood
from bot.knowledge import faqs, figures, inbox
from bot.knowledge.exporting import TYPES, Format
from bot.knowledge.figures import OUTCOMES, Figures

routes = APIRouter(prefix="/knowledge", route_class=DeskRoute)
Editor = Annotated[StaffSession, Depends(guard.faqs)]
WORDS = {
    Understood.answered: "答了",
    Understood.clarified: "让他选",
    Understood.refused: "没答上",
    Understood.handed_over: "转真人",
}
SERIES = ("all", "low", "high", "none")  # classes of colours, as WORDS are ordered
HOURS = [f"{hour:02d}" for hour in range(24)]
UNKNOWN = "没认出主题"
WIDTHS = (340, 720)  # a phone's and a desk's


@routes.get("")
async def knowledge_page(
    session: Editor,
    days: Annotated[int, Query()] = 30,
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
) -> Response:
    """The figures of a time."""
    asked = span(days, first, last)
    await asyncio.to_thread(look, Action.knowledge_read, session.staff_id)
    found = await asyncio.to_thread(figures.of, asked.period)
    return page(
        "knowledge.html",
        span=asked,
        choices=CHOICES,
        total=[(WORDS[one], found.total[one]) for one in OUTCOMES],
        legend=list(zip(SERIES, WORDS.values(), strict=True)),
        charts=[columns(trend(found), width) for width in WIDTHS],
        topics=topic_rows(found),
        heat=heat(found),
        hours=HOURS,
        votes=found.votes,
        unanswered=found.unanswered,
        words=WORDS,
        **frame(session),
    )


def trend(found: Figures) -> Chart:
    """What became of the questions, by day, or by week where the days are too many for a picture."""
    step = 1 if len(found.by_day) <= 31 else 7
    days = list(found.by_day)
    parts = [days[at : at + step] for at in range(0, len(days), step)]
    cells = [[sum(found.by_day[day][one] for day in part) for one in OUTCOMES] for part in parts]
    text = "；".join(f"{WORDS[one]} {found.total[one]}" for one in OUTCOMES)
    return Chart("trend", "每天问了多少、怎么答的", text, [_label(part[0]) for part in parts], SERIES, cells)


def _label(day: date) -> str:
    return f"{day.month}/{day.day}"


def topic_rows(found: Figures) -> list[list[str]]:
    """A row for each topic: its name, its outcomes, their sum; the most asked first."""
    ordered = sorted(found.by_topic.items(), key=lambda pair: -pair[1].total())
    return [[_topic(key), *(str(row[one]) for one in OUTCOMES), str(row.total())] for key, row in ordered]


def _topic(key: str) -> str:
    return faqs.TOPICS.get(key, UNKNOWN)


def heat(found: Figures) -> list[dict[str, Any]]:
    """A row for each topic with a cell for each hour: its count and how strong, 0 to 4, against the fullest."""
    most = max((count for row in found.by_hour.values() for count in row.values()), default=1)
    ordered = sorted(found.by_hour.items(), key=lambda pair: -pair[1].total())
    return [
        {"topic": _topic(key), "cells": [{"count": row[h], "heat": -(-4 * row[h] // most)} for h in HOURS]}
        for key, row in ordered
    ]


@routes.post("/export")
async def export(
    session: Editor,
    days: Annotated[int, Form()] = 30,
    first: Annotated[Day, Form(alias="from")] = None,
    last: Annotated[Day, Form(alias="to")] = None,
) -> Response:
    """The same as a file."""
    asked = span(days, first, last)
    found = await asyncio.to_thread(figures.of, asked.period)
    await asyncio.to_thread(note, Action.knowledge_exported, session.staff_id, day=f"{asked.first}.{asked.last}")
    name = f"xinqiao-questions-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.xlsx"
    return attachment(await asyncio.to_thread(workbook, sheets(found, asked)), name, TYPES[Format.xlsx])


def sheets(found: Figures, asked: Span) -> list[Sheet]:
    """Gives the sheets of the file."""
    told = f"{asked.first:%Y-%m-%d} 至 {asked.last:%Y-%m-%d}"
    outcomes = [WORDS[one] for one in OUTCOMES]
    by_day = [(f"{day:%Y-%m-%d}", *(str(row[one]) for one in OUTCOMES)) for day, row in found.by_day.items()]
    by_hour = [(_topic(key), *(str(row[hour]) for hour in HOURS)) for key, row in found.by_hour.items()]
    votes = [(row.question, str(row.up), str(row.down), str(row.asked)) for row in found.votes]
    unanswered = [(words, str(count)) for words, count in found.unanswered]
    return [
        Sheet("主题", told, ("主题", *outcomes, "合计"), topic_rows(found)),
        Sheet("每天", told, ("日期", *outcomes), by_day),
        Sheet("钟点", told, ("主题", *(f"{hour} 点" for hour in HOURS)), by_hour),
        Sheet("赞和踩", told, ("问题", "赞", "踩", "用了几次"), votes),
        Sheet("不归我们答", "标过的，给改意图的人用", ("说法",), [(words,) for words in inbox.outside()]),
        Sheet("没答上的", f"{told}。现在还没处理的", ("说法（已隐去号码和名字）", "几次"), unanswered),
    ]
