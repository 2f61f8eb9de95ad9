"""From a draft to the live wording: written by one person, approved by another, kept as history.

`faq` holds what workers read. Nothing gets into it but by `approve` and `approve_batch`, and by files (faqs.seed).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.clock import local, now
from bot.db.faq_models import FaqRevision
from bot.db.models import Faq, Staff
from bot.db.session import reading, transaction
from bot.db.states import FaqOrigin, RevisionSource, RevisionState
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.knowledge import checks, danger, faqs
from bot.knowledge.checks import Fault, Known
from bot.knowledge.content import Content, named, parse
from bot.knowledge.wordings import owners

MAX_COMMENT, MAX_STORED = 300, 20_000  # characters
OPEN = (RevisionState.draft, RevisionState.returned)  # what its author still works on
PENDING = (*OPEN, RevisionState.in_review)
NUMBER_0 = 0  # stands for the wording of the file in a history
AT_ONCE = 500  # ids in one query


class BadContent(BadInput):
    """The content has faults; they are told to whom wrote it."""

    code = "bad_content"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class OwnWork(NotAllowed):
    """Nobody approves what they wrote."""

    code = "own_work"


class Overtaken(NotAllowedNow):
    """Another wording was approved since this one was written: it has to be looked at again."""

    code = "overtaken"


def known(session: Session) -> Known:
    """What a content is held against: the ids of all FAQs and the wordings of those in use."""
    rows = session.execute(select(Faq.id, Faq.question, Faq.variants).where(Faq.retired_at.is_(None))).all()
    ids = session.execute(select(Faq.id)).scalars()
    return Known(frozenset(ids), owners((row.id, row.question, row.variants) for row in rows))


def faults_of(content: Content) -> list[Fault]:
    """Gives every fault of a content, against what there is now."""
    with reading() as session:
        against = known(session)
    return [*checks.faults(content, against), *danger.faults(content)]


def stored(content: Content) -> str:
    """The content as a revision keeps it. Raises BadInput for one that is far too long."""
    text = json.dumps(content.plain(), ensure_ascii=False)
    if len(text) > MAX_STORED:
        raise BadInput("the content is far too long")
    return text


def content_of(revision: FaqRevision) -> Content:
    """What a revision says."""
    return parse(json.loads(revision.content))


def live(faq: Faq) -> Content:
    """What workers read now."""
    return parse({column.key: getattr(faq, column.key) for column in Faq.__table__.columns})


def save_draft(staff_id: str, content: Content, *, source: RevisionSource, faq_id: str | None = None) -> int:
    """Keeps a draft, finished or not, and gives its id. `faq_id` names the FAQ that it changes; None: a new one.

    Who has an open draft of that FAQ changes that one. Raises NotFound for an FAQ that is not there.
    """
    content = named(replace(content, id=faq_id or content.id))
    if not checks.ID.fullmatch(content.id):
        raise BadInput("this is no id")
    text = stored(content)
    with transaction() as session:
        if faq_id is not None and session.get(Faq, faq_id) is None and not _has_draft(session, faq_id):
            raise NotFound("no such FAQ")
        mine = select(FaqRevision).where(FaqRevision.faq_id == content.id, FaqRevision.author_id == staff_id)
        row = session.execute(mine.where(FaqRevision.state.in_(OPEN)).with_for_update()).scalars().first()
        row = row or FaqRevision(faq_id=content.id, author_id=staff_id, source=source)
        row.content, row.based_on = text, newest(session, content.id)
        session.add(row)
        session.flush()
        audit.record(session, Action.faq_drafted, staff_id, audit.faq(content.id))
        return row.id


def _has_draft(session: Session, faq_id: str) -> bool:
    mine = select(FaqRevision.id).where(FaqRevision.faq_id == faq_id, FaqRevision.state.in_(PENDING))
    return session.execute(mine.limit(1)).first() is not None


def newest(session: Session, faq_id: str) -> int:
    """The id of the approved revision that is live; 0 if none was approved yet."""
    approved = (FaqRevision.faq_id == faq_id, FaqRevision.state == RevisionState.approved)
    query = select(FaqRevision.id).where(*approved).order_by(FaqRevision.reviewed_at.desc(), FaqRevision.id.desc())
    return session.execute(query.limit(1)).scalar() or NUMBER_0


def submit(staff_id: str, revision_id: int) -> None:
    """Hands a draft to a second person. Raises BadContent while it has a fault, NotAllowed for another's draft."""
    found = faults_of(content_of(get(revision_id)))
    if found:
        raise BadContent(found)
    with transaction() as session:
        row = _locked(session, revision_id, OPEN)
        if row.author_id != staff_id:
            raise NotAllowed("it is another's draft")
        row.state, row.submitted_at = RevisionState.in_review, now()
        audit.record(session, Action.faq_submitted, staff_id, audit.faq(row.faq_id))


def approve(staff_id: str, revision_id: int) -> None:
    """Makes a wording live at once. Raises OwnWork, Overtaken, and BadContent for what became a fault meanwhile."""
    crying = danger.faults(content_of(get(revision_id)))
    with transaction() as session:
        row = _locked(session, revision_id, (RevisionState.in_review,))
        found = [*checks.faults(content_of(row), known(session)), *crying]
        if found:
            raise BadContent(found)
        check_reviewer(session, row, staff_id)
        session.add(made_live(session.get(Faq, row.faq_id), row, session.get_one(Staff, staff_id)))
        audit.record(session, Action.faq_approved, staff_id, audit.faq(row.faq_id))


