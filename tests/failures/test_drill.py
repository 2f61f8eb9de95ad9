"""The drill against the real gateway process: measured on each channel, marked everywhere, counted and sent nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot import checkup, drill
from bot.care import desk, waiting
from bot.channels.drill import HEADER, seal
from bot.clock import now
from bot.db.models import CareCase, Conversation, Outbox
from bot.db.session import reading, transaction
from bot.db.states import CaseState, OutboxState
from bot.errors import ConfigError
from bot.settings import settings
from tests.conftest import forget_process_state
from tests.failures.ground import CRY, ForkServer, Gateways, until
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.engine import FakeEngine
from tests.fakes.server import serving

SECRET = "correct_horse_battery"
FEW = [row for row in drill.exercises_of() if row.id in ("plain", "bubbles", "farewell", "question", "idiom")]


@pytest.fixture
def mode() -> str:
    """How Telegram is connected."""
    return "webhook"


@pytest.fixture
def gateways(
    forkserver: ForkServer, database: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> Iterator[tuple[Gateways, BotApi]]:
    with serving(FakeEngine().app) as url, BotApi() as peer:
        running = Gateways(forkserver, database, url)
        telegram = {"TOKEN": TOKEN, "API_BASE": peer.url, "SECRET": SECRET, "MODE": mode}
        running.extra = {f"XINQIAO_TELEGRAM_{name}": value for name, value in telegram.items()}
        for name, value in {**running.extra, "XINQIAO_PORT": str(running.port)}.items():
            monkeypatch.setenv(name, value)
        forget_process_state()
        monkeypatch.setattr(drill, "exercises_of", lambda: FEW)
        try:
            running.start()
            yield running, peer
        finally:
            running.close()


@pytest.mark.parametrize("mode", ["webhook", "polling"])
def test_a_drill_is_measured_marked_and_cleared_away(
    gateways: tuple[Gateways, BotApi], capsys: pytest.CaptureFixture[str]
) -> None:
    assert drill.run(print) == 0, capsys.readouterr().out
    assert gateways[1].sent == [], "no message of a drill goes to Telegram"
    report = json.loads(next((settings().data_dir / "drills").glob("*.json")).read_text())
    assert {row["channel"] for row in report["results"]} == {"web", "telegram"}
    assert len(report["results"]) == 2 * len(FEW)
    assert all(row["marked"] for row in report["results"])
    assert all(row["reply_ms"] > 0 and row["page_ms"] > 0 for row in report["results"] if row["expect"] != "none")
    assert next((settings().data_dir / "drills").glob("*.txt")).read_text().count("\n") == 2 * len(FEW) + 1
    assert desk.queue() == []
    with reading() as session:
        assert set(session.execute(select(Conversation.drill)).scalars()) == {True}
        assert set(session.execute(select(CareCase.state)).scalars()) == {CaseState.closed}
        assert set(session.execute(select(Outbox.state)).scalars()) == {OutboxState.sent}
    (finding,) = [row for row in checkup.examine() if row.subject == "last drill"]
    assert "passed" in finding.state


def test_what_a_drill_leaves_to_practise_on_is_marked_and_counted_in_no_statistic(
    gateways: tuple[Gateways, BotApi],
) -> None:
    assert drill.run(print, leave=True) == 0
    rows = desk.queue()
    assert rows
    assert all(row.drill and row.pseudonym.startswith("演练") for row in rows)
    assert {bubble.text[:4] for row in rows for bubble in desk.thread(row.conversation_id)} == {"【演练】"}
    with transaction() as session:
        cases = session.execute(select(CareCase)).scalars().all()
        assert len(cases) >= waiting.LEAST
        for case in cases:
            case.claimed_at = now()
        session.flush()
        assert waiting.typical_wait(session) is None


@pytest.mark.parametrize("forged", ["", "1700000000.0" * 3, "{now}.{zeros}", "另一条"])
def test_nobody_can_pass_real_distress_off_as_a_drill(gateways: tuple[Gateways, BotApi], forged: str) -> None:
    with httpx.Client(base_url=gateways[0].url, timeout=10, trust_env=False) as client:
        client.post("/api/chat/session", json={})
        value = forged.format(now=int(now().timestamp()), zeros="0" * 64)
        if forged == "另一条":
            value = seal("web", client.cookies["xq_chat"], "另一句话")
        body = {"client_id": "a", "text": CRY}
        client.post("/api/chat/messages", json=body, headers={HEADER: value}).raise_for_status()
    row = until(lambda: next((row for row in desk.queue() if row.number), None), 10)
    assert not row.drill
    assert row.pseudonym.startswith("职工")


def test_a_real_message_in_an_exercise_makes_it_real(gateways: tuple[Gateways, BotApi]) -> None:
    with httpx.Client(base_url=gateways[0].url, timeout=10, trust_env=False) as client:
        client.post("/api/chat/session", json={})
        sealed = {HEADER: seal("web", client.cookies["xq_chat"], CRY)}
        client.post("/api/chat/messages", json={"client_id": "a", "text": CRY}, headers=sealed)
        assert desk.queue()[0].drill
        client.post("/api/chat/messages", json={"client_id": "b", "text": "真的不想活了"})
    assert not desk.queue()[0].drill


def test_a_drill_without_a_gateway_says_what_to_do(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_PORT", "9")
    forget_process_state()
    with pytest.raises(ConfigError, match="make run"):
        drill.run(print)
