"""Accounts and sessions of staff. Tokens are random, given out once, and kept only as SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from bot import audit
from bot.clock import now
from bot.db.base import new_id
from bot.db.models import Staff, StaffSession
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.errors import BadInput, NotAllowed, NotFound
from bot.staff import passwords, refusals

SETUP_VALID = timedelta(hours=72)
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=60)  # how exactly `last_seen` is kept; one write a minute, not one a request
FREE_FAILURES = 5
MAX_LOCK = 42  # seconds: slow for a guesser, short for a counsellor on duty
FIRST_ADMIN = "admin"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


class LoginRefused(NotAllowed):
    """Wrong login, wrong password, locked or disabled: the caller is not told which."""

    code = "login_refused"


class SetupLinkInvalid(NotAllowed):
    """The set-up link was used, has been replaced, or is older than 72 hours."""

    code = "setup_link_invalid"


@dataclass(frozen=True)
class SessionKey:
    """What the browser gets: the cookie's token, and the token that every form must carry."""

    token: str
    csrf: str


def add(login: str, display_name: str, role: Role) -> str:
    """Creates an account without a password; gives its set-up token. Raises BadInput for a bad or taken login."""
    token = secrets.token_urlsafe(32)
    try:
        with transaction() as session:
            _enrol(session, _new_staff(login, display_name, role, token))
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


def _enrol(session: Session, staff: Staff) -> None:
    session.add(staff)
    audit.record(session, audit.Action.staff_added, None, audit.staff(staff.id), role=staff.role.value)


def _give_link(staff: Staff, token: str) -> None:
    staff.setup_hash = _digest(token)
    staff.setup_until = now() + SETUP_VALID


def _canonical(login: str) -> str:
    found = login.strip().lower()
    if not _LOGIN.fullmatch(found):
        raise BadInput("a login has 2 to 64 of a-z, 0-9, dot, dash, underscore")
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def renew(login: str) -> str:
    """Gives a new set-up token; the one before is dead. The password stays until the link is used."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        staff = session.execute(select(Staff).where(Staff.login == _canonical(login))).scalar_one_or_none()
        if staff is None:
            raise NotFound("no such login")
        _give_link(staff, token)
        audit.record(session, audit.Action.link_made, None, audit.staff(staff.id))
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
        session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
        audit.record(session, audit.Action.password_set, staff.id, audit.staff(staff.id))
    return login


def _of_link(session: Session, setup_token: str) -> Staff:
    staff = session.execute(
        select(Staff).where(Staff.setup_hash == _digest(setup_token), Staff.disabled_at.is_(None)).with_for_update()
    ).scalar_one_or_none()
    if staff is None or staff.setup_until is None or staff.setup_until <= now():
        raise SetupLinkInvalid("the set-up link is not valid")
    return staff


def login(login: str, password: str) -> SessionKey:
    """Gives a new session. Raises LoginRefused; an unknown login costs the same time as a wrong password."""
    staff_id, password_hash = _charge_attempt(login.strip().lower())
    if not passwords.matches(password_hash, password) or staff_id is None:
        refusals.note(staff_id)
        raise LoginRefused("login refused")
    return _start_session(staff_id)


def _charge_attempt(login: str) -> tuple[str | None, str | None]:
    """Counts the attempt as failed before it is tried, so that a hundred at once are not one; gives id and hash."""
    if not _LOGIN.fullmatch(login):
        return None, None
    with transaction() as session:
        staff = session.execute(select(Staff).where(Staff.login == login).with_for_update()).scalar_one_or_none()
        if staff is None or staff.disabled_at is not None or (staff.locked_until or now()) > now():
            return None, None
        staff.failed_logins += 1
        staff.locked_until = now() + lock_time(staff.failed_logins)
        return staff.id, staff.password_hash


def lock_time(failures: int) -> timedelta:
    """Gives how long an account rests after so many failures in a row: 0 s up to the fourth, then 2, 4, 8 … 42 s."""
    over = failures - FREE_FAILURES
    return timedelta(seconds=0 if over < 0 else min(2 ** min(over + 1, 10), MAX_LOCK))


def _start_session(staff_id: str) -> SessionKey:
    key = SessionKey(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    with transaction() as session:
        staff = session.get_one(Staff, staff_id)
        staff.failed_logins, staff.locked_until = 0, None
        ended = or_(StaffSession.created_at < now() - ABSOLUTE, StaffSession.last_seen < now() - IDLE)
        session.execute(delete(StaffSession).where(ended))
        session.add(StaffSession(token_hash=_digest(key.token), staff_id=staff_id, csrf=key.csrf))
        audit.record(session, audit.Action.sign_in, staff_id, audit.staff(staff_id))
    return key


def session_of(token: str, *, touch: bool = True) -> StaffSession | None:
    """Gives the living session with its staff, or None. `touch=False` looks without counting as activity."""
    with reading() as session:
        found = session.execute(
            select(StaffSession)
            .where(StaffSession.token_hash == _digest(token))
            .options(joinedload(StaffSession.staff))
        ).scalar_one_or_none()
    if found is None or found.staff.disabled_at is not None or time_left(found) <= timedelta(0):
        return None
    if touch and now() - found.last_seen >= TOUCH_EVERY:
        _touch(found)
    return found


def _touch(found: StaffSession) -> None:
    found.last_seen = now()
    with transaction() as session:
        mine = StaffSession.token_hash == found.token_hash
        session.execute(update(StaffSession).where(mine).values(last_seen=found.last_seen))


def time_left(session: StaffSession) -> timedelta:
    """Gives how long the session still lives if nothing is done in it."""
    return min(session.last_seen + IDLE, hard_end(session)) - now()


def hard_end(session: StaffSession) -> datetime:
    """Gives the moment at which the session ends whatever is done in it."""
    return session.created_at + ABSOLUTE


def logout(token: str) -> None:
    """Ends the session; a token that is not known is no error."""
    with transaction() as session:
        mine = delete(StaffSession).where(StaffSession.token_hash == _digest(token)).returning(StaffSession.staff_id)
        staff_id = session.execute(mine).scalar()
        if staff_id is not None:
            audit.record(session, audit.Action.sign_out, staff_id, audit.staff(staff_id))
