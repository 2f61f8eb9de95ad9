"""What was trained: from the button to the engine that serves it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import TrainingState

_ONE_OF_EACH = text("state IN ('publishing', 'published')")
_OPEN = text(
    "published_at IS NULL AND state IN ('queued', 'exporting', 'checking', 'training', 'starting', 'evaluating', "
    "'ready', 'publishing')"
)


class Training(Base):
    """One training and, once it was published, one release. One is live, one at most is on its way.

    Paths are relative to the data directory. A row that nobody asked for stands for the files of the repository.
    """

    __tablename__ = "training"
    __table_args__ = (
        Index("uq_training_one", "state", unique=True, sqlite_where=_ONE_OF_EACH, postgresql_where=_ONE_OF_EACH),
        Index("uq_training_open", "slot", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(default=1)  # always 1: what makes the index above allow one open row
    state: Mapped[TrainingState] = mapped_column()
    stage: Mapped[TrainingState | None]  # the last one at work, which says where it failed
    stage_started_at: Mapped[datetime | None]
    share: Mapped[float] = mapped_column(default=0.0)  # of the stage that is done, 0 to 1
    requested_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    requested_at: Mapped[datetime] = mapped_column(default=now)
    claimed_by: Mapped[str | None] = mapped_column(String(80))  # the machine that works on it
    heartbeat_at: Mapped[datetime | None]
    sources: Mapped[str | None] = mapped_column(String(40))  # digest of the repository's files
    bank_digest: Mapped[str | None] = mapped_column(String(64))
    model: Mapped[str | None] = mapped_column(String(120))
    model_digest: Mapped[str | None] = mapped_column(String(16))  # of what it was trained on
    model_sha256: Mapped[str | None] = mapped_column(String(64))
    index_dir: Mapped[str | None] = mapped_column(String(120))
    index_sha256: Mapped[str | None] = mapped_column(String(64))
    against: Mapped[int | None]  # the release it was compared with
    report: Mapped[str | None] = mapped_column(EncryptedText)  # JSON: figures, ids, seconds; nobody's words
    reason: Mapped[str | None] = mapped_column(EncryptedText)  # why it was refused or failed, in the page's words
    published_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
