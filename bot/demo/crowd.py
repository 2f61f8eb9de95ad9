"""The crowd of a demo: short cases in every state, made of the parts in nlu_data/demo.yml, as many as are wanted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.db.states import CaseState
from bot.demo.staff import COUNSELLORS
from bot.demo.stage import Stage
from bot.demo.stories import load

SHARES = {  # of a hundred cases, how many stand where
    CaseState.open: 26,
    CaseState.acknowledged: 8,
    CaseState.in_care: 12,
    CaseState.follow_up: 24,
    CaseState.closed: 30,
}
AGE = {  # days since the beginning, at least and at most
    CaseState.open: (0.002, 0.12),
    CaseState.acknowledged: (0.01, 0.2),
    CaseState.in_care: (0.01, 0.3),
    CaseState.follow_up: (0.5, 9.0),
    CaseState.closed: (1.0, 25.0),
}
RATED = 0.6  # who tap when they are asked
RATINGS = ("good", "good", "good", "fair", "fair", "poor")
CHANNELS = ("web", "web", "web", "wechat", "telegram")


def stories(stage: Stage, count: int) -> list[dict[str, Any]]:
    """Gives that many short stories, of one case each."""
    parts = load()["crowd"]
    return [_story(stage, parts, _state_of(number)) for number in range(count)]


def _state_of(number: int) -> CaseState:
    """Spreads the states evenly, so that a small demo has all of them, too."""
    place, so_far = number * 37 % 100, 0
    for state, share in SHARES.items():
        so_far += share
        if place < so_far:
            return state
    raise AssertionError("the shares are of a hundred")


def _story(stage: Stage, parts: dict[str, Any], state: CaseState) -> dict[str, Any]:
    chance = stage.chance
    openings = parts["openings"]
    if state in (CaseState.open, CaseState.acknowledged):  # an imminent one that nobody has taken would ring
        openings = [one for one in openings if one["level"] != "imminent"]
    opening = chance.choice(openings)
    return {
        "channel": chance.choice(CHANNELS),
        "kind": opening["kind"],
        "level": opening["level"],
        "days": chance.uniform(*AGE[state]),
        "steps": [{"say": opening["text"]}, *_rest(stage, parts, state, opening)],
    }


def _rest(stage: Stage, parts: dict[str, Any], state: CaseState, opening: dict[str, str]) -> list[dict[str, Any]]:
    chance = stage.chance
    login = chance.choice(COUNSELLORS)
    first: list[dict[str, Any]] = [{"category": opening["category"]}] if "category" in opening else []
    if state == CaseState.open:
        return first
    if state == CaseState.acknowledged:
        return [*first, {"acknowledge": login}]
    wait = min(60.0, timedelta(days=AGE[state][0]).total_seconds() / 240)  # minutes: a quarter of the youngest's age
    talked: list[dict[str, Any]] = [
        {"wait": chance.uniform(1, wait)},
        {"claim": login},
        {"reply": chance.choice(parts["replies"])},
    ]
    talked += [{"say": chance.choice(parts["answers"])}, {"acknowledge": login}]  # the holder has read it
    if state == CaseState.in_care:
        return first + talked
    talked += [{"note": chance.choice(parts["notes"])}, {"hand_back": None}]
    if chance.random() < RATED:
        talked.append({"rate": chance.choice(RATINGS)})
    if state == CaseState.closed:
        kind, outcome = chance.choice(parts["outcomes"])
        talked.append({"close": [login, outcome, kind]})
    return first + talked
