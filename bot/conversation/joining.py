"""Sending within a reply window: what goes out now, what is joined into one message, what is held back."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.models import Conversation, Message, Outbox
from bot.db.states import Author, OutboxState
from bot.db.thread import buttons_of
from bot.db.window import allowance_of
from bot.window import joinable, window_of

Line = list[tuple[Outbox, Message]]


def line_up(session: Session, conversation: Conversation, row: Outbox) -> Line:
    """Gives the rows that go out as one message, `row` first; none, and the row is held, if it may not go out now.

    The conversation is locked, so that a worker's message that opens the window cannot slip in between.
    """
    message = session.get_one(Message, row.message_id)
    left = allowance_of(session, conversation)
    if left is None:
        return [(row, message)]
    if row.parts_sent:  # it was on its way when somebody was killed: what went with it then still does
        return [(row, message), *_joined_to(session, row)]
    urgent = message.author == Author.counsellor or is_crisis_text(message)
    if not left.admits(now(), urgent) and not is_crisis_text(message):
        row.state, row.lease_until = OutboxState.held, None
        return []
    return _join(session, row, message, left.room(urgent))


def is_crisis_text(message: Message) -> bool:
    """True for the bot's text with the numbers: it is tried even where we count that nothing is left."""
    return message.author == Author.bot and message.level is not None and message.level.is_crisis


def _joined_to(session: Session, row: Outbox) -> Line:
    rows = select(Outbox, Message).join(Message, Message.id == Outbox.message_id).order_by(Outbox.id)
    found = session.execute(rows.where(Outbox.joined_to == row.id, Outbox.state == OutboxState.pending))
    return [(one, message) for one, message in found]


def _join(session: Session, row: Outbox, message: Message, room: int | None) -> Line:
    """Joins what waits behind the row if there is not room for each by itself."""
    session.execute(update(Outbox).where(Outbox.joined_to == row.id).values(joined_to=None))
    waiting = [(row, message), *_behind(session, row)]
    if room is None or len(waiting) <= room:
        return waiting[:1]
    line = _of_one_side(waiting)
    window = window_of(row.channel)
    fits = joinable([one.body for _, one in line], window) if window else 1
    for follower, _ in line[1:fits]:
        follower.joined_to = row.id
    return line[:fits]


def _behind(session: Session, row: Outbox) -> Line:
    rows = select(Outbox, Message).join(Message, Message.id == Outbox.message_id).order_by(Outbox.id)
    mine = (Outbox.conversation_id == row.conversation_id, Outbox.id > row.id)
    found = session.execute(rows.where(*mine, Outbox.state == OutboxState.pending, Outbox.not_before <= now()))
    return [(one, message) for one, message in found]


def _of_one_side(line: Line) -> Line:
    """As far as one side speaks; buttons can only stand under the end."""
    sides = [Author.bot if message.author == Author.system else message.author for _, message in line]
    for count, ((_, message), side) in enumerate(zip(line, sides[1:], strict=False), 1):
        if side != sides[0] or buttons_of(message):
            return line[:count]
    return line
