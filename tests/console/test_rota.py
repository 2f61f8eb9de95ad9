"""The rota page's routes: who may change what, what is refused, and that nobody is shown an address again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.care import notices
from bot.clock import local, now
from bot.db.models import Staff
from bot.db.night_models import NoticeAddress
from bot.db.session import reading
from bot.db.states import Role
from tests.console.ground import Browser, add_staff, cry, staffed
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import serving

SECRET = "lantern-seven-bridge"


@pytest.fixture
def peer() -> Iterator[tuple[NoticePeer, str]]:
    fake = NoticePeer()
    with serving(fake.app) as url:
        yield fake, url


def id_of(login: str) -> str:
    with reading() as session:
        return session.execute(select(Staff.id).where(Staff.login == login)).scalar_one()


def act(browser: Browser, name: str, **body: object) -> httpx.Response:
    return browser.post(f"/desk/rota/api/{name}", json=body, headers={"X-CSRF": browser.csrf})


def state(browser: Browser) -> dict[str, Any]:
    return dict(browser.get("/desk/rota/api/state").json())


def turn(browser: Browser, **other: object) -> httpx.Response:
    body = {"days": [1], "starts": "21:00", "ends": "08:00", "staff": id_of("boss"), "place": "first", **other}
    return act(browser, "add_turn", **body)


def test_a_turn_is_added_shown_and_taken_off(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    assert turn(boss).status_code == 200
    monday = state(boss)["days"][0]
    [row] = monday["turns"]
    assert (row["hours"], row["name"], row["label"]) == ("21:00–次日08:00", "boss", "值班")
    assert monday["free"] == ["00:00–21:00"]
    assert act(boss, "remove_turn", id=row["id"]).status_code == 200
    assert act(boss, "remove_turn", id=row["id"]).status_code == 404
    assert not state(boss)["kept"]


@pytest.mark.parametrize(
    "bad",
    [
        {"days": []},
        {"days": [0]},
        {"days": [8]},
        {"starts": "25:00"},
        {"starts": "９:00"},
        {"ends": "08:00Z"},
        {"staff": "0" * 32},
        {"staff": ""},
        {"place": "office"},
        {"place": "x"},
    ],
)
def test_a_turn_that_cannot_be_is_refused(desk_url: str, bad: dict[str, object]) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    answer = turn(boss, **bad)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_input")
    assert not state(boss)["kept"]


@pytest.mark.parametrize("role", [Role.editor, Role.auditor])
def test_who_cannot_take_a_case_cannot_be_on_the_rota(desk_url: str, role: Role) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    add_staff("other", role)
    assert turn(boss, staff=id_of("other")).status_code == 400


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"day": "2020-01-01"}, 400),
        ({"day": "2026-02-30"}, 400),
        ({"day": "2999-01-01"}, 400),
        ({"staff": "0" * 32, "place": "first"}, 400),
        ({}, 200),
    ],
)
def test_an_exception_has_a_date_that_is_to_come(desk_url: str, bad: dict[str, str], status: int) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    today = local(now()).date().isoformat()
    body = {"day": today, "starts": "00:00", "ends": "00:00", "staff": None, "place": None, **bad}
    assert act(boss, "add_exception", **body).status_code == status


def test_somebody_who_steps_in_must_have_a_place(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    today = local(now()).date().isoformat()
    body = {"day": today, "starts": "00:00", "ends": "00:00", "staff": id_of("boss"), "place": None}
    assert act(boss, "add_exception", **body).status_code == 400
    assert act(boss, "add_exception", **{**body, "place": "second"}).status_code == 200


def test_an_address_is_kept_encrypted_and_never_shown_again(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    url = f"json://127.0.0.1/{SECRET}"
    assert act(boss, "add_address", staff=id_of("boss"), url=url).status_code == 200
    assert state(boss)["people"][0]["addresses"] == [{"id": 1, "kind": "网址回调"}]
    for page in (boss.get("/desk/rota").text, boss.get("/desk/rota/api/state").text, boss.get("/desk/api/queue").text):
        assert SECRET not in page
    assert act(boss, "add_address", staff=id_of("boss"), url=url).status_code == 400, "twice"
    assert act(boss, "remove_address", id=1).status_code == 200
    with reading() as session:
        assert session.execute(select(NoticeAddress.url)).scalars().all() == [""]


def test_a_wrong_address_is_refused_in_plain_words_and_not_echoed(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    answer = act(boss, "add_address", staff=None, url=f"syslog://{SECRET}")
    assert answer.status_code == 400
    assert "不能用" in answer.json()["message"]
    assert SECRET not in answer.text


def test_a_counsellor_sees_who_can_be_called_but_no_kinds_and_tests_only_their_own(
    desk_url: str, peer: tuple[NoticePeer, str]
) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    one = staffed(desk_url, "lifang")
    for login in ("boss", "lifang"):
        assert act(boss, "add_address", staff=id_of(login), url=address(peer[1], login)).status_code == 200
    people = {row["name"]: row for row in state(one)["people"]}
    assert people["boss"]["count"] == 1
    assert (people["boss"]["addresses"], len(people["李芳"]["addresses"])) == ([], 1)
    assert act(one, "test", staff=id_of("boss")).status_code == 403
    assert act(one, "test", staff=None).status_code == 403
    assert act(one, "test", staff=id_of("lifang")).json() == {"sent": 1, "failed": 0}
    [(who, told)] = peer[0].got
    assert who == "lifang"
    assert "试发" in told["message"]
    peer[0].refuse = 1
    assert act(boss, "test", staff=id_of("boss")).json() == {"sent": 0, "failed": 1}


def test_a_test_without_an_address_says_what_is_missing(desk_url: str) -> None:
    one = staffed(desk_url)
    answer = act(one, "test", staff=id_of("lifang"))
    assert answer.status_code == 400
    assert "还没有通知地址" in answer.json()["message"]


def test_no_more_than_five_addresses_of_one_person(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.lead)
    for number in range(notices.MOST_ADDRESSES):
        assert act(boss, "add_address", staff=None, url=f"json://h/{number}").status_code == 200
    assert act(boss, "add_address", staff=None, url="json://h/more").status_code == 400


def test_saying_here_puts_one_on_duty_and_away_takes_one_off(desk_url: str) -> None:
    one = staffed(desk_url)

    def first() -> list[str]:
        return [person["name"] for person in state(one)["now"][0]["people"]]

    assert first() == []
    act(one, "switch", here=True)
    assert first() == ["李芳"]
    assert state(one)["now"][0]["people"][0]["present"]
    act(one, "switch", here=False)
    assert (first(), state(one)["mine"]["state"]) == ([], "away")
    act(one, "switch", here=None)
    assert state(one)["mine"] == {"state": "rota", "until": ""}


def test_the_queue_tells_how_far_an_alarm_has_climbed(desk_url: str) -> None:
    one = staffed(desk_url)
    cry()
    [row] = one.get("/desk/api/queue").json()["rows"]
    assert row["chain"]["told"] == ""
    assert row["chain"]["next"] == "值班"
    assert not row["chain"]["mute"]
