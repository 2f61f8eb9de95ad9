"""What a counsellor reads and writes beside the thread: the panel, the emergency contact, marks on alarms."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from bot.audit import Action
from bot.care import identity, marks, panel, placing, units
from bot.clock import local
from bot.console import cases, guard, labels
from bot.console import identity as identities
from bot.console.actions import Done, Words
from bot.console.edge import DeskRoute, Shown
from bot.db.models import Conversation, StaffSession
from bot.db.session import reading
from bot.db.states import Verdict
from bot.level import Level

routes = APIRouter(prefix="/api", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
NOBODY_SEES = "填了这家单位，就没有一个值班员能看到这位职工了。请先让管理员安排人。"


class Judgement(BaseModel):
    """What a counsellor says of one message."""

    message: guard.RowId
    verdict: Verdict
    level: Level | None = None
    text: str = ""


class Where(BaseModel):
    """A unit; None: it is not known."""

    unit: Annotated[str | None, Field(pattern=guard.ID)]


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
    found = payload(await asyncio.to_thread(panel.of, conversation_id))
    leads = session.staff.role in guard.LEAD_ROLES
    return {**found, **await asyncio.to_thread(_belonging, conversation_id, session.staff_id, leads)}


def _belonging(conversation_id: str, staff_id: str, leads: bool) -> Done:
    """Where the worker belongs, and where this person stands with the worker's identity."""
    with reading() as session:
        row = placing.unit_of(session, session.get_one(Conversation, conversation_id))
        unit = {"id": row.unit_id, "path": units.path_of(session, row.unit_id)} if row else None
        asked = identity.standing(session, conversation_id, staff_id)
    return {"unit": unit, "identity": identities.standing(asked, leads=leads)}


@routes.post("/c/{conversation_id}/unit")
async def place(conversation_id: guard.ConversationId, where: Where, request: Request, session: Counsellor) -> Done:
    """Notes where the worker belongs; who may not see them any more is out at once."""
    try:
        await asyncio.to_thread(placing.place_worker, conversation_id, session.staff_id, where.unit)
    except placing.NobodySees as fault:
        raise Shown(fault, NOBODY_SEES) from None
    await request.state.board.changed()
    return {"ok": True}


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
