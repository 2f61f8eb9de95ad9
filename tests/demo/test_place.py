"""A demo keeps away from everything real, and says what it is."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import Gateway, make_app
from bot.care import notices
from bot.channels.pretend import PretendSender
from bot.db import demo_mark
from bot.db.models import CareCase
from bot.db.session import reading
from bot.demo import fill, place
from bot.errors import ConfigError
from bot.settings import settings
from tests import waiting
from tests.conftest import forget_process_state
from tests.console.ground import Browser, cry
from tests.demo.conftest import Demo, run_demo
from tests.fakes.server import serving

MARK = "演示 · 人和话都是编的"


@pytest.fixture
def trial(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory; what a demo sets in the environment is taken back afterwards."""
    for name in ("XINQIAO_TOTP", "XINQIAO_TELEGRAM_TOKEN"):
        monkeypatch.setenv(name, "optional" if name.endswith("TOTP") else "")
    yield data_dir
    forget_process_state()


def count_cases() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(CareCase)).scalar_one()


def test_a_real_database_is_refused_in_clear_words_and_left_as_it_is(database: Path) -> None:
    cry()
    done = run_demo(XINQIAO_DATA_DIR=str(database))
    assert done.returncode == 1
    assert done.stderr.strip() == f"xinqiao: {place.REFUSED}"
    assert not demo_mark.is_demo()
    assert count_cases() == 1


def test_a_real_database_without_a_single_row_is_refused_too(database: Path, trial: Path) -> None:
    with pytest.raises(ConfigError, match="not the database of a demo"):
        place.settle(trial, into_database=True)


def test_a_directory_with_other_things_is_refused(trial: Path) -> None:
    (trial / "wages.xlsx").touch()
    with pytest.raises(ConfigError, match="other things"):
        place.settle(trial, into_database=False)


def test_a_database_by_address_is_only_filled_when_that_is_said_and_it_is_empty(
    trial: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_DATABASE_URL", postgres_url)
    forget_process_state()
    with pytest.raises(ConfigError, match="--into-database"):
        place.settle(trial, into_database=False)
    place.settle(trial, into_database=True)
    fill.fill(0)
    assert count_cases() > 10
    assert demo_mark.is_demo()


def test_another_call_rings_again_with_another_password(demo: Demo, trial: Path) -> None:
    copy = trial / "copy"
    shutil.copytree(demo.home, copy)
    place.settle(copy, into_database=False)
    before = count_cases()
    assert fill.fill().password != demo.password
    assert count_cases() == before + 1


def test_a_filling_that_broke_off_is_not_taken_for_a_demo(trial: Path) -> None:
    place.settle(trial, into_database=False)
    demo_mark.set_mark()
    with pytest.raises(ConfigError, match="broke off"):
        fill.fill(0)


def test_every_page_of_a_demo_says_so_and_the_password_opens_the_desk(in_demo: Demo, desk: str) -> None:
    browser = Browser(desk)
    assert MARK in browser.get("/desk/login").text
    assert browser.give_password("chenjing", in_demo.password).headers["location"] == "/desk"
    for path in ("/desk", "/desk/rota", "/desk/undelivered", "/desk/account", "/desk/c/none"):
        assert MARK in browser.get(path).text, path
    assert "演示" in waiting.get(desk, trust_env=False).text


def test_no_page_of_a_real_desk_says_so(database: Path) -> None:
    with serving(make_app()) as url:
        pages = [waiting.get(url + path, trust_env=False).text for path in ("/desk/login", "/")]
    assert all("心桥" in page and "演示" not in page for page in pages)


def test_nothing_leaves_a_demo_whatever_is_set(in_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_TELEGRAM_TOKEN", "7:not-a-real-one")
    settings.cache_clear()
    gateway = Gateway()
    assert gateway.telegram is None
    assert all(isinstance(sender, PretendSender) for sender in gateway.postman._senders.values())
    assert asyncio.run(gateway.caller._try(notices.Letter("jsons://phone.invalid", "x", "x")))
