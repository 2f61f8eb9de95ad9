"""The second factor: an authenticator on the telephone, and ten recovery codes for the day it is lost."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import timedelta

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.clock import now
from bot.db.encryption import lookup_hash
from bot.db.session import reading
from bot.db.signin_models import Authenticator, RecoveryCode, SignInStep
from bot.staff import totp

RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without those that look alike
_CODE_LENGTH = 12  # of 31 letters: 59 bits
FREE_FAILURES = 5
MAX_BLOCK = 900  # seconds: who guesses codes knows the password already, so more than for passwords


def has_authenticator(session: Session, staff_id: str) -> bool:
    """True if the person has bound a telephone."""
    return session.get(Authenticator, staff_id) is not None


def is_enrolled(staff_id: str) -> bool:
    """The same, for who is in no transaction."""
    with reading() as session:
        return has_authenticator(session, staff_id)


def codes_left(staff_id: str) -> int:
    """Gives how many recovery codes the person can still use."""
    unused = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    with reading() as session:
        return session.execute(unused).scalar_one()


def enrol(session: Session, staff_id: str, secret: str, code: str) -> list[str] | None:
    """Binds the authenticator if the code proves it, and gives fresh recovery codes; None if it does not.

    Inside the caller's transaction. Nobody can bind a second one: the row's key is the person.
    """
    step = totp.step_of(secret, normal(code), now())
    if step is None or has_authenticator(session, staff_id):
        return None
    session.add(Authenticator(staff_id=staff_id, secret=secret, last_step=step))
    audit.record(session, Action.second_factor_bound, staff_id, audit.staff(staff_id))
    return renew_codes(session, staff_id)


def renew_codes(session: Session, staff_id: str) -> list[str]:
    """Gives ten new recovery codes, the only time that they can be read; those of before are dead."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=_hash(staff_id, code)) for code in codes)
    audit.record(session, Action.recovery_codes_made, staff_id, audit.staff(staff_id))
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def check(session: Session, staff_id: str, code: str) -> bool:
    """True if it is a code of the telephone not used before, or an unused recovery code. Failures slow down the next.

    Inside a transaction that the caller must let commit, also when the code is wrong.
    """
    row = session.get(Authenticator, staff_id, with_for_update=True)
    if row is None or (row.blocked_until or now()) > now():
        return False
    good = _use_telephone(session, row, normal(code)) or _use_recovery(session, staff_id, normal(code))
    row.failures = 0 if good else row.failures + 1
    row.blocked_until = None if good else now() + block_time(row.failures)
    if not good:
        audit.record(session, Action.code_refused, None, audit.staff(staff_id), count=row.failures)
    return good


def block_time(failures: int) -> timedelta:
    """Gives how long codes are refused after so many failures in a row: 0 s up to the fourth, then 2, 4, 8 … 900 s."""
    over = failures - FREE_FAILURES
    return timedelta(seconds=0 if over < 0 else min(2 ** min(over + 1, 12), MAX_BLOCK))


def _use_telephone(session: Session, row: Authenticator, code: str) -> bool:
    """Two gateways may get the same code at once: the condition in the update lets one of them have it."""
    step = totp.step_of(row.secret, code, now())
    if step is None:
        return False
    unused = (Authenticator.staff_id == row.staff_id, Authenticator.last_step < step)
    return _changed(session.execute(update(Authenticator).where(*unused).values(last_step=step)))


def _use_recovery(session: Session, staff_id: str, code: str) -> bool:
    if len(code) != _CODE_LENGTH:
        return False
    unused = (RecoveryCode.code_hash == _hash(staff_id, code), RecoveryCode.used_at.is_(None))
    used = _changed(session.execute(update(RecoveryCode).where(*unused).values(used_at=now())))
    if used:
        audit.record(session, Action.recovery_code_used, staff_id, audit.staff(staff_id))
    return used


def _changed(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1


def normal(code: str) -> str:
    """Gives the code as we compare it: full-width digits, spaces, dashes and capitals are the same to us."""
    folded = unicodedata.normalize("NFKC", code[:64]).lower()
    return "".join(letter for letter in folded if letter.isalnum())


def _hash(staff_id: str, code: str) -> str:
    return lookup_hash("recovery code", staff_id, code)


def reset(session: Session, by: str | None, staff_id: str) -> None:
    """Forgets authenticator, recovery codes and half-made logins, inside the caller's transaction."""
    audit.record(session, Action.second_factor_reset, by, audit.staff(staff_id))
    for table in (Authenticator, RecoveryCode, SignInStep):
        session.execute(delete(table).where(table.staff_id == staff_id))
