"""What is asked and what becomes of it: by topic, hour and day. Counts of questions, never of a person.

No number is hidden: a row says that somebody asked about wages, not who. Words are redacted, from the inbox.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session

from bot.care.figures_rows import Period
from bot.clock import local
from bot.db.asked_models import Asked
from bot.db.models import Faq, Feedback
from bot.db.session import reading
from bot.db.states import Understood
from bot.knowledge import inbox

OUTCOMES = (Understood.answered, Understood.clarified, Understood.refused, Understood.handed_over)
TOP = 20
CHINA_HOURS = 8
Counts = dict[str, Counter[str]]


@dataclass(frozen=True)
class Voted:
    """An FAQ and its thumbs."""

    faq_id: str
    question: str
    up: int
    down: int
    asked: int


@dataclass(frozen=True)
class Figures:
    """Everything of one period. `by_topic` and `by_day` count outcomes, `by_hour` hours of China's time by topic."""

    by_topic: Counts
    by_day: dict[date, Counter[str]]
    by_hour: Counts
    votes: tuple[Voted, ...]
    unanswered: tuple[tuple[str, int], ...]

    @property
    def total(self) -> Counter[str]:
        """All outcomes."""
        return sum(self.by_topic.values(), Counter())


def of(period: Period) -> Figures:
    """Counts a period."""
    with reading() as session:
        topics = _counted(session, select(Asked.topic, Asked.outcome, func.count()), period)
        hours = _counted(session, select(Asked.topic, _part(session, "%H", "HH24"), func.count()), period)
        days = _counted(session, select(_part(session, "%Y-%m-%d", "YYYY-MM-DD"), Asked.outcome, func.count()), period)
        votes = _votes(session, period)
    dates = [local(period.start).date() + timedelta(days=n) for n in range((period.end - period.start).days)]
    by_day = {day: days.get(day.isoformat(), Counter()) for day in dates}
    return Figures(topics, by_day, hours, votes, tuple(inbox.unanswered(TOP)))


def _part(session: Session, sqlite: str, postgres: str) -> ColumnElement[str]:
    """A part of the moment in China's time, as each database writes it."""
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime(sqlite, Asked.at, f"+{CHINA_HOURS} hours")
    return func.to_char(func.timezone("Asia/Shanghai", Asked.at), postgres)


def _counted(session: Session, query: Select[Any, Any, int], period: Period) -> Counts:
    within = query.where(Asked.at >= period.start, Asked.at < period.end)
    rows = session.execute(within.group_by(literal_column("1"), literal_column("2")))
    found: Counts = {}
    for first, second, count in rows:
        found.setdefault(str(first), Counter())[str(second)] += count
    return found


def _votes(session: Session, period: Period) -> tuple[Voted, ...]:
    """The FAQs that were voted on, those with most thumbs down first."""
    given = select(Feedback.faq_id, Feedback.value, func.count()).where(
        Feedback.faq_id.is_not(None), Feedback.at >= period.start, Feedback.at < period.end
    )
    votes: dict[str, Counter[str]] = {}
    for faq_id, value, count in session.execute(given.group_by(Feedback.faq_id, Feedback.value)):
        votes.setdefault(str(faq_id), Counter())[value] = count
    within = (Asked.at >= period.start, Asked.at < period.end, Asked.faq_id.in_(votes))
    asked = select(Asked.faq_id, func.count()).where(*within).group_by(Asked.faq_id)
    uses = dict(session.execute(asked).all())
    questions = {row.id: row.question for row in session.execute(select(Faq.id, Faq.question).where(Faq.id.in_(votes)))}
    rows = [
        Voted(faq_id, questions.get(faq_id, faq_id), count["up"], count["down"], uses.get(faq_id, 0))
        for faq_id, count in votes.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.down, row.up, row.faq_id))[:TOP])
