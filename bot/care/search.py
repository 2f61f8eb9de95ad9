"""Finding a conversation by case number, pseudonym or the words of a private note; not by what a worker said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.care import notes
from bot.care.panel import cases_of
from bot.db.models import CareCase, Conversation, Person
from bot.db.session import reading
from bot.db.states import CaseState
from bot.errors import BadInput

LEAST, MOST = 2, 40  # characters of a search
SHOWN = 30


class Where(StrEnum):
    """What the words were found in."""

    number = "number"
    note = "note"


@dataclass(frozen=True)
class Found:
    """One conversation that fits, with its case in hand if it has one."""

    conversation_id: str
    pseudonym: str
    number: str | None
    state: CaseState | None
    where: Where


def find(words: str, may_see: ColumnElement[bool]) -> list[Found]:
    """Gives what fits, newest first. `may_see` is a condition on Conversation: nothing else is looked at.

    Raises BadInput for fewer than 2 or more than 40 characters.
    """
    words = words.strip()
    if not LEAST <= len(words) <= MOST:
        raise BadInput(f"a search has {LEAST} to {MOST} characters")
    noted = notes.search(words, select(Conversation.id).where(may_see))
    case = select(CareCase.conversation_id).where(CareCase.number.icontains(words, autoescape=True))
    named = or_(Person.pseudonym.icontains(words, autoescape=True), Conversation.id.in_(case))
    with reading() as session:
        first = _conversations(session, may_see, named)
        rest = _conversations(session, may_see, Conversation.id.in_(noted)) if noted else []
        known = {row.id for row in first}
        pairs = [(row, Where.number) for row in first] + [(row, Where.note) for row in rest if row.id not in known]
        return [_found(session, row, where) for row, where in pairs[:SHOWN]]


def _conversations(session: Session, may_see: ColumnElement[bool], which: ColumnElement[bool]) -> list[Conversation]:
    query = (
        select(Conversation)
        .join(Person, Person.id == Conversation.person_id)
        .where(may_see, which)
        .options(joinedload(Conversation.person))
        .order_by(Conversation.updated_at.desc(), Conversation.id)
        .limit(SHOWN)
    )
    return list(session.execute(query).scalars())


def _found(session: Session, conversation: Conversation, where: Where) -> Found:
    case = session.execute(cases_of(conversation.id).limit(1)).scalar_one_or_none()
    number, state = (case.number, case.state) if case else (None, None)
    return Found(conversation.id, conversation.person.pseudonym, number, state, where)
