"""Time, always aware and in UTC. Tests replace `now` through `bot.clock.set_now`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")  # China has had no daylight saving time since 1991

_now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def now() -> datetime:
    """Gives the current moment, aware, UTC."""
    return _now()


def set_now(source: Callable[[], datetime] | None) -> None:
    """Replaces the source of time (tests only); None restores the real one."""
    global _now
    _now = source or (lambda: datetime.now(UTC))


def local(moment: datetime) -> datetime:
    """Gives the moment in China's time, for showing to people."""
    return moment.astimezone(LOCAL)
