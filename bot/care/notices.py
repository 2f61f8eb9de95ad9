"""Notices to the phones of staff: the addresses, and the rows that wait to be sent. Their URLs hold secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from bot import audit, texts
from bot.audit import Action
from bot.care import links, scope
from bot.clock import now
from bot.db.models import Alert, CareCase, Conversation, Staff
from bot.db.night_models import EscalationStep, Notice, NoticeAddress
from bot.db.session import reading, transaction
from bot.db.states import CaseState, NoticeState
from bot.errors import BadInput, NotFound
from bot.level import Level
from bot.settings import settings

LEASE = timedelta(seconds=60)  # longer than two tries take
MOST_ADDRESSES = 5  # of one person, or of the office
AT_ONCE = 20


@dataclass(frozen=True)
class Letter:
    """What is sent, and where to. `url` is never to be logged."""

    url: str
    title: str
    body: str


@dataclass(frozen=True)
class Due:
    """A notice that is ours to send."""

    notice_id: int
    letter: Letter


def live_addresses(session: Session) -> list[NoticeAddress]:
    """Gives all addresses in use."""
    found = select(NoticeAddress).where(NoticeAddress.removed_at.is_(None)).order_by(NoticeAddress.id)
    return list(session.execute(found).scalars())


def add_address(by: str, staff_id: str | None, url: str) -> None:
    """Keeps an address of a person, or of the office; the caller has checked that it can be sent to."""
    with transaction() as session:
        if staff_id is not None and session.get(Staff, staff_id) is None:
            raise BadInput("nobody of that id")
        same = [row for row in live_addresses(session) if row.staff_id == staff_id]
        if len(same) >= MOST_ADDRESSES or any(row.url == url for row in same):
            raise BadInput("too many addresses, or this one twice")
        session.add(NoticeAddress(staff_id=staff_id, url=url, added_by=by))
        audit.record(session, Action.address_added, by, audit.staff(staff_id))


def remove_address(by: str, address_id: int) -> None:
    """Forgets an address; that it was there stays known. Raises NotFound."""
    with transaction() as session:
        row = session.get(NoticeAddress, address_id)
        if row is None or row.removed_at is not None:
            raise NotFound("no such address")
        row.url, row.removed_by, row.removed_at = "", by, now()
        audit.record(session, Action.address_removed, by, audit.staff(row.staff_id))


def test_letters(staff_id: str | None) -> list[Letter]:
    """Gives a letter that says it is a test, for each address of a person or of the office."""
    with reading() as session:
        rows = [row for row in live_addresses(session) if row.staff_id == staff_id]
    body = texts.with_facts("night_test", {"desk_address": _desk()}).text
    return [Letter(row.url, texts.get("night_test_title").text, body) for row in rows]


def _desk() -> str:
    return f"{settings().address.rstrip('/')}/desk"


def take() -> list[Due]:
    """Leases what is to be sent now. What somebody has seen meanwhile is dropped."""
    with reading() as session:
        if session.execute(_waiting().limit(1)).first() is None:
            return []
    with transaction() as session:
        rows = session.execute(_waiting().limit(AT_ONCE).with_for_update(skip_locked=True)).scalars().all()
        return [due for row in rows if (due := _lease(session, row)) is not None]


def _waiting() -> Select[Notice]:
    free = or_(Notice.lease_until.is_(None), Notice.lease_until < now())
    return select(Notice).where(Notice.state == NoticeState.pending, free).order_by(Notice.id)


def _lease(session: Session, row: Notice) -> Due | None:
    step = session.get_one(EscalationStep, row.step_id)
    address = session.get_one(NoticeAddress, row.address_id)
    if not unseen(session, step.conversation_id):
        row.state, row.done_at = NoticeState.dropped, now()
        return None
    if address.staff_id is not None and not scope.sees(session, address.staff_id, step.conversation_id):
        row.state, row.done_at = NoticeState.dropped, now()
        return None
    if address.removed_at is not None:
        row.state, row.done_at = NoticeState.failed, now()
        return None
    row.lease_until = now() + LEASE
    return Due(row.id, _letter(session, step.conversation_id, address.url))


def unseen(session: Session, conversation_id: str) -> list[Alert]:
    """Gives the imminent alerts of a conversation that nobody has seen, oldest first."""
    found = select(Alert).where(
        Alert.conversation_id == conversation_id, Alert.level == Level.imminent, Alert.acknowledged_at.is_(None)
    )
    return list(session.execute(found.order_by(Alert.id)).scalars())


def _letter(session: Session, conversation_id: str, url: str) -> Letter:
    """Number and level, nothing else: it may show on a locked screen, and it passes through foreign hands."""
    number = session.execute(
        select(CareCase.number)
        .where(links.has_conversation(conversation_id), CareCase.state != CaseState.closed)
        .order_by(CareCase.conversation_id == conversation_id, CareCase.paired_with.is_not(None), CareCase.id)
        .limit(1)
    ).scalar()
    facts = {"case_number": number or "", "desk_address": _desk()}
    drill = texts.get("drill_mark").text if session.get_one(Conversation, conversation_id).drill else ""
    title = drill + texts.get("night_notice_title").text
    return Letter(url, title, drill + texts.with_facts("night_notice", facts).text)


def note(notice_id: int, sent: bool) -> None:
    """Notes what became of a notice."""
    with transaction() as session:
        row = session.get_one(Notice, notice_id)
        row.state = NoticeState.sent if sent else NoticeState.failed
        row.lease_until, row.done_at = None, now()


def release_leases() -> None:
    """Frees the leases of a gateway that died; for the start of the only gateway on SQLite."""
    with transaction() as session:
        session.execute(update(Notice).where(Notice.lease_until.is_not(None)).values(lease_until=None))
