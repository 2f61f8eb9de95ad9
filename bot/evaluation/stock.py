"""Rasa's stock Chinese pipeline on our data: trained once for the present data, kept with the day and the seconds."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from bot import clock
from bot.engine_env import require_python
from bot.errors import ConfigError
from bot.evaluation import stock_project
from bot.settings import ROOT, process_environment

CACHE = ROOT / ".cache" / "evaluate"
TRAIN = ("-m", "rasa", "train", "nlu", "--nlu", "data", "--config", "config.yml", "--domain", "domain.yml")
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


@dataclass(frozen=True)
class Trained:
    """A model, the seconds its training took, and the day."""

    model: Path
    seconds: float
    day: str


def trained(epochs: int) -> Trained:
    """Gives the model of the present data, trained now if there is none. Raises ConfigError if that fails."""
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        project = Path(name)
        kept = CACHE / stock_project.write(project, epochs)
        if not (kept / "train.json").exists():
            ensure_jieba()
            kept.mkdir(parents=True, exist_ok=True)
            seconds = _train(project, kept / "train.log")
            shutil.move(project / "models" / "nlu.tar.gz", kept / "nlu.tar.gz")
            day = clock.now().astimezone(UTC).date().isoformat()
            (kept / "train.json").write_text(json.dumps({"seconds": seconds, "day": day}), encoding="utf-8")
    note = json.loads((kept / "train.json").read_text(encoding="utf-8"))
    return Trained(kept / "nlu.tar.gz", note["seconds"], note["day"])


def _train(project: Path, log: Path) -> float:
    command = [str(require_python()), *TRAIN, "--out", "models", "--fixed-model-name", "nlu"]
    started = time.monotonic()
    with log.open("wb") as output:
        environment = {**process_environment(), **QUIET}
        done = subprocess.run(command, cwd=project, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        raise ConfigError(f"the stock pipeline's training failed; see {log}")
    return round(time.monotonic() - started, 1)


def ensure_jieba() -> None:
    """Installs the one package that only the stock pipeline needs. Raises ConfigError if it cannot be had."""
    python = str(require_python())
    if subprocess.run([python, "-c", "import jieba"], capture_output=True, check=False).returncode == 0:
        return
    uv = shutil.which("uv") or str(ROOT / ".tools" / "uv" / "bin" / "uv")
    given = process_environment()
    command = [uv, "sync", "--project", "engine", "--frozen", "--inexact", "--group", "bench"]
    command += given.get("XINQIAO_UV_FLAGS", "").split()
    done = subprocess.run(command, cwd=ROOT, env={**given, "UV_PYTHON_DOWNLOADS": "never"}, check=False)
    if done.returncode != 0:
        raise ConfigError("jieba, the stock pipeline's tokenizer, could not be installed")
