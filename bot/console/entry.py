"""Getting in and out: set-up link, login in two steps, logout."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from bot.console import guard, qr
from bot.console.device import device_of
from bot.console.edge import LOGIN_PATH, TEXTS, DeskRoute
from bot.console.render import page
from bot.db.states import Role
from bot.errors import NotAllowed, TooMany
from bot.settings import settings
from bot.staff import accounts, sessions, signin, totp
from bot.staff.passwords import PasswordFault, WeakPassword
from bot.staff.sessions import SessionKey

HOME = "/desk"
ACCOUNT_PATH = "/desk/account"
AUDIT_PATH = "/desk/audit"
FAQ_PATH = "/desk/faqs"
STEP_PATH = "/desk/login/code"
REFUSAL_TAKES = 0.5  # seconds at least, so that the time of a refusal says nothing about the account
MAX_WAITING = 16  # password checks that may queue up; each takes memory and a tenth of a second
FAULTS = {
    PasswordFault.short: "密码太短，至少 12 个字符。可以用几个不相干的词连起来。",
    PasswordFault.long: "密码太长，最多 128 个字符。",
    PasswordFault.common: "这个密码太常见或太有规律，容易被猜到，请换一个。",
    PasswordFault.login: "密码里不要带登录名。",
}

routes = APIRouter(route_class=DeskRoute)
T = TypeVar("T")
# Threads of its own: a flood of logins must not slow the workers' messages.
_hashing = ThreadPoolExecutor(2, "password")
_waiting = 0


async def in_turn(work: Callable[[], T]) -> T:
    """Runs a password check on its own threads. Raises TooMany when the line is long."""
    global _waiting
    if _waiting >= MAX_WAITING:
        raise TooMany("too many password checks")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_hashing, work)
    finally:
        _waiting -= 1


async def slow_refusal(attempt: Awaitable[T]) -> T:
    """Waits for the attempt; if it is refused, not before the time that all refusals take."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        return await attempt
    except NotAllowed:
        await asyncio.sleep(max(0.0, started + REFUSAL_TAKES - loop.time()))
        raise


def home_of(role: Role) -> str:
    """Where a role works first."""
    if role in guard.CASE_ROLES:
        return HOME
    if role in guard.FAQ_ROLES:
        return FAQ_PATH
    return AUDIT_PATH if role in guard.AUDIT_ROLES else ACCOUNT_PATH


def address_of(request: Request) -> str:
    """The network address that asks; behind a proxy on this machine the one that the proxy names."""
    return request.client.host if request.client else ""


def agent_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


def _form(request: Request, template: str, status: int = 200, **values: object) -> Response:
    token = guard.form_token(request)
    response = page(template, status, csrf=token, **values)
    guard.set_cookie(response, guard.FORM_COOKIE, token)
    return response


@routes.get("/setup", dependencies=[Depends(guard.public)])
async def setup_form(request: Request) -> Response:
    """The page behind a set-up link; its script reads the token from the fragment."""
    return _form(request, "setup.html")


@routes.post("/setup", dependencies=[Depends(guard.public)])
async def setup(token: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Sets the password; JSON with the login, or with the reason why not."""
    try:
        login = await in_turn(partial(accounts.set_password, token, password))
    except WeakPassword as fault:
        return JSONResponse({"error": fault.code, "message": FAULTS[fault.fault]}, 400)
    except accounts.SetupLinkInvalid as fault:
        return JSONResponse({"error": fault.code, "message": TEXTS[fault.code]}, fault.status)
    return JSONResponse({"login": login})


@routes.get("/login", dependencies=[Depends(guard.public)])
async def login_form(request: Request) -> Response:
    """The login page; who is logged in goes on to the desk."""
    try:
        session = await guard.current(request)
    except guard.LoginNeeded:
        return _login_form(request)
    return RedirectResponse(home_of(session.staff.role), 303)


def _login_form(request: Request, status: int = 200, text: str = "", login: str = "") -> Response:
    idle, may_bind = sessions.idle().total_seconds() / 60, settings().totp == "optional"
    return _form(request, "login.html", status, text=text, login=login, idle=f"{idle:g}", may_bind=may_bind)


@routes.post("/login", dependencies=[Depends(guard.public)])
async def login(
    request: Request, login: Annotated[str, Form()], password: Annotated[str, Form()], bind: Annotated[str, Form()] = ""
) -> Response:
    """Goes to the second step, or where the role works if the password is enough; or shows the form again."""
    act = partial(signin.login, login, password, address_of(request), device_of(agent_of(request)), bind=bool(bind))
    try:
        entered = await slow_refusal(in_turn(act))
    except signin.LoginRefused as fault:
        return _login_form(request, fault.status, TEXTS[fault.code], login[:64])
    if isinstance(entered, signin.Step):
        response: Response = RedirectResponse(STEP_PATH, 303)
        guard.set_cookie(response, guard.STEP_COOKIE, entered.token)
        return response
    return await _enter(request, RedirectResponse(await _home(entered), 303), entered)


@routes.get("/login/code", dependencies=[Depends(guard.public)])
async def code_form(request: Request) -> Response:
    """The second step: a code, or binding a telephone first."""
    return await _step_form(request)


async def _step_form(request: Request, status: int = 200, text: str = "") -> Response:
    try:
        offer = await asyncio.to_thread(signin.offer, request.cookies.get(guard.STEP_COOKIE, ""))
    except signin.StepGone:
        return _login_form(request, text=TEXTS[signin.StepGone.code] if request.cookies.get(guard.STEP_COOKIE) else "")
    if offer.secret is None:
        return _form(request, "code.html", status, text=text)
    picture = qr.svg(totp.uri(offer.secret, offer.login))
    return _form(request, "bind.html", status, text=text, picture=picture, secret=qr.in_fours(offer.secret))


@routes.post("/login/code", dependencies=[Depends(guard.public)])
async def give_code(request: Request, code: Annotated[str, Form()]) -> Response:
    """Opens the session; who bound a telephone just now sees the recovery codes, this once."""
    step = request.cookies.get(guard.STEP_COOKIE, "")
    act = partial(signin.second_step, step, code, device_of(agent_of(request)))
    try:
        entered = await slow_refusal(asyncio.to_thread(act))
    except signin.CodeRefused as fault:
        return await _step_form(request, fault.status, TEXTS[fault.code])
    except signin.StepGone:
        return await _step_form(request)
    home = await _home(entered.key)
    response = page("codes.html", codes=entered.codes, home=home) if entered.codes else RedirectResponse(home, 303)
    return await _enter(request, response, entered.key)


async def _home(key: SessionKey) -> str:
    session = await asyncio.to_thread(sessions.session_of, key.token, touch=False)
    return home_of(session.staff.role) if session else LOGIN_PATH


async def _enter(request: Request, response: Response, key: SessionKey) -> Response:
    await _end(request)  # whatever was in the browser before is over
    guard.set_cookie(response, guard.COOKIE, key.token)
    for name in (guard.FORM_COOKIE, guard.STEP_COOKIE):
        guard.drop_cookie(response, name)
    return response


@routes.post("/logout", dependencies=[Depends(guard.anyone)])
async def logout(request: Request) -> Response:
    """Ends the session on the server and in the browser."""
    await _end(request)
    await request.state.board.changed()  # wakes the open streams, which then find their session gone
    response = RedirectResponse(LOGIN_PATH, 303)
    guard.drop_cookie(response, guard.COOKIE)
    return response


async def _end(request: Request) -> None:
    token = request.cookies.get(guard.COOKIE)
    if token:
        await asyncio.to_thread(sessions.logout, token)
