"""What the files of study and of the helper of rights must keep: checked by bot.validate."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from datetime import date
from typing import Any

from bot.knowledge import rights_steps, study
from bot.knowledge.rights_steps import Matter

LEAST = {"safety": 45, "law": 40, "skills": 20, "civics": 15}
KEYS = {"id", "question", "options", "right", "explanation", "basis", "reviewer", "reviewed_on"}
MOST_QUESTION, MOST_OPTION, MOST_EXPLANATION = 60, 40, 90
QUESTIONS = 5  # of a matter
_ID = re.compile("[a-z]+_[0-9]{3}")


def programme_faults(text_keys: Set[str]) -> Iterator[str]:
    """Gives every fault; `text_keys` are the fixed texts that there are."""
    rows = [(path.stem, row) for path, found in study.files() for row in found]
    ids = Counter(str(row.get("id")) for _, row in rows)
    yield from (f"nlu_data/study: {one} stands there twice" for one, count in ids.items() if count > 1)
    counts = Counter(subject for subject, _ in rows)
    for subject, least in LEAST.items():
        if counts[subject] < least:
            yield f"nlu_data/study/{subject}.yml: fewer than {least} questions"
    for subject, row in rows:
        yield from (f"nlu_data/study/{subject}.yml: {row.get('id')}: {fault}" for fault in question_faults(row))
    yield from (f"nlu_data/rights.yml: {fault}" for fault in rights_faults(rights_steps.load(), text_keys))


def question_faults(row: Mapping[str, Any]) -> Iterator[str]:
    """Gives what is wrong with one question of the bank."""
    if missing := KEYS - row.keys():
        yield f"lacks {', '.join(sorted(missing))}"
        return
    options = row["options"]
    if not _ID.fullmatch(str(row["id"])):
        yield "the id is a word, _ and three digits"
    if not all(isinstance(option, str) for option in options) or not 3 <= len(set(options)) == len(options) <= 4:
        yield "has 3 or 4 different options of text"
    elif row["right"] not in study.LETTERS[: len(options)]:
        yield "the right one is none of its options"
    if not all(row[name] for name in ("question", "explanation", "basis", "reviewer")):
        yield "question, explanation, basis and reviewer are not empty"
    if not isinstance(row["reviewed_on"], date):
        yield "reviewed_on is a date"
    longest = max((len(str(option)) for option in options), default=0)
    if len(row["question"]) > MOST_QUESTION or longest > MOST_OPTION or len(row["explanation"]) > MOST_EXPLANATION:
        yield "question, option or explanation is too long"


def rights_faults(content: Mapping[str, Any], text_keys: Set[str]) -> Iterator[str]:
    """Gives what is wrong with the helper of rights: five questions on every path, and only texts that there are."""
    if not content.get("reviewer") or not isinstance(content.get("reviewed_on"), date):
        yield "lacks reviewer or review date"
    for name, matter in rights_steps.matters().items():
        wanted = {f"ask_{ask.key}" for ask in matter.asks} | {key for key, _ in matter.says}
        wanted |= {key for limit in matter.deadlines for key in (limit.open, limit.gone, limit.unknown) if key}
        yield from (f"{name}: there is no text {key}" for key in sorted(wanted - text_keys))
        asked = {ask.key for ask in matter.asks}
        named = _conditions(matter) | {limit.since for limit in matter.deadlines}
        yield from (f"{name}: there is no question {key}" for key in sorted(named - asked))
        if any(len(rights_steps.asked(name, path)) != QUESTIONS for path in _paths(matter)):
            yield f"{name}: does not ask {QUESTIONS} questions on every path"


def _conditions(matter: Matter) -> set[str]:
    """The questions on whose answers something depends."""
    conditional = [ask.only_if for ask in matter.asks] + [condition for _, condition in matter.says]
    return {question for one in [*conditional, *(limit.only_if for limit in matter.deadlines)] for question in one}


def _paths(matter: Matter) -> Iterator[dict[str, str]]:
    """Every set of answers to the questions on which other questions depend."""
    forks = sorted({question for ask in matter.asks for question in ask.only_if})
    answers = {ask.key: (*(ask.choices or ("yes", "no")), rights_steps.SKIP) for ask in matter.asks}
    for path in itertools.product(*(answers[fork] for fork in forks)):
        yield dict(zip(forks, path, strict=True))
