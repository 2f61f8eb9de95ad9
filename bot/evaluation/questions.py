"""`xinqiao evaluate questions`: real workers' questions whose topic is known; does what we offer fit it?"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import engine_env
from bot.errors import BadInput
from bot.evaluation import labelled
from bot.evaluation.figures import share
from bot.evaluation.verdicts import REFUSALS
from bot.knowledge import faqs

Say = Callable[[str], None]
OURS = {
    "contract": {"contract", "probation", "dismissal"},
    "probation": {"probation", "contract"},
    "dismissal": {"dismissal", "contract"},
    "wage_arrears": {"wages"},
    "overtime": {"overtime"},
    "leave": {"leave"},
    "work_injury": {"injury", "safety"},
    "social_insurance": {"insurance"},
    "housing_fund": {"insurance"},
    "maternity": {"women_minors", "leave"},
    "minor_workers": {"women_minors"},
    "union": {"union"},
    "other_labour": {"dispute", "contract", "dismissal", "wages", "new_work", "safety", "retirement", "overtime"},
}
"""Their topic → those of ours that answer it: ours are cut differently (a contract that ends is `dismissal` here)."""


@dataclass(frozen=True)
class Question:
    """A question's first topic, ours that fit it, and ours that were offered (none: an honest "don't know")."""

    topic: str
    fitting: frozenset[str]
    offered: frozenset[str]

    @property
    def fits(self) -> bool:
        """True if the answer, or one of the choices, is of a fitting topic."""
        return bool(self.offered & self.fitting)


def report(path: Path, say: Say) -> None:
    """Prints the shares, in all and by topic. Raises BadInput for a faulty line or an unknown topic."""
    rows = labelled.read(path, "topic")
    fitting = [_fitting(path, number, row) for number, row in enumerate(rows, start=1)]
    offered = _offered([row["text"] for row in rows])
    found = [Question(row["topic"], fits, topics) for row, fits, topics in zip(rows, fitting, offered, strict=True)]
    for line in lines(found):
        say(line)


def lines(found: Sequence[Question]) -> list[str]:
    """Gives the figures as lines: the share that fits of those with an offer, first."""
    offered = [row for row in found if row.offered]
    head = [
        f"fits {share([row.fits for row in offered]):.4f}",
        f"{len(found)} questions: {sum(row.fits for row in found)} with a fitting answer or choice, "
        f"{sum(not row.fits for row in offered)} with none that fits, {len(found) - len(offered)} honest don't know",
    ]
    return [*head, *_by_topic(found)]


def _by_topic(found: Sequence[Question]) -> list[str]:
    counted = Counter(row.topic for row in found)
    fits = Counter(row.topic for row in found if row.fits)
    silent = Counter(row.topic for row in found if not row.offered)
    return [
        f"  {topic:<18} {fits[topic]:3d} of {count:3d} fit, don't know {silent[topic]}"
        for topic, count in counted.most_common()
    ]


def _fitting(path: Path, number: int, row: Mapping[str, Any]) -> frozenset[str]:
    topics = {row["topic"], *row.get("topics_all", [])}
    if unknown := sorted(topics - OURS.keys()):
        raise BadInput(f"{path}: row {number}: unknown topic {', '.join(unknown)}")
    return frozenset(set().union(*(OURS[topic] for topic in topics)))


def _offered(texts: Sequence[str]) -> list[frozenset[str]]:
    """Gives for each text the topics of the answer, of the menu, or of the choices that a worker would get."""
    topics = {faq["id"]: faq["topic"] for _, faq in faqs.files()}
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        file.flush()
        model, index = engine_env.check_model(), engine_env.index_path()
        arguments = ("--model", str(model), "--index", str(index), "--texts", file.name)
        printed = engine_env.output_of("bot.evaluation.engine.exam", *arguments)
    return [frozenset(_topics(row, topics)) for row in json.loads(printed.splitlines()[-1])["rows"]]


def _topics(row: Mapping[str, Any], topics: Mapping[str, str]) -> set[str]:
    if row["answer"]:
        return {topics[row["answer"]]}
    if row["intent"] == "faq_candidates":
        return {topics[faq] for faq in row["candidates"]}
    return {row["intent"].removeprefix("ask_")} if row["intent"] not in REFUSALS else set()
