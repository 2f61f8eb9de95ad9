"""Triage: how urgent is this message, whose trouble is it, and why do we think so.

`assess(text)` is pure: no database, no network, no file once the lexicon is loaded.
"""

from bot.level import Level, max_level
from bot.triage.assess import assess, load
from bot.triage.levels import Assessment, Kind, Reason

__all__ = ["Assessment", "Kind", "Level", "Reason", "assess", "load", "max_level"]
