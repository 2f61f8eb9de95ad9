"""The audit: an append-only, hash-chained record of who did and saw what. It never holds a word that anybody said."""

from bot.audit.actions import (
    NOTHING,
    Action,
    Kind,
    Subject,
    activity,
    batch,
    canned,
    case,
    case_or,
    case_or_person,
    faq,
    release,
    staff,
    training,
    unit,
)
from bot.audit.record import READ_AGAIN, look, looked_lately, note, record

__all__ = [
    "NOTHING",
    "READ_AGAIN",
    "Action",
    "Kind",
    "Subject",
    "activity",
    "batch",
    "canned",
    "case",
    "case_or",
    "case_or_person",
    "faq",
    "look",
    "looked_lately",
    "note",
    "record",
    "release",
    "staff",
    "training",
    "unit",
]
