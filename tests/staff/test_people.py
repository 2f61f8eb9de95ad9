"""Who is shut out, when, and by whom: roles, sessions, limits, resets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot import clock
from bot.db.models import Staff, StaffSession
from bot.db.session import reading, transaction
from bot.db.signin_models import RecoveryCode
from bot.db.states import Role
from bot.errors import NotFound
from bot.settings import settings
from bot.staff import accounts, people, sessions, signin, totp
from bot.staff.signin import LoginRefused, Step
from tests import second_step
from tests.staff.ground import PASSWORD, Watch, bound, enter, ready, refuse, staff_id, step


def test_sessions_of_a_password_alone_end_when_the_second_factor_becomes_required(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings.cache_clear()
    key = signin.login(ready(), PASSWORD)
    assert not isinstance(key, Step)
    assert sessions.session_of(key.token) is not None
    monkeypatch.setenv("XINQIAO_TOTP", "required")
    settings.cache_clear()
    assert sessions.session_of(key.token) is None


def test_an_editor_who_becomes_a_counsellor_must_log_in_with_a_telephone_first(database: Path) -> None:
    key = signin.login(ready("editor-1", Role.editor), PASSWORD)
    assert not isinstance(key, Step)
    people.change_role("the-admin", staff_id("editor-1"), Role.counsellor)
    assert sessions.session_of(key.token) is None


def test_a_reset_forgets_telephone_and_codes_and_ends_the_sessions(any_database: str) -> None:
    codes = bound()
    token = enter()
    people.reset_second_factor(None, staff_id())
    assert sessions.session_of(token) is None
    assert signin.offer(step()).secret is not None
    with reading() as session:
        assert session.execute(select(func.count()).select_from(RecoveryCode)).scalar_one() == 0
    refuse(step(), codes[0])


def test_idle_and_absolute_limits_are_settings(database: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_SESSION_IDLE_MINUTES", "10")
    monkeypatch.setenv("XINQIAO_SESSION_HOURS", "1")
    settings.cache_clear()
    bound()
    idle, busy = enter(), enter()
    for _ in range(6):
        watch.on(minutes=9.9)
        assert sessions.session_of(busy) is not None
    assert sessions.session_of(idle) is None
    watch.on(minutes=1)
    assert sessions.session_of(busy) is None


def test_a_session_is_ended_by_its_name_and_only_by_its_owner(database: Path) -> None:
    bound()
    bound("wangqiang")
    mine, other = enter(), enter()
    first = sessions.session_of(mine)
    assert first is not None
    with pytest.raises(NotFound):
        sessions.end(staff_id(), staff_id("wangqiang"), first.public_id)
    sessions.end(staff_id(), staff_id(), first.public_id)
    assert sessions.session_of(mine) is None
    assert [one.token_hash for one in sessions.of_staff(staff_id())] == [sessions.digest(other)]


def test_two_admins_cannot_shut_each_other_out(any_database: str) -> None:
    for login in ("admin-1", "admin-2"):
        ready(login, Role.admin)
    one, two = staff_id("admin-1"), staff_id("admin-2")

    def shut(pair: tuple[str, str]) -> bool:
        try:
            people.disable(*pair)
            return True
        except people.NeedsAnAdmin:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(shut, [(one, two), (two, one)])) == 1


def test_nobody_changes_the_own_account_and_the_last_admin_stays(database: Path) -> None:
    ready("admin-1", Role.admin)
    one = staff_id("admin-1")
    for by in (one, "the-command-line"):
        with pytest.raises(people.NeedsAnAdmin):
            people.disable(by, one)
        with pytest.raises(people.NeedsAnAdmin):
            people.change_role(by, one, Role.lead)


def test_the_own_account_is_changed_by_another_admin(database: Path) -> None:
    for login in ("admin-1", "admin-2"):
        ready(login, Role.admin)
    one, two = staff_id("admin-1"), staff_id("admin-2")
    with pytest.raises(people.NeedsAnAdmin):
        people.change_role(one, one, Role.lead)
    people.change_role(two, one, Role.lead)
    assert people.find(one).role == Role.lead


def test_who_was_disabled_has_no_session_no_link_and_no_login_until_enabled(database: Path) -> None:
    bound()
    token, link = enter(), accounts.renew("lifang")
    people.disable("the-admin", staff_id())
    assert sessions.session_of(token) is None
    with pytest.raises(accounts.SetupLinkInvalid):
        accounts.set_password(link, PASSWORD + "新")
    with pytest.raises(LoginRefused):
        signin.login("lifang", PASSWORD)
    people.enable(None, staff_id())
    assert sessions.session_of(token) is None
    assert enter()


def test_the_list_of_staff_tells_state_and_nothing_secret(database: Path) -> None:
    bound()
    accounts.add("wangqiang", "王强", Role.lead)
    found = {one.login: one for one in people.listing()}
    assert (found["lifang"].has_password, found["lifang"].enrolled, found["lifang"].codes_left) == (True, True, 10)
    assert (found["wangqiang"].has_password, found["wangqiang"].enrolled) == (False, False)
    assert second_step.SECRET not in repr(found)


def test_a_session_from_before_the_second_factor_is_worth_nothing(database: Path) -> None:
    bound()
    token = enter()
    with transaction() as session:
        session.execute(update(StaffSession).values(second_factor=False))
        session.execute(update(Staff).values(locked_until=clock.now()))
    assert sessions.session_of(token) is None
    assert totp.step_at(clock.now()) > 0
