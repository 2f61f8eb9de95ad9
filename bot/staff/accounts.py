"""Accounts of staff. Set-up tokens are random, given out once, and kept only as SHA-256."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.clock import now
from bot.db.base import new_id
from bot.db.models import Staff
from bot.db.session import reading, transaction
from bot.db.signin_models import SignInStep
from bot.db.states import Role
from bot.errors import BadInput, NotAllowed, NotFound
from bot.staff import passwords, sessions
from bot.staff.sessions import digest

SETUP_VALID = timedelta(hours=72)
FIRST_ADMIN = "admin"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


class SetupLinkInvalid(NotAllowed):
    """The set-up link was used, has been replaced, or is older than 72 hours."""

    code = "setup_link_invalid"


def add(login: str, display_name: str, role: Role, by: str | None = None) -> str:
    """Creates an account without a password; gives its set-up token. Raises BadInput for a bad or taken login.

    `by` is the admin who does it; None: the command line.
    """
    token = secrets.token_urlsafe(32)
    try:
        with transaction() as session:
            _enrol(session, _new_staff(login, display_name, role, token), by)
    except IntegrityError:
        raise BadInput("this login is taken") from None
    return token


def _new_staff(login: str, display_name: str, role: Role, token: str) -> Staff:
    name = display_name.strip()
    if not 1 <= len(name) <= 64:
        raise BadInput("a display name has 1 to 64 characters")
    staff = Staff(id=new_id(), login=_canonical(login), display_name=name, role=Role(role))
    _give_link(staff, token)
    return staff


def _enrol(session: Session, staff: Staff, by: str | None = None) -> None:
    session.add(staff)
    audit.record(session, audit.Action.staff_added, by, audit.staff(staff.id), role=staff.role.value)


def _give_link(staff: Staff, token: str) -> None:
    staff.setup_hash = digest(token)
    staff.setup_until = now() + SETUP_VALID


def is_login(text: str) -> bool:
    """True if a login could be so."""
    return _LOGIN.fullmatch(text) is not None


def _canonical(login: str) -> str:
    found = login.strip().lower()
    if not is_login(found):
        raise BadInput("a login has 2 to 64 of a-z, 0-9, dot, dash, underscore")
    return found


def renew(login: str, by: str | None = None) -> str:
    """Gives a new set-up token; the one before is dead. The password stays until the link is used."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        staff = session.execute(select(Staff).where(Staff.login == _canonical(login))).scalar_one_or_none()
        if staff is None:
            raise NotFound("no such login")
        _give_link(staff, token)
        audit.record(session, audit.Action.link_made, by, audit.staff(staff.id))
    return token


def ensure_first_admin() -> str | None:
    """Gives a set-up token while the first admin has no password; None once anybody can log in."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        if session.execute(select(func.count()).select_from(Staff)).scalar_one() == 0:
            _enrol(session, _new_staff(FIRST_ADMIN, "管理员", Role.admin, token))
            return token
        admin = session.execute(select(Staff).where(Staff.login == FIRST_ADMIN)).scalar_one_or_none()
        if admin is None or admin.password_hash is not None or admin.disabled_at is not None:
            return None
        _give_link(admin, token)
        audit.record(session, audit.Action.link_made, None, audit.staff(admin.id))
    return token


def set_password(setup_token: str, password: str) -> str:
    """Sets the password, uses the link up, ends the account's sessions; gives the login.

    Raises SetupLinkInvalid, or WeakPassword, which leaves the link valid.
    """
    with reading() as session:
        login = _of_link(session, setup_token).login
    passwords.check(password, login)
    password_hash = passwords.hashed(password)  # slow, so before the transaction that others wait for
    with transaction() as session:
        staff = _of_link(session, setup_token)
        staff.password_hash, staff.setup_hash, staff.setup_until = password_hash, None, None
        staff.failed_logins, staff.locked_until = 0, None
        sessions.end_all(session, staff.id)
        session.execute(delete(SignInStep).where(SignInStep.staff_id == staff.id))
        audit.record(session, audit.Action.password_set, staff.id, audit.staff(staff.id))
    return login


def _of_link(session: Session, setup_token: str) -> Staff:
    staff = session.execute(
        select(Staff).where(Staff.setup_hash == digest(setup_token), Staff.disabled_at.is_(None)).with_for_update()
    ).scalar_one_or_none()
    if staff is None or staff.setup_until is None or staff.setup_until <= now():
        raise SetupLinkInvalid("the set-up link is not valid")
    return staff
