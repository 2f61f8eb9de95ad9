"""Getting in: the password, then a code of the telephone; and showing once more who one is before a grave act."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.clock import now
from bot.db.models import Staff, StaffSession
from bot.db.session import reading, transaction
from bot.db.signin_models import SignInStep
from bot.errors import NotAllowed
from bot.staff import accounts, addresses, passwords, refusals, second_factor, sessions, totp
from bot.staff.sessions import SessionKey, digest

FREE_FAILURES = 5
MAX_LOCK = 42  # seconds: slow for a guesser, short for a counsellor on duty
STEP_VALID = timedelta(minutes=10)


class LoginRefused(NotAllowed):
    """Wrong login, wrong password, locked or disabled: the caller is not told which."""

    code = "login_refused"


class CodeRefused(NotAllowed):
    """The code is wrong, was used before, or codes are refused for a while."""

    code = "code_refused"


class StepGone(NotAllowed):
    """The password was given too long ago, or the second step was done already: begin again."""

    code = "step_gone"


@dataclass(frozen=True)
class Step:
    """The password was right, a code must follow. The token stands for that in the browser."""

    token: str


@dataclass(frozen=True)
class Offer:
    """What the second step needs. `secret` is to be put into an authenticator; None if the person has one."""

    login: str
    secret: str | None


@dataclass(frozen=True)
class Entered:
    """A session, and the recovery codes if the authenticator was bound just now."""

    key: SessionKey
    codes: list[str]


def login(login: str, password: str, address: str = "", device: str = "", *, bind: bool = False) -> SessionKey | Step:
    """Gives a session, or the second step if the role, an authenticator, or the person (`bind`) asks for one.

    Raises LoginRefused; an unknown login and an address that must wait cost the same time as a wrong password.
    """
    may_try = addresses.charge(address)
    staff_id, password_hash = _charge_attempt(login.strip().lower()) if may_try else (None, None)
    if not passwords.matches(password_hash, password) or staff_id is None:
        refusals.note(staff_id)
        raise LoginRefused("login refused")
    addresses.forgive(address)
    return _go_on(staff_id, device, bind)


def _charge_attempt(login: str) -> tuple[str | None, str | None]:
    """Counts the attempt as failed before it is tried, so that a hundred at once are not one; gives id and hash."""
    if not accounts.is_login(login):
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


def _go_on(staff_id: str, device: str, bind: bool) -> SessionKey | Step:
    with transaction() as session:
        staff = session.get_one(Staff, staff_id)
        staff.failed_logins, staff.locked_until = 0, None
        enrolled = second_factor.has_authenticator(session, staff_id)
        if not (bind or enrolled or sessions.needs_second_factor(staff.role)):
            return sessions.start(session, staff_id, second_factor=False, device=device)
        session.execute(delete(SignInStep).where(SignInStep.created_at < now() - STEP_VALID))
        token = secrets.token_urlsafe(32)
        secret = None if enrolled else totp.new_secret()
        session.add(SignInStep(token_hash=digest(token), staff_id=staff_id, secret=secret))
        audit.record(session, Action.password_passed, staff_id, audit.staff(staff_id))
    return Step(token)


def offer(step_token: str) -> Offer:
    """Gives what the page of the second step shows. Raises StepGone."""
    with reading() as session:
        step, staff = _of_step(session, step_token)
        return Offer(staff.login, step.secret)


def _of_step(session: Session, step_token: str) -> tuple[SignInStep, Staff]:
    mine = SignInStep.token_hash == digest(step_token)
    step = session.execute(select(SignInStep).where(mine).with_for_update()).scalar_one_or_none()
    staff = session.get(Staff, step.staff_id) if step else None
    if step is None or staff is None or staff.disabled_at is not None or now() - step.created_at >= STEP_VALID:
        raise StepGone("no such step")
    return step, staff


def second_step(step_token: str, code: str, device: str = "") -> Entered:
    """Opens the session that the code completes; the step is used up. Raises StepGone, or CodeRefused: try again."""
    with transaction() as session:
        step, staff = _of_step(session, step_token)
        codes = _prove(session, staff.id, step.secret, code)
        if codes is not None:
            session.delete(step)
            return Entered(sessions.start(session, staff.id, second_factor=True, device=device), codes)
    raise CodeRefused("code refused")  # after the commit: the failure must stay counted


def _prove(session: Session, staff_id: str, secret: str | None, code: str) -> list[str] | None:
    """Gives the new recovery codes, if any; None for a wrong code."""
    if secret is not None:
        return second_factor.enrol(session, staff_id, secret, code)
    return [] if second_factor.check(session, staff_id, code) else None


def prove_again(session_token: str, password: str, code: str) -> None:
    """Notes that the person of this session showed again who they are. Raises LoginRefused for whatever is wrong."""
    found = sessions.session_of(session_token)
    staff_id, password_hash = _charge_attempt(found.staff.login) if found else (None, None)
    if not passwords.matches(password_hash, password) or staff_id is None:
        refusals.note(staff_id, Action.proof_failed)
        raise LoginRefused("proof refused")
    with transaction() as session:
        enrolled = second_factor.has_authenticator(session, staff_id)
        good = not enrolled or second_factor.check(session, staff_id, code)
        if good:
            staff = session.get_one(Staff, staff_id)
            staff.failed_logins, staff.locked_until = 0, None
            mine = StaffSession.token_hash == digest(session_token)
            session.execute(update(StaffSession).where(mine).values(proved_at=now()))
            audit.record(session, Action.proved, staff_id, audit.staff(staff_id))
    if not good:
        raise LoginRefused("proof refused")
