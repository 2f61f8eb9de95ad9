"""Logins that are open. The browser holds a random token; the database only its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from bot import audit
from bot.clock import now
from bot.db.models import StaffSession
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.errors import NotFound
from bot.settings import settings

TOUCH_EVERY = timedelta(seconds=60)  # how exactly `last_seen` is kept; one write a minute, not one a request
PROOF_LASTS = timedelta(minutes=5)
SECOND_FACTOR_ROLES = frozenset({Role.counsellor, Role.lead, Role.admin, Role.auditor})  # who can see cases, or who saw


@dataclass(frozen=True)
class SessionKey:
    """What the browser gets: the cookie's token, and the token that every form must carry."""

    token: str
    csrf: str


def digest(token: str) -> str:
    """Gives the form in which a token is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def idle() -> timedelta:
    """Gives how long a session lives without activity."""
    return timedelta(minutes=settings().session_idle_minutes)


def absolute() -> timedelta:
    """Gives how long a session lives at most."""
    return timedelta(hours=settings().session_hours)


def needs_second_factor(role: Role) -> bool:
    """True if the password alone does not open the desk for this role."""
    return settings().totp == "required" and role in SECOND_FACTOR_ROLES


def start(session: Session, staff_id: str, *, second_factor: bool, device: str = "") -> SessionKey:
    """Opens a session with fresh tokens, inside the caller's transaction, and sweeps those that ended."""
    key = SessionKey(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    ended = or_(StaffSession.created_at < now() - absolute(), StaffSession.last_seen < now() - idle())
    session.execute(delete(StaffSession).where(ended))
    row = StaffSession(token_hash=digest(key.token), staff_id=staff_id, csrf=key.csrf, device=device[:40])
    row.second_factor, row.proved_at = second_factor, now()
    session.add(row)
    audit.record(session, audit.Action.sign_in, staff_id, audit.staff(staff_id))
    return key


def session_of(token: str, *, touch: bool = True) -> StaffSession | None:
    """Gives the living session with its staff, or None. `touch=False` looks without counting as activity."""
    with reading() as session:
        mine = StaffSession.token_hash == digest(token)
        query = select(StaffSession).where(mine).options(joinedload(StaffSession.staff))
        found = session.execute(query).scalar_one_or_none()
    if found is None or not _lives(found):
        return None
    if touch and now() - found.last_seen >= TOUCH_EVERY:
        _touch(found)
    return found


def _lives(found: StaffSession) -> bool:
    """Asked at each request: whoever was disabled, or got a role that needs more than was shown, is out at once."""
    lacks = needs_second_factor(found.staff.role) and not found.second_factor
    return found.staff.disabled_at is None and not lacks and time_left(found) > timedelta(0)


def _touch(found: StaffSession) -> None:
    found.last_seen = now()
    with transaction() as session:
        mine = StaffSession.token_hash == found.token_hash
        session.execute(update(StaffSession).where(mine).values(last_seen=found.last_seen))


def time_left(session: StaffSession) -> timedelta:
    """Gives how long the session still lives if nothing is done in it."""
    return min(session.last_seen + idle(), hard_end(session)) - now()


def hard_end(session: StaffSession) -> datetime:
    """Gives the moment at which the session ends whatever is done in it."""
    return session.created_at + absolute()


def is_proved(session: StaffSession) -> bool:
    """True if the person showed within the last five minutes who they are."""
    return session.proved_at is not None and now() - session.proved_at < PROOF_LASTS


def of_staff(staff_id: str) -> list[StaffSession]:
    """Gives the living sessions of a member of staff, the newest first."""
    with reading() as session:
        mine = StaffSession.staff_id == staff_id
        query = select(StaffSession).where(mine).options(joinedload(StaffSession.staff))
        rows = session.execute(query.order_by(StaffSession.created_at.desc())).scalars().all()
    return [row for row in rows if _lives(row)]


def end(by: str, staff_id: str, public_id: str) -> None:
    """Ends one session of this person. Raises NotFound if it is not theirs or over."""
    with transaction() as session:
        one = (StaffSession.staff_id == staff_id, StaffSession.public_id == public_id)
        found = session.execute(select(StaffSession).where(*one)).scalar_one_or_none()
        if found is None:
            raise NotFound("no such session")
        session.delete(found)
        audit.record(session, audit.Action.session_ended, by, audit.staff(staff_id))


def end_all(session: Session, staff_id: str) -> None:
    """Ends all sessions of a person, inside the caller's transaction."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def logout(token: str) -> None:
    """Ends the session; a token that is not known is no error."""
    with transaction() as session:
        mine = delete(StaffSession).where(StaffSession.token_hash == digest(token)).returning(StaffSession.staff_id)
        staff_id = session.execute(mine).scalar()
        if staff_id is not None:
            audit.record(session, audit.Action.sign_out, staff_id, audit.staff(staff_id))
