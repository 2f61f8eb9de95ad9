"""Slowing down an address that guesses, whichever logins it tries. An office shares an address: mild, and short."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.encryption import lookup_hash
from bot.db.session import transaction
from bot.db.signin_models import LoginAddress

FREE_FAILURES = 20
MAX_WAIT = 42  # seconds
FORGOTTEN_AFTER = timedelta(minutes=15)  # without another failure


def charge(address: str) -> bool:
    """Counts an attempt as failed before it is tried; False if the address must wait first, which is not counted."""
    key = _key(address)
    try:
        return _charge(key)
    except IntegrityError:  # another attempt added the address at the same moment
        return _charge(key)


def _charge(key: str) -> bool:
    with transaction() as session:
        row = session.get(LoginAddress, key, with_for_update=True) or _added(session, key)
        if (row.blocked_until or now()) > now():
            return False
        row.failures = 1 if now() - row.last_at >= FORGOTTEN_AFTER else row.failures + 1
        row.last_at, row.blocked_until = now(), now() + wait_after(row.failures)
    return True


def _added(session: Session, key: str) -> LoginAddress:
    session.execute(delete(LoginAddress).where(LoginAddress.last_at < now() - FORGOTTEN_AFTER))
    row = LoginAddress(address_hash=key, failures=0, last_at=now())
    session.add(row)
    session.flush()
    return row


def forgive(address: str) -> None:
    """Takes back what a good login was charged. Failures of before stay: an own account must not wash them away."""
    with transaction() as session:
        row = session.get(LoginAddress, _key(address), with_for_update=True)
        if row is not None:
            row.failures, row.blocked_until = max(0, row.failures - 1), None


def wait_after(failures: int) -> timedelta:
    """Gives how long an address rests after so many failures: 0 s up to 19, then 1, 2, 4 … 42 s."""
    over = failures - FREE_FAILURES
    return timedelta(seconds=0 if over < 0 else min(2 ** min(over, 10), MAX_WAIT))


def _key(address: str) -> str:
    """A home or an office has one IPv4 address, but 2^64 of IPv6: those count as one."""
    network = address
    with suppress(ValueError):
        parsed = ipaddress.ip_address(address)
        network = str(ipaddress.ip_network((address, 64 if parsed.version == 6 else 32), strict=False))
    return lookup_hash("login address", network)
