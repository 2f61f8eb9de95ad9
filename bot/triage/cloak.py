"""Disguised risk words brought back to their plain spelling.

Homophones (紫砂), shape-alikes (目杀), letters and digits for syllables (zi杀, z1sha, 想4), a sign or an
emoji inside the word (自🔪杀): each syllable of a word in cloak.yml lists the ways in which it gets written.
"""

import re
from collections.abc import Iterable

from bot.triage.lexicon import Cloak

_BETWEEN = r"[^\w，]{0,6}"
# A run of letters counts whole, or with the pinyin of "I want to" before it or of 了, 吧 behind it.
_LATIN_START = "(?:(?<![a-z0-9])|(?<=wo)|(?<=xiang)|(?<=yao)|(?<=qu))"
_LATIN_END = "(?:(?![a-z0-9])|(?=le(?![a-z])|ba(?![a-z])))"
_LATIN = re.compile("[a-z0-9]")


def patterns(cloaks: Iterable[Cloak]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """For each disguised word the pattern of its disguises, and the word."""
    return tuple((re.compile(_regex(cloak)), cloak.word) for cloak in cloaks)


def _regex(cloak: Cloak) -> str:
    last = len(cloak.written) - 1
    syllables = [_syllable(ways, first=at == 0, last=at == last) for at, ways in enumerate(cloak.written)]
    return _behind(cloak) + _BETWEEN.join(syllables) + _ahead(cloak)


def _syllable(ways: tuple[str, ...], *, first: bool, last: bool) -> str:
    longest_first = sorted(ways, key=len, reverse=True)
    return "(?:" + "|".join(_way(way, first=first, last=last) for way in longest_first) + ")"


def _way(way: str, *, first: bool, last: bool) -> str:
    before = _LATIN_START if first and _LATIN.match(way[0]) else ""
    after = _LATIN_END if last and _LATIN.match(way[-1]) else ""
    return before + re.escape(way) + after


def _behind(cloak: Cloak) -> str:
    """What must, and what must not, stand before the word; ^ is the beginning of a clause."""
    wanted = "|".join("(?<![^，])" if word == "^" else f"(?<={re.escape(word)})" for word in cloak.after)
    unwanted = "".join(f"(?<!{re.escape(word)})" for word in cloak.not_after)
    return (f"(?:{wanted})" if wanted else "") + unwanted


def _ahead(cloak: Cloak) -> str:
    """What must, and what must not, follow the word; $ is the end of a clause."""
    wanted = "|".join(r"(?:，|\Z)" if word == "$" else re.escape(word) for word in cloak.before)
    unwanted = "|".join(re.escape(word) for word in cloak.not_before)
    return (f"(?={_BETWEEN}(?:{wanted}))" if wanted else "") + (f"(?!{_BETWEEN}(?:{unwanted}))" if unwanted else "")
