"""The second step of a login, recovery codes, and showing again who one is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.db.session import reading, transaction
from bot.db.signin_models import Authenticator, SignInStep
from bot.db.states import Role
from bot.settings import settings
from bot.staff import accounts, people, second_factor, sessions, signin
from bot.staff.signin import CodeRefused, LoginRefused, Step, StepGone
from tests import second_step
from tests.staff.ground import PASSWORD, Watch, bound, enter, ready, refuse, staff_id, step


@pytest.mark.parametrize("role", [Role.counsellor, Role.lead, Role.admin, Role.auditor])
def test_who_can_see_cases_gets_in_only_after_binding_a_telephone(any_database: str, role: Role) -> None:
    token = step(ready("lifang", role))
    offer = signin.offer(token)
    assert offer.secret is not None
    entered = signin.second_step(token, second_step.code(offer.secret))
    session = sessions.session_of(entered.key.token)
    assert session is not None
    assert (session.second_factor, session.staff.role) == (True, role)
    assert len(set(entered.codes)) == 10


def test_an_editor_needs_no_telephone_and_neither_does_anybody_where_it_is_optional(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not isinstance(signin.login(ready("editor-1", Role.editor), PASSWORD), Step)
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings.cache_clear()
    assert not isinstance(signin.login(ready("lifang"), PASSWORD), Step)
    assert isinstance(signin.login("lifang", PASSWORD, bind=True), Step)


def test_who_bound_a_telephone_is_asked_for_it_even_where_it_is_optional(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound()
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings.cache_clear()
    assert isinstance(signin.login("lifang", PASSWORD), Step)


def test_the_token_of_the_second_step_opens_no_session(database: Path) -> None:
    bound()
    assert sessions.session_of(step()) is None


def test_a_code_works_once(any_database: str, watch: Watch) -> None:
    bound()
    code = second_step.code()
    signin.second_step(step(), code)
    refuse(step(), code)
    watch.on(seconds=30)
    refuse(step(), code)
    signin.second_step(step(), second_step.code())


def test_an_older_code_is_dead_once_a_newer_one_was_used(database: Path, watch: Watch) -> None:
    bound()
    older = second_step.code(drift=-1)
    signin.second_step(step(), second_step.code())
    refuse(step(), older)


def test_the_code_that_bound_the_telephone_is_used_up(database: Path, watch: Watch) -> None:
    token = step(ready())
    secret = signin.offer(token).secret or ""
    code = second_step.code(secret)
    signin.second_step(token, code)
    refuse(step(), code)


def test_one_code_at_two_gateways_at_once_lets_one_in(any_database: str) -> None:
    bound()
    tokens, code = [step() for _ in range(8)], second_step.code()

    def knock(token: str) -> bool:
        try:
            return bool(signin.second_step(token, code).key)
        except CodeRefused:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(knock, tokens)) == 1


def test_a_step_is_used_up_and_ends_after_ten_minutes(database: Path, watch: Watch) -> None:
    bound()
    token = step()
    signin.second_step(token, second_step.code())
    with pytest.raises(StepGone):
        signin.second_step(token, second_step.code(drift=1))
    late = step()
    watch.on(minutes=10)
    with pytest.raises(StepGone):
        signin.second_step(late, second_step.code())


@pytest.mark.parametrize(
    "act", [lambda who: people.reset_second_factor(None, who), lambda who: people.disable("the-admin", who)]
)
def test_a_step_ends_when_the_person_is_shut_out_or_reset(database: Path, act: object) -> None:
    bound()
    token = step()
    act(staff_id())  # type: ignore[operator]
    with pytest.raises(StepGone):
        signin.second_step(token, second_step.code())


def test_a_new_password_ends_the_steps_of_the_old_one(database: Path) -> None:
    bound()
    token = step()
    accounts.set_password(accounts.renew("lifang"), PASSWORD + "新")
    with pytest.raises(StepGone):
        signin.second_step(token, second_step.code())


@pytest.mark.parametrize("token", ["", "x", "\ud800", "0" * 10_000])
def test_a_made_up_step_is_gone(database: Path, token: str) -> None:
    with pytest.raises(StepGone):
        signin.second_step(token, "123456")


def test_nobody_can_bind_a_second_telephone_with_a_step_of_before(database: Path) -> None:
    early, late = step(ready()), step()
    secret = signin.offer(early).secret or ""
    signin.second_step(late, second_step.code(signin.offer(late).secret or ""))
    refuse(early, second_step.code(secret))
    with reading() as session:
        assert session.execute(select(func.count()).select_from(Authenticator)).scalar_one() == 1


def test_guessing_codes_is_slowed_down_to_one_try_in_fifteen_minutes(database: Path, watch: Watch) -> None:
    bound()
    token = step()
    for _ in range(5):
        refuse(token, "000000")
    refuse(token, second_step.code())  # right, but codes are refused for a while
    watch.on(seconds=3)
    assert signin.second_step(token, second_step.code()).key
    waits = [second_factor.block_time(failures).total_seconds() for failures in (1, 4, 5, 6, 10, 14, 5000)]
    assert waits == [0, 0, 2, 4, 64, 900, 900]


def test_wrong_codes_stay_counted_although_the_password_is_right_again(database: Path, watch: Watch) -> None:
    bound()
    for _ in range(5):
        refuse(step(), "000000")
    refuse(step(), second_step.code())


def test_a_recovery_code_opens_once_however_it_is_typed(any_database: str) -> None:
    codes = bound()
    signin.second_step(step(), f" {codes[0].upper()} ")
    refuse(step(), codes[0])
    signin.second_step(step(), codes[1].replace("-", "－"))
    assert second_factor.codes_left(staff_id()) == 8


def test_a_recovery_code_of_another_person_opens_nothing(database: Path) -> None:
    codes = bound("wangqiang")
    bound()
    refuse(step(), codes[0])
    assert second_factor.codes_left(staff_id("wangqiang")) == 10


def test_new_recovery_codes_kill_those_of_before(database: Path) -> None:
    old = bound()
    with transaction() as session:
        new = second_factor.renew_codes(session, staff_id())
    refuse(step(), old[3])
    signin.second_step(step(), new[3])


def test_secrets_and_recovery_codes_are_not_stored_in_clear(database: Path) -> None:
    codes = bound()
    token = step()
    waiting = step(ready("wangqiang"))
    secret = signin.offer(waiting).secret or ""
    files = b"".join(path.read_bytes() for path in database.glob("*.db*"))
    assert len(files) > 10_000
    for hidden in (second_step.SECRET, secret, token, waiting, codes[0], codes[0].replace("-", "")):
        assert hidden.encode() not in files


def test_a_proof_lasts_five_minutes_and_needs_password_and_code(database: Path, watch: Watch) -> None:
    bound()
    token = enter()

    def is_proved() -> bool:
        session = sessions.session_of(token)
        return session is not None and sessions.is_proved(session)

    assert is_proved()
    watch.on(minutes=5)
    assert not is_proved()
    second_step.ready("lifang")
    for password, code in (("wrong password", second_step.code()), (PASSWORD, "000000"), (PASSWORD, "")):
        with pytest.raises(LoginRefused):
            signin.prove_again(token, password, code)
    assert not is_proved()
    signin.prove_again(token, PASSWORD, second_step.code())
    assert is_proved()
    with pytest.raises(LoginRefused):
        signin.prove_again(token, PASSWORD, second_step.code())


def test_guessing_at_the_proof_locks_like_guessing_at_the_login(database: Path, watch: Watch) -> None:
    bound()
    token = enter()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            signin.prove_again(token, "wrong password", "000000")
    second_step.ready("lifang")
    with pytest.raises(LoginRefused):
        signin.prove_again(token, PASSWORD, second_step.code())


def test_old_half_made_logins_are_swept(database: Path, watch: Watch) -> None:
    bound()
    step()
    watch.on(minutes=11)
    step()
    with reading() as session:
        assert session.execute(select(func.count()).select_from(SignInStep)).scalar_one() == 1
