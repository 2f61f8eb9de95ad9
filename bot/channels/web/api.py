"""The routes of the web chat. The session's cookie is the worker's id on this channel; it never stands in a URL."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.security import APIKeyCookie

from bot.channels import drill
from bot.channels.incoming import Form, Incoming, OnMessage, Press
from bot.channels.web import page, thread
from bot.channels.web.models import (
    MAX_ID,
    HotlineList,
    MessageList,
    NewMessage,
    Receipt,
    SessionState,
    mend,
)
from bot.channels.web.route import ChatRoute, NoSession, NotJson, TooLarge, Unavailable, problems
from bot.channels.web.stream import LiveFeed, Streams
from bot.db.states import Owner
from bot.errors import BadInput, NotFound, TooMany
from bot.settings import settings
from bot.typing_sign import Side, Sign, TypingSigns

COOKIE = "xq_chat"
COOKIE_DAYS = 180
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 random bits
FOREVER = "public, max-age=31536000, immutable"  # the URL names the content
PRIVATE = {"Cache-Control": "no-store"}

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The chat session, set by POST /api/chat/session.")


def known_token(token: Annotated[str | None, Depends(_cookie)]) -> str | None:
    """Gives the caller's session token, or None if there is none of ours."""
    return token if token and TOKEN.fullmatch(token) else None


def required_token(token: Annotated[str | None, Depends(known_token)]) -> str:
    """Gives the caller's session token. Raises NoSession."""
    if token is None:
        raise NoSession("cookie")
    return token


class Export(Protocol):
    """A worker's own records, to read and to keep."""

    @property
    def text(self) -> str:
        """For people."""

    @property
    def json(self) -> str:
        """For programs."""


Seal = Annotated[str | None, Header(alias=drill.HEADER, include_in_schema=False)]
ExportForm = Literal["text", "json"]
Token = Annotated[str, Depends(required_token)]
Fetch = Callable[[str, str, str], Export | None]  # channel, account, key → the records that were asked for, once
After = Annotated[int, Query(ge=0, le=MAX_ID, description="Id of the last message the caller has.")]


def router(on_message: OnMessage, feed: LiveFeed, fetch: Fetch, typing: TypingSigns | None = None) -> APIRouter:
    """Gives the page and the API of the web chat."""
    typing = typing or TypingSigns()
    routes = _Chat(on_message, feed, Streams(feed, typing), fetch, typing)
    chat = APIRouter(prefix="/api/chat", tags=["web chat"], route_class=ChatRoute)
    chat.post("/session", summary="Begin or continue", responses=problems(TooLarge, NotJson, Unavailable))(
        routes.session
    )
    chat.post(
        "/messages",
        summary="Send a text, a button or a control",
        status_code=202,
        responses=problems(BadInput, NoSession, TooLarge, NotJson, TooMany, Unavailable),
    )(routes.send)
    chat.post(
        "/typing",
        summary="Say that the worker is typing",
        status_code=204,
        responses=problems(NoSession, TooLarge, NotJson, Unavailable),
    )(routes.typing)
    chat.get("/messages", summary="Read messages", responses=problems(BadInput, NoSession, Unavailable))(routes.read)
    chat.get(
        "/events",
        summary="Follow the conversation as server-sent events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}, **problems(BadInput, NoSession, TooMany)},
    )(routes.events)
    chat.get(
        "/export",
        summary="Fetch one's own records, once after asking for them in the chat",
        response_class=PlainTextResponse,
        responses=problems(BadInput, NoSession, NotFound, Unavailable),
    )(routes.export)
    chat.get("/hotlines", summary="Telephone numbers for help")(routes.hotlines)
    whole = APIRouter()
    whole.include_router(chat)
    whole.include_router(_page_router())
    return whole


