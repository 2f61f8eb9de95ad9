"""spaCy components that mark signs in a folded text: `xinqiao_signs`, then `xinqiao_idioms`.

All phrases of the lexicon are in one PhraseMatcher over single characters; a row with gaps is joined from
the matches of its parts, so that its cost is that of the parts found and not of all rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from bot.triage.expressions import Part
from bot.triage.fold import CLAUSE
from bot.triage.lexicon import Row, lexicon_of

SIGNS = "signs"
IDIOMS = "idioms"
MOST_SIGNS = 200
MOST_PLACES = 60

Place = tuple[int, int]


class Chain(NamedTuple):
    """Parts found in order: where, their words (… for a gap), the gap that a skipped part leaves open."""

    start: int
    end: int
    words: str
    gap: int = 0


class SignFinder:
    """Puts every sign and every idiom of the lexicon into `doc.spans`, labelled with the row's index."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return lexicon_of(self._vocab).rows

    @cached_property
    def _matcher(self) -> PhraseMatcher:
        """All phrases under one name, each as the keys of its characters: a Doc and a lexeme for each take 2 s."""
        phrases = {one for row in self._rows for part in row.pattern.parts for one in part.phrases}
        keys = {character: self._vocab.strings.add(character) for character in set("".join(phrases))}
        patterns: Any = [[keys[character] for character in phrase] for phrase in phrases]  # typed as Docs alone
        matcher = PhraseMatcher(self._vocab)
        matcher.add(SIGNS, patterns)
        return matcher

    def __call__(self, doc: Doc) -> Doc:
        signs: list[Span] = []
        idioms: list[Span] = []
        for index, places in self._places(doc):
            row = self._rows[index]
            spans = (_span(doc, chain, index) for chain in _joined(doc, row, places))
            (idioms if row.mask else signs).extend(spans)
        doc.spans[SIGNS] = sorted(signs, key=lambda span: span.start)[:MOST_SIGNS]
        doc.spans[IDIOMS] = sorted(idioms, key=lambda span: span.start)
        return doc

    @cached_property
    def _phrases(self) -> Sequence[Sequence[frozenset[str]]]:
        """For each row and part the phrases that may stand there."""
        return [[frozenset(part.phrases) for part in row.pattern.parts] for row in self._rows]

    @cached_property
    def _rows_by_rarest(self) -> Mapping[str, list[int]]:
        """Phrase → the rows whose rarest part it may be: without it they need no look."""
        rows: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(self._rows):
            for phrase in self._phrases[index][_rarest(row.pattern.parts)]:
                rows[phrase].append(index)
        return rows

    def _places(self, doc: Doc) -> Iterator[tuple[int, list[list[Place]]]]:
        """The rows of which every part is somewhere in the text, with the places of each part."""
        found: dict[str, list[Place]] = defaultdict(list)
        characters = [token.text for token in doc]
        for _, start, end in self._matcher(doc):
            places = found["".join(characters[start:end])]
            if len(places) < MOST_PLACES:
                places.append((start, end))
        for index in sorted({index for phrase in found for index in self._rows_by_rarest.get(phrase, ())}):
            row, parts = self._rows[index], self._phrases[index]
            if all(part.optional or not parts[at].isdisjoint(found) for at, part in enumerate(row.pattern.parts)):
                yield index, [sorted(place for one in some & found.keys() for place in found[one]) for some in parts]


def _rarest(parts: Sequence[Part]) -> int:
    """Which required part is likeliest to be missing: the one with the longest and fewest phrases."""
    required = [at for at, part in enumerate(parts) if not part.optional]
    return max(required, key=lambda at: (min(map(len, parts[at].phrases)), -len(parts[at].phrases)))


def _span(doc: Doc, chain: Chain, index: int) -> Span:
    """The label says which row; the id which words of the row: no more of the message is kept."""
    return Span(doc, chain.start, chain.end, label=str(index), span_id=chain.words)


def _joined(doc: Doc, row: Row, found: Sequence[Sequence[Place]]) -> Iterable[Chain]:
    """The chains with all parts in order, close enough, in one clause; the longest from each start."""
    chains = [Chain(start, end, _words(doc, start, end)) for start, end in found[0]]
    for at, part in enumerate(row.pattern.parts[1:], start=1):
        places = found[at]
        skipped = [chain._replace(gap=max(chain.gap, part.gap)) for chain in chains if part.optional]
        chains = [*_with_next(doc, chains, part, places), *skipped]
    longest: dict[int, Chain] = {}
    for chain in chains:
        best = longest.get(chain.start)
        if _anchored(doc, row, chain) and (best is None or best.end < chain.end):
            longest[chain.start] = chain
    return longest.values()


def _with_next(doc: Doc, chains: Iterable[Chain], part: Part, places: Iterable[Place]) -> Iterator[Chain]:
    """Each chain made longer by each place of the next part that it reaches."""
    for chain in chains:
        for start, end in places:
            if not 0 <= start - chain.end <= max(chain.gap, part.gap):
                continue
            if part.across or not _has_break(doc, chain.end, start):
                joint = "…" if start > chain.end else ""
                yield Chain(chain.start, end, chain.words + joint + _words(doc, start, end))


def _words(doc: Doc, start: int, end: int) -> str:
    return "".join(token.text for token in doc[start:end]).removesuffix(CLAUSE)


def _has_break(doc: Doc, start: int, end: int) -> bool:
    return any(token.text == CLAUSE for token in doc[start:end])


def _anchored(doc: Doc, row: Row, chain: Chain) -> bool:
    starts = not row.pattern.at_start or chain.start == 0 or doc[chain.start - 1].text == CLAUSE
    ends = not row.pattern.at_end or chain.end == len(doc) or doc[chain.end].text == CLAUSE
    return starts and ends


@Language.component("xinqiao_idioms")
def drop_masked(doc: Doc) -> Doc:
    """Takes out the signs that are part of an idiom, a trade word or a figure of speech."""
    idioms = list(doc.spans[IDIOMS])
    signs = [sign for sign in doc.spans[SIGNS] if not any(_masks(idiom, sign) for idiom in idioms)]
    doc.spans[SIGNS] = signs
    return doc


def _masks(idiom: Span, sign: Span) -> bool:
    """The sign is inside the idiom, or its end is the idiom's beginning: 我现在就去死|磕这道题.

    An idiom does not reach over a space that the writer left right behind the sign: 想死 你了解吗.
    """
    inside = idiom.start <= sign.start and sign.end <= idiom.end
    runs_into = sign.start < idiom.start < sign.end < idiom.end
    return (inside or runs_into) and not (sign.end < idiom.end and bool(sign[-1].whitespace_))


@Language.factory("xinqiao_signs")
def make_signs(nlp: Language, name: str) -> SignFinder:
    """The component that finds signs, over the lexicon that the pipeline carries."""
    return SignFinder(nlp.vocab)
