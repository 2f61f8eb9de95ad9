"""`/desk/audit`: who did and saw what, whether the chain is whole, and the entries as a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError

from bot.audit import Action, look, note, search, verify
from bot.audit.verify import Anchor, Progress, Result
from bot.clock import local, now
from bot.console import audit_words, guard, labels
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import Role
from bot.errors import BadInput

routes = APIRouter(prefix="/audit", route_class=DeskRoute)
Reader = Annotated[StaffSession, Depends(guard.audit)]
Exporter = Annotated[StaffSession, Depends(guard.audit_export)]
SHOWN = 50
MAX_ANCHORS = 40


class Search(BaseModel):
    """What is looked for. In the body, so that no case number gets into an address."""

    staff: str = ""
    case: str = ""
    action: Action | None = None
    day: date | None = None
    before: int | None = None

    @property
    def wanted(self) -> search.Wanted:
        """The same, checked."""
        return search.Wanted(self.staff, self.case.strip(), self.action, self.day)


class Expected(BaseModel):
    """Anchors that were written down, one a line."""

    anchors: str = ""

    @property
    def parsed(self) -> list[Anchor]:
        """The anchors. Raises BadInput for what is none."""
        lines = [line for line in self.anchors.splitlines() if line.strip()]
        if len(lines) > MAX_ANCHORS:
            raise BadInput("too many anchors")
        return [Anchor.parse(line) for line in lines]


@routes.get("")
async def audit_page(session: Reader) -> Response:
    """The page; its script fetches the entries."""
    people = await asyncio.to_thread(search.people)
    return page(
        "audit.html",
        csrf=session.csrf,
        name=session.staff.display_name,
        role=labels.ROLES[session.staff.role],
        queue=session.staff.role in guard.CASE_ROLES,
        exports=session.staff.role == Role.auditor,
        people={staff_id: found[0] for staff_id, found in people.items()},
        system=(search.SYSTEM, audit_words.NOBODY),
        groups=audit_words.GROUPS,
        anchors=await asyncio.to_thread(verify.daily),
        today=local(now()).date(),
    )


@routes.post("/api/entries")
async def entries(wanted: Search, session: Reader) -> dict[str, Any]:
    """A page of entries, newest first; looking is recorded too."""
    found = wanted.wanted
    await asyncio.to_thread(look, Action.audit_read, session.staff_id)
    return await asyncio.to_thread(_page, found, wanted.before)


def _page(wanted: search.Wanted, before: int | None) -> dict[str, Any]:
    rows = search.page(wanted, before, SHOWN + 1)
    people = search.people()
    return {"rows": [audit_words.entry(row, people) for row in rows[:SHOWN]], "more": len(rows) > SHOWN}


@routes.post("/api/verify")
async def check(expected: Expected, session: Reader) -> StreamingResponse:
    """Walks the chain: one JSON line for how far it is after each batch, and the result last."""
    anchors = expected.parsed
    return StreamingResponse(_checking(anchors, session.staff_id), media_type="application/x-ndjson")


def _checking(anchors: list[Anchor], staff_id: str) -> Iterator[str]:
    for found in verify.check(anchors):
        if isinstance(found, Progress):
            yield _line({"done": found.done, "of": found.of})
            continue
        fault = found.fault.value if found.fault else None
        note(Action.audit_verified, staff_id, passed=found.fault is None, as_of=found.entries, fault=fault)
        yield _line(_result(found, len(anchors)))


def _result(found: Result, anchors: int) -> dict[str, Any]:
    if found.fault is not None:
        return {"whole": False, "seq": found.seq, "text": audit_words.FAULTS[found.fault].format(found.seq)}
    compared = f"，和抄下来的 {anchors} 个校验码都对得上" if anchors else ""
    return {"whole": True, "text": f"{found.entries} 条都对{compared}"}


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


@routes.post("/export")
async def export(
    session: Exporter,
    staff: Annotated[str, Form()] = "",
    case: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    day: Annotated[str, Form()] = "",
) -> StreamingResponse:
    """The entries that were looked for, as a CSV file; the export is the last entry of a file of everything."""
    try:
        wanted = Search.model_validate(
            {"staff": staff, "case": case, "action": action or None, "day": day or None}
        ).wanted
    except ValidationError:
        raise BadInput("this cannot be looked for") from None
    head = await asyncio.to_thread(_note_export, wanted, session.staff_id)
    people = await asyncio.to_thread(search.people)
    name = f"audit-{local(now()):%Y%m%d-%H%M%S}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = audit_words.lines(search.walk(wanted, head), people)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _note_export(wanted: search.Wanted, staff_id: str) -> int:
    """Records what was taken out before any of it is; gives the number up to which the file goes."""
    note(
        Action.audit_exported,
        staff_id,
        who=wanted.staff or None,
        case=wanted.case or None,
        did=wanted.action.value if wanted.action else None,
        day=wanted.day.isoformat() if wanted.day else None,
    )
    return verify.head().seq
