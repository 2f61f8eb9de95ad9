"""The stock side: trained once for the present data, served by `rasa run` with its REST channel and SQL tracker."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import uuid4

import httpx

from bench import load
from bench.processes import Running, free_ports, run_to_end
from bot.engine_env import require_python
from bot.evaluation import stock_project
from bot.settings import ROOT, process_environment

CACHE = ROOT / ".cache" / "bench"


class Stock:
    """A Rasa project in a directory of its own, on a port of its own."""

    def __init__(self, directory: Path, epochs: int) -> None:
        self.project = directory / "stock"
        self.project.mkdir()
        self.digest = stock_project.write(self.project, epochs)
        stock_project.write_endpoints(self.project, directory / "stock.db")
        (self.port,) = free_ports(1)
        self._python = str(require_python())
        quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        more = {"SQLALCHEMY_SILENCE_UBER_WARNING": "1", "LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"}
        self._environment = {**process_environment(), **quiet, **more}

    @property
    def model(self) -> Path:
        """The trained model of these data, if there is one."""
        return CACHE / self.digest / "model.tar.gz"

    def train(self) -> float:
        """Gives the seconds of training: measured now, or kept with the model that was trained before."""
        note = self.model.parent / "train.json"
        if not note.exists():
            seconds = self._train()
            note.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(self.project / "models" / "model.tar.gz", self.model)
            note.write_text(json.dumps({"seconds": seconds}), encoding="utf-8")
        return float(json.loads(note.read_text(encoding="utf-8"))["seconds"])

    def _train(self) -> float:
        command = [
            *(self._python, "-m", "rasa", "train", "--config", "config.yml", "--domain", "domain.yml"),
            *("--data", "data", "--out", "models", "--fixed-model-name", "model"),
        ]
        return run_to_end(command, self.project, self._environment, self.project.parent / "stock_train.log")

    def start(self) -> Running:
        """Starts it on the loopback address, without the HTTP API."""
        command = [
            *(self._python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(self.port)),
            *("--model", str(self.model), "--credentials", "credentials.yml", "--endpoints", "endpoints.yml"),
        ]
        return Running(command, self.project, self._environment, self.project.parent / "stock_run.log")

    def is_ready(self) -> bool:
        """True once a sentence is answered."""
        try:
            with httpx.Client(timeout=load.PATIENCE, verify=load.TLS, trust_env=False) as client:
                return bool(client.post(self._url(), json={"sender": "canary", "message": "你好"}).json())
        except (httpx.HTTPError, ValueError):
            return False

    def _url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    async def open_talk(self) -> load.Talk:
        """Begins a conversation of a new sender."""
        client = httpx.AsyncClient(timeout=load.PATIENCE, verify=load.TLS, trust_env=False)
        return RestTalk(client, self._url())


class RestTalk:
    """A conversation over the REST channel: the reply is the answer to the POST."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client, self._url, self._sender = client, url, uuid4().hex

    async def turn(self, text: str) -> bool:
        """Sends, and reads the reply; an empty one is how Rasa says that something failed."""
        response = await self._client.post(self._url, json={"sender": self._sender, "message": text})
        return response.status_code == 200 and bool(response.json())

    async def close(self) -> None:
        """Closes the connection."""
        await self._client.aclose()
