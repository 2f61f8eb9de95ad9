"""A worker's own records and the drill, against the running system with the real engine."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys

from bot.settings import ROOT
from tests.e2e.ground import Chatter, Desk, System
from tests.fakes.bot_api import BotApi

SECRET = "我跟组长吵了一架，不想让人知道"


def remembered(system: System) -> int:
    """How many conversations the engine remembers."""
    with sqlite3.connect(system.data_dir / "tracker.db") as database:
        return int(database.execute("SELECT count(*) FROM tracker").fetchone()[0])


def test_a_worker_reads_their_records_and_has_them_erased(system: System) -> None:
    worker = Chatter(system.url)
    worker.ask(SECRET)
    assert "下载我的记录" in worker.ask("导出我的记录")
    assert SECRET in worker.client.get("/api/chat/export").text
    assert worker.client.get("/api/chat/export").status_code == 404
    before = remembered(system)
    assert "确定要删吗" in worker.ask("刪除我的記錄！")
    assert "删好了" in worker.ask("确定删除")
    assert [message["author"] for message in worker.thread()] == ["bot"]
    assert remembered(system) == before - 1
    worker.ask("导出我的记录")
    assert SECRET not in worker.client.get("/api/chat/export").text


def test_stopping_in_the_middle_of_a_question_ends_the_question(system: System) -> None:
    worker = Chatter(system.url)
    worker.ask("你好")
    worker.ask("呜啦啦吧唧吧唧")  # the first stage of not understanding asks back
    assert "就停在这里" in worker.ask("不想聊了。")
    assert "依据：《" in worker.ask("试用期最长能定多久")


def test_the_drill_passes_on_every_channel_and_leaves_nothing_behind(
    system: System, desk: Desk, bot_api: BotApi
) -> None:
    before, sent = {row["conversation"] for row in desk.rows()}, len(bot_api.sent)
    command = [sys.executable, "-m", "bot.cli", "drill"]
    done = subprocess.run(command, cwd=ROOT, env=system.environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(next((system.data_dir / "drills").glob("*.json")).read_text())
    assert {row["channel"] for row in report["results"]} == {"web", "telegram"}
    paged = [row["page_ms"] for row in report["results"] if row["page_ms"] is not None]
    assert statistics.median(paged) < 1000, "the desk is paged within a second"
    assert {row["conversation"] for row in desk.rows()} == before
    assert len(bot_api.sent) == sent
    command = [sys.executable, "-m", "bot.cli", "doctor"]
    told = subprocess.run(command, cwd=ROOT, env=system.environment, capture_output=True, text=True, timeout=60)
    assert "last drill" in told.stdout
    assert "passed" in told.stdout
