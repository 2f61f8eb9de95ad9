"""What is recorded, and of what. A value is stored for good: never rename one, only add."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What somebody did or saw."""

    sign_in = "sign_in"
    sign_in_failed = "sign_in_failed"
    sign_out = "sign_out"
    password_set = "password_set"  # noqa: S105 - a name, not a password
    staff_added = "staff_added"
    link_made = "link_made"

    queue_read = "queue_read"
    thread_read = "thread_read"
    panel_read = "panel_read"
    preview_read = "preview_read"
    contact_read = "contact_read"
    undelivered_read = "undelivered_read"

    claimed = "claimed"
    acknowledged = "acknowledged"
    replied = "replied"
    handed_back = "handed_back"
    closed = "closed"
    reopened = "reopened"
    marked = "marked"
    drill_cleared = "drill_cleared"

    lexicon_edited = "lexicon_edited"
    lexicon_discarded = "lexicon_discarded"
    lexicon_replay = "lexicon_replay"
    lexicon_gate = "lexicon_gate"
    lexicon_looked = "lexicon_looked"
    lexicon_published = "lexicon_published"
    lexicon_retired = "lexicon_retired"
    lexicon_restored = "lexicon_restored"

    drill = "drill"
    erased = "erased"
    expired = "expired"
    records_given = "records_given"

    audit_read = "audit_read"
    audit_verified = "audit_verified"
    audit_exported = "audit_exported"


class Kind(StrEnum):
    """What an id belongs to."""

    none = "none"
    case = "case"  # its number
    conversation = "conversation"  # where there is no case yet
    person = "person"  # where there is no case at all
    staff = "staff"
    release = "release"  # of the lexicon


@dataclass(frozen=True)
class Subject:
    """What an act was about: a case number or a public id, never a name."""

    kind: Kind = Kind.none
    id: str = ""


NOTHING = Subject()


def case(number: str) -> Subject:
    """A case."""
    return Subject(Kind.case, number)


def case_or(number: str | None, conversation_id: str) -> Subject:
    """The case if there is one, else the conversation."""
    return case(number) if number else Subject(Kind.conversation, conversation_id)


def case_or_person(number: str | None, person_id: str) -> Subject:
    """The case if there is one, else the person."""
    return case(number) if number else Subject(Kind.person, person_id)


def staff(staff_id: str) -> Subject:
    """A member of staff."""
    return Subject(Kind.staff, staff_id)


def release(number: int) -> Subject:
    """A draft or release of the lexicon."""
    return Subject(Kind.release, str(number))
