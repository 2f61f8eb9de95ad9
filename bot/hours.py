"""Hours of the day and the week as settings write them: "21:00-08:00", or "1-5 08:30-17:30, 6-7 09:00-12:00"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.clock import LOCAL, local

_SPAN = re.compile(r"(?:([1-7])(?:-([1-7]))? +)?([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From `start` to `end` on these days of the week (1 is Monday); past midnight if it ends before it starts."""

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True)
class Hours:
    """Some spans of China's time; empty if nothing is known."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Gives the hours of a setting. Raises ValueError."""
        return cls(tuple(_span(part.strip()) for part in text.split(",") if part.strip()))

    def holds(self, moment: datetime) -> bool:
        """True if the moment lies in one of the spans."""
        return any(start <= moment < end for start, end in self._around(moment))

    def end(self, moment: datetime) -> datetime:
        """Gives when the span that holds the moment ends; the moment itself outside of them."""
        return max((end for start, end in self._around(moment) if start <= moment < end), default=moment)

    def next_start(self, moment: datetime) -> datetime | None:
        """Gives when the next span begins; None if there is none."""
        return min((start for start, _ in self._around(moment) if start > moment), default=None)

    def _around(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        today = local(moment).date()
        for day in (today + DAY * offset for offset in range(-1, 9)):
            for span in self.spans:
                if day.isoweekday() in span.days:
                    start = datetime.combine(day, span.start, LOCAL)
                    end = datetime.combine(day if span.end > span.start else day + DAY, span.end, LOCAL)
                    yield start, end


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError('is not like "1-5 08:30-17:30, 6 09:00-12:00"')
    first, last = int(found[1] or 1), int(found[2] or found[1] or 7)
    days = frozenset(range(first, last + 1))
    return Span(days, time(int(found[3]), int(found[4])), time(int(found[5]), int(found[6])))
