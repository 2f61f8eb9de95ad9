"""Everything the page of one case shows, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import casework, checklist, links, referrals
from bot.care.closing import of_number, worst
from bot.care.company import names
from bot.clock import now
from bot.db.models import CareCase, CaseEvent, Conversation
from bot.db.session import reading, transaction
from bot.level import Level

MOST_EVENTS = 300  # of the newest


@dataclass(frozen=True)
class Happened:
    """One event of the case."""

    kind: str
    by: str | None
    level: Level | None
    note: str | None
    at: datetime


@dataclass(frozen=True)
class Thread:
    """One conversation of the case."""

    id: str
    channel: str
    pseudonym: str
    is_first: bool


@dataclass(frozen=True)
class CaseFile:
    """All of it. `needs_lead`: closing it needs a lead's approval. `pairs`: the other cases of a pair."""

    case: CareCase
    owner_name: str | None
    asked_by: str | None
    needs_lead: bool
    threads: list[Thread]
    pairs: list[CareCase]
    plan: list[casework.Step]
    checks: list[checklist.Check]
    tasks: list[casework.Task]
    offers: list[referrals.Offer]
    events: list[Happened]


def of(number: str) -> CaseFile:
    """The file of a case. Raises NotFound."""
    with reading() as session:
        case = of_number(session, number)
        people = names(session)
        threads = [_thread(one, case) for one in session.execute(links.of_case(case)).scalars()]
        return CaseFile(
            case=case,
            owner_name=people.get(case.staff_id or ""),
            asked_by=people.get(case.closing_by or ""),
            needs_lead=worst(session, case).is_crisis,
            threads=threads,
            pairs=_pairs(session, case),
            plan=casework.plan_of(session, case),
            checks=checklist.of_case(session, case),
            tasks=casework.tasks_of(session, case),
            offers=referrals.of_case(session, case),
            events=_events(session, case, people),
        )


def _thread(conversation: Conversation, case: CareCase) -> Thread:
    is_first = conversation.id == case.conversation_id
    return Thread(conversation.id, conversation.channel, conversation.person.pseudonym, is_first)


def _pairs(session: Session, case: CareCase) -> list[CareCase]:
    rows = select(CareCase).where((CareCase.paired_with == case.id) | (CareCase.id == (case.paired_with or 0)))
    return list(session.execute(rows.order_by(CareCase.id)).scalars())


def _events(session: Session, case: CareCase, people: dict[str, str]) -> list[Happened]:
    rows = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id.desc()).limit(MOST_EVENTS)
    return [
        Happened(row.kind, people.get(row.staff_id or ""), row.level, row.note, row.at)
        for row in session.execute(rows).scalars()
    ]


def note_read(number: str, staff_id: str, *, again_after: timedelta = timedelta(0)) -> None:
    """Audits that this member of staff looked at the case, and notes it on the case. Raises NotFound."""
    with reading() as session:
        case = of_number(session, number)
    audit.look(audit.Action.case_read, staff_id, audit.case(number))
    with transaction() as session:
        if not read_since(session, case, staff_id, now() - again_after):
            session.add(CaseEvent(case_id=case.id, kind="read", staff_id=staff_id))


def read_since(session: Session, case: CareCase, staff_id: str, since: datetime) -> bool:
    """True if this member of staff looked at the case after that moment."""
    seen = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id, CaseEvent.kind == "read", CaseEvent.staff_id == staff_id, CaseEvent.at > since
    )
    return session.execute(seen.limit(1)).first() is not None
