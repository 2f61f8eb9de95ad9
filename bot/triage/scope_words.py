"""The groups of scope.yml as patterns, each compiled once."""

import re
from functools import cache

from bot.triage.lexicon import read_lexicon


def _any(name: str) -> str:
    words = sorted(read_lexicon().groups[name], key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word) for word in words) + ")"


@cache
def pattern(name: str) -> re.Pattern[str]:
    return re.compile(_any(name))


@cache
def ends_with_not() -> re.Pattern[str]:
    return re.compile(f"{_any('not')}{_any('filler')}{{0,2}}$")


@cache
def ends_with_double_not() -> re.Pattern[str]:
    return re.compile(f"{_any('double_not')}{_any('not')}{_any('filler')}{{0,2}}$")


@cache
def means_self_too() -> re.Pattern[str]:
    return re.compile(f"{_any('self')}(?:自己)?{_any('too')}")


@cache
def describes_other() -> re.Pattern[str]:
    return re.compile(f"{_any('tendency')}?的{_any('person')}")


@cache
def told_me() -> re.Pattern[str]:
    return re.compile(f"{_any('object_marker')}{_any('self')}{_any('told')}")


@cache
def ends_with_object_marker() -> re.Pattern[str]:
    return re.compile(f"{_any('object_marker')}(?:{_any('self')}(?:们|的)?)?$")


def last(words: re.Pattern[str], text: str) -> int | None:
    """Where the last match ends."""
    ends = [found.end() for found in words.finditer(text)]
    return ends[-1] if ends else None
