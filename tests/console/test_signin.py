"""The second step, the own account and the proof before grave acts, over a real socket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import pytest

from bot import clock
from bot import settings as settings_module
from bot.console import entry, streams
from bot.console.device import device_of
from bot.db.states import Role
from bot.staff import accounts, passwords, people, sessions, signin
from tests import second_step, waiting
from tests.console.events import listening
from tests.console.ground import PASSWORD, Browser, add_staff, cry, staffed


@pytest.fixture
def later() -> Iterator[object]:
    """Gives a function that moves the clock on."""
    started = clock.now()
    yield lambda **by: clock.set_now(lambda: started + timedelta(**by))
    clock.set_now(None)


def other_login(browser: Browser, login: str = "lifang") -> Browser:
    """The same person in another browser."""
    second = Browser(str(browser.base_url))
    assert second.login(login).status_code == 303
    return second


def test_the_password_alone_opens_nothing(desk_url: str) -> None:
    add_staff("lifang")
    browser = Browser(desk_url)
    assert browser.give_password("lifang").headers["location"] == "/desk/login/code"
    assert "xq_desk" not in browser.cookies
    for path in ("/desk", "/desk/api/queue", "/desk/account", "/desk/people", "/desk/prove"):
        assert browser.get(path).status_code in (303, 401)
    assert "xq_desk" not in browser.cookies


def test_a_wrong_code_shows_the_form_again_and_echoes_nothing(desk_url: str) -> None:
    add_staff("lifang")
    browser = Browser(desk_url)
    browser.give_password("lifang")
    answer = browser.give_code("<b>000000")
    assert answer.status_code == 403
    assert "验证码不对" in answer.text
    assert "<b>" not in answer.text
    assert "xq_desk" not in browser.cookies


def test_a_code_sent_again_from_another_browser_is_refused(desk_url: str) -> None:
    add_staff("lifang")
    first, thief = Browser(desk_url), Browser(desk_url)
    for browser in (first, thief):
        browser.give_password("lifang")
    code = second_step.code()
    assert first.give_code(code).status_code == 303
    assert thief.give_code(code).status_code == 403
    assert "xq_desk" not in thief.cookies


def test_a_step_planted_in_a_browser_does_not_become_its_session(desk_url: str) -> None:
    for login in ("lifang", "wangqiang"):
        add_staff(login)
    attacker, victim = Browser(desk_url), Browser(desk_url)
    attacker.give_password("wangqiang")
    victim.cookies.set("xq_step", attacker.cookies["xq_step"], path="/desk")
    victim.login("lifang")
    session = sessions.session_of(victim.cookies["xq_desk"])
    assert session is not None
    assert session.staff.login == "lifang"


def test_the_offered_secret_stays_the_same_until_it_is_bound_and_is_in_no_address(desk_url: str) -> None:
    accounts.set_password(accounts.add("lifang", "李芳", Role.counsellor), PASSWORD)
    browser = Browser(desk_url)
    browser.give_password("lifang")
    pages = [browser.get("/desk/login/code") for _ in range(2)]
    pages.append(browser.give_code("000000"))
    assert len({second_step.offered(page.text) for page in pages}) == 1
    assert second_step.offered(pages[0].text)
    assert "<svg" in pages[0].text
    assert pages[0].headers["cache-control"] == "no-store"


def test_recovery_codes_are_shown_once(desk_url: str) -> None:
    accounts.set_password(accounts.add("lifang", "李芳", Role.counsellor), PASSWORD)
    browser = Browser(desk_url)
    shown = re.findall(r"<code>([a-z2-9-]{14})</code>", browser.login("lifang").text)
    assert len(shown) == 10
    assert not any(shown[0] in browser.get(path).text for path in ("/desk/account", "/desk/login/code", "/desk"))
    other = Browser(desk_url)
    other.give_password("lifang")
    assert other.give_code(shown[0]).status_code == 303
    assert ">9<" in other.get("/desk/account").text


@pytest.mark.parametrize(("role", "home"), [(Role.lead, "/desk"), (Role.auditor, "/desk/audit")])
def test_everybody_lands_where_the_role_may_be(desk_url: str, role: Role, home: str) -> None:
    add_staff("one", role)
    browser = Browser(desk_url)
    assert browser.login("one").headers["location"] == home
    assert browser.get(home).status_code == 200
    assert browser.get("/desk/login").headers["location"] == home


def test_where_it_is_optional_the_login_form_offers_to_bind(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.set_password(accounts.add("lifang", "李芳", Role.counsellor), PASSWORD)
    assert "顺便绑定" not in waiting.get(f"{desk_url}/desk/login").text
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    settings_module.settings.cache_clear()
    assert "顺便绑定" in waiting.get(f"{desk_url}/desk/login").text
    assert Browser(desk_url).login("lifang").headers["location"] == "/desk"


def test_brute_force_gets_five_passwords_and_then_hardly_any(desk_url: str) -> None:
    add_staff("lifang")
    tried: list[str] = []

    def matches(kept: str | None, password: str) -> bool:
        tried.extend([password] if kept else [])
        return False

    attacker = Browser(desk_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "matches", matches)
        answers = {attacker.login("lifang", f"guess number {number}").status_code for number in range(40)}
    assert answers == {403}
    assert 5 <= len(tried) <= 8


def test_an_address_behind_a_proxy_is_slowed_down_alone(desk_url: str) -> None:
    add_staff("lifang")
    attacker, neighbour = Browser(desk_url), Browser(desk_url)
    neighbour.headers["x-forwarded-for"] = "203.0.113.8"
    for number in range(24):
        invented = f"198.51.100.{number}"  # what the attacker writes there; the proxy adds the true one
        attacker.headers["x-forwarded-for"] = f"{invented}, 203.0.113.7"
        assert attacker.give_password(f"guess-{number}", "wrong password").status_code == 403
    assert attacker.give_password("lifang").status_code == 403
    assert neighbour.give_password("lifang").status_code == 303


def test_the_time_of_an_answer_does_not_tell_whether_a_login_exists(
    desk_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "REFUSAL_TAKES", 0.05)
    monkeypatch.setattr(signin, "lock_time", lambda _: timedelta(0))
    monkeypatch.setattr(signin.addresses, "wait_after", lambda _: timedelta(0))
    add_staff("lifang")
    spans: dict[str, list[float]] = {"lifang": [], "nobody": []}
    for _ in range(15):
        for login, seen in spans.items():
            browser = Browser(desk_url)
            browser.get("/desk/login")
            started = time.monotonic()
            browser.give_password(login, "wrong password")
            seen.append(time.monotonic() - started)
    known, unknown = median(spans["lifang"]), median(spans["nobody"])
    print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert min(known, unknown) >= 0.05
    assert abs(known - unknown) < 0.03


def test_the_own_logins_are_listed_and_each_can_be_ended(desk_url: str) -> None:
    browser = staffed(desk_url)
    browser.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0"
    other = other_login(browser)
    page = browser.get("/desk/account").text
    assert page.count("退出这里") == 1
    [path] = re.findall(r'action="(/desk/account/sessions/[0-9a-f]{32}/end)"', page)
    assert browser.submit(path).headers["location"] == "/desk/account"
    assert other.get("/desk/api/queue").status_code == 401
    assert browser.get("/desk/api/queue").status_code == 200
    assert browser.submit(path).status_code == 404


def test_nobody_ends_the_login_of_a_colleague_through_the_own_account(desk_url: str) -> None:
    browser, colleague = staffed(desk_url), staffed(desk_url, "wangqiang")
    theirs = sessions.session_of(colleague.cookies["xq_desk"])
    assert theirs is not None
    assert browser.submit(f"/desk/account/sessions/{theirs.public_id}/end").status_code == 404
    assert colleague.get("/desk").status_code == 200


def test_an_ended_login_loses_its_open_streams(desk_url: str) -> None:
    browser = staffed(desk_url)
    other = other_login(browser)
    conversation = cry().conversation_id
    victim = sessions.session_of(other.cookies["xq_desk"])
    assert victim is not None
    with listening(other, "/desk/events") as queue, listening(other, f"/desk/c/{conversation}/events") as thread:
        queue.next("queue")
        thread.next("state")
        browser.submit(f"/desk/account/sessions/{victim.public_id}/end")
        assert queue.next("gone") == {}
        assert thread.next("gone") == {}


def test_a_session_ends_when_idle_and_after_its_limit(desk_url: str, later: object) -> None:
    idle, busy = staffed(desk_url), staffed(desk_url, "wangqiang")
    for minutes in range(0, 720, 25):
        later(minutes=minutes)  # type: ignore[operator]
        assert busy.get("/desk/api/queue").status_code == 200
    assert idle.get("/desk/api/queue").status_code == 401
    later(minutes=720, seconds=30)  # type: ignore[operator]
    assert busy.get("/desk/api/queue").status_code == 401


def test_an_open_stream_ends_with_the_limit(desk_url: str, later: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.1)
    monkeypatch.setenv("XINQIAO_SESSION_IDLE_MINUTES", "1000")
    settings_module.settings.cache_clear()
    with listening(staffed(desk_url), "/desk/events") as events:
        events.next("queue")
        later(hours=12, seconds=30)  # type: ignore[operator]
        assert events.next("gone") == {}


def test_grave_acts_ask_again_after_five_minutes_and_go_on_after_the_proof(desk_url: str, later: object) -> None:
    browser = staffed(desk_url)
    assert "恢复码" in browser.submit("/desk/account/codes").text
    later(minutes=6)  # type: ignore[operator]
    assert browser.submit("/desk/account/codes").headers["location"] == "/desk/prove?back=/desk/account"
    second_step.ready("lifang")
    wrong = browser.submit("/desk/prove", password="wrong password", code=second_step.code(), back="/desk/account")
    assert (wrong.status_code, "密码或验证码不对" in wrong.text) == (403, True)
    right = browser.submit("/desk/prove", password=PASSWORD, code=second_step.code(), back="/desk/account")
    assert right.headers["location"] == "/desk/account"
    assert len(re.findall(r"<code>[a-z2-9-]{14}</code>", browser.submit("/desk/account/codes").text)) == 10


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example", "/desk//evil", "/desk/../x", "/desk?x=1", "javascript:1"],
)
def test_the_proof_leads_back_to_our_pages_only(desk_url: str, back: str) -> None:
    browser = staffed(desk_url)
    assert back not in browser.get("/desk/prove", params={"back": back}).text
    second_step.ready("lifang")
    answer = browser.submit("/desk/prove", password=PASSWORD, code=second_step.code(), back=back)
    assert answer.headers["location"] == "/desk/account"


def test_a_new_telephone_ends_all_own_logins_and_is_bound_at_the_next(desk_url: str) -> None:
    browser = staffed(desk_url)
    other = other_login(browser)
    assert browser.submit("/desk/account/phone", sure="yes").headers["location"] == "/desk/login"
    assert other.get("/desk/api/queue").status_code == 401
    again = Browser(desk_url)
    again.give_password("lifang")
    assert second_step.offered(again.get("/desk/login/code").text) not in (None, second_step.SECRET)


def test_an_editor_who_is_promoted_is_asked_for_a_telephone_at_the_next_request(desk_url: str) -> None:
    accounts.set_password(accounts.add("editor-1", "编辑", Role.editor), PASSWORD)
    browser = Browser(desk_url)
    browser.login("editor-1")
    assert browser.get("/desk/account").status_code == 200
    people.change_role("the-admin", people.id_of("editor-1"), Role.counsellor)
    assert browser.get("/desk").headers["location"] == "/desk/login"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile MicroMessenger/8.0", "微信 · 安卓"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8 <script>", "不认得的设备"),
        ("", "不认得的设备"),
    ],
)
def test_a_device_is_named_in_our_words_only(agent: str, words: str) -> None:
    assert device_of(agent) == words
