"""The spaCy component `xinqiao_scope`: whose sign it is, when, and whether it is meant.

Only what stands next to a sign can weaken it, and only inside its own clause (for reported and quoted speech:
the clause before as well). In doubt a sign counts in full.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span

from bot.level import Level
from bot.triage.fold import CLAUSE, SOFT
from bot.triage.levels import Kind, Reason, Scope
from bot.triage.lexicon import Row, read_lexicon
from bot.triage.scope_words import (
    describes_other,
    ends_with_double_not,
    ends_with_not,
    ends_with_object_marker,
    last,
    means_self_too,
    pattern,
    told_me,
)
from bot.triage.signs import IDIOMS, SIGNS

FINDINGS = "xinqiao_findings"
_NEAR = 8
# Signals that are the same whoever is the subject of the sentence: 老板欠薪.
_ANYBODYS = frozenset({"farewell", "wage", "ultimatum", "rescue"})


@dataclass(frozen=True)
class Finding:
    """A reason, and the signal that its row gives to the combination rules (empty: none)."""

    reason: Reason
    signal: str


@dataclass(frozen=True)
class Place:
    """A sign with what stands around it; `before` and `after` end with the clause.

    `words` are the lexicon's words in the sign, without what the writer put into its gaps;
    `about_other` says that some sign of the message names another person in danger.
    """

    row: Row
    sign: str
    words: str
    before: str
    after: str
    clause_before: str
    message: str
    about_other: bool


@Language.component("xinqiao_scope")
def add_scope(doc: Doc) -> Doc:
    """Turns the marked signs and idioms into findings under `doc.user_data`."""
    text = doc.text
    signs = zip(doc.spans[SIGNS], _rows_of(doc, SIGNS), strict=True)
    about_other = any(row.kind is Kind.third_person for row in _rows_of(doc, SIGNS))
    places = [_place(text, span, row, about_other) for span, row in signs]
    found = [_judged(place) for place in places if _applies(place.row, text)]
    idioms = zip(doc.spans[IDIOMS], _rows_of(doc, IDIOMS), strict=True)
    found += [_figure(span, row) for span, row in idioms if row.level is not Level.none]
    doc.user_data[FINDINGS] = tuple(dict.fromkeys(found))
    return doc


def _rows_of(doc: Doc, group: str) -> list[Row]:
    rows = read_lexicon().rows
    return [rows[int(span.label_)] for span in doc.spans[group]]


def _place(text: str, span: Span, row: Row, about_other: bool) -> Place:
    start = text.rfind(CLAUSE, 0, span.start_char) + 1
    end = text.find(CLAUSE, span.end_char)
    earlier = text.rfind(CLAUSE, 0, max(start - 1, 0)) + 1
    return Place(
        row=row,
        sign=span.text.replace(SOFT, ""),
        words=span.id_,
        before=text[start : span.start_char],
        after=text[span.end_char : end if end >= 0 else len(text)],
        clause_before=text[earlier : max(start - 1, 0)],
        message=text,
        about_other=about_other,
    )


def _applies(row: Row, text: str) -> bool:
    """Whether the words that a row excludes are absent, and one that it needs is there."""
    text = text.replace(SOFT, "")
    if any(word in text for word in row.unless):
        return False
    return not row.needs or any(word in text for word in row.needs)


def _figure(span: Span, row: Row) -> Finding:
    """An idiom that still tells something: 加班加到想死 is no wish to die, but no joke either."""
    return Finding(Reason(row.kind, row.level, span.id_, row.scope, row.note), row.signal)


def _judged(place: Place) -> Finding:
    row = place.row
    full = Reason(row.kind, row.level, place.words, row.scope, row.note)
    for applies, weaken in _RULES:
        if applies(place):
            return weaken(full, row)
    return Finding(full, row.signal)


# What the rules ask


def _is_negated(place: Place) -> bool:
    """A "not" right before the sign, in one piece with it, and not itself turned round (不是不想死)."""
    if place.row.firm or not ends_with_not().search(place.before):
        return False
    return not ends_with_double_not().search(place.before)


def _is_quoted(place: Place) -> bool:
    """From the news, a film, a song or a game, and not about the writer."""
    if place.row.firm or means_self_too().search(place.message):
        return False
    return _inside_title(place) or _is_told(place) or _is_story_going_on(place)


def _is_told(place: Place) -> bool:
    """电影里主角自杀了; but who watches a film and wants to die (看电影想死) tells of himself."""
    cue = last(pattern("quote"), place.before)
    if cue is None or pattern("self").search(place.before[cue:]):
        return False
    own_wish = pattern("wish").match(place.sign) is not None and _last_subject(place.before) is None
    return not own_wish or pattern("story").search(place.before) is not None


def _is_story_going_on(place: Place) -> bool:
    """新闻里说，有人跳楼: the clause before opens the story, this one has somebody else in it."""
    opened = pattern("quote").search(place.clause_before) is not None
    return opened and _is_of_other(place) and pattern("self").search(place.before) is None


def _inside_title(place: Place) -> bool:
    return place.before.rfind("《") > place.before.rfind("》") and "》" in place.after


def _is_knowledge(place: Place) -> bool:
    """A question about rules or facts: 自杀算工伤吗. Who says "I want" is not asking for facts."""
    if place.row.firm or place.row.kind is Kind.distress or place.row.level.rank < Level.high.rank:
        return False
    piece = place.before.rpartition(SOFT)[2] + place.sign + place.after.partition(SOFT)[0]
    return pattern("knowledge").search(piece) is not None and not _speaks_of_self(place)


def _speaks_of_self(place: Place) -> bool:
    told = pattern("asking").sub("", place.before + place.sign)
    return pattern("self_plan").search(told) is not None


def _is_past(place: Place) -> bool:
    """Over, and said to be over: an earlier attempt alone is a sign of risk today."""
    if place.row.firm or not pattern("past").search(place.clause_before + place.before + place.sign):
        return False
    return _recovered(place.message) and not pattern("relapse").search(place.message)


def _recovered(message: str) -> bool:
    return pattern("recovered").search(message) is not None


def _is_of_other(place: Place) -> bool:
    if place.row.kind not in (Kind.self_harm, Kind.distress) or place.row.signal in _ANYBODYS:
        return False
    if describes_other().match(place.after):
        return True
    if pattern("self").search(place.sign):
        return False
    if place.about_other and not pattern("self").search(place.before):
        return True
    return _subject_is_other(place) or _is_reported(place)


def _subject_is_other(place: Place) -> bool:
    """The last person named before the sign is somebody else, and near enough to be its subject."""
    other = _last_subject(place.before)
    if other is None:
        return False
    between = place.before[other:]
    if pattern("self").search(between) and not told_me().search(between):
        return False
    near = len(between) <= _NEAR and not pattern("event").search(between)
    return near or pattern("help_other").search(place.message) is not None


def _is_reported(place: Place) -> bool:
    """我弟昨晚打电话，说不想活了: the clause begins with "says", the one before is about somebody else."""
    if not pattern("says").match(place.before):
        asks = pattern("help_other").search(place.message) is not None
        return asks and last(pattern("self"), place.before) is None and _names_other(place.clause_before)
    return _names_other(place.clause_before)


def _names_other(clause: str) -> bool:
    return _last_subject(clause) is not None


def _last_subject(text: str) -> int | None:
    """Where the last other person named ends, leaving out those that something is done to or with."""
    ends = [
        found.end()
        for found in pattern("other").finditer(text)
        if not ends_with_object_marker().search(text[: found.start()])
    ]
    return ends[-1] if ends else None


# What follows from them


def _as_denied(full: Reason, row: Row) -> Finding:
    """A denied wish to die is a mention of death all the same; a denied sadness is nothing."""
    mentions_death = row.kind is Kind.self_harm and row.level.rank >= Level.high.rank
    return Finding(replace(full, level=Level.none, scope=Scope.negated), "denied" if mentions_death else "")


def _as_quoted(full: Reason, row: Row) -> Finding:
    return Finding(replace(full, level=Level.none, scope=Scope.quoted), "")


def _as_knowledge(full: Reason, row: Row) -> Finding:
    return Finding(replace(full, kind=Kind.knowledge, level=Level.low, scope=Scope.knowledge), "")


def _as_past(full: Reason, row: Row) -> Finding:
    level = Level.low if full.level.rank >= Level.low.rank else Level.none
    return Finding(replace(full, level=level, scope=Scope.past), "")


def _as_other(full: Reason, row: Row) -> Finding:
    return Finding(replace(full, kind=Kind.third_person, scope=Scope.third_person), "")


_RULES: tuple[tuple[Callable[[Place], bool], Callable[[Reason, Row], Finding]], ...] = (
    (_is_negated, _as_denied),
    (_is_quoted, _as_quoted),
    (_is_knowledge, _as_knowledge),
    (_is_past, _as_past),
    (_is_of_other, _as_other),
)
