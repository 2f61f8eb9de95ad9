"""The one way to close a case: with what the union needs, and where it was grave with a lead's approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.care import links, ratings, waiting
from bot.care.company import LEADS, names
from bot.care.holding import acknowledge_alerts, release
from bot.care.moves import move_case
from bot.care.panel import cases_of
from bot.clock import now
from bot.db.models import CareCase, CaseEvent, Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.states import CaseState, OutcomeKind, Owner
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.level import Level

MAX_SUMMARY = 2000
MAX_REASON = 300
WEIGHTY = ("opened", "sign", "level_set")  # events whose level says how grave the case was


@dataclass(frozen=True)
class Report:
    """What has to be known before a case is closed. `risk` is the danger that is left, as a person judges it."""

    kind: OutcomeKind
    summary: str
    risk: Level
    contact_follows: bool = False


@dataclass(frozen=True)
class Asked:
    """A case that waits for a lead, for their list."""

    number: str
    level: Level
    by: str
    since: datetime


def close(conversation_id: str, staff_id: str, report: Report) -> bool:
    """Closes the conversation's case in hand as `close_case` does. Raises NotFound if none is open."""
    with reading() as session:
        case = session.execute(cases_of(conversation_id).limit(1)).scalar_one_or_none()
    if case is None or case.state == CaseState.closed:
        raise NotFound("no open case")
    return close_case(case.number, staff_id, report)


def close_case(number: str, staff_id: str, report: Report) -> bool:
    """Closes the case, and gives its conversations back to the bot if this counsellor has them.

    False if it was grave: then a lead has to approve, and until then whoever waits for a person goes on waiting.
    Raises NotAllowedNow if somebody else has a conversation of it, BadInput for a report that says nothing.
    """
    summary = said(report.summary, MAX_SUMMARY)
    with transaction() as session:
        case, conversations = locked(session, number)
        if case.state == CaseState.closed:
            raise NotAllowedNow("it is closed already")
        if any(one.owner == Owner.counsellor and one.counsellor_id != staff_id for one in conversations):
            raise NotAllowedNow("someone else has it")
        for one in conversations:
            acknowledge_alerts(session, one.id, staff_id)
        case.outcome, case.outcome_kind = summary, report.kind
        case.risk_at_close, case.contact_follows = report.risk, report.contact_follows
        if worst(session, case).is_crisis:
            _ask(session, case, conversations, staff_id)
            return False
        _close(session, case, conversations, staff_id)
        return True


def said(text: str, most: int = MAX_REASON) -> str:
    """The words without space around them. Raises BadInput for none, or more than `most` characters."""
    text = text.strip()
    if not text or len(text) > most:
        raise BadInput(f"it needs 1 to {most} characters")
    return text


def locked(session: Session, number: str) -> tuple[CareCase, list[Conversation]]:
    """Gives a case with all its conversations, locked until the transaction ends. Raises NotFound, NotAllowedNow."""
    case = of_number(session, number)
    conversations = links.lock(session, case)
    session.refresh(case, with_for_update=True)
    if len(session.execute(links.of_case(case)).all()) != len(conversations):
        raise NotAllowedNow("a conversation was joined to it in this moment")
    return case, conversations


def of_number(session: Session, number: str) -> CareCase:
    """Gives a case by its number. Raises NotFound."""
    case = session.execute(select(CareCase).where(CareCase.number == number)).scalar_one_or_none()
    if case is None:
        raise NotFound("no such case")
    return case


def worst(session: Session, case: CareCase) -> Level:
    """The gravest level that the case had since it was opened, or opened anew: lowering it by hand does not count."""
    anew = select(func.max(CaseEvent.id)).where(CaseEvent.case_id == case.id, CaseEvent.kind == "reopened")
    since = session.execute(anew).scalar() or 0
    had = select(CaseEvent.level).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_(WEIGHTY), CaseEvent.id > since)
    levels = [level for level in session.execute(had).scalars() if level is not None]
    return max([case.level, *levels], key=lambda level: level.rank)


def _ask(session: Session, case: CareCase, conversations: list[Conversation], staff_id: str) -> None:
    move_case(case, CaseState.closing)
    case.closing_by = staff_id
    session.add(CaseEvent(case_id=case.id, kind="close_asked", staff_id=staff_id, note=case.outcome))
    audit.record(session, Action.close_asked, staff_id, audit.case(case.number))
    for one in conversations:
        if one.owner == Owner.counsellor and not _other_open(session, case, one):
            _let_go(session, case, one)


