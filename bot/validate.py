"""`python -m bot.validate`: checks all data files and lists every fault as "path: what"."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot import heldout, text_review, texts
from bot.care import canned, checklist
from bot.conversation import controls
from bot.knowledge import checks, danger, faqs
from bot.knowledge.content import parse
from bot.knowledge.review import programme_faults
from bot.knowledge.wordings import examples, fold
from bot.settings import ROOT, Settings
from bot.triage.validate import faults as triage_faults

DATA = ROOT / "nlu_data"
TESTED = heldout.PLACE.relative_to(ROOT)
# set by the retriever or sent by a button; they have no examples
INTERNAL_INTENTS = {"answer", "faq", "faq_candidates", "feedback", "nlu_fallback", "topic_menu"}
MIN_EXAMPLES = 20
FAQ_KEYS = {"id", "topic", "question", "variants", "answer", "basis", "region", "valid_from", "valid_to"} | {
    "related",
    "reviewer",
    "reviewed_on",
}
NUMBERS = {  # as they are set at first, and as long as they get
    **{name: str(field.default) for name, field in Settings.model_fields.items() if name.startswith("hotline_")},
    **dict.fromkeys(("hotline_women", "hotline_youth", "hotline_gov", "hotline_antifraud"), "12345"),
}


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def faults() -> Iterator[str]:
    """Gives every fault of every data file."""
    yield from _intents()
    yield from _faqs()
    yield from _sentences_twice()
    yield from _texts()
    yield from _controls()
    yield from _desk_replies()
    yield from _checklist()
    yield from programme_faults(set(_load(texts.PATH)["texts"]))
    yield from triage_faults()


def _intents() -> Iterator[str]:
    declared = {next(iter(item)) if isinstance(item, dict) else item for item in _load(ROOT / "domain.yml")["intents"]}
    ruled = {step["intent"] for step in _rule_steps() if "intent" in step}
    known, tested = examples(), dict(heldout.groups(heldout.INTENTS))
    for intent in sorted(declared - INTERNAL_INTENTS):
        path = f"nlu_data/intents/{intent}.yml"
        if len(known.get(intent, [])) < MIN_EXAMPLES:
            yield f"{path}: fewer than {MIN_EXAMPLES} examples"
        if intent not in ruled:
            yield f"{path}: no rule answers it"
        if intent not in tested:
            yield f"{path}: no test sentences in {TESTED}/{heldout.INTENTS}"
    for intent in sorted(known.keys() - declared):
        yield f"domain.yml: intent {intent} is not declared"


def _rule_steps() -> Iterator[dict[str, Any]]:
    for path in sorted((DATA / "dialogue").glob("*.yml")):
        content = _load(path)
        for story in [*content.get("rules", []), *content.get("stories", [])]:
            yield from story["steps"]


def _faqs() -> Iterator[str]:
    rows = dict(faqs.files())
    known = checks.Known(frozenset(row.get("id", "") for row in rows.values()))
    tested = dict(heldout.groups(heldout.FAQS))
    cries = danger.many([parse(content) for content in rows.values()])
    for (path, content), of_danger in zip(rows.items(), cries, strict=True):
        where = path.relative_to(ROOT)
        for fault in (*_faq_faults(path, content, known), *(f"{one.field}: {one.words}" for one in of_danger)):
            yield f"{where}: {fault}"
        if content.get("id") not in tested:
            yield f"{where}: no test sentences in {TESTED}/{heldout.FAQS}"


def _faq_faults(path: Path, raw: dict[str, Any], known: checks.Known) -> Iterator[str]:
    missing = FAQ_KEYS - raw.keys()
    if missing:
        yield f"lacks {', '.join(sorted(missing))}"
        return
    if raw["id"] != path.stem or raw["topic"] != path.parent.name:
        yield "id and topic must be the names of file and folder"
    if not raw["reviewer"] or not isinstance(raw["reviewed_on"], date):
        yield "reviewer or review date is wrong"
    for fault in checks.faults(parse(raw), known):
        yield f"{fault.field}: {fault.words}"


def _sentences_twice() -> Iterator[str]:
    seen: dict[str, str] = {}
    owners: list[tuple[str, Iterable[str]]]
    owners = [(f"nlu_data/intents/{intent}.yml", rows) for intent, rows in examples().items()]
    owners += [(str(path.relative_to(ROOT)), [row["question"], *row["variants"]]) for path, row in faqs.files()]
    for owner, sentences in owners:
        for sentence in sentences:
            first = seen.setdefault(fold(sentence), owner)
            if first != owner:
                yield f"{owner}: 「{sentence}」 also stands in {first}"


def _controls() -> Iterator[str]:
    """A sentence orders one thing only, and every button that orders something orders a thing there is."""
    content = _load(controls.PATH)
    seen: dict[str, str] = {}
    for control, sentences in content["sentences"].items():
        for said in map(controls.compact, sentences):
            if seen.setdefault(said, control) != control:
                yield f"nlu_data/controls.yml: 「{said}」 orders both {seen[said]} and {control}"
    named = {*content["sentences"], *(name for rows in content["answers"].values() for name in rows)}
    buttons = [button["payload"] for row in _load(texts.PATH)["texts"].values() for button in row.get("buttons") or ()]
    pressed = {payload.removeprefix(controls.PAYLOAD) for payload in buttons if payload.startswith(controls.PAYLOAD)}
    for name in sorted((named | pressed) - set(controls.Control)):
        yield f"nlu_data: there is no control {name}"


def _desk_replies() -> Iterator[str]:
    content = canned.load()
    if not content.get("reviewer") or not isinstance(content.get("reviewed_on"), date):
        yield "nlu_data/desk_replies.yml: lacks reviewer or review date"
    for row in content["replies"]:
        where = f"nlu_data/desk_replies.yml: {row['key']}"
        try:
            canned.check(row["title"], row["code"], row["body"].strip())
        except canned.BadReply as bad:
            yield f"{where}: {bad.fault} is wrong"
        for what, words in text_review.FORBIDDEN.items():
            if re.search(words, row["body"]):
                yield f"{where}: has {what}"


def _checklist() -> Iterator[str]:
    where, content = "nlu_data/case_checklist.yml", checklist.load()
    if not content.get("reviewer") or not isinstance(content.get("reviewed_on"), date):
        yield f"{where}: lacks reviewer or review date"
    try:
        found = checklist.items()
    except (KeyError, ValueError) as fault:
        yield f"{where}: {fault}"
        return
    keys = [item.key for item in found]
    yield from (f"{where}: {key} stands there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    yield from (f"{where}: {item.key} is too long" for item in found if len(item.key) > 40 or len(item.text) > 60)


def _texts() -> Iterator[str]:
    for key, row in _load(texts.PATH)["texts"].items():
        where = f"nlu_data/texts.yml: {key}"
        if not row.get("reviewer") or not row.get("reviewed_on"):
            yield f"{where}: lacks reviewer or review date"
        for fault in (*checks.placeholder_faults(row.get("text", "")), *_care_faults(key, row)):
            yield f"{where}: {fault}"


def _care_faults(key: str, row: dict[str, Any]) -> Iterator[str]:
    declared = {next(iter(item)) for item in _load(ROOT / "domain.yml")["intents"]}
    for button in row.get("buttons") or ():
        ours = button["payload"].startswith(controls.PAYLOAD)  # checked with the controls
        if not ours and button["payload"].removeprefix("/").partition("{")[0] not in declared:
            yield f"button {button['title']} stands for no known intent"
    if text_review.is_care(key):
        yield from text_review.faults(key, row, NUMBERS)


def main() -> None:
    """Prints all faults and ends with 1 if there is one."""
    found = list(faults())
    print("\n".join(found) or f"data: {len(examples())} intents, {len(list(faqs.files()))} FAQs, no fault")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
