"""Checking the chain from its first entry to its head, in constant memory and without holding anybody up."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.audit.chain import GENESIS, Row, chain_key, digest, stamp
from bot.clock import LOCAL, local, now
from bot.db.audit_models import AuditEntry, AuditHead
from bot.db.session import reading
from bot.errors import BadInput

BATCH = 1000  # entries of one short reading
SHORT = 16  # hex digits that are enough to write down
COLUMNS = tuple(getattr(AuditEntry, name) for name in Row._fields)
_ANCHOR = re.compile(r"(\d{1,9})[:：-]([0-9a-f]{16,64})")


class Fault(StrEnum):
    """What is wrong with the chain."""

    altered = "altered"  # the entry is not what was hashed
    missing = "missing"  # an entry is gone, inside or at the end
    unlinked = "unlinked"  # the entry does not follow from the one before it
    anchor = "anchor"  # the entry is not the one whose hash was written down


@dataclass(frozen=True)
class Anchor:
    """The end of the chain at some time, to be kept elsewhere: who cuts the chain shorter cannot cut this."""

    seq: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """Reads `128:0f3a…`, at least 16 hex digits; spaces do not matter. Raises BadInput."""
        found = _ANCHOR.fullmatch("".join(text.split()).lower())
        if found is None:
            raise BadInput("an anchor is a number, a colon and at least 16 hex digits")
        return cls(int(found[1]), found[2])

    @property
    def text(self) -> str:
        """The short form, to be written down."""
        groups = " ".join(self.hash[at : at + 4] for at in range(0, SHORT, 4))
        return f"{self.seq}: {groups}"

    def fits(self, row: Row) -> bool:
        """True if the entry has the hash that was written down."""
        return hmac.compare_digest(row.hash[: len(self.hash)].encode(), self.hash.encode())


@dataclass(frozen=True)
class Progress:
    """How far a check is."""

    done: int
    of: int


@dataclass(frozen=True)
class Result:
    """How a check ended. `seq` is the first broken entry; None if the chain is whole. `entries` were found good."""

    entries: int
    hash: str
    fault: Fault | None = None
    seq: int | None = None


class _Broken(Exception):
    def __init__(self, fault: Fault, seq: int) -> None:
        super().__init__(fault)
        self.fault, self.seq = fault, seq


@dataclass
class _Walk:
    """Where a check stands: the last good entry."""

    key: bytes
    anchors: dict[int, Anchor]
    seq: int = 0
    hash: str = GENESIS

    def step(self, row: Row) -> None:
        if row.seq != self.seq + 1:
            raise _Broken(Fault.missing, self.seq + 1)
        if not _is_whole(self.key, row):
            raise _Broken(Fault.altered, row.seq)
        if row.previous != self.hash:
            raise _Broken(Fault.unlinked, row.seq)
        if row.seq in self.anchors and not self.anchors[row.seq].fits(row):
            raise _Broken(Fault.anchor, row.seq)
        self.seq, self.hash = row.seq, row.hash

    def arrive(self, head: Anchor | None) -> None:
        """At the end: the head and every anchor must have been reached."""
        if head is None or head.seq > self.seq:
            raise _Broken(Fault.missing, self.seq + 1)
        if (head.seq, head.hash) != (self.seq, self.hash):
            raise _Broken(Fault.unlinked, min(head.seq + 1, self.seq))
        if any(seq > self.seq for seq in self.anchors):
            raise _Broken(Fault.missing, self.seq + 1)


def _is_whole(key: bytes, row: Row) -> bool:
    try:
        return hmac.compare_digest(digest(key, row).encode(), row.hash.encode())
    except (TypeError, AttributeError):  # SQLite lets a number or bytes stand where text belongs
        return False


def check(anchors: Sequence[Anchor] = ()) -> Iterator[Progress | Result]:
    """Walks the whole chain; gives how far it is after each batch, and the result last."""
    walk = _Walk(chain_key(), {anchor.seq: anchor for anchor in anchors})
    with reading() as session:
        last = session.execute(select(func.max(AuditEntry.seq))).scalar() or 0
        head = _head(session)
    end = max(last, head.seq if head else 0)
    try:
        while rows := _batch(walk.seq, end):
            for row in rows:
                walk.step(row)
            yield Progress(walk.seq, end)
        walk.arrive(head)
    except _Broken as broken:
        yield Result(walk.seq, walk.hash, broken.fault, broken.seq)
        return
    yield Result(walk.seq, walk.hash)


def verify(anchors: Sequence[Anchor] = ()) -> Result:
    """Checks the whole chain and gives the result."""
    *_, result = check(anchors)
    assert isinstance(result, Result)  # noqa: S101 - the last thing a check gives
    return result


def _batch(after: int, end: int) -> list[Row]:
    rows = select(*COLUMNS).where(AuditEntry.seq > after, AuditEntry.seq <= end).order_by(AuditEntry.seq).limit(BATCH)
    with reading() as session:
        return [Row(*row) for row in session.execute(rows)]


def _head(session: Session) -> Anchor | None:
    row = session.execute(select(AuditHead.seq, AuditHead.hash)).one_or_none()
    return Anchor(*row) if row else None


def head() -> Anchor:
    """The end of the chain as it is now. Raises BadInput where somebody took the head away."""
    with reading() as session:
        found = _head(session)
    if found is None:
        raise BadInput("the head of the audit chain is gone")
    return found


def daily(days: int = 14) -> list[tuple[date, Anchor]]:
    """The last entry of each of the last days in China's time, newest first; a day without an entry has none."""
    today = local(now()).date()
    with reading() as session:
        found = [(day, _last_of(session, day)) for day in (today - timedelta(days=back) for back in range(days))]
    return [(day, anchor) for day, anchor in found if anchor is not None]


def _last_of(session: Session, day: date) -> Anchor | None:
    start, end = bounds(day)
    row = session.execute(
        select(AuditEntry.seq, AuditEntry.hash)
        .where(AuditEntry.at >= start, AuditEntry.at < end)
        .order_by(AuditEntry.at.desc(), AuditEntry.seq.desc())
        .limit(1)
    ).one_or_none()
    return Anchor(*row) if row else None


def bounds(day: date) -> tuple[str, str]:
    """The stamps between which a day of China lies."""
    start = datetime.combine(day, time(), LOCAL)
    return stamp(start), stamp(start + timedelta(days=1))
