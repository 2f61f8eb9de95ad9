"""Accounts: set-up links, passwords, logins. On a real database."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bot import clock
from bot.db.models import Staff
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.errors import BadInput, NotFound
from bot.settings import settings
from bot.staff import accounts, passwords, sessions, signin
from bot.staff.accounts import SetupLinkInvalid
from bot.staff.passwords import PasswordFault, WeakPassword
from bot.staff.signin import LoginRefused
from tests.staff.ground import PASSWORD, Watch, ready


@pytest.fixture(autouse=True)
def password_only(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the password; test_signin.py is about the second step."""
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings.cache_clear()


def row(login: str = "lifang") -> Staff:
    """What the database holds of the account."""
    with reading() as session:
        return session.execute(select(Staff).where(Staff.login == login)).scalar_one()


def test_a_new_account_is_set_up_with_its_link_and_can_log_in(database: Path) -> None:
    link = accounts.add(" LiFang ", "李芳", Role.counsellor)
    assert accounts.set_password(link, PASSWORD) == "lifang"
    key = signin.login("LiFang", PASSWORD)
    session = sessions.session_of(key.token)
    assert session is not None
    assert (session.staff.display_name, session.staff.role, session.csrf) == ("李芳", Role.counsellor, key.csrf)


def test_a_set_up_link_works_once(database: Path) -> None:
    link = accounts.add("lifang", "李芳", Role.counsellor)
    accounts.set_password(link, PASSWORD)
    with pytest.raises(SetupLinkInvalid):
        accounts.set_password(link, PASSWORD + "二")


def test_a_set_up_link_ends_after_72_hours(database: Path, watch: Watch) -> None:
    link = accounts.add("lifang", "李芳", Role.counsellor)
    watch.on(hours=72)
    with pytest.raises(SetupLinkInvalid):
        accounts.set_password(link, PASSWORD)


def test_a_set_up_link_works_until_72_hours(database: Path, watch: Watch) -> None:
    link = accounts.add("lifang", "李芳", Role.counsellor)
    watch.on(hours=71.9)
    assert accounts.set_password(link, PASSWORD) == "lifang"


def test_a_weak_password_leaves_the_link_valid(database: Path) -> None:
    link = accounts.add("lifang", "李芳", Role.counsellor)
    with pytest.raises(WeakPassword):
        accounts.set_password(link, "短")
    assert accounts.set_password(link, PASSWORD) == "lifang"


def test_a_renewed_link_kills_the_one_before_and_the_new_password_ends_all_sessions(database: Path) -> None:
    login = ready()
    key = signin.login(login, PASSWORD)
    first, second = accounts.renew(login), accounts.renew(login)
    with pytest.raises(SetupLinkInvalid):
        accounts.set_password(first, PASSWORD)
    assert sessions.session_of(key.token) is not None
    accounts.set_password(second, PASSWORD + "新")
    assert sessions.session_of(key.token) is None
    with pytest.raises(LoginRefused):
        signin.login(login, PASSWORD)


def test_renewing_an_unknown_login_says_so(database: Path) -> None:
    with pytest.raises(NotFound):
        accounts.renew("nobody")


def test_nothing_secret_is_stored_in_clear(database: Path) -> None:
    link = accounts.add("lifang", "李芳", Role.counsellor)
    assert row().setup_hash == hashlib.sha256(link.encode()).hexdigest()
    accounts.set_password(link, PASSWORD)
    key = signin.login("lifang", PASSWORD)
    files = b"".join(path.read_bytes() for path in database.glob("*.db*"))
    assert len(files) > 10_000
    for secret in (link, PASSWORD, key.token):
        assert secret.encode() not in files
    assert (row().password_hash or "").startswith("$argon2id$")


@pytest.mark.parametrize("login", ["", "a", "李芳", "li fang", "li/fang", "x" * 65, "-li"])
def test_a_login_that_cannot_be_typed_is_refused(database: Path, login: str) -> None:
    with pytest.raises(BadInput):
        accounts.add(login, "李芳", Role.counsellor)


def test_a_login_is_given_once(database: Path) -> None:
    accounts.add("lifang", "李芳", Role.counsellor)
    with pytest.raises(BadInput):
        accounts.add("LIFANG", "另一位", Role.lead)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elevenchars", PasswordFault.short),
        ("", PasswordFault.short),
        ("长" * 60 + "x1y2z3w4" * 9, PasswordFault.long),
        ("password2026!!", PasswordFault.common),
        ("woaini5201314", PasswordFault.common),
        ("aaaaaaaaaaaaaaab", PasswordFault.common),
        ("137982465031", PasswordFault.common),
        ("qwertyuiopas", PasswordFault.common),
        ("k8#dk8#dk8#d", PasswordFault.common),
        ("my LiFang bridge", PasswordFault.login),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, fault: PasswordFault) -> None:
    with pytest.raises(WeakPassword) as refusal:
        passwords.check(password, "lifang")
    assert refusal.value.fault == fault
    assert not password or password not in str(refusal.value)


