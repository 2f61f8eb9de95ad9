"""All routes of the desk, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends, Request

from bot.console import (
    account,
    actions,
    audit,
    care,
    casefile,
    company,
    entry,
    lexicon,
    pages,
    people,
    replies,
    rota,
    streams,
    talk,
    todo,
)
from bot.console.board import Board, Feed

PREFIX = "/desk"
STAFF = (entry, account, people, replies, lexicon, rota, audit)
CASES = (pages, actions, care, talk, company, casefile, todo, streams)
PARTS = (*STAFF, *CASES)


def router(feed: Feed) -> APIRouter:
    """Gives the router of the desk, to be included as it is. `feed` tells the pages when to look again."""
    offer = _offer(Board(feed))
    desk = APIRouter(include_in_schema=False)
    for part in PARTS:
        desk.include_router(part.routes, prefix=PREFIX, dependencies=[Depends(offer)])
    return desk


def _offer(board: Board) -> Callable[[Request], Awaitable[None]]:
    """Gives a dependency that lays the board where every endpoint finds it: request.state.board."""

    async def offer(request: Request) -> None:
        request.state.board = board

    return offer
