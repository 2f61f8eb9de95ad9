"""All routes of the desk, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends, Request

from bot.console import (
    account,
    actions,
    activities,
    audit,
    care,
    casefile,
    company,
    debrief,
    entry,
    faq_drafts,
    faq_import,
    faqs,
    figures,
    identity,
    inbox,
    knowledge,
    lexicon,
    pages,
    people,
    replies,
    rota,
    streams,
    talk,
    todo,
    training,
    units,
)
from bot.console.board import Board, Feed
from bot.typing_sign import TypingSigns

PREFIX = "/desk"
PARTS = (
    *(entry, account, people, units, replies, lexicon, rota, figures, debrief, audit, training),
    *(faqs, faq_drafts, faq_import, inbox, knowledge, activities),
    *(pages, actions, care, talk, company, identity, casefile, todo, streams),
)


def router(feed: Feed, typing: TypingSigns | None = None) -> APIRouter:
    """Gives the router of the desk, to be included as it is.

    `feed` tells the pages when to look again, `typing` that somebody is typing; without it only this desk's own count.
    """
    offer = _offer(Board(feed), typing or TypingSigns())
    desk = APIRouter(include_in_schema=False)
    for part in PARTS:
        desk.include_router(part.routes, prefix=PREFIX, dependencies=[Depends(offer)])
    return desk


def _offer(board: Board, typing: TypingSigns) -> Callable[[Request], Awaitable[None]]:
    """Gives a dependency that lays both where every endpoint finds them: request.state.board and .typing."""

    async def offer(request: Request) -> None:
        request.state.board = board
        request.state.typing = typing

    return offer
