"""Getting in and out: set-up link, login, logout."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from bot.console import guard
from bot.console.edge import LOGIN_PATH, TEXTS, DeskRoute
from bot.console.render import page
from bot.db.states import Role
from bot.errors import TooMany
from bot.staff import accounts
from bot.staff.passwords import PasswordFault, WeakPassword

HOME = "/desk"
HOMES = {Role.auditor: "/desk/audit"}  # who has no business at the queue
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


async def _in_turn(work: Callable[[str, str], T], first: str, second: str) -> T:
    """Runs a password check on its own threads. Raises TooMany when the line is long."""
    global _waiting
    if _waiting >= MAX_WAITING:
        raise TooMany("too many password checks")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_hashing, work, first, second)
    finally:
        _waiting -= 1


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
        login = await _in_turn(accounts.set_password, token, password)
    except WeakPassword as fault:
        return JSONResponse({"error": fault.code, "message": FAULTS[fault.fault]}, 400)
    except accounts.SetupLinkInvalid as fault:
        return JSONResponse({"error": fault.code, "message": TEXTS[fault.code]}, fault.status)
    return JSONResponse({"login": login})


@routes.get("/login", dependencies=[Depends(guard.public)])
async def login_form(request: Request) -> Response:
    """The login page; who is logged in goes on to the queue."""
    try:
        session = await guard.current(request)
    except guard.LoginNeeded:
        return _form(request, "login.html", text="", login="")
    return RedirectResponse(HOMES.get(session.staff.role, HOME), 303)


@routes.post("/login", dependencies=[Depends(guard.public)])
async def login(request: Request, login: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Starts a session with a new token and goes to the queue, or shows the form again."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        key = await _in_turn(accounts.login, login, password)
    except accounts.LoginRefused as fault:
        await asyncio.sleep(max(0.0, started + REFUSAL_TAKES - loop.time()))
        return _form(request, "login.html", fault.status, text=TEXTS[fault.code], login=login[:64])
    return await _enter(request, key)


async def _enter(request: Request, key: accounts.SessionKey) -> Response:
    await _end(request)  # whatever was in the browser before is over
    session = await asyncio.to_thread(accounts.session_of, key.token, touch=False)
    response = RedirectResponse(HOMES.get(session.staff.role, HOME) if session else HOME, 303)
    guard.set_cookie(response, guard.COOKIE, key.token)
    guard.drop_cookie(response, guard.FORM_COOKIE)
    return response


@routes.post("/logout", dependencies=[Depends(guard.anyone)])
async def logout(request: Request) -> Response:
    """Ends the session on the server and in the browser."""
    await _end(request)
    response = RedirectResponse(LOGIN_PATH, 303)
    guard.drop_cookie(response, guard.COOKIE)
    return response


async def _end(request: Request) -> None:
    token = request.cookies.get(guard.COOKIE)
    if token:
        await asyncio.to_thread(accounts.logout, token)
