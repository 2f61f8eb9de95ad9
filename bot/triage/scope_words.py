"""The groups of scope.yml as patterns, each compiled once."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property


class ScopeWords:
    """Patterns over the word groups of a lexicon."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._groups = groups
        self._compiled: dict[str, re.Pattern[str]] = {}

    def __call__(self, name: str) -> re.Pattern[str]:
        """Any word of the group."""
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = re.compile(self._any(name))
        return found

    def _any(self, name: str) -> str:
        words = sorted(self._groups[name], key=len, reverse=True)
        return "(?:" + "|".join(re.escape(word) for word in words) + ")"

    @cached_property
    def ends_with_not(self) -> re.Pattern[str]:
        """A "not", and what may stand between it and the sign."""
        return re.compile(f"{self._any('not')}{self._any('filler')}{{0,2}}$")

    @cached_property
    def ends_with_double_not(self) -> re.Pattern[str]:
        """A "not" that is itself turned round."""
        return re.compile(f"{self._any('double_not')}{self._any('not')}{self._any('filler')}{{0,2}}$")

    @cached_property
    def means_self_too(self) -> re.Pattern[str]:
        """The writer says: me too."""
        return re.compile(f"{self._any('self')}(?:自己)?{self._any('too')}")

    @cached_property
    def describes_other(self) -> re.Pattern[str]:
        """A person who is described by the sign."""
        return re.compile(f"{self._any('tendency')}?的{self._any('person')}")

    @cached_property
    def one_who_acts(self) -> re.Pattern[str]:
        """A person: somebody else (also as 我妈, 俺们班长), or the writer."""
        own = self._any("self")
        return re.compile(f"(?P<other>(?:{own}(?:们|的|家|屋头)?)?{self._any('other')})|(?P<self>{own})")

    @cached_property
    def moved_by(self) -> re.Pattern[str]:
        """What follows one who is only looked at: 看到他|就想死."""
        return re.compile("就|都|心里")

    @cached_property
    def ends_with_object_marker(self) -> re.Pattern[str]:
        """What follows is whom something is done to or with."""
        return re.compile(f"{self._any('object_marker')}$")

    @cached_property
    def ends_with_watching(self) -> re.Pattern[str]:
        """What follows is whom the writer sees, hears or fears for."""
        return re.compile(f"{self._any('watching')}$")


def last(words: re.Pattern[str], text: str) -> int | None:
    """Where the last match ends."""
    ends = [found.end() for found in words.finditer(text)]
    return ends[-1] if ends else None
