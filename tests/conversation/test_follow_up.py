"""What the engine is told of the talk before a message: the FAQ that was answered last, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import LOCAL
from bot.conversation.turn import FOLLOW_UP, LEANING
from bot.knowledge import faqs
from tests.conversation.acts import say
from tests.conversation.conftest import Anywhere

START = datetime(2026, 11, 26, 10, 0, tzinfo=LOCAL)
SetClock = Callable[[datetime], None]


@pytest.fixture
def answered(anywhere: Anywhere, at: SetClock, tmp_path: Path) -> Anywhere:
    """A worker whose question was answered by an FAQ."""
    (tmp_path / "wages").mkdir()
    shutil.copy(faqs.DIRECTORY / "wages" / "wages_iou.yml", tmp_path / "wages")
    faqs.seed(tmp_path)
    at(START)
    anywhere.fake.reply = [{"custom": {"faq": "wages_iou"}}]
    say("欠条咋写")
    anywhere.answer_all()
    anywhere.fake.reply = None
    return anywhere


def told(anywhere: Anywhere) -> list[str | None]:
    return [call["metadata"]["last_faq"] for call in anywhere.fake.calls]


def test_a_follow_up_comes_with_the_faq_it_may_lean_on(answered: Anywhere) -> None:
    say("那没写公司名呢")
    answered.answer_all()
    assert told(answered) == [None, "wages_iou"]


def test_an_answer_of_long_ago_is_not_leaned_on(answered: Anywhere, at: SetClock) -> None:
    at(START + FOLLOW_UP + timedelta(seconds=1))
    say("那没写公司名呢")
    answered.answer_all()
    assert told(answered)[-1] is None


def test_an_answer_of_many_messages_before_is_not_leaned_on(answered: Anywhere) -> None:
    for number in range(LEANING):
        say(f"第{number}句")
        answered.answer_all()
    assert told(answered)[1] == "wages_iou"
    assert told(answered)[-1] is None
