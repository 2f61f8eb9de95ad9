"""One running system for all end-to-end tests, with a simulated Telegram."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.settings import ensure_secrets
from tests.conftest import forget_process_state
from tests.e2e.ground import Desk, System
from tests.fakes.bot_api import TOKEN, BotApi


@pytest.fixture(scope="session")
def bot_api() -> Iterator[BotApi]:
    with BotApi() as peer:
        yield peer


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, bot_api: BotApi) -> Iterator[System]:
    data_dir = tmp_path_factory.mktemp("system")
    ensure_secrets(data_dir)
    (data_dir / "tmp").mkdir()
    extra = {"XINQIAO_TELEGRAM_TOKEN": TOKEN, "XINQIAO_TELEGRAM_API_BASE": bot_api.url}
    extra["TMPDIR"] = str(data_dir / "tmp")  # what is left there is looked at
    running = System(data_dir, extra).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def trained_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A second system, in which trainings are published and taken back."""
    data_dir = tmp_path_factory.mktemp("trained")
    ensure_secrets(data_dir)
    running = System(data_dir).start()
    yield running
    running.stop()


@pytest.fixture
def own(trained_here: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """The same, with its database open to the test."""
    monkeypatch.setenv("XINQIAO_DATA_DIR", str(trained_here.data_dir))
    forget_process_state()
    yield trained_here
    forget_process_state()


@pytest.fixture(scope="session")
def desk(system: System) -> Desk:
    """The first admin, through the set-up link that `xinqiao run` printed."""
    return Desk(system)
