"""`/desk/faqs/import`: a file is checked first, row by row; then all of it waits for a second person, or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from bot.audit import Action, note
from bot.console.account import frame
from bot.console.edge import DeskRoute
from bot.console.faqs import HOME, Editor
from bot.console.render import page
from bot.db.encryption import lookup_hash
from bot.errors import BadInput, TooMany
from bot.knowledge import importing
from bot.knowledge.columns import COLUMNS, HINTS, NEEDED
from bot.knowledge.importing import Report
from bot.request_body import read_within


class UploadRoute(DeskRoute):
    """A route of the desk that takes a file."""

    max_body = importing.MAX_FILE


routes = APIRouter(prefix="/faqs", route_class=UploadRoute)
SMALLEST = 40  # bytes: less is no table
_one_at_a_time = asyncio.Semaphore(1)


@routes.get("/import")
async def import_page(session: Editor) -> Response:
    """The page; its script sends the file."""
    columns = [(COLUMNS[field], HINTS[field], field in NEEDED) for field in COLUMNS]
    return page("faq_import.html", columns=columns, most=importing.MAX_FILE // 1024 // 1024, **frame(session))


@routes.post("/api/import")
async def check(
    request: Request, session: Editor, receipt: Annotated[str, Query(pattern="^([0-9a-f]{64})?$")] = ""
) -> dict[str, Any]:
    """Checks the file in the body. With the receipt of a check without faults it keeps what was checked."""
    file = await read_within(request, importing.MAX_FILE)
    if file is None or len(file) < SMALLEST:
        raise BadInput("the file is too large, or none")
    if _one_at_a_time.locked():
        raise TooMany("a file is being checked")
    async with _one_at_a_time:
        if receipt:
            report = await importing.examine_apart(file, judged=True)
            if hmac.compare_digest(receipt, _receipt(session.staff_id, file, report)):
                return {"batch": f"{HOME}/batch/{await asyncio.to_thread(importing.keep, session.staff_id, report)}"}
        report = await importing.examine_apart(file)
    await asyncio.to_thread(note, Action.faq_import_checked, session.staff_id, count=report.rows)
    return {**_told(report, _receipt(session.staff_id, file, report)), "moved": bool(receipt)}


def _receipt(staff_id: str, file: bytes, report: Report) -> str:
    """Stands for a check: of this file, by this person, with this outcome. Only a full check gives one out."""
    outcome = (report.rows, report.new, report.changed, report.same, len(report.faults))
    return lookup_hash("faq-import", staff_id, hashlib.sha256(file).hexdigest(), str(outcome))


def _told(report: Report, receipt: str) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "faults": [[one.row, one.column, one.words] for one in report.faults],
        "more": report.more,
        "receipt": receipt if report.contents else "",
    }
