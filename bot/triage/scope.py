"""The spaCy component `xinqiao_scope`: whose sign it is, when, and whether it is meant.

Only what stands next to a sign can weaken it, and only inside its own clause (for reported and quoted speech:
the clause before as well). In doubt a sign counts in full.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from bot.level import Level
from bot.triage.fold import CLAUSE, SOFT
from bot.triage.levels import Kind, Reason, Scope
from bot.triage.lexicon import Row, lexicon_of
from bot.triage.scope_words import ScopeWords, last
from bot.triage.signs import IDIOMS, SIGNS
from bot.triage.whose import is_of_other, last_subject

FINDINGS = "xinqiao_findings"
_MAY_BE_OTHERS = frozenset({Kind.self_harm, Kind.distress, Kind.wage_threat})
# A tool in hand: beside a blow or a threat it is not for the writer's own life.
_TOOL = "tool"
OTHERS = "other_"  # before a signal that is somebody else's
# Signals that are the same whoever is the subject of the sentence: 老板欠薪.
_ANYBODYS = frozenset({"wage", "ultimatum", "rescue"})


@dataclass(frozen=True)
class Finding:
    """A reason, and the signal that its row gives to the combination rules (empty: none).

    A tentative one counts only as far as the model finds its level likelier than not.
    """

    reason: Reason
    signal: str
    tentative: bool = False


@dataclass(frozen=True)
class Place:
    """A sign with what stands around it; `before` and `after` end with the clause.

    `earlier` is the message up to the sign's clause.
    `words` are the lexicon's words in the sign, without what the writer put into its gaps;
    `about_other` says that some sign of the message names another person in danger, `violent` that one
    speaks of blows or of a threat.
    """

    row: Row
    sign: str
    words: str
    before: str
    after: str
    earlier: str
    message: str
    about_other: bool
    violent: bool
    lex: ScopeWords

    @property
    def clause_before(self) -> str:
        """The last clause before the sign's own."""
        return self.earlier.rpartition(CLAUSE)[2]


