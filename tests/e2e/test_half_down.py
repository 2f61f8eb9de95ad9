"""Half of the system is down: a cry for help is answered and alerted all the same, and the dead come back."""

from __future__ import annotations

import json
import subprocess
import sys

import psutil
import pytest

from bot.settings import ROOT
from tests.e2e.ground import Chatter, Desk, System, until

CRY = "活着没意思，想一了百了"
LIMIT = 5.0  # seconds, from the issue


@pytest.mark.parametrize("victims", [("engine",), ("actions",), ("engine", "actions")])
def test_a_cry_for_help_is_answered_and_alerted(system: System, desk: Desk, victims: tuple[str, ...]) -> None:
    worker = Chatter(system.url)
    before = {row["conversation"] for row in desk.rows()}
    for victim in victims:
        until(lambda name=victim: _child_or_none(system, name), 60)
        system.kill(victim)
    worker.write(CRY)
    reply = until(worker.replies, LIMIT)[0]["text"]
    row = until(lambda: next((row for row in desk.rows() if row["conversation"] not in before), None), LIMIT)
    assert "12356" in reply
    assert row["number"], "the case is logged"
    assert row["alerts"] == 1
    assert until(lambda: system.said(f"{victims[0]}: died"), LIMIT)
    until(lambda: "依据：《" in Chatter(system.url).ask("试用期最长能定多久"), 90, pause=1)


def _child_or_none(system: System, name: str) -> object:
    try:
        return system.child(name)
    except (LookupError, psutil.Error):
        return None


def test_a_killed_gateway_comes_back_with_everything(system: System) -> None:
    worker = Chatter(system.url)
    worker.ask("你好")
    before = worker.thread()
    system.kill("gateway")
    until(lambda: _answers(worker), 30)
    assert worker.thread()[: len(before)] == before


def _answers(worker: Chatter) -> bool:
    try:
        return bool(worker.thread())
    except Exception:  # connection refused while it is away, whatever form that takes
        return False


def test_sigterm_stops_every_child(system: System, tmp_path_factory: pytest.TempPathFactory) -> None:
    from bot.settings import ensure_secrets

    data_dir = tmp_path_factory.mktemp("second")
    ensure_secrets(data_dir)
    second = System(data_dir).start()
    children = [second.child(name) for name in ("engine", "actions", "gateway")]
    assert second.stop() == 0
    assert not [child for child in children if child.is_running()]


def test_ask_gives_the_full_answer_and_survives_a_broken_line(system: System) -> None:
    lines = [json.dumps({"text": "包工头跑了，工钱找谁要"}), "{broken", json.dumps({"text": "双色球今晚开什么号"})]
    command = [sys.executable, "-m", "bot.cli", "ask"]
    done = subprocess.run(
        command, input="\n".join(lines), cwd=ROOT, env=system.environment, capture_output=True, text=True, timeout=120
    )
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first["intent"] == "faq"
    assert "依据：《" in first["answer"]
    assert second == {"error": "not JSON", "line": 2}
    assert third["faq"] is None
