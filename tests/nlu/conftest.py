"""One running bot for the tests of this folder, or the place of its model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.db.schema import upgrade
from bot.settings import ensure_secrets
from tests.conftest import forget_process_state
from tests.nlu.ground import TRAINED, Bot


@contextmanager
def working_in(data_dir: Path) -> Iterator[None]:
    """The settings of a data directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINQIAO_DATA_DIR", str(data_dir))
        forget_process_state()
        try:
            yield
        finally:
            forget_process_state()


@pytest.fixture(scope="module")
def trained() -> Iterator[None]:
    """The settings of the place where the model was trained."""
    with working_in(TRAINED):
        yield


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Engine, actions and an empty database, shared by the tests of a module."""
    data_dir = tmp_path_factory.mktemp("bot")
    with working_in(data_dir):
        ensure_secrets(data_dir)
        upgrade()
        running = Bot(data_dir / "log")
        try:
            running.start()
            yield running
        finally:
            running.stop()
