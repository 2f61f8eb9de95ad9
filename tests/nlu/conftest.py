"""One running bot for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.db.schema import upgrade
from bot.settings import ensure_secrets
from tests.conftest import forget_process_state
from tests.nlu.ground import Bot


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Engine, actions and an empty database, shared by the tests of a module."""
    data_dir = tmp_path_factory.mktemp("bot")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINQIAO_DATA_DIR", str(data_dir))
        forget_process_state()
        ensure_secrets(data_dir)
        upgrade()
        running = Bot(data_dir / "log")
        try:
            running.start()
            yield running
        finally:
            running.stop()
            forget_process_state()
