"""Addresses that guess: slowed down, never stored, forgotten soon."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.db.session import reading
from bot.db.signin_models import LoginAddress
from bot.staff import addresses, signin
from bot.staff.signin import LoginRefused
from tests.staff.ground import PASSWORD, Watch, bound


def test_an_address_that_guesses_at_many_logins_is_slowed_down_and_others_are_not(
    any_database: str, watch: Watch
) -> None:
    bound()
    for number in range(20):
        with pytest.raises(LoginRefused):
            signin.login(f"guess-{number}", PASSWORD, "203.0.113.7")
    with pytest.raises(LoginRefused):
        signin.login("lifang", PASSWORD, "203.0.113.7")
    assert signin.login("lifang", PASSWORD, "203.0.113.8")
    watch.on(seconds=1.1)
    assert signin.login("lifang", PASSWORD, "203.0.113.7")


def test_the_wait_of_an_address_doubles_up_to_42_seconds_and_is_forgotten_after_a_quarter_of_an_hour(
    database: Path, watch: Watch
) -> None:
    waits = [addresses.wait_after(failures).total_seconds() for failures in (1, 19, 20, 21, 25, 26, 9000)]
    assert waits == [0, 0, 1, 2, 32, 42, 42]
    for _ in range(20):
        addresses.charge("203.0.113.7")
    assert not addresses.charge("203.0.113.7")
    watch.on(minutes=15)
    for _ in range(19):
        assert addresses.charge("203.0.113.7")


def test_an_own_account_does_not_wash_an_address_clean(database: Path) -> None:
    bound()
    for _ in range(18):
        addresses.charge("203.0.113.7")
    signin.login("lifang", PASSWORD, "203.0.113.7")
    with reading() as session:
        assert session.execute(select(LoginAddress.failures)).scalar_one() == 18


def test_an_ipv6_network_counts_as_one_address_and_no_address_is_stored(database: Path) -> None:
    for number in range(20):
        addresses.charge(f"2001:db8:7:7::{number + 1:x}")
    assert not addresses.charge("2001:db8:7:7:ffff::1")
    assert addresses.charge("2001:db8:7:8::1")
    assert addresses.charge("no address at all")
    files = b"".join(path.read_bytes() for path in database.glob("*.db*"))
    assert b"2001:db8" not in files


def test_forty_guesses_of_one_address_at_once_are_all_counted(any_database: str, watch: Watch) -> None:
    with ThreadPoolExecutor(16) as pool:
        allowed = sum(pool.map(addresses.charge, ["203.0.113.7"] * 40))
    assert allowed == 20
