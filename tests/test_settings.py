"""Settings: secrets made once, faults named, empty facts hidden."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot import texts
from bot.errors import ConfigError
from bot.settings import ensure_secrets, load_settings


def test_secrets_are_made_once_and_only_for_the_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_DATA_DIR", str(tmp_path))
    first = ensure_secrets(tmp_path).read_text()
    assert ensure_secrets(tmp_path).read_text() == first
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert len(first.splitlines()) == 4


def test_a_secret_in_the_environment_is_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_ENGINE_SECRET", "from-the-environment")
    assert "ENGINE_SECRET" not in ensure_secrets(tmp_path).read_text()


def test_a_missing_secret_stops_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_DATA_DIR", str(tmp_path / "empty"))
    with pytest.raises(ConfigError, match="XINQIAO_DATA_KEYS"):
        load_settings()


def test_a_line_with_an_empty_fact_is_left_out_whole() -> None:
    template = "先打电话。\n打 {hotline_psych}。\n去 {union_office_phone} 问。"
    assert texts.fill(template, {"hotline_psych": "12356", "union_office_phone": ""}) == "先打电话。\n打 12356。"


@pytest.mark.parametrize("name", ["grade_5", "Grade", "工资", "", "hotline_psych "])
def test_whatever_is_no_fact_is_never_shown_raw(name: str) -> None:
    assert texts.fill(f"先打电话。\n打 {{{name}}}。", {"hotline_psych": "12356"}) == "先打电话。"


def test_a_fact_may_have_any_name() -> None:
    assert texts.fill("发 {grade_5}。", {"grade_5": "十八个月"}) == "发 十八个月。"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIET_HOURS", "night"),
        ("DUTY_HOURS", "8-17"),
        ("WAITING_NOTICES", "30,10"),
        ("WAITING_NOTICES", "soon"),
        ("TOTP", "sometimes"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("SESSION_HOURS", "-1"),
        *(("NIGHT_STEPS", value) for value in ("60,120", "60,120,90", "nan,nan,nan", "1,2,inf", "-1,2,3", "a,b,c")),
    ],
)
def test_settings_that_mean_nothing_stop_with_the_name(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"XINQIAO_{name}", value)
    with pytest.raises(ConfigError, match=f"XINQIAO_{name}"):
        load_settings()
