"""A worker's own records, for reading: everything they said, gave and agreed to, and the bare facts of their cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import ratings, tasks
from bot.clock import local, now
from bot.db.care_models import CaseAnswer, Consent, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import CareCase, ChannelIdentity, Conversation, Message, Outbox
from bot.db.programme_models import StudyAnswer
from bot.db.rating_models import Rating
from bot.db.session import transaction
from bot.db.states import OutboxState, TaskKind
from bot.settings import ROOT

EVENT = "export"  # marks messages that are an export themselves: they are in no other
TEMPLATE = ROOT / "nlu_data" / "records.txt.j2"


@dataclass(frozen=True)
class Records:
    """Everything of one person, as JSON-able values; `text` makes it a page to read."""

    data: dict[str, Any]

    @property
    def text(self) -> str:
        """The records as plain text."""
        return _template().render(self.data).strip() + "\n"

    @property
    def json(self) -> str:
        """The records as JSON."""
        return json.dumps(self.data, ensure_ascii=False, indent=1)


def fetch(channel: str, account: str, external_hash: str) -> Records | None:
    """Gives a worker's records once after they asked for them; None if they did not, or have them already."""
    with transaction() as session:
        found = session.execute(
            select(Conversation)
            .join(ChannelIdentity, ChannelIdentity.id == Conversation.identity_id)
            .where(ChannelIdentity.channel == channel, ChannelIdentity.account == account)
            .where(ChannelIdentity.external_hash == external_hash)
            .with_for_update(of=Conversation)
        ).scalar_one_or_none()
        allowed = tasks.pending(session, found.id, TaskKind.export) if found else []
        if found is None or not allowed or allowed[-1].due_at <= now():
            return None
        tasks.end(session, found.id, TaskKind.export)
        return gather(session, found.person_id)


def gather(session: Session, person_id: str) -> Records:
    """Gives everything that is kept of a person and is theirs to see; not what staff noted for their own work.
    That it was given is recorded when the transaction ends."""
    given = select(CareCase.number).where(CareCase.person_id == person_id).order_by(CareCase.id.desc()).limit(1)
    about = audit.case_or_person(session.execute(given).scalar(), person_id)
    audit.record(session, audit.Action.records_given, None, about)
    return Records(
        {
            "at": _time(now()),
            "messages": _messages(session, person_id),
            "cases": [_case(row) for row in _of(session, CareCase, person_id)],
            "answers": _answers(session, person_id),
            "ratings": [_rating(row) for row in ratings.of_person(session, person_id)],
            "moods": [{"at": _time(row.at), **json.loads(row.body)} for row in _of(session, MoodEntry, person_id)],
            "plan": next((json.loads(row.body) for row in _of(session, SafetyPlan, person_id)), {}),
            "study": [_study(row) for row in _of(session, StudyAnswer, person_id)],
            "contact": next((row.body for row in _of(session, EmergencyContact, person_id)), ""),
            "consents": [_consent(row) for row in _of(session, Consent, person_id)],
        }
    )


def _of(session: Session, table: Any, person_id: str) -> list[Any]:
    key = table.id if hasattr(table, "id") else table.person_id
    return list(session.execute(select(table).where(table.person_id == person_id).order_by(key)).scalars())


def _messages(session: Session, person_id: str) -> list[dict[str, str]]:
    rows = session.execute(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Outbox, Outbox.message_id == Message.id)
        .where(Conversation.person_id == person_id, Message.erased_at.is_(None))
        .where(or_(Outbox.state.is_(None), Outbox.state != OutboxState.withdrawn))
        .order_by(Message.id)
    ).scalars()
    return [
        {"at": _time(row.created_at), "author": row.author.value, "text": row.body} for row in rows if not _export(row)
    ]


def _export(message: Message) -> bool:
    return bool(json.loads(message.extra or "{}").get("event") == EVENT) or not message.body


def _case(case: CareCase) -> dict[str, str]:
    closed = _time(case.closed_at) if case.closed_at else ""
    return {"number": case.number, "state": case.state.value, "opened": _time(case.opened_at), "closed": closed}


def _answers(session: Session, person_id: str) -> list[dict[str, str]]:
    rows = session.execute(
        select(CaseAnswer)
        .join(CareCase, CareCase.id == CaseAnswer.case_id)
        .where(CareCase.person_id == person_id)
        .order_by(CaseAnswer.id)
    ).scalars()
    return [{"at": _time(row.at), "question": row.question, "answer": row.answer} for row in rows]


def _rating(row: Rating) -> dict[str, str]:
    return {"at": _time(row.rated_at or row.asked_at), "value": str(row.value)}


def _study(row: StudyAnswer) -> dict[str, str]:
    return {"at": _time(row.at), "question": row.question_id, "right": "yes" if row.right else "no"}


def _consent(row: Consent) -> dict[str, str]:
    taken_back = _time(row.withdrawn_at) if row.withdrawn_at else ""
    return {"purpose": row.purpose.value, "given": _time(row.granted_at), "taken_back": taken_back}


def _time(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"


@lru_cache
def _template() -> Template:
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - plain text
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
