"""What counsellors say of an alarm: right, wrong, missed. Counted for evaluation, never given out with text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import links
from bot.db.care_models import AlarmMark
from bot.db.models import CareCase, CaseEvent, Conversation, Message, Staff
from bot.db.session import reading, transaction
from bot.db.states import Author, Verdict
from bot.errors import BadInput, NotFound
from bot.level import Level

MAX_NOTE = 300


@dataclass(frozen=True)
class Mark:
    """One person's verdict on one message. `level` is what it should have been; None where triage was right."""

    message_id: int
    staff_id: str
    staff_name: str
    verdict: Verdict
    level: Level | None
    note: str
    at: datetime


@dataclass(frozen=True)
class Counted:
    """How the alarms of one level and kind were judged. What was missed stands at the level it should have had."""

    level: Level
    kind: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """The share of right ones among the alarms; None where no alarm was judged."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


def give(
    conversation_id: str, message_id: int, staff_id: str, verdict: Verdict, level: Level | None = None, note: str = ""
) -> None:
    """Records a verdict; it replaces the one this person gave before, which stays on record.

    Raises NotFound unless it is a worker's message of this conversation, BadInput for a verdict that does not fit it.
    """
    note = note.strip()
    if len(note) > MAX_NOTE:
        raise BadInput(f"a note has at most {MAX_NOTE} characters")
    with transaction() as session:
        message = _message(session, conversation_id, message_id)
        should = _should_be(verdict, message.level or Level.none, level)
        session.add(
            AlarmMark(message_id=message.id, verdict=verdict, level=should, staff_id=staff_id, note=note or None)
        )
        _audit(session, message, staff_id, verdict)


def _message(session: Session, conversation_id: str, message_id: int) -> Message:
    message = session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id or message.author != Author.worker:
        raise NotFound("no such message of the worker")
    return message


def _should_be(verdict: Verdict, found: Level, level: Level | None) -> Level | None:
    """The level that the message should have had. Right and wrong speak of an alarm, missed of what was too mild."""
    if verdict == Verdict.missed:
        should = level or Level.high
        if should.rank <= found.rank:
            raise BadInput("what was missed is worse than what was found")
        return should
    if found == Level.none:
        raise BadInput("there is no alarm to judge")
    if verdict == Verdict.right:
        return None
    should = level or Level.none
    if should.rank >= found.rank:
        raise BadInput("a wrong alarm is milder than what was found")
    return should


def _audit(session: Session, message: Message, staff_id: str, verdict: Verdict) -> None:
    newest = select(CareCase).where(links.has_conversation(message.conversation_id)).order_by(CareCase.id.desc())
    case = session.execute(newest.limit(1)).scalar()
    if case is not None:
        note = f"{verdict} {message.public_id}"
        session.add(CaseEvent(case_id=case.id, kind="marked", staff_id=staff_id, level=message.level, note=note))
    about = audit.case_or(case.number if case else None, message.conversation_id)
    audit.record(session, audit.Action.marked, staff_id, about, verdict=verdict.value)


def of_conversation(conversation_id: str) -> list[Mark]:
    """The verdicts that count in a conversation: each person's last one on each message, in the order given."""
    last = select(func.max(AlarmMark.id)).group_by(AlarmMark.message_id, AlarmMark.staff_id)
    with reading() as session:
        rows = session.execute(
            select(AlarmMark, Staff.display_name)
            .join(Message, Message.id == AlarmMark.message_id)
            .join(Staff, Staff.id == AlarmMark.staff_id)
            .where(Message.conversation_id == conversation_id, AlarmMark.id.in_(last))
            .order_by(AlarmMark.id)
        ).all()
    return [
        Mark(mark.message_id, mark.staff_id, name, mark.verdict, mark.level, mark.note or "", mark.at)
        for mark, name in rows
    ]


def precision() -> list[Counted]:
    """How often counsellors found alarms right, by level and kind, worst first. The last verdict on a message counts;
    drills do not."""
    with reading() as session:
        tally = _tally(session.execute(_verdicts()).all())
    rows = [Counted(level, kind, *(tally[level, kind, verdict] for verdict in Verdict)) for level, kind in _keys(tally)]
    return sorted(rows, key=lambda row: (-row.level.rank, row.kind))


def _verdicts() -> Select[AlarmMark, Message]:
    last = select(func.max(AlarmMark.id)).group_by(AlarmMark.message_id)
    return (
        select(AlarmMark, Message)
        .join(Message, Message.id == AlarmMark.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(AlarmMark.id.in_(last), Conversation.drill.is_(False))
    )


def _tally(rows: Iterable[tuple[AlarmMark, Message]]) -> Counter[tuple[Level, str, Verdict]]:
    tally: Counter[tuple[Level, str, Verdict]] = Counter()
    for mark, message in rows:
        found = message.level or Level.none
        level = mark.level or found if mark.verdict == Verdict.missed else found
        tally[level, kind_of(message.reasons), mark.verdict] += 1
    return tally


def _keys(tally: Counter[tuple[Level, str, Verdict]]) -> set[tuple[Level, str]]:
    return {(level, kind) for level, kind, _ in tally}


def kind_of(reasons: str | None) -> str:
    """The kind of a message's worst reason; empty if there is none."""
    graded = [reason for reason in json.loads(reasons or "[]") if reason.get("level") != Level.none]
    worst = max(graded, key=lambda reason: Level(reason["level"]).rank, default=None)
    return str(worst["kind"]) if worst else ""
