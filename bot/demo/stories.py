"""Plays the stories of nlu_data/demo.yml: whole conversations, each from its day in the past to where it stands now."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.clock import LOCAL
from bot.demo.acts import ACTS, delivered
from bot.demo.stage import Stage, Talk
from bot.level import Level
from bot.settings import ROOT

PATH = ROOT / "nlu_data" / "demo.yml"
PAUSE = (0.4, 2.5)  # minutes between two steps


def load(path: Path = PATH) -> dict[str, Any]:
    """Gives the file: the stories, the live one, and the short ones of which the rest is made."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def play_all(stage: Stage, more: list[dict[str, Any]]) -> None:
    """Plays all stories but the live one, and these, in the order in which they begin: so numbers grow with days."""
    for number, story in enumerate(sorted([*load()["stories"], *more], key=beginning)):
        play(stage, story, f"demo-story-{number}")


def ring(stage: Stage) -> None:
    """Plays the live one: somebody in danger a moment ago, whom nobody has seen yet."""
    play(stage, load()["live"], f"demo-live-{stage.number()}")


def play(stage: Stage, story: dict[str, Any], sender: str) -> Talk:
    """Plays one story from its beginning, so many days (or minutes) before now."""
    stage.at = beginning(story)
    talk = Talk(
        sender=sender,
        channel=story.get("channel", "web"),
        kind=story.get("kind", ""),
        level=Level(story.get("level", "none")),
        drill=story.get("drill", False),
    )
    for step in story["steps"]:
        [(verb, value)] = step.items()
        ACTS[verb](stage, talk, value)
        stage.later(stage.chance.uniform(*PAUSE) if verb in ("say", "ask", "reply", "request") else 0.1)
    if talk.channel != "web":
        delivered(stage, talk)
    return talk


def beginning(story: dict[str, Any]) -> datetime:
    """Gives when a story begins; `days` and `minutes` ago, or `days` ago at an hour of China's day."""
    then = datetime.now(LOCAL) - timedelta(days=story.get("days", 0), minutes=story.get("minutes", 0))
    return then.replace(hour=story["hour"], minute=12) if "hour" in story else then
