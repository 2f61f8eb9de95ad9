"""The edge of the desk: security headers on every answer, a limit on bodies, errors turned into text once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute

from bot import violations
from bot.console.guard import LoginNeeded, ProofNeeded
from bot.console.render import page
from bot.errors import BadInput, NotFound, XinqiaoError

MAX_BODY = 64 * 1024  # bytes; the longest reply is far below
LOGIN_PATH = "/desk/login"
PROOF_PATH = "/desk/prove"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "media-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " + violations.POLICY
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TEXTS = {
    "bad_input": "这样填不行，请检查一下再试。",
    "not_found": "没有找到，可能已经删除，或者链接不对。",
    "not_allowed": "你的账号没有这个权限。",
    "not_allowed_now": "现在做不了这一步，情况刚刚变了。",
    "too_many": "现在尝试的人太多，请等几秒再试。",
    "login_needed": "登录已过期，请重新登录。",
    "csrf": "页面放得太久了，请刷新以后再试。",
    "login_refused": "登录名或密码不对。连续输错要等一会儿（最多 42 秒）才能再试。",
    "code_refused": "验证码不对，或者已经用过。等手机上换了新的再试；连续输错要等一会儿。",
    "step_gone": "隔得太久了，请重新登录。",
    "proof_needed": "这一步要先验证身份。",
    "proof_refused": "密码或验证码不对。连续输错要等一会儿才能再试。",
    "needs_an_admin": "不能动自己的账号，也不能动最后一位管理员。请另一位管理员来做。",
    "bad_unit": "名称要 1 到 60 个字，同一级里不能重名；区县放在市下面，企业放在市、区县或企业下面。",
    "still_open_below": "下面还有没停用的单位，请先停用它们。",
    "setup_link_invalid": "这个链接已经用过或过期了，请向管理员要一个新的。",
}


class Shown(XinqiaoError):
    """An error whose words for the person are already known."""

    def __init__(self, error: XinqiaoError, text: str) -> None:
        super().__init__(text)
        self.code, self.status, self.text = error.code, error.status, text


async def done(refusals: Mapping[type[XinqiaoError], str], act: Callable[..., object], *args: object) -> dict[str, Any]:
    """Does it off the event loop; the first kind of `refusals` that an error is says the words of the page."""
    try:
        await asyncio.to_thread(act, *args)
    except XinqiaoError as error:
        text = next((text for kind, text in refusals.items() if isinstance(error, kind)), None)
        if text is None:
            raise
        raise Shown(error, text) from None
    return {"ok": True}


def attachment(content: bytes, name: str, kind: str) -> Response:
    """Gives the answer that a browser keeps as a file of that name; `kind` is its media type."""
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class DeskRoute(APIRoute):
    """A route of the desk."""

    max_body = MAX_BODY

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Gives the handler with the edge around it."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                _check_body(request, self.max_body)
                return harden(await handle(request))
            except (XinqiaoError, HTTPException, RequestValidationError) as error:
                return harden(answer_to(request, error))

        return guarded


def _check_body(request: Request, most: int) -> None:
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not length.isdigit() or int(length) > most:
        raise BadInput("body is too long or of unknown length")


def harden(response: Response) -> Response:
    """Adds the headers that the answer does not set itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def answer_to(request: Request, error: XinqiaoError | HTTPException | RequestValidationError) -> Response:
    """Turns an error into JSON for scripts and a page for people. What was sent is never echoed."""
    code, status = _code_of(error)
    text = error.text if isinstance(error, Shown) else TEXTS.get(code, "出了点问题，请再试一次。")
    if wants_json(request):
        return JSONResponse({"error": code, "message": text}, status)
    if code == LoginNeeded.code:
        return RedirectResponse(LOGIN_PATH, 303)
    if code == ProofNeeded.code:
        return RedirectResponse(f"{PROOF_PATH}?back={_page_of(request.url.path)}", 303)
    return page("error.html", status, text=text, code=code)


def _page_of(path: str) -> str:
    """The page to which a form belongs: /desk/people/… belongs to /desk/people."""
    return "/".join(path.split("/")[:3])


def _code_of(error: XinqiaoError | HTTPException | RequestValidationError) -> tuple[str, int]:
    if isinstance(error, XinqiaoError):
        return error.code, error.status
    if isinstance(error, HTTPException):
        return "not_found" if error.status_code == 404 else "bad_input", error.status_code
    in_path = any(fault["loc"][0] == "path" for fault in error.errors())
    return (NotFound.code, NotFound.status) if in_path else (BadInput.code, BadInput.status)


def wants_json(request: Request) -> bool:
    """True when a script asks."""
    return "/api/" in request.url.path or request.url.path.endswith("/events")
