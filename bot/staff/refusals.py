"""Refused sign-ins in the audit: whose account it was, and how many in a row; never what was typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from bot import audit
from bot.audit import Action
from bot.clock import now
from bot.db.models import Staff
from bot.db.session import transaction

TOGETHER = timedelta(minutes=1)  # refusals of no open account are counted for so long into one entry


class _Strangers:
    """Counts what leads to no account, or to one that rests: a flood must not become a flood of entries."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._told: datetime | None = None

    def one_more(self) -> int:
        """Gives how many there were since the last entry if it is time for another, else 0."""
        with self._lock:
            self._count += 1
            if self._told is not None and timedelta(0) <= now() - self._told < TOGETHER:
                return 0
            count, self._count, self._told = self._count, 0, now()
            return count


_strangers = _Strangers()


def note(staff_id: str | None, action: Action = Action.sign_in_failed) -> None:
    """Records a refusal. A wrong password for an account is one entry with its failures in a row; all others, once a
    minute, are one entry with their number since the last."""
    if staff_id is None:
        count = _strangers.one_more()
        if count:
            audit.note(action, None, count=count)
        return
    with transaction() as session:
        staff = session.get_one(Staff, staff_id)
        audit.record(session, action, None, audit.staff(staff_id), count=staff.failed_logins)
