"""The command line on its own: what needs no running system."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot import checkup
from bot.settings import ROOT, settings
from tests import second_step
from tests.audit.ground import by_hand, drop_guards


def xinqiao(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(command, input=given, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_triage_answers_each_line_in_order_and_survives_broken_ones(data_dir: Path) -> None:
    lines = ['{"text": "不想活了"}', "{oops", '{"text": 5}', "", '{"text": "累死了，下班"}', '{"text": "\\ud800 死"}']
    done = xinqiao("triage", "-", given="\n".join(lines))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [row.get("level") for row in rows] == ["high", None, None, "none", rows[4]["level"]]
    assert rows[1] == {"error": "not JSON", "line": 2}
    assert rows[2] == {"error": 'no string under "text"', "line": 3}
    assert set(rows[0]) == {"text", "level", "score", "reasons"}
    assert rows[0]["reasons"][0]["kind"] == "self_harm"


def test_triage_reads_a_file_and_says_when_there_is_none(data_dir: Path) -> None:
    source = data_dir / "texts.jsonl"
    source.write_text('{"text": "工资拖了俩月"}\n', encoding="utf-8")
    assert json.loads(xinqiao("triage", str(source)).stdout)["level"] == "none"
    assert xinqiao("triage", str(data_dir / "nothing")).returncode != 0


def test_staff_add_prints_a_link_that_works_once(database: Path) -> None:
    from bot.staff import accounts

    done = xinqiao("staff", "add", "wanglin", "--name", "王林", "--role", "counsellor")
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip().split("#")[1]
    accounts.set_password(token, "木桥 灯笼 七点半 修车")
    with pytest.raises(accounts.SetupLinkInvalid):
        accounts.set_password(token, "木桥 灯笼 七点半 修车")
    assert xinqiao("staff", "add", "x", "--role", "king").returncode != 0


def test_a_lost_telephone_and_a_lost_password_are_helped_from_the_server(database: Path) -> None:
    from bot.db.states import Role
    from bot.staff import accounts, people

    accounts.set_password(accounts.add("boss", "主任", Role.admin), "木桥 灯笼 七点半 修车")
    second_step.bind("boss")
    done = xinqiao("staff", "reset-totp", "boss")
    assert done.returncode == 0, done.stderr
    assert not people.find(people.id_of("boss")).enrolled
    link = xinqiao("staff", "link", "boss").stdout.strip().split("#")[1]
    assert accounts.set_password(link, "木桥 灯笼 七点半 修车 新") == "boss"
    for command in ("reset-totp", "link"):
        done = xinqiao("staff", command, "nobody")
        assert (done.returncode, done.stderr.strip()) == (1, "xinqiao: no such login")


def test_the_doctor_warns_where_a_password_is_enough(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checkup.second_factor().mark == "ok   "
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings.cache_clear()
    found = checkup.second_factor()
    assert (found.mark, found.fault) == ("WARN ", False)
    assert "XINQIAO_TOTP=required" in found.state


def test_a_wrong_setting_is_one_clear_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_ENGINE_SECRET", "changeme")
    done = xinqiao("doctor")
    assert done.returncode == 1
    assert done.stderr.strip() == "xinqiao: missing or wrong setting: XINQIAO_ENGINE_SECRET"


def test_a_database_without_tables_is_one_clear_line(data_dir: Path) -> None:
    done = xinqiao("audit", "anchor")
    assert done.returncode == 1
    assert done.stderr.strip() == "xinqiao: the database cannot be used (OperationalError): `xinqiao doctor` says more"


def test_the_doctor_ends_with_a_fault_when_nothing_runs(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "ENGINE_PORT", "ACTIONS_PORT"):
        monkeypatch.setenv(f"XINQIAO_{name}", "9")
    done = xinqiao("doctor")
    assert done.returncode == 1
    assert "FAULT  gateway" in done.stdout
    assert "minimum_wage_local" in done.stdout


def test_the_audit_is_verified_with_and_without_what_was_noted_down(database: Path) -> None:
    assert xinqiao("staff", "add", "wanglin").returncode == 0
    anchor = xinqiao("audit", "anchor").stdout.strip()
    assert anchor.startswith("1:")
    done = xinqiao("audit", "verify", "--expect", anchor)
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "ok     audit: 1 entries")
    assert xinqiao("audit", "verify", "--expect", "1:0000000000000000").returncode == 1
    assert xinqiao("audit", "verify", "--expect", "nonsense").returncode == 1
    drop_guards()
    by_hand("UPDATE audit_entry SET detail = '{}' WHERE seq = 1")
    done = xinqiao("audit", "verify")
    assert (done.returncode, done.stdout.strip()) == (
        *(1, "FAULT  audit: entry 1 is not what was written; the 0 before it are good"),
    )


def test_a_backup_and_a_new_key_from_the_command_line(database: Path, tmp_path: Path) -> None:
    copied = xinqiao("backup", str(tmp_path / "copy.db"))
    assert copied.returncode == 0, copied.stderr
    assert (tmp_path / "copy.db").stat().st_size > 0
    again = xinqiao("backup", str(tmp_path / "copy.db"))
    assert again.returncode == 1
    assert "File exists" in again.stderr
    assert xinqiao("rekey").stdout.startswith("0 values")
