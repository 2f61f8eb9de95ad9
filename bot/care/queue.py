"""The desk's queue: one line a conversation, worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session, joinedload

from bot.care import company, night, waiting
from bot.db.case_models import CaseLink
from bot.db.models import Alert, CareCase, Conversation
from bot.db.session import reading
from bot.db.states import AgeBand, CaseState, Owner
from bot.level import Level, max_level


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue. `number` is None where an alert has no case yet: the engine is still at it."""

    number: str | None
    conversation_id: str
    pseudonym: str
    channel: str
    level: Level
    kind: str
    state: str
    owner: Owner
    staff_name: str | None
    waiting_since: datetime
    alerts: int  # not yet acknowledged
    drill: bool
    age_band: AgeBand | None
    pair: str | None = None  # number of the open case that belongs to this one
    callback_at: datetime | None = None  # when an answer was promised from, if it was and nobody has answered
    continues: str | None = None  # the channel where the case was opened, if it was joined here with its code
    chain: night.Chain | None = None  # whom an imminent alert has called so far, while nobody has seen it


def queue() -> list[QueueRow]:
    """Gives what is open: unclaimed first, worst first, then longest waiting."""
    with reading() as session:
        names = company.names(session)
        unseen = {row[0]: row[1:] for row in session.execute(_unseen_alerts())}
        chains = night.chains(session)
        promised = {row.conversation_id: row.due_at for row in waiting.callbacks(session)}
        grouped = _by_conversation(session.execute(_open_cases()).scalars())
        rows = [_case_row(cases[0].conversation, cases, names, unseen, promised) for cases in grouped]
        joined = [pair for pair in session.execute(_joined()) if _is_alive(pair[0], unseen)]
        rows = [row for row in rows if row.conversation_id not in {one.id for one, _ in joined}]
        rows += [_case_row(one, [case], names, unseen, promised) for one, case in joined]
        with_case = {row.conversation_id for row in rows}
        rows += [_alert_row(session, cid, *unseen[cid]) for cid in unseen if cid not in with_case]
    rows = [replace(row, chain=chains.get(row.conversation_id)) for row in rows]
    return sorted(rows, key=lambda row: (row.owner == Owner.counsellor, -row.level.rank, row.waiting_since))


_RANK = sql_case({level.value: level.rank for level in Level}, value=Alert.level)


def _unseen_alerts() -> Select[str, int, datetime, int]:
    """Rows (conversation id, how many, since when, worst rank) of alerts that nobody has acknowledged."""
    return (
        select(Alert.conversation_id, func.count(), func.min(Alert.created_at), func.max(_RANK))
        .where(Alert.acknowledged_at.is_(None))
        .group_by(Alert.conversation_id)
    )


def _open_cases() -> Select[CareCase]:
    """The open cases; of a pair, the first one comes first."""
    return (
        select(CareCase)
        .where(CareCase.state != CaseState.closed)
        .options(joinedload(CareCase.conversation), joinedload(CareCase.person))
        .order_by(CareCase.paired_with.is_not(None), CareCase.id)
    )


def _joined() -> Select[Conversation, CareCase]:
    """The conversations that were joined to an open case with its code."""
    return (
        select(Conversation, CareCase)
        .join(CaseLink, CaseLink.conversation_id == Conversation.id)
        .join(CareCase, CareCase.id == CaseLink.case_id)
        .where(CareCase.state != CaseState.closed)
        .options(joinedload(Conversation.person), joinedload(CareCase.conversation))
    )


def _is_alive(conversation: Conversation, unseen: dict[str, tuple[int, datetime, int]]) -> bool:
    """True if somebody waits or is cared for there: else the case's own line says all."""
    return conversation.owner in (Owner.waiting, Owner.counsellor) or conversation.id in unseen


def _by_conversation(cases: Iterable[CareCase]) -> Iterable[list[CareCase]]:
    """The open cases of each conversation: one line of the queue."""
    together: dict[str, list[CareCase]] = {}
    for case in cases:
        together.setdefault(case.conversation_id, []).append(case)
    return together.values()


def _case_row(
    conversation: Conversation,
    cases: list[CareCase],
    names: dict[str, str],
    unseen: dict[str, tuple[int, datetime, int]],
    promised: dict[str, datetime],
) -> QueueRow:
    case, *others = cases
    count, _, rank = unseen.get(conversation.id, (0, None, 0))
    return QueueRow(
        number=case.number,
        conversation_id=conversation.id,
        pseudonym=conversation.person.pseudonym,
        channel=conversation.channel,
        level=max_level(case.level, list(Level)[rank]),  # what a person set does not silence an alarm
        kind=case.kind,
        state=case.state,
        owner=conversation.owner,
        staff_name=names.get(case.staff_id or ""),
        waiting_since=case.waiting_since,
        alerts=count,
        drill=conversation.drill,
        age_band=conversation.person.age_band,
        pair=others[0].number if others else None,
        callback_at=promised.get(conversation.id),
        continues=case.conversation.channel if conversation.id != case.conversation_id else None,
    )


def _alert_row(session: Session, conversation_id: str, count: int, since: datetime, rank: int) -> QueueRow:
    conversation = session.get_one(Conversation, conversation_id)
    return QueueRow(
        number=None,
        conversation_id=conversation_id,
        pseudonym=conversation.person.pseudonym,
        channel=conversation.channel,
        level=list(Level)[rank],
        kind="",
        state="alert",
        owner=conversation.owner,
        staff_name=None,
        waiting_since=since,
        alerts=count,
        drill=conversation.drill,
        age_band=conversation.person.age_band,
    )
