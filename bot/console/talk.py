"""Beside the plain reply: sending once more what did not arrive."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from bot.care import speaking
from bot.console import guard
from bot.console.actions import Done, do
from bot.console.edge import DeskRoute
from bot.db.models import StaffSession

routes = APIRouter(prefix="/api", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]


class Which(BaseModel):
    """One message of the thread."""

    message: int


@routes.post("/c/{conversation_id}/again")
async def again(conversation_id: guard.ConversationId, which: Which, request: Request, session: Counsellor) -> Done:
    """Sends a reply once more that could not be delivered."""
    await do(request, conversation_id, speaking.send_again, session.staff_id, which.message)
    return {"ok": True}
