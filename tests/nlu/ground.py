"""The real engine with the trained model, the real action server and a real database; no gateway."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bot import engine_env
from bot.settings import ROOT, settings
from tests.fakes.server import free_port

TRAINED = Path(os.environ.get("XINQIAO_TEST_DATA", ROOT / "var" / "test"))
START_LIMIT = 120.0


def trained_model() -> Path:
    """The model of the present data; it is trained, and the index built, first if `make test` has not done it."""
    model = TRAINED / "models" / engine_env.model_path().name
    if not model.exists():
        command = [sys.executable, "-m", "bot.cli", "train"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "XINQIAO_DATA_DIR": str(TRAINED)}, check=True)
    return model


@dataclass
class Bot:
    """Engine and action server on ports of their own."""

    log: Path
    engine_port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.engine_port}/webhooks/gateway"

    def environment(self) -> dict[str, str]:
        return {
            **engine_env.environment(),
            "XINQIAO_FAQ_INDEX": str(TRAINED / "faq_index" / engine_env.index_path().name),
            "XINQIAO_ACTIONS_PORT": str(self.actions_port),
        }

    def start(self) -> None:
        """Starts both and waits until they answer."""
        self.start_actions()
        self.start_engine()

    def start_engine(self) -> None:
        """Starts the engine and waits until it answers."""
        python = str(engine_env.require_python())
        command = [python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(self.engine_port)]
        files = ["--credentials", "credentials.yml", "--endpoints", "endpoints.yml"]
        self._start("engine", [*command, "--model", str(trained_model()), *files])
        self._wait(f"{self.url}/health")

    def start_actions(self) -> None:
        """Starts the action server and waits until it answers."""
        self._start("actions", [sys.executable, "-m", "actions.server"])
        self._wait(f"http://127.0.0.1:{self.actions_port}/health")

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Ends what runs."""
        for name in list(self.running):
            self.kill(name)

    def say(self, text: str, sender: str, message_id: str = "", **metadata: Any) -> httpx.Response:
        """Sends one turn as the gateway does; a text that begins with "/" goes as a payload."""
        facts = {"message_id": message_id or uuid4().hex, "level": "none", "payload": text.startswith("/"), **metadata}
        body = {"sender": sender, "message": text, "metadata": facts}
        headers = {"X-Xinqiao-Secret": settings().engine_secret}
        return httpx.post(f"{self.url}/webhook", json=body, headers=headers, timeout=20, trust_env=False)

    def items(self, text: str, sender: str, **more: Any) -> list[dict[str, Any]]:
        """What the bot said, without the welcome notice."""
        answer = self.say(text, sender, **more)
        assert answer.status_code == 200, answer.text
        return [item for item in answer.json()["messages"] if item.get("custom") != {"text": "welcome"}]

    def logged(self) -> str:
        """All that both processes have written."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _start(self, name: str, command: list[str]) -> None:
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
        self.running[name] = process

    def _wait(self, address: str) -> None:
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                if httpx.get(address, timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert time.monotonic() < deadline, f"{address} did not come up:\n{self.logged()[-2000:]}"
            time.sleep(0.2)
