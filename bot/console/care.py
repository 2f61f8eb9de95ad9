"""What a counsellor reads and writes beside the thread: the panel, the emergency contact, marks on alarms."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from bot.audit import Action
from bot.care import marks, panel
from bot.clock import local
from bot.console import cases, guard, labels
from bot.console.actions import Done, Words
from bot.console.edge import DeskRoute
from bot.db.models import Conversation, StaffSession
from bot.db.states import Verdict
from bot.level import Level

routes = APIRouter(prefix="/api", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]


class Judgement(BaseModel):
    """What a counsellor says of one message."""

    message: int
    verdict: Verdict
    level: Level | None = None
    text: str = ""


@routes.post("/c/{conversation_id}/mark")
async def mark(conversation_id: guard.ConversationId, told: Judgement, request: Request, session: Counsellor) -> Done:
    """Marks what triage made of a message as right, wrong or missed."""
    note = Words(text=told.text).clean
    await asyncio.to_thread(marks.give, conversation_id, told.message, session.staff_id, told.verdict, told.level, note)
    await request.state.board.changed()
    return {"ok": True}


@routes.get("/c/{conversation_id}/panel")
async def panel_now(conversation_id: guard.ConversationId, session: Counsellor) -> Done:
    """What is known beside the thread; reading it is audited."""
    who, again = session.staff_id, cases.READ_AGAIN
    await asyncio.to_thread(cases.note_read, conversation_id, who, again_after=again, action=Action.panel_read)
    return payload(await asyncio.to_thread(panel.of, conversation_id))


@routes.post("/c/{conversation_id}/contact")
async def contact(conversation_id: guard.ConversationId, reason: Words, session: Counsellor) -> Done:
    """Gives the emergency contact; the reason is noted on the case."""
    return {"text": await asyncio.to_thread(panel.reveal_contact, conversation_id, session.staff_id, reason.clean)}


def payload(found: panel.Panel) -> dict[str, Any]:
    """Gives the panel as JSON, in the words of the page."""
    return {
        "age": labels.age(found.age_band),
        "cases": [_case(case) for case in found.cases],
        "answers": [_answer(answer) for answer in found.answers],
        "agreements": [_agreement(one) for one in found.agreements],
        "moods": [{"at": _day(at), "lines": _lines(body)} for at, body in found.moods],
        "plan": None if found.plan is None else _lines(found.plan),
        "contact": found.has_contact,
        "others": [_elsewhere(one) for one in found.others],
    }


def _case(case: panel.CaseLine) -> dict[str, str]:
    return {
        "number": case.number,
        "category": labels.CATEGORIES[case.category],
        "kind": labels.kind(case.kind),
        "level": case.level,
        "level_label": labels.LEVELS[case.level],
        "state": labels.STATES[case.state],
    }


def _elsewhere(one: Conversation) -> dict[str, str]:
    about = f"{labels.channel(one.channel)} · {one.person.pseudonym}"
    return {"conversation": one.id, "about": about}


def _answer(answer: panel.Answer) -> dict[str, str]:
    level = answer.level or Level.none
    return {
        "question": labels.question(answer.question),
        "answer": labels.answer(answer.question, answer.answer),
        "level": level,
        "level_label": labels.LEVELS[level] if level != Level.none else "",
        "at": _day(answer.at),
    }


def _agreement(one: panel.Agreement) -> dict[str, Any]:
    holds = one.withdrawn_at is None
    moment = one.granted_at if one.withdrawn_at is None else one.withdrawn_at
    return {
        "purpose": labels.PURPOSES[one.purpose],
        "holds": holds,
        "text": f"{_day(moment)} {'同意' if holds else '收回了'}",
    }


def _lines(body: dict[str, Any]) -> list[dict[str, str]]:
    """A JSON form as question and answer; an answer of several words is joined."""
    return [{"question": labels.question(key), "answer": _words(key, value)} for key, value in body.items()]


def _words(key: str, value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else labels.answer(key, str(value))


def _day(moment: datetime) -> str:
    return f"{local(moment):%m-%d %H:%M}"
