"""Canned replies: short texts for the box, with what is known of the conversation filled in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot import audit, texts
from bot.audit import Action
from bot.care import company, panel
from bot.clock import now
from bot.db.models import Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.thread_models import CannedReply
from bot.errors import BadInput, NotFound
from bot.settings import ROOT, settings

PATH = ROOT / "nlu_data" / "desk_replies.yml"
VARIABLES = ("pseudonym", "case", "me", "hotline")
MAX_TITLE, MAX_BODY = 20, 500
_CODE = re.compile("[a-z0-9]{0,12}")
_VARIABLE = re.compile(r"\{([^{}]*)\}?|\}")


class Fault(StrEnum):
    """Why a canned reply is refused."""

    label = "label"  # its title, which is what a text has as a method
    code = "code"
    body = "body"
    variable = "variable"


class BadReply(BadInput):
    """A canned reply breaks a rule; `fault` says which."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"canned reply: {fault}")
        self.fault = fault


@dataclass(frozen=True)
class Filled:
    """A reply ready for the box of one conversation."""

    id: int
    title: str
    code: str
    text: str


@dataclass(frozen=True)
class Kept:
    """A reply as leads keep it. `edited_by` is None where nobody has changed what the repository says."""

    id: int
    title: str
    code: str
    body: str
    in_use: bool
    edited_by: str | None
    edited_at: datetime | None


def check(title: str, code: str, body: str) -> None:
    """Raises BadReply unless title, code and body are of a size, and every variable is known."""
    if not 1 <= len(title) <= MAX_TITLE:
        raise BadReply(Fault.label)
    if not _CODE.fullmatch(code):
        raise BadReply(Fault.code)
    if not 1 <= len(body) <= MAX_BODY:
        raise BadReply(Fault.body)
    if any(match.group() != f"{{{match.group(1)}}}" or match.group(1) not in VARIABLES for match in _found(body)):
        raise BadReply(Fault.variable)


def _found(body: str) -> list[re.Match[str]]:
    """Every variable of a text, and every brace that belongs to none."""
    return list(_VARIABLE.finditer(body))


def load(path: Path = PATH) -> dict[str, Any]:
    """Gives the repository's file: reviewer, date, source and the replies in order."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def seed(path: Path = PATH) -> int:
    """Brings what nobody has changed in line with the file; gives how many rows changed. A retired one stays so."""
    changed = 0
    with transaction() as session:
        known = {row.key: row for row in session.execute(select(CannedReply)).scalars() if row.key}
        for place, content in enumerate(load(path)["replies"]):
            row = known.get(content["key"]) or CannedReply(key=content["key"], source_digest="")
            changed += _align(row, content, place)
            session.add(row)
    return changed


def _align(row: CannedReply, content: dict[str, Any], place: int) -> bool:
    digest = hashlib.sha256(f"{place}{content}".encode()).hexdigest()
    if row.edited_at is not None or row.source_digest == digest:
        return False
    row.title, row.code, row.body = content["title"], content["code"], content["body"].strip()
    row.place, row.source_digest = place, digest
    return True


def for_conversation(conversation_id: str, staff_id: str) -> list[Filled]:
    """The replies in use, filled in for this conversation and this counsellor. Raises NotFound."""
    with reading() as session:
        facts = _facts(session, conversation_id, staff_id)
        rows = session.execute(_ordered().where(CannedReply.retired_at.is_(None))).scalars()
        filled = [Filled(row.id, row.title, row.code, texts.fill(row.body, facts)) for row in rows]
    return [one for one in filled if one.text]


def _facts(session: Session, conversation_id: str, staff_id: str) -> dict[str, str]:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("no such conversation")
    case = session.execute(panel.cases_of(conversation_id).limit(1)).scalar_one_or_none()
    return {
        "pseudonym": conversation.person.pseudonym,
        "case": case.number if case else "",
        "me": session.get_one(Staff, staff_id).display_name,
        "hotline": settings().hotline_psych,
    }


def _ordered() -> Select[CannedReply]:
    return select(CannedReply).order_by(CannedReply.place, CannedReply.id)


def everything() -> list[Kept]:
    """All replies, those in use first."""
    with reading() as session:
        names = company.names(session)
        rows = [_kept(row, names) for row in session.execute(_ordered()).scalars()]
    return sorted(rows, key=lambda row: not row.in_use)


def _kept(row: CannedReply, names: dict[str, str]) -> Kept:
    by = names.get(row.edited_by or "")
    return Kept(row.id, row.title, row.code, row.body, row.retired_at is None, by, row.edited_at)


def add(staff_id: str, title: str, code: str, body: str) -> int:
    """Adds a reply at the end; gives its id. Raises BadReply."""
    check(title, code, body)
    with transaction() as session:
        last = session.execute(select(CannedReply.place).order_by(CannedReply.place.desc()).limit(1)).scalar()
        row = CannedReply(place=(last or 0) + 1, source_digest="")
        _write(row, staff_id, title, code, body)
        session.add(row)
        session.flush()
        audit.record(session, Action.canned_saved, staff_id, audit.canned(row.id))
        return row.id


def change(reply_id: int, staff_id: str, title: str, code: str, body: str) -> None:
    """Changes a reply. Raises NotFound, BadReply."""
    check(title, code, body)
    with transaction() as session:
        _write(_one(session, reply_id), staff_id, title, code, body)
        audit.record(session, Action.canned_saved, staff_id, audit.canned(reply_id))


def use(reply_id: int, staff_id: str, in_use: bool) -> None:
    """Takes a reply out of use, or back into it. Raises NotFound."""
    with transaction() as session:
        row = _one(session, reply_id)
        row.retired_at = None if in_use else now()
        row.edited_by, row.edited_at = staff_id, now()
        action = Action.canned_restored if in_use else Action.canned_retired
        audit.record(session, action, staff_id, audit.canned(reply_id))


def _write(row: CannedReply, staff_id: str, title: str, code: str, body: str) -> None:
    row.title, row.code, row.body = title, code, body
    row.edited_by, row.edited_at = staff_id, now()


def _one(session: Session, reply_id: int) -> CannedReply:
    row = session.get(CannedReply, reply_id, with_for_update=True)
    if row is None:
        raise NotFound("no such reply")
    return row