@dataclass(frozen=True)
class _Chat:
    on_message: OnMessage
    feed: LiveFeed
    streams: Streams
    fetch: Fetch
    signs: TypingSigns

    async def session(self, response: Response, token: Annotated[str | None, Depends(known_token)]) -> SessionState:
        """Continues the session of the cookie, or sets a new one. The body is an empty JSON object."""
        token = token or secrets.token_urlsafe(32)
        response.set_cookie(
            COOKIE,
            token,
            max_age=COOKIE_DAYS * 86400,
            httponly=True,
            samesite="strict",
            secure=settings().secure_cookies,
        )
        response.headers.update(PRIVATE)
        key = thread.key_of(token)
        head = (await asyncio.to_thread(thread.heads, [key]))[key]
        return SessionState(owner=head.owner, last_id=head.last_id)

    async def send(self, message: NewMessage, token: Token, seal: Seal = None) -> Receipt:
        """Stores one message and then acknowledges it; repeating it with the same `client_id` changes nothing."""
        is_drill = drill.is_sealed(seal, thread.CHANNEL, token, message.text or "")
        accepted = await self.on_message(replace(incoming(token, message), drill=is_drill))
        self.feed.poke()
        return Receipt(message_id=accepted.message_id, duplicate=accepted.duplicate)

    async def typing(self, token: Token) -> Response:
        """Shows the counsellor who has the conversation that the worker is typing. Nothing is kept of it."""
        key = thread.key_of(token)
        if self.signs.is_due(key):
            head = (await asyncio.to_thread(thread.heads, [key]))[key]
            if head.owner == Owner.counsellor:
                self.signs.give(Sign(head.conversation_id, Side.worker))
        return Response(status_code=204)

    async def read(
        self,
        response: Response,
        token: Token,
        after: After = 0,
        before: Annotated[
            int | None, Query(ge=0, le=MAX_ID, description="Give the last messages in front of this id instead.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=thread.PAGE)] = thread.PAGE,
    ) -> MessageList:
        """Gives messages of the caller's own conversation, oldest first."""
        response.headers.update(PRIVATE)
        return await asyncio.to_thread(thread.messages, thread.key_of(token), after, before, limit)

    async def events(
        self,
        token: Token,
        after: After = 0,
        last_event_id: Annotated[str, Header(description="Sent by browsers that resume; goes before `after`.")] = "",
    ) -> StreamingResponse:
        """Sends `message` events (data: a message, id: its id) and `state` events (data: {"owner"}) as they come."""
        key = thread.key_of(token)
        self.streams.admit(key)
        start = int(last_event_id) if re.fullmatch(r"[0-9]{1,15}", last_event_id) else after
        return StreamingResponse(
            self.streams.events(key, start),
            media_type="text/event-stream",
            headers={**PRIVATE, "X-Accel-Buffering": "no"},
        )

    async def export(self, token: Token, form: Annotated[ExportForm, Query(alias="format")] = "text") -> Response:
        """Gives the caller's records as a file. The cookie is the key; nothing in the URL opens anything."""
        records = await asyncio.to_thread(self.fetch, thread.CHANNEL, thread.ACCOUNT, thread.key_of(token))
        if records is None:
            raise NotFound("not asked for")
        name, media_type = ("json", "application/json") if form == "json" else ("txt", "text/plain; charset=utf-8")
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="xinqiao-records.{name}"'}
        body = mend(records.json if form == "json" else records.text)
        return Response(body, media_type=media_type, headers={**headers, "X-Content-Type-Options": "nosniff"})

    async def hotlines(self) -> HotlineList:
        """Gives the numbers that are set for this city, urgent ones first."""
        return HotlineList(hotlines=page.hotlines())


def incoming(token: str, message: NewMessage) -> Incoming:
    """Gives what the gateway takes in. The external id is the session's own: no one can use up another's."""
    press = Press(message.press.message_id, message.press.index) if message.press else None
    return Incoming(
        channel=thread.CHANNEL,
        account=thread.ACCOUNT,
        external_id=hashlib.sha256((token + message.client_id).encode()).hexdigest()[:64],
        sender=token,
        text=message.text or "",
        form=Form.text if message.text is not None else Form.button,
        press=press,
        command=message.command.value if message.command else None,
    )


def _page_router() -> APIRouter:
    assets = page.load_assets()
    html = page.render(assets)
    pages = APIRouter(route_class=ChatRoute, include_in_schema=False)

    @pages.api_route("/", methods=["GET", "HEAD"])
    async def show(request: Request) -> Response:
        return page.answer(request, html, "no-cache")

    @pages.api_route("/static/chat/{name}", methods=["GET", "HEAD"])
    async def static(request: Request, name: str, v: str = "") -> Response:
        if name not in assets:
            raise NotFound("asset")
        return page.answer(request, assets[name], FOREVER if v == assets[name].tag else "no-cache")

    return pages
