"""A changed lexicon: rows added to the repository's, rows switched off, and the pipeline that comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import BadInput
from bot.triage import validate
from bot.triage.lexicon import COMBINE_FILE, IDIOM_FILE, SIGN_FILES, Raw, read_raw
from bot.triage.pipeline import Triage
from bot.triage.pipeline import build as build_pipeline

ADD, DROP = "add", "drop"
CHANGEABLE = (*SIGN_FILES, IDIOM_FILE, COMBINE_FILE)


class BadLexicon(BadInput):
    """The changes make no usable lexicon; the message lists every fault."""

    code = "bad_lexicon"


@dataclass(frozen=True)
class Change:
    """One row added to a file, or the row of the same expression switched off in it."""

    op: str
    file: str
    row: Mapping[str, Any]


def changed(changes: Sequence[Change]) -> Raw:
    """The repository's rows with the changes, in order; raises BadLexicon for a change that fits nothing."""
    raw = {name: list(rows) for name, rows in read_raw().items()}
    for at, change in enumerate(changes, start=1):
        if change.file not in CHANGEABLE or change.op not in (ADD, DROP):
            raise BadLexicon(f"change {at}: cannot {change.op} in {change.file}")
        if change.op == ADD:
            raw[change.file].append(dict(change.row))
            continue
        kept = [row for row in raw[change.file] if name_of(row) != name_of(change.row)]
        if len(kept) == len(raw[change.file]):
            raise BadLexicon(f"change {at}: {change.file} has no row {name_of(change.row)}")
        raw[change.file] = kept
    return raw


def faults(changes: Sequence[Change]) -> list[str]:
    """Every fault of the lexicon that the changes make, as "path: what"."""
    try:
        return validate.row_faults(changed(changes))
    except BadLexicon as error:
        return [str(error)]


def build(changes: Sequence[Change]) -> Triage:
    """The pipeline of the changed lexicon. Raises BadLexicon with every fault."""
    raw = changed(changes)
    found = validate.row_faults(raw)
    if found:
        raise BadLexicon("; ".join(found))
    return build_pipeline(raw)


def name_of(row: Mapping[str, Any]) -> str:
    """What tells a row from the others of its file, as people read it."""
    return str(row.get("expression") or "、".join([*(row.get("all") or ()), *(row.get("some") or ())]))
