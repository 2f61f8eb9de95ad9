"""The second step of a login, as a test takes it: one telephone for all invented staff, and never any waiting."""

from __future__ import annotations

import re

from sqlalchemy import select, update

from bot.clock import now
from bot.db.models import Staff
from bot.db.session import transaction
from bot.db.signin_models import Authenticator
from bot.staff import second_factor, totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, drift: int = 0) -> str:
    """What the telephone shows now, or so many steps later."""
    return totp.code_at(secret, totp.step_at(now()) + drift)


def bind(login: str, secret: str = SECRET) -> list[str]:
    """Binds the telephone of a member of staff; gives the recovery codes."""
    with transaction() as session:
        staff_id = session.execute(select(Staff.id).where(Staff.login == login)).scalar_one()
        codes = second_factor.enrol(session, staff_id, secret, code(secret))
    assert codes
    ready(login)
    return codes


def ready(login: str) -> None:
    """Lets a code be used again: a test logs in more often than twice a minute."""
    with transaction() as session:
        staff_id = select(Staff.id).where(Staff.login == login).scalar_subquery()
        session.execute(update(Authenticator).where(Authenticator.staff_id == staff_id).values(last_step=0))


def offered(page: str) -> str | None:
    """The secret that a page offers to be bound; None if the page asks for a code only."""
    found = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page)
    return found.group(1).replace(" ", "") if found else None
