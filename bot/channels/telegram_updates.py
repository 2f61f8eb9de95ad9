"""Reading Telegram's updates: raw JSON → `telegram.Update` → `Incoming`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from bot.channels.incoming import Form, Incoming, Press

CHANNEL = "telegram"
WANTED = ("message", "edited_message", "callback_query")
UNREADABLE = (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError, RecursionError)

GREETING = "你好"  # what pressing Telegram's start button says
_START = re.compile(r"/start(@\w+)?(\s|$)")
_PRESS = re.compile(r"([0-9a-f]{32}):(\d{1,2})")
_FORMS = (
    ("voice", Form.voice),
    ("audio", Form.voice),
    ("video_note", Form.voice),
    ("photo", Form.photo),
    ("live_photo", Form.photo),
    ("sticker", Form.sticker),
    ("animation", Form.sticker),
    ("dice", Form.sticker),
    ("location", Form.location),
    ("venue", Form.location),
)


def readable(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the update, or as much of it as the library can read: whole, the words alone, the bare id.

    One update that the library cannot read must not hold up all those behind it, nor lose a worker's words.
    Raises ValueError if it is no update at all.
    """
    update_id = raw.get("update_id")
    if type(update_id) is not int:
        raise ValueError("not an update")
    bare = {"update_id": update_id}
    for candidate in (dict(raw), {**bare, **_words_alone(raw)}):
        try:
            Update.de_json(candidate, None)
        except UNREADABLE:
            continue
        return candidate
    return bare


def _words_alone(raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for kind in ("message", "edited_message"):
        message = raw.get(kind)
        if isinstance(message, dict) and isinstance(message.get("chat"), dict):
            chat = {"id": message["chat"].get("id"), "type": message["chat"].get("type")}
            text = message.get("text") or message.get("caption")
            # `unreadable` is no field of Telegram's: it has `parse` answer a wordless message as a file
            kept[kind] = {"message_id": 1, "date": 1, "chat": chat, "text": text, "unreadable": True}
    return kept


def parse(update: Update, account: str) -> Incoming | None:
    """Gives the message of a private chat; None for what needs no answer (group, service, unknown)."""
    if update.callback_query is not None:
        return _parse_press(update.update_id, update.callback_query, account)
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return None
    form = _form(message)
    if update.edited_message is not None:
        # a live location "edits" itself every few seconds; only the first one is news
        form = None if form in (None, Form.location) else Form.edited
    if form is None:
        return None
    return Incoming(CHANNEL, account, str(update.update_id), str(message.chat.id), _text(message), form)


def _parse_press(update_id: int, query: CallbackQuery, account: str) -> Incoming | None:
    match = _PRESS.fullmatch(query.data or "")
    if match is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    press = Press(match[1], int(match[2]))
    return Incoming(CHANNEL, account, str(update_id), str(query.message.chat.id), "", Form.button, press)


def _form(message: Message) -> Form | None:
    """The kind of content; None for a service message. What we do not know yet is answered as a file."""
    if message.text is not None:
        return Form.text
    for name, form in _FORMS:
        if getattr(message, name):
            return form
    return Form.file if message.effective_attachment or message.api_kwargs else None


def _text(message: Message) -> str:
    """The words, for triage and the counsellor: also a caption, where someone is, whom to call."""
    if message.text is not None:
        return GREETING if _START.match(message.text) else message.text
    return message.caption or _place(message) or _contact(message) or _emoji(message)


def _place(message: Message) -> str:
    if message.location is None:
        return ""
    name = f"{message.venue.title} {message.venue.address} " if message.venue else ""
    return f"位置：{name}{message.location.latitude:.4f}, {message.location.longitude:.4f}"


def _contact(message: Message) -> str:
    if message.contact is None:
        return ""
    return f"联系人：{message.contact.first_name} {message.contact.phone_number}"


def _emoji(message: Message) -> str:
    return (message.sticker and message.sticker.emoji) or ""
