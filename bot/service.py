"""`xinqiao run`: prepare what is missing, start the three processes, say when they are ready, keep them alive."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot import engine_call, engine_env, upstream, violations
from bot.care import canned
from bot.db.schema import upgrade
from bot.errors import ConfigError
from bot.knowledge import faqs
from bot.settings import ROOT, process_environment, settings
from bot.staff import accounts
from bot.supervisor import Supervisor
from bot.training import releases
from bot.training.keeper import Keeper
from bot.training.releases import Files

START_LIMIT = 180.0  # seconds for all three to be ready


def prepare(say: Callable[[str], None]) -> None:
    """Brings database, FAQ index and model up to date; trains only if data or configuration changed."""
    upgrade()
    changed = faqs.seed()
    canned.seed()
    say(f"database ready ({changed} FAQ rows changed)")
    build_index(say)
    if engine_env.model_path().exists():
        say("model is up to date")
    else:
        train(say)


def build_index(say: Callable[[str], None]) -> None:
    """Builds the FAQ index if FAQs or components changed; only new or changed sentences are encoded."""
    target = engine_env.index_path()
    if target.exists():
        say("FAQ index is up to date")
        return
    say("building the FAQ index; some minutes the first time, as every wording is encoded once")
    started = time.monotonic()
    arguments = ("--faq", str(faqs.DIRECTORY), "--out", str(target), "--cache", str(engine_env.vectors()))
    engine_env.run_module("bot.nlu.faq_index", *arguments, quiet=True)
    say(f"FAQ index ready ({time.monotonic() - started:.0f} s)")


def train(say: Callable[[str], None]) -> Path:
    """Trains the model of the present data and gives its path."""
    say("training the dialogue model; about a minute")
    started = time.monotonic()
    path = engine_env.model_path()
    arguments = ("--out", str(path.parent), "--name", path.name)
    engine_env.run_module("bot.nlu.train", *arguments, "--vectors", str(engine_env.vectors()), quiet=True)
    if not path.exists():
        raise ConfigError("training ended without a model")
    engine_env.note_model()
    say(f"trained in {time.monotonic() - started:.0f} s")
    return path


def start(supervisor: Supervisor, serving: Files) -> None:
    """Starts engine, actions and gateway, each on the loopback address but for the gateway's own."""
    logs = settings().data_dir / "log"
    upstream.reset()
    command = engine_env.serve_command(serving.model, settings().engine_port)
    supervisor.start("engine", command, engine_env.environment(index=serving.index), logs / "engine.log")
    app = {**process_environment(), "XINQIAO_DATA_DIR": str(settings().data_dir), "PYTHONPATH": str(ROOT)}
    actions = {**app, "SANIC_HOST": "127.0.0.1", "XINQIAO_ACTIONS_PORT": str(settings().actions_port)}
    supervisor.start("actions", [sys.executable, "-m", "actions.server"], actions, logs / "actions.log")
    supervisor.start("gateway", [sys.executable, "-m", "bot.app"], app, logs / "gateway.log")


def run(say: Callable[[str], None]) -> None:
    """Does everything until a signal comes."""
    prepare(say)
    serving = releases.at_start(say)
    supervisor = Supervisor(say)
    supervisor.stop_on_signals()
    start(supervisor, serving)
    try:
        ready = wait_ready(supervisor)
        if ready:
            _announce(say)
            supervisor.watch(Keeper(supervisor, say).look)
    finally:
        supervisor.stop()
    say("stopped")


def wait_ready(supervisor: Supervisor) -> bool:
    """Waits until the gateway answers and a canary came back through the engine; False if told to stop."""
    deadline = time.monotonic() + START_LIMIT
    while not supervisor.stopping.is_set():
        if gateway_is_up() and canary_comes_back() and actions_are_up():
            return True
        if time.monotonic() > deadline:
            raise ConfigError(f"not ready after {START_LIMIT:.0f} s; see {settings().data_dir / 'log'}")
        supervisor.look()
        supervisor.stopping.wait(0.3)
    return False


def gateway_url() -> str:
    """Where people reach the gateway."""
    return settings().address


def gateway_is_up() -> bool:
    """True if the gateway answers."""
    return engine_call.fetch(f"http://127.0.0.1:{settings().port}/healthz") is not None


def actions_are_up() -> bool:
    """True if the action server answers."""
    return engine_call.fetch(f"http://127.0.0.1:{settings().actions_port}/health") is not None


def canary_comes_back() -> bool:
    """True if a sentence comes back through the real channel of the engine that serves."""
    return engine_call.canary_comes_back(upstream.url(), settings().engine_secret)


def violations_reported() -> dict[str, object] | None:
    """What browsers reported to the gateway since it started; None if it does not answer."""
    headers = {violations.DOCTOR_HEADER: settings().engine_secret}
    return engine_call.fetch(f"http://127.0.0.1:{settings().port}{violations.PATH}", None, headers)


def _announce(say: Callable[[str], None]) -> None:
    say(f"ready: {gateway_url()}")
    token = accounts.ensure_first_admin()
    if token:
        say(f"first admin, set your password once: {gateway_url()}/desk/setup#{token}")
    say(f"desk: {gateway_url()}/desk   stop with Ctrl-C")
