"""Who may use a route. Every route declares it: `public`, or `staff(...)` with the roles that may."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import Field

from bot.care import company, scope
from bot.db.models import StaffSession
from bot.db.states import Role
from bot.errors import NotAllowed, NotFound, XinqiaoError
from bot.settings import settings
from bot.staff import sessions

COOKIE = "xq_desk"
STEP_COOKIE = "xq_step"  # stands for a password that was right, until the second step is done
FORM_COOKIE = "xq_form"  # ties the forms that stand before a login to the browser that fetched them
CSRF_HEADER = "x-csrf"
CSRF_FIELD = "csrf"
READS = {"GET", "HEAD"}
RowId = Annotated[int, Field(ge=0, le=2**31 - 1)]  # beyond that PostgreSQL and SQLite raise
ID = "^[0-9a-f]{32}$"
NUMBER = "^[0-9]{8}-[0-9]{5,9}$"
CONVERSATION = "conversation_id"  # a route with this in its path is about one conversation
CASE = "number"  # and one with this about one case
ConversationId = Annotated[str, Path(pattern=ID)]
Check = Callable[[Request], Awaitable[StaffSession]]
DECLARED: dict[Check, frozenset[Role]] = {}


class CsrfMissing(NotAllowed):
    """The request does not carry the token of its session: it may come from a foreign page."""

    code = "csrf"


class LoginNeeded(XinqiaoError):
    """Nobody is logged in; pages go to the login form."""

    code = "login_needed"
    status = 401


class ProofNeeded(XinqiaoError):
    """The act is grave, and the person showed too long ago who they are: ask once more, then let them do it."""

    code = "proof_needed"
    status = 409


def staff(*roles: Role) -> Check:
    """Gives a dependency that lets these roles in, checks the CSRF token of every write, and gives the session.

    On a route about one conversation, it is 404 for whoever may not see that one, exactly as if there were none.
    """

    async def check(request: Request) -> StaffSession:
        session = await current(request)
        if session.staff.role not in DECLARED[check]:
            raise NotAllowed("the role may not do this")
        if request.method not in READS:
            await _check_csrf(request, session.csrf)
        await _check_scope(request, session.staff_id)
        return session

    DECLARED[check] = frozenset(roles)
    return check


def recent(*roles: Role) -> Check:
    """Gives a dependency like `staff`, for grave acts: password and code must have been given within five minutes."""
    allowed = staff(*roles)

    async def check(request: Request) -> StaffSession:
        session = await allowed(request)
        if not sessions.is_proved(session):
            raise ProofNeeded("the person must show again who they are")
        return session

    DECLARED[check] = frozenset(roles)
    return check


async def public(request: Request) -> None:
    """Declares a route that anybody may use; its writes carry the token of the form cookie."""
    if request.method not in READS:
        await _check_csrf(request, request.cookies.get(FORM_COOKIE, ""))


CASE_ROLES = scope.SPEAKERS
cases = staff(*CASE_ROLES)  # everything that shows or moves a case
cases_proved = recent(*CASE_ROLES)  # seeing who a worker is
LEAD_ROLES = company.LEADS
leads = staff(*LEAD_ROLES)  # what is set for all counsellors, what they decide, figures, talks
leads_proved = recent(*LEAD_ROLES)  # seeing at once who a worker is, taking figures out of the house
LEXICON_ROLES = (Role.admin, Role.lead)
lexicon = staff(*LEXICON_ROLES)  # reading the lexicon, its drafts and what they would change
lexicon_change = staff(Role.admin)  # changing, publishing, rolling back
TRAINING_PUBLISHERS = (Role.lead, Role.admin)
TRAINING_ROLES = (Role.editor, *TRAINING_PUBLISHERS)
training = staff(*TRAINING_ROLES)  # seeing, starting and discarding a training
training_proved = recent(*TRAINING_PUBLISHERS)  # putting what was trained in use
training_back = staff(*TRAINING_PUBLISHERS)  # going back to what was in use before: nothing may hold that up
FAQ_ROLES = (Role.editor, Role.admin, Role.lead)
faqs = staff(*FAQ_ROLES)  # reading, writing, and approving what another wrote
people = staff(Role.admin)  # the list of staff
people_change = recent(Role.admin)  # adding, changing, shutting out a member of staff
rota_change = staff(Role.lead, Role.admin)  # turns, exceptions, addresses of notices
PROGRAMME_ROLES = (Role.editor, Role.admin)
programme = staff(*PROGRAMME_ROLES)  # what is on at the union: nobody's case
AUDIT_ROLES = (Role.auditor, Role.lead)  # not the admin: who makes accounts and keys must not also watch the watched
audit = staff(*AUDIT_ROLES)  # reading the audit and checking its chain
audit_export = recent(Role.auditor)  # taking it out of the house
anyone = staff(*Role)  # what every member of staff may do, such as logging out
anyone_proved = recent(*Role)  # what each may do with the own account, having shown who they are


async def current(request: Request, *, touch: bool = True) -> StaffSession:
    """Gives the living session of the request. Raises LoginNeeded."""
    token = request.cookies.get(COOKIE, "")
    session = await asyncio.to_thread(sessions.session_of, token, touch=touch) if token else None
    if session is None:
        raise LoginNeeded("nobody is logged in")
    return session


async def _check_csrf(request: Request, expected: str) -> None:
    given = request.headers.get(CSRF_HEADER) or str((await request.form()).get(CSRF_FIELD, ""))
    same = hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
    from_here = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    if not expected or not same or not from_here:
        raise CsrfMissing("no valid token")


async def _check_scope(request: Request, staff_id: str) -> None:
    for name, form, check in ((CONVERSATION, ID, scope.check), (CASE, NUMBER, scope.check_case)):
        value = request.path_params.get(name)
        if value is None:
            continue
        if not re.fullmatch(form, value):
            raise NotFound("no such thing")
        await asyncio.to_thread(check, staff_id, value)


def form_token(request: Request) -> str:
    """Gives the token for a form that stands before the login: the browser's own, or a fresh one."""
    known = request.cookies.get(FORM_COOKIE, "")
    return known if len(known) == 43 else secrets.token_urlsafe(32)


def set_cookie(response: Response, name: str, value: str) -> None:
    """Sets a cookie of the desk: unreadable for scripts, never sent from foreign pages, gone with the browser."""
    secure = settings().secure_cookies
    response.set_cookie(name, value, path="/desk", httponly=True, samesite="strict", secure=secure)


def drop_cookie(response: Response, name: str) -> None:
    """Removes a cookie of the desk."""
    response.delete_cookie(name, path="/desk", httponly=True, samesite="strict", secure=settings().secure_cookies)
