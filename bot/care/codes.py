"""The receipt code: whoever types it goes on with the same case from another channel. See docs/decisions/0013.

The code proves one thing: that somebody was given it. It joins a conversation to a case and tells the desk; nothing of
what was said, planned or noted is shown to who typed it, and the two persons stay two.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import audit, texts
from bot.care import placing
from bot.care.cases import call_counsellor
from bot.care.closing import reopen_locked
from bot.care.panel import cases_of
from bot.clock import now
from bot.db.case_models import CaseLink, CodeTry, ReceiptCode
from bot.db.encryption import lookup_hash
from bot.db.models import CareCase, CaseEvent, Conversation
from bot.db.states import Author, CaseState
from bot.db.thread import add_outgoing
from bot.settings import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # 32 signs, no I, L, O, U
HALF = 5  # signs in front of the dash and behind it: together nearly 50 bits
READ_AS = str.maketrans("ILO", "110")  # what is mistaken when it is read out or copied
WINDOW = timedelta(hours=1)
TRIES = 5  # wrong ones from one conversation within the window
TRIES_OF_ALL = 200  # wrong ones from everybody: at that rate 50 bits hold for ages
COVER = "•••••-•••••"
_SHOWN = re.compile(rf"(?<![0-9A-Z])[{ALPHABET}]{{{HALF}}}-[{ALPHABET}]{{{HALF}}}(?![0-9A-Z])")
_TYPED = re.compile(r"(?:我的)?(?:求助码|接续码)?(?:是|为)?[:：]?([0-9A-Z]{5})[-－—–]?([0-9A-Z]{5})[。.!！]?")


class Joining(StrEnum):
    """What came of a typed code. `wrong` says neither that there is no such code nor that it is over."""

    joined = "joined"
    here = "here"  # it is this conversation's own case already
    wrong = "wrong"
    too_many = "too_many"


def typed(text: str) -> str | None:
    """Gives the code that a message consists of, or None. Words and numbers of that length are not taken for one."""
    shown = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    found = _TYPED.fullmatch(shown)
    if found is None:
        return None
    code = "".join(found.groups())
    return code.translate(READ_AS) if _is_mixed(code) else None


def alone(text: str) -> str | None:
    """Gives the code without the words around it, or None: of signs drawn by lot no sentence may be read."""
    code = typed(text)
    return None if code is None else f"{code[:HALF]}-{code[HALF:]}"


def covered(text: str) -> str:
    """Gives the text as the desk shows it: a code is the worker's alone, and is only said to be there."""
    return COVER if typed(text) else _SHOWN.sub(COVER, text)


def _is_mixed(code: str) -> bool:
    """True if it has letters and digits and still has both when all that look alike are mistaken for each other."""
    return not code.isdigit() and bool(set(code) & set("23456789"))


def _hash(code: str) -> str:
    return lookup_hash("receipt-code", code)


def _draw() -> str:
    """A code that can be told from a word and from a number, also when it is misread."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(2 * HALF))
        if _is_mixed(code):
            return code


def issue(session: Session, conversation: Conversation) -> str | None:
    """Gives a new code of the conversation's case, as it is read out; an older one ends. None without an open case."""
    case = session.execute(cases_of(conversation.id).limit(1)).scalar_one_or_none()
    if case is None or case.state == CaseState.closed:
        return None
    code = _draw()
    session.execute(delete(ReceiptCode).where(ReceiptCode.case_id == case.id))
    session.add(ReceiptCode(case_id=case.id, code_hash=_hash(code)))
    session.add(CaseEvent(case_id=case.id, kind="code_given"))
    return f"{code[:HALF]}-{code[HALF:]}"


def offer(session: Session, conversation: Conversation) -> None:
    """Tells the worker a code when a talk ends, unless the case has one."""
    case = session.execute(cases_of(conversation.id).limit(1)).scalar_one_or_none()
    if case is None or session.get(ReceiptCode, case.id) is not None:
        return
    code = issue(session, conversation)
    if code is not None:
        text = texts.with_facts("code_given", {"receipt_code": code}).text
        add_outgoing(session, conversation, Author.system, text, marks={"event": "code_given"})


def use(session: Session, conversation: Conversation, code: str) -> Joining:
    """Joins this conversation to the case of the code and calls a counsellor; `code` comes from `typed`."""
    if _too_many(session, conversation.id):
        return Joining.too_many
    case = _case_of(session, code)
    if case is None or session.get_one(Conversation, case.conversation_id).drill != conversation.drill:
        session.add(CodeTry(conversation_id=conversation.id))
        return Joining.wrong
    if case.conversation_id == conversation.id:
        return Joining.here
    _join(session, case, conversation)
    return Joining.joined


def _too_many(session: Session, conversation_id: str) -> bool:
    lately = select(func.count()).select_from(CodeTry).where(CodeTry.at > now() - WINDOW)
    here = session.execute(lately.where(CodeTry.conversation_id == conversation_id)).scalar_one()
    return here >= TRIES or session.execute(lately).scalar_one() >= TRIES_OF_ALL


def _case_of(session: Session, code: str) -> CareCase | None:
    """The case that the code opens; None too for one that was closed so long ago that its words are gone."""
    found = session.execute(
        select(CareCase)
        .join(ReceiptCode, ReceiptCode.case_id == CareCase.id)
        .where(ReceiptCode.code_hash == _hash(code))
        .with_for_update(of=CareCase)  # it must not be closed while somebody begins to wait on it
    ).scalar_one_or_none()
    if found is None or found.closed_at is None:
        return found
    over = found.closed_at < now() - timedelta(days=settings().sensitive_days)
    return None if over else _going_on(session, found)


def _going_on(session: Session, closed: CareCase) -> CareCase:
    """The open case of the same conversation, if a newer one was opened since; else the closed one."""
    newest = session.execute(cases_of(closed.conversation_id).limit(1)).scalar_one()
    return newest if newest.state != CaseState.closed else closed


def _join(session: Session, case: CareCase, conversation: Conversation) -> None:
    """Both persons stay as they are."""
    if case.state == CaseState.closed:
        reopen_locked(session, case)
        session.add(CaseEvent(case_id=case.id, kind="reopened"))
        audit.record(session, audit.Action.reopened, None, audit.case(case.number))
    link = session.get(CaseLink, conversation.id)
    if link is None:
        session.add(CaseLink(conversation_id=conversation.id, case_id=case.id))
    else:
        link.case_id, link.at = case.id, now()
    session.add(CaseEvent(case_id=case.id, kind="continued"))
    audit.record(session, audit.Action.continued, None, audit.case(case.number))
    session.flush()
    placing.share_unit(session, conversation)
    call_counsellor(session, case, conversation)
