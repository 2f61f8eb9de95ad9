"""Routes that bound the body before it is parsed and answer every fault in one shape, without the worker's words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from bot.channels.web.models import Problem
from bot.errors import BadInput, TooMany, XinqiaoError

log = logging.getLogger(__name__)
MAX_BODY = 64 * 1024
RETRY_AFTER = {429: "5", 503: "2"}
SENTENCES = {
    "bad_input": "这条消息没能读懂，请改一改再发。",
    "no_session": "对话还没连上，请刷新页面再试。",
    "not_found": "没有找到。",
    "too_large": "这条太长了，请拆成几条短的再发。",
    "not_json": "发送的格式不对，请刷新页面再试。",
    "too_many": "前面的话还在处理，请稍等几秒再发。",
    "unavailable": "系统这会儿忙，请稍等再发。急事请直接打电话。",
}
OTHERWISE = "出了点问题，请稍后再试。急事请直接打电话。"


class NoSession(XinqiaoError):
    """The caller has no chat session yet."""

    code = "no_session"
    status = 401


class TooLarge(XinqiaoError):
    """The body is over the limit."""

    code = "too_large"
    status = 413


class NotJson(XinqiaoError):
    """The body is not announced as JSON. Other sites cannot announce it so: this is the guard against them."""

    code = "not_json"
    status = 415


class Unavailable(XinqiaoError):
    """The database cannot be used now."""

    code = "unavailable"
    status = 503


def problem(error: XinqiaoError) -> JSONResponse:
    """Gives the answer for an error: its code and a sentence."""
    content = Problem(error=error.code, message=SENTENCES.get(error.code, OTHERWISE)).model_dump()
    headers = {"Cache-Control": "no-store"}
    if error.status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[error.status]
    return JSONResponse(content, status_code=error.status, headers=headers)


def problems(*kinds: type[XinqiaoError]) -> dict[int | str, dict[str, Any]]:
    """Gives the `responses` of a route for its documentation."""
    return {kind.status: {"model": Problem, "description": (kind.__doc__ or "").split("\n")[0]} for kind in kinds}


class BoundedRequest(Request):
    """A request whose body is refused as soon as it is longer than the limit."""

    async def body(self) -> bytes:
        """Gives the whole body. Raises TooLarge."""
        if not hasattr(self, "_body"):
            self._body = await self._read()
        return self._body

    async def _read(self) -> bytes:
        announced = self.headers.get("content-length", "0")
        if announced.isdigit() and int(announced[:12]) > MAX_BODY:
            raise TooLarge("announced")
        body = bytearray()
        async for chunk in self.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise TooLarge("read")
        return bytes(body)


class ChatRoute(APIRoute):
    """A route of the chat API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wraps the handler with the limits and the one shape of errors."""
        handler = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            try:
                return await handler(await _admit(request))
            except XinqiaoError as error:
                return problem(error)
            except (RequestValidationError, HTTPException, ClientDisconnect):
                return problem(BadInput("request"))
            except SQLAlchemyError as error:  # its text holds statement and values, so only the kind is logged
                log.error("chat cannot use the database: %s", type(error).__name__)
                return problem(Unavailable("database"))

        return bounded


async def _admit(request: Request) -> Request:
    if request.method != "POST":
        return request
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise NotJson("content type")
    bounded = BoundedRequest(request.scope, request.receive)
    await bounded.body()
    return bounded


__all__ = ["ChatRoute", "NoSession", "TooMany", "problem", "problems"]
