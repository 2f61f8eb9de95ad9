"""The tables. Bodies, notes and channel ids are encrypted; a worker is known to staff by a pseudonym only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.clock import now
from bot.db.base import Base, new_id
from bot.db.encryption import EncryptedText
from bot.db.states import (
    AgeBand,
    Author,
    CaseState,
    Category,
    FaqOrigin,
    InboxState,
    OutboxState,
    OutcomeKind,
    Owner,
    Role,
)
from bot.level import Level


class Person(Base):
    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    pseudonym: Mapped[str] = mapped_column(String(40), unique=True)
    age_band: Mapped[AgeBand | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class ChannelIdentity(Base):
    __tablename__ = "channel_identity"
    __table_args__ = (UniqueConstraint("channel", "account", "external_hash"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(64))
    external_hash: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(EncryptedText)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Conversation(Base):
    """One worker's thread on one channel, and the unit of the queue: a gateway leases it, works, releases it."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index(
            "ix_conversation_due",
            "due_at",
            sqlite_where=text("pending > 0"),
            postgresql_where=text("pending > 0"),
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    identity_id: Mapped[str] = mapped_column(ForeignKey("channel_identity.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    owner: Mapped[Owner] = mapped_column(default=Owner.bot)
    counsellor_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    level: Mapped[Level] = mapped_column(default=Level.none)
    pending: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)  # work is taken in this order; a crisis goes to the front
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    welcomed_at: Mapped[datetime | None]
    active_since: Mapped[datetime | None]  # since when the worker has been writing without a long break
    reminded_at: Mapped[datetime | None]  # when the bot last said that it is a machine
    drill: Mapped[bool] = mapped_column(default=False)  # an exercise: marked everywhere, counted nowhere
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    identity: Mapped[ChannelIdentity] = relationship()
    person: Mapped[Person] = relationship()


class Inbox(Base):
    """What a channel handed over, unique on (channel, account, external id). The row is the acknowledgement."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_id"),
        Index("ix_inbox_next", "conversation_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    state: Mapped[InboxState] = mapped_column(default=InboxState.pending)
    received_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]


class Message(Base):
    """One bubble, in or out. `id` grows, so it orders a conversation and serves as the event id of a live stream."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_thread", "conversation_id", "id"),
        Index(
            "ix_message_faq",
            "created_at",
            "faq_id",
            sqlite_where=text("faq_id IS NOT NULL"),
            postgresql_where=text("faq_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    author: Mapped[Author] = mapped_column()
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    body: Mapped[str] = mapped_column(EncryptedText)
    extra: Mapped[str | None] = mapped_column(EncryptedText)  # JSON: buttons and what they mean, kind of attachment
    faq_id: Mapped[str | None] = mapped_column(String(80))
    level: Mapped[Level | None] = mapped_column()
    reasons: Mapped[str | None] = mapped_column(EncryptedText)  # JSON of triage reasons, the why-card
    created_at: Mapped[datetime] = mapped_column(default=now)
    erased_at: Mapped[datetime | None]  # body, extra and reasons were emptied then


class Outbox(Base):
    """What is to be delivered. One row a message, delivered at least once, in order inside a conversation."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "not_before"),
        Index("ix_outbox_thread", "conversation_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.pending)
    parts_sent: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(60))
    sent_at: Mapped[datetime | None]
    joined_to: Mapped[int | None] = mapped_column(index=True)  # the row with which this one goes out as one message


class CareCase(Base):
    """A humanistic-care case 人文关怀个案. At most one is open in a conversation, besides a case paired with it."""

    __tablename__ = "care_case"
    __table_args__ = (
        Index(
            "uq_care_case_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state <> 'closed' AND paired_with IS NULL"),
            postgresql_where=text("state <> 'closed' AND paired_with IS NULL"),
        ),
        Index("ix_care_case_opened_at", "opened_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    category: Mapped[Category] = mapped_column(default=Category.psychological)
    level: Mapped[Level] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20), default="")
    paired_with: Mapped[int | None] = mapped_column(ForeignKey("care_case.id"))
    state: Mapped[CaseState] = mapped_column(default=CaseState.open)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    waiting_since: Mapped[datetime] = mapped_column(default=now)
    acknowledged_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(EncryptedText)  # the summary, in the words of who closed it
    outcome_kind: Mapped[OutcomeKind | None]  # counts once `closed_at` is set; before it is what was asked for
    risk_at_close: Mapped[Level | None]
    contact_follows: Mapped[bool | None]  # whether the worker is contacted again after the closing
    closing_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))  # who asked to close it last
    conversation: Mapped[Conversation] = relationship()
    person: Mapped[Person] = relationship()


class CaseEvent(Base):
    """What happened to a case; append-only (a trigger refuses updates and deletes)."""

    __tablename__ = "case_event"
    __table_args__ = (
        UniqueConstraint("message_id", "kind"),
        Index("ix_case_event_case", "case_id", "id"),
        Index("ix_case_event_at", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"))
    kind: Mapped[str] = mapped_column(String(24))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    level: Mapped[Level | None] = mapped_column()
    note: Mapped[str | None] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(default=now)


class Alert(Base):
    """A page to the desk, written in the transaction that assessed the message. One a message."""

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    level: Mapped[Level] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class Staff(Base):
    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column()
    password_hash: Mapped[str | None] = mapped_column(String(200))
    setup_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    setup_until: Mapped[datetime | None]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class StaffSession(Base):
    __tablename__ = "staff_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, index=True, default=new_id)  # opens nothing
    csrf: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(40), default="")  # browser and system in two words, for the list
    second_factor: Mapped[bool] = mapped_column(default=False)  # opened with a code of the authenticator, too
    proved_at: Mapped[datetime | None]  # when the person last showed who they are
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    staff: Mapped[Staff] = relationship()


class Faq(Base):
    """The approved wording of one question: seeded from nlu_data/faq, changed at the desk by approved revisions."""

    __tablename__ = "faq"
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    topic: Mapped[str] = mapped_column(String(24), index=True)
    question: Mapped[str] = mapped_column(String(120))
    variants: Mapped[list[Any]]
    answer: Mapped[str]
    basis: Mapped[list[Any]]
    region: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    related: Mapped[list[Any]]
    reviewer: Mapped[str] = mapped_column(String(60))
    reviewed_on: Mapped[date]
    source_digest: Mapped[str] = mapped_column(String(64))
    origin: Mapped[FaqOrigin] = mapped_column(default=FaqOrigin.file, server_default=FaqOrigin.file.value)
    retired_at: Mapped[datetime | None]  # since when it is not answered any more


class Feedback(Base):
    """A thumb up or down on one of the bot's answers; the last one given counts."""

    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    faq_id: Mapped[str | None] = mapped_column(String(80), index=True)
    value: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(default=now)