@pytest.mark.parametrize("password", [PASSWORD, "x1y2z3w4" + "ab" * 60, "correct horse battery staple"])
def test_a_long_odd_password_is_accepted(password: str) -> None:
    passwords.check(password, "lifang")
    assert passwords.matches(passwords.hashed(password), password)


def test_a_password_typed_in_full_width_is_the_same(database: Path) -> None:
    accounts.set_password(accounts.add("lifang", "李芳", Role.counsellor), "Bridge-42-lantern")
    assert signin.login("lifang", "Ｂｒｉｄｇｅ-４２-lantern").token


@pytest.mark.parametrize("attempt", ["", "wrong password", "x" * 5000, "\ud800" * 12, PASSWORD.upper() + "x"])
def test_a_wrong_password_is_refused(database: Path, attempt: str) -> None:
    with pytest.raises(LoginRefused):
        signin.login(ready(), attempt)


@pytest.mark.parametrize("login", ["", "nobody", "\ud800", "a\x00b", "x" * 9000, "' or 1=1 --"])
def test_a_made_up_login_is_refused(database: Path, login: str) -> None:
    with pytest.raises(LoginRefused):
        signin.login(login, PASSWORD)


def test_an_account_without_a_password_cannot_log_in(database: Path) -> None:
    accounts.add("lifang", "李芳", Role.counsellor)
    with pytest.raises(LoginRefused):
        signin.login("lifang", "")


def test_a_disabled_account_is_out_at_once(database: Path) -> None:
    key = signin.login(ready(), PASSWORD)
    with transaction() as session:
        session.execute(select(Staff)).scalar_one().disabled_at = clock.now()
    assert sessions.session_of(key.token) is None
    with pytest.raises(LoginRefused):
        signin.login("lifang", PASSWORD)


def fail(times: int) -> None:
    """Logs in wrongly so many times."""
    for _ in range(times):
        with pytest.raises(LoginRefused):
            signin.login("lifang", "wrong password")


def test_five_failures_lock_even_the_right_password_for_a_while(database: Path, watch: Watch) -> None:
    ready()
    fail(5)
    with pytest.raises(LoginRefused):
        signin.login("lifang", PASSWORD)
    watch.on(seconds=2.1)
    assert signin.login("lifang", PASSWORD).token


def test_four_failures_do_not_lock(database: Path, watch: Watch) -> None:
    ready()
    fail(4)
    assert signin.login("lifang", PASSWORD).token


def test_the_lock_doubles_up_to_42_seconds() -> None:
    waits = [signin.lock_time(failures).total_seconds() for failures in (1, 4, 5, 6, 7, 8, 9, 10, 11, 5000)]
    assert waits == [0, 0, 2, 4, 8, 16, 32, 42, 42, 42]


def test_a_good_login_forgets_the_failures(database: Path, watch: Watch) -> None:
    ready()
    fail(4)
    signin.login("lifang", PASSWORD)
    assert (row().failed_logins, row().locked_until) == (0, None)


def test_attempts_during_a_lock_do_not_prolong_it(database: Path, watch: Watch) -> None:
    ready()
    fail(5)
    until = row().locked_until
    fail(3)
    assert (row().failed_logins, row().locked_until) == (5, until)


def test_forty_guesses_at_the_same_moment_get_five_tries(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready()
    tried: list[str | None] = []

    def matches(password_hash: str | None, password: str) -> bool:
        tried.append(password_hash)
        time.sleep(0.3)
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    threads = [threading.Thread(target=fail, args=(1,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in tried if one is not None]) == 5


def test_an_unknown_login_costs_a_password_check_too(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def verify(_: PasswordHasher, kept: str, __: bytes) -> bool:
        checked.append(kept)
        return True

    monkeypatch.setattr(passwords, "_NOBODY", "the dummy")
    monkeypatch.setattr(PasswordHasher, "verify", verify)
    with pytest.raises(LoginRefused):
        signin.login("nobody", PASSWORD)
    assert checked == ["the dummy"]


def test_the_first_admin_gets_a_new_link_at_each_start_until_the_password_is_set(database: Path) -> None:
    first, second = accounts.ensure_first_admin(), accounts.ensure_first_admin()
    assert first is not None
    assert second is not None
    with pytest.raises(SetupLinkInvalid):
        accounts.set_password(first, PASSWORD)
    accounts.set_password(second, PASSWORD)
    assert row("admin").role == Role.admin
    assert accounts.ensure_first_admin() is None


def test_no_first_admin_is_made_where_staff_exist(database: Path) -> None:
    ready()
    assert accounts.ensure_first_admin() is None
    with reading() as session:
        assert session.execute(select(Staff.login)).scalars().all() == ["lifang"]
