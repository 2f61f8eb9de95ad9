"""How bad it is: the four levels of distress and their order."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """`none` no sign · `low` distressed · `high` risk, case and counsellor · `imminent` page a person now."""

    none = "none"
    low = "low"
    high = "high"
    imminent = "imminent"

    @property
    def rank(self) -> int:
        """0 for none up to 3 for imminent."""
        return _ORDER.index(self)

    @property
    def is_crisis(self) -> bool:
        """True where a counsellor must be alerted."""
        return self.rank >= Level.high.rank


_ORDER = list(Level)


def max_level(first: Level, second: Level) -> Level:
    """Gives the worse of two levels."""
    return first if first.rank >= second.rank else second
