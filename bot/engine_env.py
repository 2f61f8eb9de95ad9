"""The engine's environment as seen from here: its Python, its models, what must be trained again."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from bot.errors import ConfigError
from bot.settings import ROOT, Settings, process_environment, settings

PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"
COMPONENTS = ("bot/nlu", "engine/uv.lock")
MODEL_SOURCES = ("config.yml", "domain.yml", "nlu_data/intents", "nlu_data/dialogue", *COMPONENTS)
INDEX_SOURCES = ("nlu_data/faq", "nlu_data/intents", *COMPONENTS)


def models_dir() -> Path:
    """Where trained models lie."""
    return settings().data_dir / "models"


def model_path() -> Path:
    """The model that fits the present data and configuration; it exists once it is trained."""
    return models_dir() / f"{_digest(MODEL_SOURCES)}.tar.gz"


def index_path() -> Path:
    """The FAQ index of the present FAQs and components; it exists once it is built."""
    return settings().data_dir / "faq_index" / _digest(INDEX_SOURCES)


def vectors() -> Path:
    """Where sentence vectors are remembered; index and model are made of some of the same sentences."""
    return settings().data_dir / "faq_vectors.bin"


def check_model(path: Path | None = None) -> Path:
    """Gives the path of a model, by default the repository's. Raises ConfigError unless it is what we trained."""
    path = path or model_path()
    noted = path.with_suffix(".sha256")
    if not path.exists() or not noted.exists():
        raise ConfigError("there is no model of the present data: run `xinqiao train`")
    if noted.read_text().strip() != content_digest(path):
        raise ConfigError(f"{path.name} is not the file that was trained here: remove it and run `xinqiao train`")
    return path


def note_model(path: Path | None = None) -> None:
    """Notes the digest of a model that was just trained."""
    path = path or model_path()
    path.with_suffix(".sha256").write_text(content_digest(path) + "\n")


def content_digest(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder with their names."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    total = hashlib.sha256()
    for one in sorted(path.iterdir()):
        total.update(f"{one.name} {content_digest(one)}\n".encode())
    return total.hexdigest()


def model_digest() -> str:
    """Names what a model is trained on, as it lies in the repository now."""
    return _digest(MODEL_SOURCES)


def sources_digest() -> str:
    """Names all that model and index are made of, as it lies in the repository now."""
    return f"{_digest(MODEL_SOURCES)}-{_digest(INDEX_SOURCES)}"


def _digest(sources: tuple[str, ...]) -> str:
    """Names the present content of files and folders (16 hex digits)."""
    total = hashlib.sha256()
    for path in sorted(_files(sources)):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _files(sources: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for name in sources:
        path = ROOT / name
        found += [path] if path.is_file() else [*path.rglob("*.yml"), *path.rglob("*.py")]
    return found


def environment(config: Settings | None = None, index: Path | None = None) -> dict[str, str]:
    """Environment variables of every process of the engine's side; `index` is by default the repository's."""
    chosen = config or settings()
    return {
        **process_environment(),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "LOG_LEVEL": "WARNING",
        "XINQIAO_ENGINE_SECRET": chosen.engine_secret,
        "XINQIAO_TRACKER_KEY": chosen.tracker_key,
        "XINQIAO_TRACKER_DB": str(chosen.data_dir / "tracker.db"),
        "XINQIAO_FAQ_INDEX": str(index or index_path()),
        "XINQIAO_ACTIONS_PORT": str(chosen.actions_port),
        "XINQIAO_DATA_DIR": str(chosen.data_dir),
    }


def require_python() -> Path:
    """Gives the engine's Python. Raises ConfigError if the environment is not installed."""
    if not PYTHON.exists():
        raise ConfigError("the engine's environment is missing: run `make setup`")
    return PYTHON


def ask_command(model: Path) -> list[str]:
    """The command that reads sentences line by line and writes what a model understands of each."""
    return [str(require_python()), "-m", "bot.nlu.ask", "--model", str(check_model(model))]


def exam_command(model: Path) -> list[str]:
    """The same, for many sentences at once: on all cores."""
    return [*ask_command(model), "--copies", str(os.cpu_count() or 1)]


def serve_command(model: Path, port: int) -> list[str]:
    """The engine's command line: loopback only, our channel only, never the HTTP API."""
    return [
        *(str(require_python()), "-m", "rasa", "run"),
        *("--interface", "127.0.0.1", "--port", str(port)),
        *("--model", str(check_model(model))),
        *("--credentials", "credentials.yml", "--endpoints", "endpoints.yml"),
    ]


def run_module(module: str, *arguments: str, quiet: bool = False) -> None:
    """Runs a module in the engine's environment and waits. Raises ConfigError if it fails."""
    _run(module, arguments, subprocess.DEVNULL if quiet else None)


def output_of(module: str, *arguments: str) -> str:
    """Gives what a module printed in the engine's environment. Raises ConfigError if it fails."""
    return _run(module, arguments, subprocess.PIPE)


def _run(module: str, arguments: tuple[str, ...], output: int | None) -> str:
    command = [str(require_python()), "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=output, text=True, check=False)
    if done.returncode != 0:
        raise ConfigError(f"{module} failed with code {done.returncode}")
    return done.stdout
