"""The tables of signing in beyond the password: authenticators, recovery codes, half-made logins, addresses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText


class Authenticator(Base):
    """The secret that a member of staff's telephone shares with us; there is a row only once a code proved it."""

    __tablename__ = "authenticator"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code used: it and those before it are dead
    failures: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    enrolled_at: Mapped[datetime] = mapped_column(default=now)


class RecoveryCode(Base):
    """One way in without the telephone, used once."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class SignInStep(Base):
    """A login whose password was right and whose second step is still to come. It opens nothing by itself."""

    __tablename__ = "signin_step"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    secret: Mapped[str | None] = mapped_column(EncryptedText)  # offered to one who has no authenticator yet
    created_at: Mapped[datetime] = mapped_column(default=now)


class LoginAddress(Base):
    """How often logins from one network address failed of late. The address itself is not kept."""

    __tablename__ = "login_address"
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(default=now)