def _let_go(session: Session, case: CareCase, conversation: Conversation) -> None:
    if conversation.owner == Owner.counsellor:
        ratings.plan(session, conversation, case)
    release(session, conversation)


def _close(session: Session, case: CareCase, conversations: list[Conversation], staff_id: str) -> None:
    move_case(case, CaseState.closed)
    case.closed_at = now()
    facts = {"staff_id": staff_id, "level": case.risk_at_close, "note": case.outcome}
    session.add(CaseEvent(case_id=case.id, kind="closed", **facts))
    audit.record(session, Action.closed, staff_id, audit.case(case.number))
    for one in conversations:
        if _other_open(session, case, one):
            continue
        waiting.met(session, one.id)
        if one.owner != Owner.bot:
            _let_go(session, case, one)
        one.level = Level.none


def _other_open(session: Session, case: CareCase, conversation: Conversation) -> bool:
    """True if this is the second of a pair and the first goes on, so that the talk goes on too."""
    if case.paired_with is None:
        return False
    others = select(CareCase.id).where(
        links.has_conversation(conversation.id), CareCase.state != CaseState.closed, CareCase.id != case.id
    )
    return session.execute(others.limit(1)).first() is not None


def approve(number: str, lead_id: str) -> None:
    """Closes a case that somebody else asked to close. Raises NotAllowed, NotAllowedNow."""
    with transaction() as session:
        case, conversations = locked(session, number)
        _must_decide(session, case, lead_id)
        for one in conversations:
            acknowledge_alerts(session, one.id, lead_id)
        _close(session, case, conversations, lead_id)


def send_back(number: str, lead_id: str, reason: str) -> None:
    """Gives a case back to care, with the reason. Raises NotAllowed, NotAllowedNow, BadInput."""
    reason = said(reason)
    with transaction() as session:
        case, conversations = locked(session, number)
        _must_decide(session, case, lead_id)
        waits = any(one.owner == Owner.waiting for one in conversations)
        move_case(case, CaseState.open if waits else CaseState.follow_up)
        session.add(CaseEvent(case_id=case.id, kind="close_sent_back", staff_id=lead_id, note=reason))
        audit.record(session, Action.close_sent_back, lead_id, audit.case(number))


def _must_decide(session: Session, case: CareCase, lead_id: str) -> None:
    if session.get_one(Staff, lead_id).role not in LEADS:
        raise NotAllowed("only a lead may approve")
    if case.state != CaseState.closing:
        raise NotAllowedNow("nobody asks to close it, or not any more")
    if case.closing_by == lead_id:
        raise NotAllowedNow("another lead has to approve what one asked for")


def reopen(number: str, staff_id: str, reason: str) -> None:
    """Opens a closed case again. Raises NotAllowedNow if it is open, or if its conversation has another open one."""
    reason = said(reason)
    with transaction() as session:
        case, _ = locked(session, number)
        reopen_locked(session, case)
        session.add(CaseEvent(case_id=case.id, kind="reopened", staff_id=staff_id, note=reason))
        audit.record(session, Action.reopened, staff_id, audit.case(number))


def reopen_locked(session: Session, case: CareCase) -> None:
    """The same inside a transaction that holds the case's conversations; the event is the caller's."""
    if case.state != CaseState.closed:
        raise NotAllowedNow("it is open")
    own = (CareCase.conversation_id == case.conversation_id, CareCase.paired_with.is_(None))
    other = select(CareCase.id).where(*own, CareCase.state != CaseState.closed)
    if case.paired_with is None and session.execute(other).first() is not None:
        raise NotAllowedNow("its conversation has another open case")
    move_case(case, CaseState.open)
    case.closed_at = case.outcome = case.outcome_kind = case.risk_at_close = case.contact_follows = None


def _asked() -> Select[CareCase]:
    return select(CareCase).where(CareCase.state == CaseState.closing)


def asked() -> list[Asked]:
    """The cases that wait for a lead, the one that has waited longest first."""
    at = (
        select(func.max(CaseEvent.at))
        .where(CaseEvent.case_id == CareCase.id, CaseEvent.kind == "close_asked")
        .scalar_subquery()
    )
    with reading() as session:
        people = names(session)
        rows = session.execute(_asked().add_columns(at).order_by(at))
        return [Asked(case.number, case.level, people.get(case.closing_by or "", ""), since) for case, since in rows]
