"""Getting in and out of the desk, over a real socket."""

from __future__ import annotations

import itertools
import re
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import httpx
import pytest

from bot import settings as settings_module
from bot.db.states import Role
from bot.staff import accounts, sessions, signin
from tests import second_step, waiting
from tests.conftest import forget_process_state
from tests.console.ground import PASSWORD, Browser, add_staff, csrf_of, staffed


def set_cookies(answer: httpx.Response, name: str) -> list[str]:
    """The Set-Cookie headers for a name, in lower case."""
    return [value.lower() for value in answer.headers.get_list("set-cookie") if value.startswith(f"{name}=")]


def test_the_set_up_link_leads_to_a_password_and_a_login(desk_url: str) -> None:
    link = accounts.ensure_first_admin()
    browser = Browser(desk_url)
    page = browser.get("/desk/setup")
    assert str(link) not in page.text
    answer = browser.post("/desk/setup", data={"csrf": csrf_of(page.text), "token": link, "password": PASSWORD})
    assert answer.json() == {"login": "admin"}
    bound = browser.login("admin")
    assert len(re.findall(r"<li><code>[a-z2-9-]{14}</code>", bound.text)) == 10
    assert 'href="/desk"' in bound.text
    assert "值班台" in browser.get("/desk").text


def test_a_weak_password_is_explained_and_never_echoed(desk_url: str) -> None:
    link = accounts.add("lifang", "李芳", Role.counsellor)
    browser = Browser(desk_url)
    token = csrf_of(browser.get("/desk/setup").text)
    answer = browser.post("/desk/setup", data={"csrf": token, "token": link, "password": "geheim7"})
    assert (answer.status_code, answer.json()["error"]) == (400, "weak_password")
    assert "12" in answer.json()["message"]
    assert "geheim7" not in answer.text


def test_a_used_link_is_refused(desk_url: str) -> None:
    browser = Browser(desk_url)
    token = csrf_of(browser.get("/desk/setup").text)
    answer = browser.post("/desk/setup", data={"csrf": token, "token": "made-up", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (403, "setup_link_invalid")


def test_a_missing_field_is_a_plain_400_without_an_echo(desk_url: str) -> None:
    browser = Browser(desk_url)
    token = csrf_of(browser.get("/desk/setup").text)
    answer = browser.post("/desk/setup", data={"csrf": token, "password": "geheim7"})
    assert answer.status_code == 400
    assert "geheim7" not in answer.text


def test_the_session_cookie_is_locked_down(desk_url: str) -> None:
    add_staff("lifang")
    [cookie] = set_cookies(Browser(desk_url).login("lifang"), "xq_desk")
    for flag in ("httponly", "samesite=strict", "path=/desk"):
        assert flag in cookie
    assert "secure" not in cookie
    assert "max-age" not in cookie
    assert "expires" not in cookie


def test_cookies_are_secure_where_the_site_is(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add_staff("lifang")
    monkeypatch.setenv("XINQIAO_SECURE_COOKIES", "true")
    settings_module.settings.cache_clear()
    page = waiting.get(f"{desk_url}/desk/login")
    [form_cookie] = set_cookies(page, "xq_form")
    assert "; secure" in form_cookie
    token = csrf_of(page.text)
    body = {"csrf": token, "login": "lifang", "password": PASSWORD}
    answer = waiting.post(f"{desk_url}/desk/login", data=body, headers={"Cookie": f"xq_form={token}"})
    [step_cookie] = set_cookies(answer, "xq_step")
    for flag in ("; secure", "httponly", "samesite=strict"):
        assert flag in step_cookie
    step = answer.cookies["xq_step"]
    second_step.ready("lifang")
    body = {"csrf": token, "code": second_step.code()}
    cookies = {"Cookie": f"xq_form={token}; xq_step={step}"}
    [cookie] = set_cookies(waiting.post(f"{desk_url}/desk/login/code", data=body, headers=cookies), "xq_desk")
    assert "; secure" in cookie
    forget_process_state()


def test_a_session_planted_before_the_login_is_worth_nothing_after_it(desk_url: str) -> None:
    add_staff("lifang")
    browser = Browser(desk_url)
    browser.login("lifang")
    planted = browser.cookies["xq_desk"]
    victim = Browser(desk_url)
    victim.give_password("lifang")
    victim.cookies.set("xq_desk", planted, path="/desk")
    second_step.ready("lifang")
    [cookie] = set_cookies(victim.give_code(second_step.code()), "xq_desk")
    assert planted.lower() not in cookie
    assert sessions.session_of(planted) is None


def test_a_wrong_password_gives_the_form_again_and_one_answer_for_all_reasons(desk_url: str) -> None:
    add_staff("lifang")
    logins = ("lifang", "nobody", "李芳", "x" * 999)
    answers = [Browser(desk_url).login(login, "wrong password") for login in logins]
    assert {answer.status_code for answer in answers} == {403}
    assert all("登录名或密码不对" in answer.text for answer in answers)
    assert all("wrong password" not in answer.text for answer in answers)
    assert not any(set_cookies(answer, "xq_desk") for answer in answers)


def test_a_flood_of_logins_is_turned_away_and_others_get_through(
    desk_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = staffed(desk_url)

    go_on = threading.Event()

    def slow_login(*_: str, **__: bool) -> None:
        go_on.wait(20)
        raise signin.LoginRefused

    monkeypatch.setattr(signin, "login", slow_login)
    token = csrf_of(Browser(desk_url).get("/desk/login").text)

    def knock(_: int) -> int:
        body = {"csrf": token, "login": "lifang", "password": "x"}
        cookie = {"Cookie": f"xq_form={token}"}
        return waiting.post(f"{desk_url}/desk/login", data=body, headers=cookie, timeout=30).status_code

    with ThreadPoolExecutor(24) as pool:
        knocks = [pool.submit(knock, number) for number in range(24)]
        turned_away = [future.result() for future in itertools.islice(as_completed(knocks), 8)]
        assert turned_away == [429] * 8
        assert browser.get("/desk/api/queue").status_code == 200, "while sixteen logins still wait"
        go_on.set()
        assert sorted(future.result() for future in knocks) == [403] * 16 + [429] * 8


def test_logout_kills_the_session_on_the_server(desk_url: str) -> None:
    browser = staffed(desk_url)
    token = browser.cookies["xq_desk"]
    answer = browser.post("/desk/logout", data={"csrf": browser.csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login")
    assert "xq_desk" not in browser.cookies
    again = waiting.get(f"{desk_url}/desk/api/queue", headers={"Cookie": f"xq_desk={token}"})
    assert again.status_code == 401


def test_who_is_logged_in_is_not_asked_again(desk_url: str) -> None:
    assert staffed(desk_url).get("/desk/login").headers["location"] == "/desk"


def test_a_page_without_a_session_leads_to_the_login(desk_url: str) -> None:
    for path in ("/desk", "/desk/c/whatever", "/desk/undelivered"):
        answer = waiting.get(desk_url + path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login")


def test_a_form_with_the_token_of_another_browser_is_refused(desk_url: str) -> None:
    add_staff("lifang")
    foreign = csrf_of(Browser(desk_url).get("/desk/login").text)
    browser = Browser(desk_url)
    browser.get("/desk/login")
    answer = browser.post("/desk/login", data={"csrf": foreign, "login": "lifang", "password": PASSWORD})
    assert answer.status_code == 403
    assert "xq_desk" not in browser.cookies
