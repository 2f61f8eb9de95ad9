"""An import as one thing: written whole, approved whole by a second person, or thrown away whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.clock import now
from bot.db.base import new_id
from bot.db.faq_models import FaqRevision
from bot.db.models import Faq, Staff
from bot.db.session import reading, transaction
from bot.db.states import RevisionSource, RevisionState
from bot.errors import NotFound
from bot.knowledge import checks
from bot.knowledge.checks import Fault, Known
from bot.knowledge.content import Content
from bot.knowledge.revisions import BadContent, Overtaken, OwnWork, content_of, known, made_live, stored
from bot.knowledge.wordings import fold

WAITING = RevisionState.in_review


@dataclass(frozen=True)
class Batch:
    """An import that waits for a second person."""

    id: str
    author_id: str
    at: datetime
    count: int


def save(staff_id: str, contents: Sequence[Content]) -> str:
    """Keeps all rows of an import under review, in one transaction, and gives the batch's id."""
    batch = new_id()
    at = now()
    same = {"author_id": staff_id, "source": RevisionSource.imported, "batch": batch, "state": WAITING}
    with transaction() as session:
        live = _newest_of_all(session)
        rows = [
            {"faq_id": one.id, "content": stored(one), "based_on": live.get(one.id, 0), "created_at": at, **same}
            for one in contents
        ]
        session.execute(insert(FaqRevision), [{**row, "submitted_at": at} for row in rows])
        audit.record(session, Action.faq_imported, staff_id, audit.batch(batch), count=len(rows))
    return batch


def _newest_of_all(session: Session) -> dict[str, int]:
    approved = FaqRevision.state == RevisionState.approved
    rows = session.execute(select(FaqRevision.faq_id, FaqRevision.id).where(approved).order_by(FaqRevision.reviewed_at))
    return {row.faq_id: row.id for row in rows}


def listing() -> list[Batch]:
    """The imports that wait, oldest first."""
    at, count = func.min(FaqRevision.created_at), func.count()
    query = select(FaqRevision.batch, FaqRevision.author_id, at, count).where(FaqRevision.state == WAITING)
    with reading() as session:
        grouped = query.where(FaqRevision.batch.is_not(None)).group_by(FaqRevision.batch, FaqRevision.author_id)
        return [Batch(str(row[0]), row[1], row[2], row[3]) for row in session.execute(grouped.order_by(at))]


def rows_of(batch: str) -> list[FaqRevision]:
    """What waits of an import. Raises NotFound if nothing does."""
    with reading() as session:
        return _rows(session, batch)


def _rows(session: Session, batch: str) -> list[FaqRevision]:
    query = select(FaqRevision).where(FaqRevision.batch == batch, FaqRevision.state == WAITING).order_by(FaqRevision.id)
    rows = list(session.execute(query).scalars())
    if not rows:
        raise NotFound("nothing of this import waits")
    return rows


def approve(staff_id: str, batch: str) -> int:
    """Makes all of an import live, or nothing of it; gives how many.

    Raises OwnWork for its author, Overtaken and BadContent for what changed since the import was checked.
    """
    with transaction() as session:
        rows = _rows(session, batch)
        if any(row.author_id == staff_id for row in rows):
            raise OwnWork("nobody approves what they wrote")
        live = _newest_of_all(session)
        if any(row.based_on != live.get(row.faq_id, 0) for row in rows):
            raise Overtaken("another wording was approved since")
        if found := clashes([content_of(row) for row in rows], known(session)):
            raise BadContent(found[:20])
        faqs, by = {row.id: row for row in session.execute(select(Faq)).scalars()}, session.get_one(Staff, staff_id)
        session.add_all([made_live(faqs.get(row.faq_id), row, by) for row in rows])
        audit.record(session, Action.faq_batch_approved, staff_id, audit.batch(batch), count=len(rows))
        return len(rows)


def clashes(contents: Sequence[Content], against: Known) -> list[Fault]:
    """Gives the faults that rows have with each other and with what there is; a wording may move between two rows."""
    together = merged(contents, against)
    return [fault for content in contents for fault in checks.faults(content, together)]


def merged(contents: Sequence[Content], against: Known) -> Known:
    """What there will be once these are live: their wordings replace those that their FAQs had."""
    ids = {one.id for one in contents}
    kept = {said: owner for said, owner in against.owners.items() if owner not in ids}
    for content in contents:
        for sentence in content.sentences:
            kept.setdefault(fold(sentence), content.id)
    return Known(against.ids | ids, kept)


def discard(staff_id: str, batch: str) -> None:
    """Throws an import away: its author does, or a second person who does not approve it."""
    with transaction() as session:
        rows = _rows(session, batch)
        others = {} if rows[0].author_id == staff_id else {"reviewed_by": staff_id, "reviewed_at": now()}
        mine = (FaqRevision.batch == batch, FaqRevision.state == WAITING)
        session.execute(update(FaqRevision).where(*mine).values(state=RevisionState.discarded, **others))
        audit.record(session, Action.faq_batch_discarded, staff_id, audit.batch(batch), count=len(rows))
