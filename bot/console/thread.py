"""The thread as the page shows it: each message with its why-card, and what colleagues say of its alarm."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Select, select

from bot.care import company, desk, marks, notes
from bot.console import labels
from bot.db.models import Message
from bot.db.session import reading
from bot.db.states import Author
from bot.level import Level
from bot.triage import MODEL


def messages(conversation_id: str, after: int) -> list[dict[str, Any]]:
    """Gives the messages behind the id `after`, oldest first, as JSON."""
    found = desk.thread(conversation_id, after)
    with reading() as session:
        ids = [message.id for message in found]
        extras = {row.id: row.extra for row in session.execute(_extras(ids))}
        names = company.names(session)
    return [_bubble(message, json.loads(extras.get(message.id) or "{}"), names) for message in found]


def _extras(ids: list[int]) -> Select[int, str | None]:
    return select(Message.id, Message.extra).where(Message.id.in_(ids))


def _bubble(message: desk.ThreadMessage, extra: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    author = names.get(message.staff_id or "", labels.AUTHORS[message.author])
    signed = message.level if message.author == Author.worker and message.level else Level.none
    return {
        "id": message.id,
        "author": message.author,
        "name": author,
        "text": message.text,
        "form": labels.form(str(extra.get("form") or "")),
        "buttons": [title for title, _ in extra.get("buttons") or []],
        "level": signed,
        "level_label": labels.LEVELS[signed],
        "reasons": [reason_card(reason) for reason in json.loads(message.reasons or "[]")],
        "at": message.created_at.isoformat(),
        "delivery": message.delivery,
    }


def reason_card(reason: dict[str, str]) -> dict[str, Any]:
    """Gives one reason of triage in the words of the page: what was found, whose it is, and what it weighs."""
    level = Level(reason.get("level") or Level.none)
    expression, note = reason.get("expression", ""), reason.get("note", "")
    by_model = expression == MODEL
    named = not expression.isascii()  # a rule that joins several signs has an id, no words
    return {
        "model": by_model,
        "title": labels.BY_MODEL if by_model else expression if named or not note else note,
        "note": note if named else "",
        "kind": labels.kind(reason.get("kind", "")),
        "level": level,
        "level_label": labels.LEVELS[level] if level != Level.none else labels.EVIDENCE,
        "scope": labels.scope(reason.get("scope", "")),
    }


def notes_of(conversation_id: str) -> list[dict[str, Any]]:
    """Gives the private notes, oldest first, as JSON."""
    return [
        {"id": note.id, "after": note.after, "name": note.staff_name, "text": note.text, "at": note.at.isoformat()}
        for note in notes.of_conversation(conversation_id)
    ]


def marks_of(conversation_id: str, staff_id: str) -> dict[str, list[dict[str, Any]]]:
    """Gives message id → the verdicts of each member of staff; JSON wants the ids as text."""
    found: dict[str, list[dict[str, Any]]] = {}
    for mark in marks.of_conversation(conversation_id):
        found.setdefault(str(mark.message_id), []).append(
            {
                "mine": mark.staff_id == staff_id,
                "name": mark.staff_name,
                "verdict": mark.verdict,
                "verdict_label": labels.VERDICTS[mark.verdict],
                "level": mark.level,
                "level_label": labels.LEVELS[mark.level] if mark.level else "",
                "note": mark.note,
                "at": mark.at.isoformat(),
            }
        )
    return found
