"""Fixtures shared by all tests: an empty migrated database, on SQLite and (where it can be had) PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy
from xdist.scheduler import LoadScopeScheduling

from bot import settings as settings_module
from bot import texts
from bot.db import encryption, session
from bot.db.schema import upgrade

POSTGRES = os.environ.get("XINQIAO_TEST_POSTGRES", "")
hypothesis.settings.register_profile("untimed", deadline=None)  # how busy the machine is proves nothing
hypothesis.settings.load_profile("untimed")
WHOLE_SYSTEMS = {"e2e", "failures", "nlu"}  # each starts engines or gateways; side by side they would starve each other
ONE_FIXTURE = {"demo"}  # a demo is filled once for all its files


class TogetherScheduling(LoadScopeScheduling):
    """Says what stays together when tests run side by side: a file, and all that runs whole systems."""

    def _split_scope(self, nodeid: str) -> str:
        place = Path(nodeid.partition("::")[0])
        folder = place.parts[1]
        return "whole systems" if folder in WHOLE_SYSTEMS else folder if folder in ONE_FIXTURE else str(place)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TogetherScheduling:
    """Gives pytest-xdist the way in which it hands out tests."""
    return TogetherScheduling(config, log)


def forget_process_state() -> None:
    """Drops what the application caches once a process, so that the next test starts as a new process would."""
    if session.engine.cache_info().currsize:
        session.engine().dispose()
    for cached in (session.engine, settings_module.settings, encryption.box, texts.get):
        cached.cache_clear()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh data directory with secrets, and no settings left over from elsewhere."""
    for name in [name for name in os.environ if name.startswith("XINQIAO_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XINQIAO_DATA_DIR", str(tmp_path))
    forget_process_state()
    settings_module.ensure_secrets(tmp_path)
    yield tmp_path
    forget_process_state()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database as all migrations make it: made once a process, each test gets a copy."""
    directory = tmp_path_factory.mktemp("migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINQIAO_DATA_DIR", str(directory))
        patch.delenv("XINQIAO_DATABASE_URL", raising=False)
        forget_process_state()
        settings_module.ensure_secrets(directory)
        upgrade()
        path = Path(session.engine().url.database or "")
        forget_process_state()  # the last connection writes the log into the file
    return path


@pytest.fixture
def database(data_dir: Path, migrated: Path) -> Path:
    """An empty, migrated SQLite database."""
    shutil.copyfile(migrated, data_dir / "xinqiao.db")
    return data_dir


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of an empty schema of our own in the PostgreSQL of XINQIAO_TEST_POSTGRES; dropped afterwards."""
    if not POSTGRES:
        pytest.skip("XINQIAO_TEST_POSTGRES is not set")
    url = POSTGRES.replace("postgresql://", "postgresql+psycopg://")
    schema = f"xq_{uuid.uuid4().hex[:12]}"
    admin = sqlalchemy.create_engine(url)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    with admin.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty, migrated database: the test runs on SQLite and on PostgreSQL. Gives the dialect's name."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated"), data_dir / "xinqiao.db")
    else:
        monkeypatch.setenv("XINQIAO_DATABASE_URL", request.getfixturevalue("postgres_url"))
        forget_process_state()
        upgrade()
    return str(request.param)
