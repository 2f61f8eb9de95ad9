"""Binding a telephone, the own account and the staff page in Chromium, on both screens."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.db.states import Role
from bot.staff import accounts, people, sessions
from tests import second_step
from tests.console.browsing import check_reading, needs_chromium, shot
from tests.console.ground import PASSWORD, add_staff

pytestmark = needs_chromium
SCREENS = ("context", "phone")


def begin(page: Page, url: str, login: str) -> None:
    """Gives the password."""
    page.goto(f"{url}/desk/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_telephone_is_bound_with_the_keyboard_alone(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(screen).new_page()
    accounts.set_password(accounts.add("lifang", "李芳", Role.counsellor), PASSWORD)
    begin(page, desk_url, "lifang")
    expect(page.locator("#code")).to_be_focused()
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 180  # what a telephone can read
    check_reading(page)
    shot(page, f"bind-{screen}")
    secret = second_step.offered(page.content())
    assert secret
    page.keyboard.type(second_step.code(secret))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    check_reading(page)
    shot(page, f"codes-{screen}")
    page.click("#go-on")
    expect(page.locator("#line")).to_have_text("实时")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_code_page_says_what_is_wrong_and_takes_a_recovery_code(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(screen).new_page()
    accounts.set_password(accounts.add("lifang", "李芳", Role.counsellor), PASSWORD)
    codes = second_step.bind("lifang")
    begin(page, desk_url, "lifang")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("验证码不对")
    check_reading(page)
    shot(page, f"code-{screen}")
    page.fill("#code", codes[0])
    page.keyboard.press("Enter")
    expect(page.locator("#line")).to_have_text("实时")
    page.click(".me summary")
    page.click("text=账号与登录")
    expect(page.locator("#codes-left")).to_have_text("9")


@pytest.mark.parametrize("screen", SCREENS)
def test_an_admin_adds_changes_and_shuts_out_after_a_proof(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    context: BrowserContext = request.getfixturevalue(screen)
    for login, role in (("boss", Role.admin), ("lifang", Role.counsellor), ("wangqiang", Role.lead)):
        add_staff(login, role)
    page = context.new_page()
    begin(page, desk_url, "boss")
    page.fill("#code", second_step.code())
    page.keyboard.press("Enter")
    page.click(".me summary")
    page.click(".menu >> text=人员")
    page.fill("#login", "zhaomin")
    page.fill("#name", "赵敏")
    page.select_option("#role", "auditor")
    shot(page, f"people-{screen}")
    check_reading(page)
    page.click("text=添加，生成设置链接")
    expect(page.locator("#link")).to_contain_text("/desk/setup#")
    check_reading(page)
    shot(page, f"link-{screen}")
    page.click("text=好了")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.click("td >> text=李芳")
    page.select_option("#role", "lead")
    page.click("text=改角色")
    expect(page.locator("#role-now")).to_have_text("督导")
    check_reading(page)
    shot(page, f"person-{screen}")
    page.click("button:text-is('停用')")
    expect(page.locator("#state")).to_have_text("已停用")
    assert people.find(people.id_of("lifang")).disabled
    page.click("nav >> text=账号")
    expect(page.locator("h1")).to_have_text("我的账号")
    check_reading(page)
    shot(page, f"account-{screen}")


@pytest.mark.parametrize("screen", SCREENS)
def test_who_has_been_here_a_while_proves_again_and_comes_back(
    desk_url: str, screen: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: Page = request.getfixturevalue(screen).new_page()
    add_staff("boss", Role.admin)
    begin(page, desk_url, "boss")
    page.fill("#code", second_step.code())
    page.keyboard.press("Enter")
    expect(page.locator("#line")).to_have_text("实时")
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "PROOF_LASTS", sessions.PROOF_LASTS * 0)
        page.goto(f"{desk_url}/desk/people")
        expect(page.locator("text=添加，生成设置链接")).to_have_count(0)
        check_reading(page)
        shot(page, f"people-unproved-{screen}")
        page.click("text=验证身份")
        expect(page.locator("#password")).to_be_focused()
    check_reading(page)
    shot(page, f"prove-{screen}")
    second_step.ready("boss")
    page.fill("#password", PASSWORD)
    page.fill("#code", second_step.code())
    page.keyboard.press("Enter")
    expect(page.locator("text=添加，生成设置链接")).to_be_visible()
    assert page.url.endswith("/desk/people")
