"""The lexicon checked: every fault of nlu_data/triage as "path: what"."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.level import Level
from bot.triage.expressions import BadExpression, parse
from bot.triage.levels import Kind, Scope
from bot.triage.lexicon import (
    CLOAK_FILE,
    COMBINE_FILE,
    DATA,
    GROUP_FILES,
    IDIOM_FILE,
    SIGN_FILES,
    SPELLING_FILE,
    read_rows,
)
from bot.triage.scope import OTHERS

_ROW_KEYS = ("expression", "level", "kind", "note", "reviewer")
_KEYS = {
    **dict.fromkeys((*SIGN_FILES, IDIOM_FILE), _ROW_KEYS),
    **dict.fromkeys(GROUP_FILES, ("name", "words", "note", "reviewer")),
    CLOAK_FILE: ("word", "written", "note", "reviewer"),
    SPELLING_FILE: ("from", "to", "note", "reviewer"),
    COMBINE_FILE: ("level", "kind", "note", "reviewer"),
}
_ROW_OPTIONS = ("signal", "scope", "firm", "unless", "needs")
_MARKS = frozenset({"low", "danger", "acute", "denied", *(str(kind) for kind in Kind)})

Rows = Mapping[str, Sequence[Any]]


def faults(directory: Path = DATA) -> list[str]:
    """Every fault of the files there; an empty list when they can be used."""
    rows: dict[str, list[Any]] = {}
    found: list[str] = []
    for name in _KEYS:
        try:
            rows[name] = read_rows(directory / name)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            found.append(f"{name}: cannot be read ({type(error).__name__})")
            rows[name] = []
    return found + row_faults(rows)


def row_faults(rows: Rows) -> list[str]:
    """Every fault of these rows, by file."""
    return [fault for check in _CHECKS for fault in check(rows)]


def _shape(rows: Rows) -> Iterator[str]:
    for name, at, row in _each(rows, _KEYS):
        if not isinstance(row, dict):
            yield f"{name}[{at}]: is not a row"
            continue
        missing = [key for key in _KEYS[name] if row.get(key) in (None, "", [])]
        yield from (f"{name}[{at}]: {key} is missing" for key in missing)
        if name in (*SIGN_FILES, IDIOM_FILE):
            allowed = (*_ROW_KEYS, *_ROW_OPTIONS)
            yield from (f"{name}[{at}]: unknown key {key}" for key in row if key not in allowed)


def _words_of_ours(rows: Rows) -> Iterator[str]:
    """Levels, kinds and scopes that exist."""
    for name, at, row in _each(rows, (*SIGN_FILES, IDIOM_FILE, COMBINE_FILE)):
        for key, known in (("level", Level), ("kind", Kind), ("scope", Scope)):
            value = _get(row, key)
            if value is not None and value not in [str(member) for member in known]:
                yield f"{name}[{at}]: unknown {key} {value}"


def _expressions(rows: Rows) -> Iterator[str]:
    groups = {_get(row, "name"): _get(row, "words") or [] for _, _, row in _each(rows, GROUP_FILES)}
    for name, at, row in _each(rows, (*SIGN_FILES, IDIOM_FILE)):
        try:
            parse(str(_get(row, "expression") or "-"), groups)
        except BadExpression as error:
            yield f"{name}[{at}]: {_get(row, 'expression')}: {error}"
        for key in ("unless", "needs"):
            for word in _get(row, key) or ():
                if word.startswith("<") and word[1:-1] not in groups:
                    yield f"{name}[{at}]: unknown word group {word} under {key}"


def _duplicates(rows: Rows) -> Iterator[str]:
    """One expression stands in one row; an idiom and a risk sign cannot be the same words."""
    seen: dict[str, str] = {}
    for name, at, row in _each(rows, (*SIGN_FILES, IDIOM_FILE)):
        expression = _get(row, "expression")
        if expression is None:
            continue
        if expression in seen and (name == IDIOM_FILE) != seen[expression].startswith(IDIOM_FILE):
            yield f"{name}[{at}]: {expression} is both an idiom and a sign ({seen[expression]})"
        elif expression in seen and name != "hints.yml":
            yield f"{name}[{at}]: {expression} stands already in {seen[expression]}"
        seen.setdefault(expression, f"{name}[{at}]")


def _marks(rows: Rows) -> Iterator[str]:
    """A combination waits only for marks that some row can give."""
    signals = {_get(row, "signal") for _, _, row in _each(rows, (*SIGN_FILES, IDIOM_FILE))}
    for name, at, row in _each(rows, (COMBINE_FILE,)):
        asked = [*(_get(row, "all") or ()), *(_get(row, "some") or ())]
        if not asked:
            yield f"{name}[{at}]: asks for no signal"
        for mark in asked:
            if mark.removeprefix(OTHERS) not in signals | _MARKS:
                yield f"{name}[{at}]: no row gives the signal {mark}"


_CHECKS = (_shape, _words_of_ours, _expressions, _duplicates, _marks)


def _each(rows: Rows, names: Any) -> Iterator[tuple[str, int, Any]]:
    """(file, number of the row from 1, row)."""
    for name in names:
        for at, row in enumerate(rows[name], start=1):
            yield name, at, row


def _get(row: Any, key: str) -> Any:
    return row.get(key) if isinstance(row, dict) else None
