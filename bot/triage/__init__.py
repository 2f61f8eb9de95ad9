"""Triage: how urgent is this message, whose trouble is it, and why do we think so.

`assess(text)` is pure: no database, no network, no file once the pipeline is loaded.
"""

from bot.level import Level, max_level
from bot.triage.assess import assess, live, use
from bot.triage.context import Earlier, assess_after
from bot.triage.levels import MODEL, Assessment, Kind, Reason, Scope
from bot.triage.pipeline import Triage, build, saved

__all__ = [
    "MODEL",
    "Assessment",
    "Earlier",
    "Kind",
    "Level",
    "Reason",
    "Scope",
    "Triage",
    "assess",
    "assess_after",
    "build",
    "live",
    "max_level",
    "saved",
    "use",
]
