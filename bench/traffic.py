"""The messages of a run: our held-out sentences, mixed as workers write, the same for both sides."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bot import heldout

SHARES = {"faq": 0.70, "talk": 0.20, "person": 0.05, "distress": 0.05}
SEED = 20261122
PERSON = {"request_human", "complain_answer", "praise_answer"}
DISTRESS = ("express_", "worry_about_other")


def mixed(count: int, seed: int = SEED) -> list[str]:
    """Gives that many messages: 70 % questions, 20 % small talk and openings, 5 % person or feedback, 5 % distress."""
    chance = random.Random(seed)
    kinds = sentences()
    chosen: list[str] = []
    for name, number in _numbers(count).items():
        endless = _cycle(kinds[name], chance)
        chosen += [next(endless) for _ in range(number)]
    chance.shuffle(chosen)
    return chosen


def _numbers(count: int) -> dict[str, int]:
    numbers = {name: round(share * count) for name, share in SHARES.items()}
    return {**numbers, "faq": count - sum(number for name, number in numbers.items() if name != "faq")}


def _cycle(pool: list[str], chance: random.Random) -> Iterator[str]:
    """Every sentence once before any comes again."""
    while True:
        yield from chance.sample(pool, len(pool))


def sentences() -> dict[str, list[str]]:
    """Gives the held-out sentences by kind: faq, talk, person, distress."""
    found: dict[str, list[str]] = {name: [] for name in SHARES}
    for _, texts in heldout.groups(heldout.FAQS):
        found["faq"] += texts
    for intent, texts in heldout.groups(heldout.INTENTS):
        found[_kind(intent)] += texts
    return found


def _kind(intent: str) -> str:
    if intent.startswith(DISTRESS):
        return "distress"
    return "person" if intent in PERSON else "talk"
