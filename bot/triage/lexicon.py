"""The lexicon of nlu_data/triage as plain values, and as the data that travels inside a saved pipeline.

Nothing is checked here beyond what reading needs; `bot.triage.validate` lists every fault of the files.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from spacy.vocab import Vocab

from bot.level import Level
from bot.triage.expressions import Expression, parse
from bot.triage.levels import Kind, Scope

DATA = Path(__file__).parents[2] / "nlu_data" / "triage"
TENTATIVE = ("plans.yml", "veiled.yml", "others.yml")  # words with harmless uses: they need the model's assent
SIGN_FILES = ("imminent.yml", "high.yml", "low.yml", "topics.yml", "hints.yml", *TENTATIVE)
IDIOM_FILE = "idioms.yml"
GROUP_FILES = ("words.yml", "scope.yml")
CLOAK_FILE = "cloak.yml"
SPELLING_FILE = "spelling.yml"
COMBINE_FILE = "combine.yml"
FILES = (*SIGN_FILES, IDIOM_FILE, *GROUP_FILES, CLOAK_FILE, SPELLING_FILE, COMBINE_FILE)

Raw: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]  # file name → its rows as they stand there
_TABLE = "xinqiao_lexicon"

# libyaml's safe loader where it is built in: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Row:
    """One expression. A mask hides the signs inside it; a mask with a level leaves a sign of its own."""

    expression: str
    pattern: Expression
    level: Level
    kind: Kind
    note: str
    scope: Scope
    mask: bool = False
    firm: bool = False
    signal: str = ""
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tentative: bool = False


@dataclass(frozen=True)
class Cloak:
    """How one risk word gets disguised: for each of its syllables, the ways in which people write it."""

    word: str
    written: tuple[tuple[str, ...], ...]
    after: tuple[str, ...]
    not_after: tuple[str, ...]
    before: tuple[str, ...]
    not_before: tuple[str, ...]


@dataclass(frozen=True)
class Combination:
    """Signs that mean more together: with `all_of` and `least` of `some` in one message, it has this level."""

    all_of: frozenset[str]
    level: Level
    kind: Kind
    note: str
    some: frozenset[str] = frozenset()
    least: int = 0


@dataclass(frozen=True)
class Lexicon:
    """Everything that the files say."""

    rows: tuple[Row, ...]
    groups: Mapping[str, tuple[str, ...]]
    cloaks: tuple[Cloak, ...]
    spellings: Mapping[str, str]
    combinations: tuple[Combination, ...]


@cache
def read_raw() -> Raw:
    """The rows of all files, read once."""
    return {name: read_rows(DATA / name) for name in FILES}


def parse_lexicon(raw: Raw) -> Lexicon:
    """The rows as values; raises on what `validate.faults` would complain about."""
    groups = {row["name"]: tuple(row["words"]) for name in GROUP_FILES for row in raw[name]}
    return Lexicon(
        rows=tuple(_rows(raw, groups)),
        groups=groups,
        cloaks=tuple(_cloak(row) for row in raw[CLOAK_FILE]),
        spellings={row["from"]: row["to"] for row in raw[SPELLING_FILE]},
        combinations=tuple(_combination(row) for row in raw[COMBINE_FILE]),
    )


def digest(raw: Raw) -> str:
    """Names the content of a lexicon (12 hex digits)."""
    text = json.dumps({name: raw[name] for name in FILES}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def put_into(vocab: Vocab, raw: Raw) -> None:
    """Lays the lexicon into spaCy's look-up tables, which are saved and loaded with the vocabulary."""
    text = json.dumps({name: list(raw[name]) for name in FILES}, ensure_ascii=False)
    vocab.lookups.add_table(_TABLE, {"json": text})


def lexicon_of(vocab: Vocab) -> Lexicon:
    """The lexicon that this vocabulary carries; the components of one pipeline share it."""
    return _parsed(vocab.lookups.get_table(_TABLE)["json"])


@lru_cache(maxsize=3)
def _parsed(text: str) -> Lexicon:
    return parse_lexicon(json.loads(text))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of one file as they stand there."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or []  # noqa: S506  (a safe loader)


def _rows(raw: Raw, groups: Mapping[str, tuple[str, ...]]) -> Iterator[Row]:
    for name in (*SIGN_FILES, IDIOM_FILE):
        for row in raw[name]:
            yield _row(row, groups, name)


def _row(raw: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]], file: str) -> Row:
    mask = file == IDIOM_FILE
    return Row(
        expression=raw["expression"],
        pattern=parse(raw["expression"], groups),
        level=Level(raw["level"]),
        kind=Kind(raw["kind"]),
        note=raw["note"],
        scope=Scope(raw.get("scope", Scope.figure if mask else Scope.self)),
        mask=mask,
        firm=raw.get("firm", False),
        signal=raw.get("signal", ""),
        unless=_words(raw, "unless", groups),
        needs=_words(raw, "needs", groups),
        tentative=file in TENTATIVE,
    )


def _words(raw: Mapping[str, Any], key: str, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The words under a key, with `<group>` standing for the words of that group."""
    words: list[str] = []
    for word in raw.get(key, ()):
        words += groups[word[1:-1]] if word.startswith("<") else [word]
    return tuple(words)


def _cloak(raw: Mapping[str, Any]) -> Cloak:
    return Cloak(
        word=raw["word"],
        written=tuple(tuple(str(way) for way in ways) for ways in raw["written"]),
        after=tuple(raw.get("after", ())),
        not_after=tuple(raw.get("not_after", ())),
        before=tuple(raw.get("before", ())),
        not_before=tuple(raw.get("not_before", ())),
    )


def _combination(raw: Mapping[str, Any]) -> Combination:
    some = frozenset(raw.get("some", ()))
    return Combination(
        all_of=frozenset(raw.get("all", ())),
        level=Level(raw["level"]),
        kind=Kind(raw["kind"]),
        note=raw["note"],
        some=some,
        least=raw.get("least", 1 if some else 0),
    )