class ScopeJudge:
    """The component: turns the marked signs and idioms into findings under `doc.user_data`."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return lexicon_of(self._vocab).rows

    @cached_property
    def _words(self) -> ScopeWords:
        return ScopeWords(lexicon_of(self._vocab).groups)

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        signs = [(span, self._rows[int(span.label_)]) for span in doc.spans[SIGNS]]
        idioms = [(span, self._rows[int(span.label_)]) for span in doc.spans[IDIOMS]]
        places = [_place(text, span, row, self._words) for span, row in signs if _applies(row, text)]
        about_other = any(place.row.kind is Kind.third_person or _is_of_other(place) for place in places)
        violent = any(place.row.kind in (Kind.violence, Kind.threat) and place.row.level.is_crisis for place in places)
        found = [_judged(replace(place, about_other=about_other, violent=violent)) for place in places]
        found += [_figure(span, row) for span, row in idioms if row.level is not Level.none]
        doc.user_data[FINDINGS] = tuple(dict.fromkeys(found))
        return doc


@Language.factory("xinqiao_scope")
def make_scope(nlp: Language, name: str) -> ScopeJudge:
    """The component, over the lexicon that the pipeline carries."""
    return ScopeJudge(nlp.vocab)


def _place(text: str, span: Span, row: Row, words: ScopeWords) -> Place:
    start = text.rfind(CLAUSE, 0, span.start_char) + 1
    end = text.find(CLAUSE, span.end_char)
    return Place(
        row=row,
        sign=span.text.replace(SOFT, ""),
        words=span.id_,
        before=text[start : span.start_char],
        after=text[span.end_char : end if end >= 0 else len(text)],
        earlier=text[: max(start - 1, 0)],
        message=text,
        about_other=False,
        violent=False,
        lex=words,
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
    weaken = next((weaken for applies, weaken in _RULES if applies(place)), None)
    finding = weaken(full, row) if weaken else Finding(full, row.signal)
    return replace(finding, tentative=row.tentative and finding.reason.level.is_crisis)


# What the rules ask


def _is_negated(place: Place) -> bool:
    """A "not" right before the sign, in one piece with it, and not itself turned round (不是不想死)."""
    if place.row.firm or not place.lex.ends_with_not.search(place.before):
        return False
    return not place.lex.ends_with_double_not.search(place.before)


def _is_quoted(place: Place) -> bool:
    """From the news, a film, a song or a game, and not about the writer."""
    if place.row.firm or place.lex.means_self_too.search(place.message):
        return False
    return _inside_title(place) or _is_told(place) or _is_story_going_on(place) or _is_fiction(place)


def _is_told(place: Place) -> bool:
    """电影里主角自杀了; but who watches a film and wants to die (看电影想死) tells of himself."""
    cue = last(place.lex("quote"), place.before)
    if cue is None or place.lex("self").search(place.before[cue:]):
        return False
    own_wish = place.lex("wish").match(place.sign) is not None and last_subject(place.lex, place.before) is None
    return not own_wish or place.lex("story").search(place.before) is not None


def _is_story_going_on(place: Place) -> bool:
    """新闻里说，有人跳楼: the clause before opens the story, this one has somebody else in it and not the writer."""
    opened = place.lex("quote").search(place.clause_before) is not None
    if not opened or place.lex("self").search(place.before + place.sign):
        return False
    return place.row.kind not in _MAY_BE_OTHERS or _is_of_other(place)


def _is_fiction(place: Place) -> bool:
    """The clause, or one beside it, speaks of a play, a game, a lesson or a headline, and nobody wants anything."""
    beside = place.clause_before + place.before + place.sign + place.after
    rest = place.message[len(place.earlier) + len(place.before) + len(place.sign) :]
    return place.lex("fiction").search(beside + "".join(rest.split(CLAUSE)[:3])) is not None


def _inside_title(place: Place) -> bool:
    return place.before.rfind("《") > place.before.rfind("》") and "》" in place.after


def _is_knowledge(place: Place) -> bool:
    """A question about rules or facts: 自杀算工伤吗. Who says "I want" is not asking for facts."""
    if place.row.firm or place.row.kind is Kind.distress or place.row.level.rank < Level.high.rank:
        return False
    piece = place.before.rpartition(SOFT)[2] + place.sign + place.after.partition(SOFT)[0]
    return place.lex("knowledge").search(piece) is not None and not _speaks_of_self(place)


def _speaks_of_self(place: Place) -> bool:
    told = place.lex("asking").sub("", place.before + place.sign)
    return place.lex("self_plan").search(told) is not None


def _is_past(place: Place) -> bool:
    """Over, and said to be over: an earlier attempt alone is a sign of risk today."""
    if place.row.firm or not _lies_back(place):
        return False
    return _recovered(place) and place.lex("relapse").search(place.message) is None


def _lies_back(place: Place) -> bool:
    """The words up to the sign speak of another time, and do not come back to today."""
    told = f"{place.clause_before}{CLAUSE}{place.before}"
    then, now = last(place.lex("past"), told + place.sign), last(place.lex("now"), told)
    return then is not None and (now is None or now < then)


def _recovered(place: Place) -> bool:
    """Said to be well, or what is told of today and of later years is good."""
    if place.lex("recovered").search(place.message):
        return True
    since = last(place.lex("now"), place.message)
    return since is not None and place.lex("well").search(place.message[since:]) is not None


def _is_of_other(place: Place) -> bool:
    if place.row.kind not in _MAY_BE_OTHERS or place.row.signal in _ANYBODYS:
        return False
    return is_of_other(place, about_other=place.about_other)


def _is_against_others(place: Place) -> bool:
    """他砸门，手里有刀: the knife is not held against its holder."""
    return place.row.signal == _TOOL and place.violent and "自己" not in place.message


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
    """His sign; what it says in the combinations is said of him."""
    signal = f"{OTHERS}{row.signal}" if row.signal else ""
    return Finding(replace(full, kind=Kind.third_person, scope=Scope.third_person), signal)


def _as_side_matter(full: Reason, row: Row) -> Finding:
    return Finding(replace(full, level=Level.none), "")


_RULES: tuple[tuple[Callable[[Place], bool], Callable[[Reason, Row], Finding]], ...] = (
    (_is_negated, _as_denied),
    (_is_quoted, _as_quoted),
    (_is_knowledge, _as_knowledge),
    (_is_past, _as_past),
    (_is_against_others, _as_side_matter),
    (_is_of_other, _as_other),
)
