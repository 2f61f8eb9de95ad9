"""The small notation in which the lexicon is written.

想死            these characters, in this order
(想|要|)死      one of these, or nothing where an alternative is empty
<other>自杀     one word of the group `other` in words.yml
不给…就跳       up to six characters of the same clause in between
拿着……跳        up to sixteen characters of the same clause in between
绳子//今晚      up to thirty characters in between, whatever clause they are in
^想走了$        at the beginning and at the end of a clause
走了，我        "，" is the boundary of a clause, the end of the message too
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

LONGEST_GAP = 6
_GAP = re.compile("(……|…|//)")
_GAPS = {"…": LONGEST_GAP, "……": 16, "//": 30}
_ACROSS = "//"
# A part with more phrases is cut in two that must touch: work grows with the sum, not the product.
_MOST_PHRASES = 24
_PIECE = re.compile(r"\(([^()]*)\)|<([a-z_]+)>|([^()<>|]+)")

Groups: TypeAlias = Mapping[str, Sequence[str]]


class BadExpression(ValueError):
    """The expression cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True)
class Part:
    """One of the phrases must stand at most `gap` characters behind the part before; or none, if optional.

    `across` says that the gap may reach over the end of a clause.
    """

    phrases: tuple[str, ...]
    gap: int
    optional: bool
    across: bool = False


@dataclass(frozen=True)
class Expression:
    """Parts in order, and where in a clause they must stand."""

    parts: tuple[Part, ...]
    at_start: bool
    at_end: bool


def parse(source: str, groups: Groups) -> Expression:
    """The expression spelled out; raises BadExpression."""
    body = source.removeprefix("^").removesuffix("$")
    first, *rest = _GAP.split(body)
    gaps = ["…", *rest[::2]]
    parts = [part for gap, text in zip(gaps, [first, *rest[1::2]], strict=True) for part in _parts(text, gap, groups)]
    return Expression(tuple(parts), at_start=source.startswith("^"), at_end=source.endswith("$"))


def _parts(text: str, gap_before: str, groups: Groups) -> Iterator[Part]:
    """The text between two gaps, as parts that touch."""
    gap, across = _GAPS[gap_before], gap_before == _ACROSS
    phrases = [""]
    for piece in _pieces(text):
        choices = _choices(piece, groups)
        movable = gap == 0 or "" not in phrases
        if movable and len(phrases) * len(choices) > _MOST_PHRASES:
            yield _part(phrases, gap, across)
            phrases, gap, across = [""], 0, False
        phrases = list(dict.fromkeys(start + end for start, end in itertools.product(phrases, choices)))
    if gap > 0 and "" in phrases:
        raise BadExpression("a part may be empty")
    yield _part(phrases, gap, across)


def _part(phrases: Sequence[str], gap: int, across: bool) -> Part:
    return Part(tuple(phrase for phrase in phrases if phrase), gap, optional="" in phrases, across=across)


def _pieces(part: str) -> Iterator[re.Match[str]]:
    end = 0
    for piece in _PIECE.finditer(part):
        if piece.start() != end:
            break
        end = piece.end()
        yield piece
    if end != len(part):
        raise BadExpression(f"cannot read {part[end:]!r}")


def _choices(piece: re.Match[str], groups: Groups) -> list[str]:
    alternatives, group, literal = piece.groups()
    if literal is not None:
        return [literal]
    if group is not None:
        return list(_group(group, groups))
    return [word for alternative in alternatives.split("|") for word in _alternative(alternative, groups)]


def _alternative(text: str, groups: Groups) -> Sequence[str]:
    if text.startswith("<") and text.endswith(">"):
        return _group(text[1:-1], groups)
    return [text]


def _group(name: str, groups: Groups) -> Sequence[str]:
    if name not in groups:
        raise BadExpression(f"unknown word group <{name}>")
    return groups[name]
