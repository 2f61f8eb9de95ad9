"""A worker asks and is answered; a cry for help reaches a counsellor. The real engine, over real sockets."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

from bot.settings import ROOT
from tests.e2e.ground import Chatter, Desk, System, until
from tests.fakes.bot_api import BotApi

QUESTIONS = ["干了两个月没签合同，能要双倍工资吗", "下班路上骑车被车撞了算不算工伤", "包工头跑了，工钱找谁要"]
CRY = "活着没意思，想一了百了"


class Telegrammer:
    """A worker on Telegram, with the same acts as a `Chatter`."""

    def __init__(self, peer: BotApi, chat: int) -> None:
        self._peer, self._chat, self._seen = peer, chat, 0

    def write(self, text: str) -> None:
        self._peer.says(self._chat, text)

    def replies(self) -> list[dict[str, Any]]:
        mine = [dict(call) for call in self._peer.sent if int(call["chat_id"]) == self._chat]
        fresh, self._seen = mine[self._seen :], len(mine)
        return fresh

    def ask(self, text: str, seconds: float = 10) -> str:
        self.write(text)
        heard = until(self.replies, seconds)
        with suppress(TimeoutError):  # a welcome may come before the answer
            heard += until(self.replies, 1.0)
        return "\n".join(row["text"] for row in heard)


@pytest.fixture(params=["web", "telegram"])
def worker(request: pytest.FixtureRequest, system: System, bot_api: BotApi) -> Chatter | Telegrammer:
    return Chatter(system.url) if request.param == "web" else Telegrammer(bot_api, 880_001)


def the_case(desk: Desk, before: set[str]) -> dict[str, Any] | None:
    return next((row for row in desk.rows() if row["conversation"] not in before and row["alerts"]), None)


def test_the_whole_way_from_question_to_counsellor_and_back(worker: Chatter | Telegrammer, desk: Desk) -> None:
    welcome = worker.ask("你好")
    assert "机器人" in welcome
    for question in QUESTIONS:
        assert "依据：《" in worker.ask(question), question
    assert "依据：" not in worker.ask("双色球今晚开什么号")
    for typed in ("/restart", "／express_distress"):
        answer = worker.ask(typed)
        assert "12356" not in answer
        assert "不是真人" not in answer, "a typed command began a new session"
    before = {row["conversation"] for row in desk.rows()}
    worker.write(CRY)
    row = until(lambda: the_case(desk, before), 1.0, pause=0.02)
    assert row["level"] in ("high", "imminent")
    reply = "\n".join(message["text"] for message in until(worker.replies, 5))
    for number in ("12356", "110", "120"):
        assert number in reply
    _talk_to_a_person(worker, desk, row["conversation"])
    desk.act(row["conversation"], "close", "已转介，约好回访", kind="referred", risk="low")
    assert "依据：《" in worker.ask(QUESTIONS[0])


def _talk_to_a_person(worker: Chatter | Telegrammer, desk: Desk, conversation: str) -> None:
    desk.act(conversation, "claim")
    assert "真人" in until(worker.replies, 5)[0]["text"]
    for number in range(6):
        worker.write(f"第{number}句心里话")
        desk.act(conversation, "reply", f"我在听，这是第{number}句")
        heard = until(worker.replies, 5)
        assert [message["text"] for message in heard] == [f"我在听，这是第{number}句"]
    desk.act(conversation, "hand_back")
    assert "机器人" in until(worker.replies, 5)[0]["text"]
    assert "依据：《" in worker.ask(QUESTIONS[1])


def test_asking_for_a_person_in_ones_own_words_puts_one_on_the_queue(system: System, desk: Desk) -> None:
    worker = Chatter(system.url)
    before = {row["conversation"] for row in desk.rows()}
    worker.ask("不跟机器说了，给我转个人工吧")
    assert until(lambda: {row["conversation"] for row in desk.rows()} - before, 3)


def test_mild_distress_that_only_the_model_sees_is_answered_and_logged(system: System, desk: Desk) -> None:
    worker = Chatter(system.url)
    before = {row["conversation"] for row in desk.rows()}
    assert "故障" not in worker.ask("爹妈逼我结婚，回一趟家吵一架")
    (row,) = [row for row in desk.rows() if row["conversation"] not in before]
    assert row["level"] == "low"
    assert row["alerts"] == 0


def test_buttons_lead_to_an_answer_and_a_thumb_is_kept(system: System) -> None:
    worker = Chatter(system.url)
    worker.ask("工资上的事想问问")
    menu = next(message for message in reversed(worker.thread()) if len(message["buttons"]) > 3)
    worker.press(menu["buttons"][0])
    assert "依据：" in until(worker.replies, 10)[0]["text"]
    worker.press("有用")
    assert until(worker.replies, 10)[0]["text"]


def test_not_being_understood_ends_with_a_person(system: System) -> None:
    worker = Chatter(system.url)
    worker.ask("你好")
    said = [worker.ask(text) for text in ("呜啦啦吧唧吧唧", "噼里啪啦咕噜咕噜", "叽叽歪歪呜噜呜噜")]
    titles = [title for message in worker.thread() for title in message["buttons"]]
    assert len(set(said)) > 1, "the second stage is not the first again"
    assert any("真人" in title for title in titles)


def test_the_terminal_talks_to_the_running_gateway(system: System) -> None:
    lines = "你好\n试用期最长能定多久\n"
    command = [sys.executable, "-m", "bot.cli", "chat"]
    done = subprocess.run(
        command, input=lines, cwd=ROOT, env=system.environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "心桥: " in done.stdout
    assert "依据：" in done.stdout


def test_the_doctor_finds_a_running_system_well(system: System) -> None:
    command = [sys.executable, "-m", "bot.cli", "doctor"]
    done = subprocess.run(command, cwd=ROOT, env=system.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "FAULT" not in done.stdout
