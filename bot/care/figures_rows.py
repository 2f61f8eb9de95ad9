"""What figures are made of: bare rows of a period, without a word that anybody wrote. Exercises are not among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import Session

from bot.db.care_models import AlarmMark
from bot.db.models import CareCase, CaseEvent, Conversation, Message, Staff
from bot.db.rating_models import Rating
from bot.db.states import Author, CaseState, Category, RatingValue, Verdict
from bot.level import Level

CRISIS = [level for level in Level if level.is_crisis]
TAKEN = ("claimed", "taken_over")


@dataclass(frozen=True)
class Period:
    """From `start` up to, but not with, `end`; both aware."""

    start: datetime
    end: datetime

    def holds(self, column: Any) -> ColumnElement[bool]:
        """The condition that a moment lies in it."""
        return and_(column >= self.start, column < self.end)


@dataclass(frozen=True)
class CaseRow:
    """One case that was opened in the period. `called_at`: when the worker wrote what a person was called for."""

    level: Level
    state: CaseState
    category: Category
    outcome: str  # an OutcomeKind; open | unsaid
    opened_at: datetime
    called_at: datetime | None
    seen_at: datetime | None
    replied_at: datetime | None
    stopped_at: datetime | None


def cases(session: Session, period: Period) -> list[CaseRow]:
    """The period's cases; of a pair only the first, for the other is the same person's same trouble."""
    called, replied, stopped = (dict(_pairs(session, query)) for query in _moments(period))
    facts = (CareCase.id, CareCase.level, CareCase.state, CareCase.category, CareCase.outcome_kind)
    moments = (CareCase.opened_at, CareCase.acknowledged_at, CareCase.closed_at)
    found = _counted(select(*facts, *moments), period)
    return [
        CaseRow(
            row.level,
            row.state,
            row.category,
            "open" if row.closed_at is None else row.outcome_kind or "unsaid",
            row.opened_at,
            called_at=called.get(row.id),
            seen_at=row.acknowledged_at,
            replied_at=replied.get(row.id),
            stopped_at=stopped.get(row.id),
        )
        for row in session.execute(found)
    ]


def _pairs(session: Session, query: Select[int, datetime]) -> Iterable[tuple[int, datetime]]:
    return ((row[0], row[1]) for row in session.execute(query))


def _counted(query: Select[*tuple[Any, ...]], period: Period) -> Select[*tuple[Any, ...]]:
    return (
        query.join(Conversation, Conversation.id == CareCase.conversation_id)
        .where(period.holds(CareCase.opened_at), CareCase.paired_with.is_(None))
        .where(Conversation.drill.is_(False))
    )


def _moments(period: Period) -> tuple[Select[int, datetime], ...]:
    """Case id with the moments of the first call for a person, of a person's first words, and of the worker's stop."""
    events = select(CaseEvent.case_id, func.min(func.coalesce(Message.created_at, CaseEvent.at)))
    events = events.join(CareCase, CareCase.id == CaseEvent.case_id).outerjoin(
        Message, CaseEvent.message_id == Message.id
    )
    events = events.where(period.holds(CareCase.opened_at)).group_by(CaseEvent.case_id)
    calls = or_(CaseEvent.kind == "request", and_(CaseEvent.kind == "sign", CaseEvent.level.in_(CRISIS)))
    words = (
        select(CareCase.id, func.min(Message.created_at))
        .join(Message, Message.conversation_id == CareCase.conversation_id)
        .where(period.holds(CareCase.opened_at), Message.author == Author.counsellor)
        .where(Message.created_at >= CareCase.opened_at)
        .where(or_(CareCase.closed_at.is_(None), Message.created_at <= CareCase.closed_at))
        .group_by(CareCase.id)
    )
    return events.where(calls), words, events.where(CaseEvent.kind == "stopped")


def signs(session: Session, period: Period) -> list[tuple[datetime, Level]]:
    """Each message with a sign: when it was logged, and its level."""
    found = (
        select(CaseEvent.at, CaseEvent.level)
        .join(CareCase, CareCase.id == CaseEvent.case_id)
        .join(Conversation, Conversation.id == CareCase.conversation_id)
        .where(CaseEvent.kind == "sign", period.holds(CaseEvent.at), Conversation.drill.is_(False))
    )
    return [(at, level or Level.none) for at, level in session.execute(found)]


def taken(session: Session, period: Period) -> Counter[tuple[str, Level]]:
    """How many cases each counsellor took, by name and level."""
    found = (
        select(Staff.display_name, CareCase.level, func.count(distinct(CareCase.id)))
        .join(CaseEvent, CaseEvent.staff_id == Staff.id)
        .join(CareCase, CareCase.id == CaseEvent.case_id)
        .join(Conversation, Conversation.id == CareCase.conversation_id)
        .where(CaseEvent.kind.in_(TAKEN), period.holds(CaseEvent.at), Conversation.drill.is_(False))
        .group_by(Staff.id, Staff.display_name, CareCase.level)
    )
    counts: Counter[tuple[str, Level]] = Counter()
    for person, level, number in session.execute(found):
        counts[person, level] += number
    return counts


def verdicts(session: Session, period: Period) -> list[tuple[Level, Verdict]]:
    """The last verdict on each message that was judged in the period; what was missed stands at its proper level."""
    last = select(func.max(AlarmMark.id)).where(period.holds(AlarmMark.at)).group_by(AlarmMark.message_id)
    found = (
        select(AlarmMark.verdict, AlarmMark.level, Message.level)
        .join(Message, Message.id == AlarmMark.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(AlarmMark.id.in_(last), Conversation.drill.is_(False))
    )
    return [
        ((should if verdict == Verdict.missed else None) or was or Level.none, verdict)
        for verdict, should, was in session.execute(found)
    ]


def ratings(session: Session, period: Period) -> list[RatingValue | None]:
    """What was answered to each question that was asked in the period; None where nothing was."""
    found = (
        select(Rating.value)
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .where(period.holds(Rating.asked_at), Conversation.drill.is_(False))
    )
    return list(session.execute(found).scalars())
