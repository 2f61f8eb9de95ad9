"""Whose sign it is: the person that a sentence is about, followed from clause to clause.

A sign is somebody else's only where the words say so: he is named before it in its own clause, he is reported to
say it, or he has been named before and the writer speaks as one who helps or watches.
"""

from collections.abc import Iterator
from typing import Protocol

from bot.triage.fold import CLAUSE
from bot.triage.scope_words import ScopeWords

_NEAR = 8
_SAID = 12  # characters between "he says" and a sign that has an I in it: 他说队长要不我死给他们看
_CLAUSES_BACK = 5


class Said(Protocol):
    """A sign with the words around it in its clause, and the message up to that clause."""

    @property
    def sign(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def earlier(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def lex(self) -> ScopeWords: ...


def is_of_other(said: Said, *, about_other: bool) -> bool:
    """Whether somebody else is meant; `about_other` says that another sign of the message is."""
    if said.lex.describes_other.match(said.after) or _is_reported(said, about_other):
        return True
    if any(who == "self" for who, _ in _people(said.lex, said.sign)):
        return False
    own = _subject(said.lex, said.before + said.sign[:1])  # 我男|人站在楼顶, 看见他|就想死
    if own is not None:
        return own == "other" and (about_other or _is_near(said))
    return about_other or (_topic(said) == "other" and _helps(said))


def last_subject(lex: ScopeWords, text: str) -> int | None:
    """Where the last other person named ends, leaving out those that something is done to or with."""
    ends = [end for who, end in _people(lex, text) if who == "other"]
    return ends[-1] if ends else None


def _people(lex: ScopeWords, text: str) -> Iterator[tuple[str, int]]:
    """Who is named in this clause as one who acts, in order: `self` or `other`, and where the name ends."""
    for found in lex.one_who_acts.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        looked_at = lex.ends_with_watching.search(before) and lex.moved_by.match(after)
        if not looked_at and not lex.ends_with_object_marker.search(before):
            yield str(found.lastgroup), found.end()


def _subject(lex: ScopeWords, clause: str) -> str | None:
    """Who acts, of those whom the clause names: the last one."""
    people = list(_people(lex, clause))
    return people[-1][0] if people else None


def _is_near(said: Said) -> bool:
    """The other person stands near enough to the sign to be its subject, or the writer asks how to help."""
    between = said.before[last_subject(said.lex, said.before) or 0 :]
    near = len(between) <= _NEAR and not said.lex("event").search(between)
    return near or _helps(said)


def _helps(said: Said) -> bool:
    return said.lex("help_other").search(said.message) is not None


def _topic(said: Said) -> str | None:
    """Who acts in the last clause before this one that names anybody."""
    for clause in reversed(said.earlier.split(CLAUSE)[-_CLAUSES_BACK:]):
        who = _subject(said.lex, clause)
        if who is not None:
            return who
    return None


def _is_reported(said: Said, about_other: bool) -> bool:
    """他说不想活了, or 我弟打电话，说不想活了: the words are somebody else's, even with an I in them."""
    verb = _saying(said.lex, said.before)
    if verb is not None:
        return len(said.before) - verb[1] <= _SAID and _teller(said, said.before[: verb[0]]) == "other"
    clause = said.earlier.rpartition(CLAUSE)[2]
    verb = _saying(said.lex, clause)
    if verb is None or said.lex("self").search(said.before + said.sign):
        return False
    told = about_other or _helps(said) or said.lex("self").search(said.message) is None
    return told and _teller(said, clause[: verb[0]]) == "other"


def _teller(said: Said, before: str) -> str | None:
    return _subject(said.lex, before) or _topic(said)


def _saying(lex: ScopeWords, text: str) -> tuple[int, int] | None:
    """Where the last verb of saying stands; 说不定 and 说实话 are none."""
    plain = lex("no_saying").sub(lambda found: "○" * len(found[0]), text)
    places = [found.span() for found in lex("says").finditer(plain)]
    return places[-1] if places else None