def check_reviewer(session: Session, row: FaqRevision, staff_id: str) -> None:
    """Raises OwnWork for its author, Overtaken if another wording went live since it was written."""
    if row.author_id == staff_id:
        raise OwnWork("nobody approves what they wrote")
    if row.based_on != newest(session, row.faq_id):
        raise Overtaken("another wording was approved since")


def made_live(faq: Faq | None, row: FaqRevision, by: Staff) -> Faq:
    """Gives the FAQ with a revision's content, a new one if there is none; what was retired stays retired."""
    content = content_of(row)
    values = content.plain()
    faq = faq or Faq(id=row.faq_id, source_digest="")
    for name in ("topic", "question", "variants", "answer", "basis", "region", "related"):
        setattr(faq, name, values[name])
    faq.valid_from, faq.valid_to = content.valid_from, content.valid_to  # type: ignore[assignment]  # checked before
    faq.reviewer, faq.reviewed_on = by.display_name[:60], local(now()).date()
    faq.origin = FaqOrigin.desk
    row.state, row.reviewed_by, row.reviewed_at = RevisionState.approved, by.id, now()
    return faq


def send_back(staff_id: str, revision_id: int, comment: str) -> None:
    """Gives it back to its author with the reason. Raises BadInput without one, OwnWork for the author."""
    if not 1 <= len(comment.strip()) <= MAX_COMMENT:
        raise BadInput("a reason is needed")
    with transaction() as session:
        row = _locked(session, revision_id, (RevisionState.in_review,))
        if row.author_id == staff_id:
            raise OwnWork("it is one's own")
        row.state, row.comment = RevisionState.returned, comment.strip()
        row.reviewed_by, row.reviewed_at = staff_id, now()
        audit.record(session, Action.faq_sent_back, staff_id, audit.faq(row.faq_id))


def discard(staff_id: str, revision_id: int) -> None:
    """Throws away one's own draft or one under review; what others wrote goes back to them instead."""
    with transaction() as session:
        row = _locked(session, revision_id, PENDING)
        if row.author_id != staff_id:
            raise NotAllowed("it is another's draft")
        row.state = RevisionState.discarded
        audit.record(session, Action.faq_discarded, staff_id, audit.faq(row.faq_id))


def restore(staff_id: str, faq_id: str, revision_id: int) -> int:
    """Makes a draft of a former wording (0: the file's) and gives its id. Raises NotFound."""
    if revision_id == NUMBER_0:
        former = faqs.file_of(faq_id)
        if former is None:
            raise NotFound("there is no file")
        return save_draft(staff_id, parse(former), source=RevisionSource.restore, faq_id=faq_id)
    row = get(revision_id)
    if row.faq_id != faq_id or row.state != RevisionState.approved:
        raise NotFound("no such wording")
    return save_draft(staff_id, content_of(row), source=RevisionSource.restore, faq_id=faq_id)


def retire(staff_id: str, faq_id: str) -> None:
    """Takes an FAQ out of use at once. Raises NotFound, NotAllowedNow if it is already."""
    _use(staff_id, faq_id, Action.faq_retired, lambda faq: faq.retired_at is None)


def reinstate(staff_id: str, faq_id: str) -> None:
    """Answers it again, in the wording that was approved last. Raises BadContent if others have its wordings now."""
    _use(staff_id, faq_id, Action.faq_reinstated, lambda faq: faq.retired_at is not None)


def _use(staff_id: str, faq_id: str, action: Action, fits: Callable[[Faq], bool]) -> None:
    with transaction() as session:
        faq = session.get(Faq, faq_id, with_for_update=True)
        if faq is None:
            raise NotFound("no such FAQ")
        if not fits(faq):
            raise NotAllowedNow("it is so already")
        if faq.retired_at is not None and (found := checks.faults(live(faq), known(session))):
            raise BadContent(found)
        faq.retired_at = now() if faq.retired_at is None else None
        audit.record(session, action, staff_id, audit.faq(faq_id))


def get(revision_id: int) -> FaqRevision:
    """A revision. Raises NotFound."""
    with reading() as session:
        row = session.get(FaqRevision, revision_id)
    if row is None:
        raise NotFound("no such revision")
    return row


def history(faq_id: str) -> list[FaqRevision]:
    """The approved revisions of an FAQ, newest first."""
    approved = (FaqRevision.faq_id == faq_id, FaqRevision.state == RevisionState.approved)
    query = select(FaqRevision).where(*approved).order_by(FaqRevision.reviewed_at.desc(), FaqRevision.id.desc())
    with reading() as session:
        return list(session.execute(query).scalars())


def pending(faq_id: str | None = None, *states: RevisionState) -> list[FaqRevision]:
    """What is being written or waits for a second person, oldest first; of one FAQ or of all outside of batches."""
    query = select(FaqRevision).where(FaqRevision.state.in_(states or PENDING)).order_by(FaqRevision.id)
    of = FaqRevision.batch.is_(None) if faq_id is None else FaqRevision.faq_id == faq_id
    with reading() as session:
        return list(session.execute(query.where(of).limit(AT_ONCE)).scalars())


def waiting(staff_id: str) -> int:
    """How many wordings of others wait for this person."""
    others = (FaqRevision.state == RevisionState.in_review, FaqRevision.author_id != staff_id)
    with reading() as session:
        return session.execute(select(func.count()).select_from(FaqRevision).where(*others)).scalar_one()


def _locked(session: Session, revision_id: int, states: tuple[RevisionState, ...]) -> FaqRevision:
    row = session.get(FaqRevision, revision_id, with_for_update=True)
    if row is None:
        raise NotFound("no such revision")
    if row.state not in states:
        raise NotAllowedNow("it is not in that state")
    return row
