"""The FAQs as editors look for them: by words, topic and state, with how they are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import local, now
from bot.db.faq_models import FaqRevision
from bot.db.models import Conversation, Faq, Feedback, Message
from bot.db.session import reading
from bot.db.states import Author, FaqOrigin
from bot.knowledge.revisions import PENDING

USE_DAYS = 30
SOON = timedelta(days=60)


class Status(StrEnum):
    """What one looks for."""

    all = "all"
    live = "live"
    expiring = "expiring"  # within SOON
    expired = "expired"
    unused = "unused"  # not answered once in USE_DAYS
    disliked = "disliked"  # more thumbs down than up
    pending = "pending"  # somebody is writing or reviewing a new wording
    retired = "retired"


@dataclass(frozen=True)
class Listed:
    """One line of the list. `uses` counts the answers of the last USE_DAYS; thumbs are of all time."""

    id: str
    topic: str
    question: str
    valid_from: date
    valid_to: date | None
    reviewed_on: date
    origin: FaqOrigin
    retired: bool
    pending: bool
    uses: int
    up: int
    down: int
    words: str  # everything that is searched, folded for case

    def is_(self, status: Status, today: date) -> bool:
        """Whether it belongs to what one looks for."""
        expired = self.valid_to is not None and self.valid_to < today
        soon = self.valid_to is not None and today <= self.valid_to <= today + SOON
        fits = {
            Status.live: not self.retired,
            Status.expiring: soon and not self.retired,
            Status.expired: expired and not self.retired,
            Status.unused: not self.uses and not self.retired,
            Status.disliked: self.down > self.up,
            Status.pending: self.pending,
            Status.retired: self.retired,
        }
        return fits.get(status, True)


def find(text: str = "", topic: str = "", status: Status = Status.all) -> list[Listed]:
    """Gives the FAQs that hold the words in question, variants or answer, by topic and question."""
    wanted, today = text.strip().casefold(), local(now()).date()
    with reading() as session:
        rows = everything(session)
    kept = [row for row in rows if wanted in row.words and topic in ("", row.topic) and row.is_(status, today)]
    return sorted(kept, key=lambda row: (row.topic, row.question))


def everything(session: Session) -> list[Listed]:
    """All FAQs with their use."""
    uses, thumbs = _uses(session), _thumbs(session)
    changing = select(FaqRevision.faq_id).where(FaqRevision.state.in_(PENDING)).distinct()
    pending = set(session.execute(changing).scalars())
    names = ("id", "topic", "question", "variants", "answer", "valid_from", "valid_to", "reviewed_on", "origin")
    rows = session.execute(select(*(getattr(Faq, name) for name in names), Faq.retired_at))
    return [
        Listed(
            *(row.id, row.topic, row.question, row.valid_from, row.valid_to, row.reviewed_on, row.origin),
            retired=row.retired_at is not None,
            pending=row.id in pending,
            uses=uses.get(row.id, 0),
            up=thumbs.get((row.id, "up"), 0),
            down=thumbs.get((row.id, "down"), 0),
            words="\n".join((row.id, row.question, *row.variants, row.answer)).casefold(),
        )
        for row in rows
    ]


def _uses(session: Session) -> dict[str, int]:
    answered = (Message.faq_id.is_not(None), Message.author == Author.bot)
    lately = Message.created_at >= now() - timedelta(days=USE_DAYS)
    query = select(Message.faq_id, func.count()).join(Conversation, Conversation.id == Message.conversation_id)
    real = query.where(*answered, lately, Conversation.drill.is_(False)).group_by(Message.faq_id)
    return {str(row[0]): row[1] for row in session.execute(real)}


def _thumbs(session: Session) -> dict[tuple[str, str], int]:
    query = select(Feedback.faq_id, Feedback.value, func.count()).where(Feedback.faq_id.is_not(None))
    rows = session.execute(query.group_by(Feedback.faq_id, Feedback.value))
    return {(str(row[0]), row[1]): row[2] for row in rows}


def expiring() -> tuple[int, int]:
    """How many FAQs in use have expired, and how many will within SOON."""
    today = local(now()).date()
    ends = select(Faq.valid_to).where(Faq.retired_at.is_(None), Faq.valid_to.is_not(None))
    with reading() as session:
        days = [day for day in session.execute(ends.where(Faq.valid_to <= today + SOON)).scalars() if day]
    return sum(day < today for day in days), sum(day >= today for day in days)
