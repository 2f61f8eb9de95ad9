"""Units, the wall and identities as people meet them in the browser; on a phone too, by day and by night."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from bot.care import desk
from bot.clock import now
from bot.db.models import StaffSession
from bot.db.session import transaction
from bot.db.states import Role
from tests import second_step
from tests.care.org_ground import a_tree, sits
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import PASSWORD, cry, staff_id_of

pytestmark = needs_chromium


def looks(page: Page, name: str) -> None:
    """Both colour schemes have contrast and fit; a picture of each is kept."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check_reading(page)
        assert page.evaluate(
            "[...document.querySelectorAll('.sheet')].every((one) => one.scrollWidth <= one.clientWidth)"
        )
        shot(page, f"{name}-{scheme}")


def the_panel(page: Page, url: str, conversation: str) -> None:
    """Opens the conversation with its panel in view."""
    page.goto(f"{url}/desk/c/{conversation}")
    expect(page.locator("#pseudonym")).to_be_visible()
    if page.locator("#panel").is_hidden():
        page.click("#panel-toggle")
    expect(page.locator("#unit-open")).to_be_visible()


def test_a_counsellor_asks_a_lead_grants_and_the_identity_stays_in_its_dialog(
    desk_url: str, context: BrowserContext, phone: BrowserContext
) -> None:
    conversation = cry().conversation_id
    page = staff_page(context, desk_url)
    the_panel(page, desk_url, conversation)
    page.click("#who-ask")
    page.fill("#why-reason", "失联两天，要托社区上门看看")
    looks(page, "identity-why")
    page.click("#why-yes")
    expect(page.locator("#panel")).to_contain_text("等督导批准")
    lead = staff_page(phone, desk_url, "wangqiang", Role.lead)
    expect(lead.locator("#asked")).to_have_text("身份申请 1")
    lead.click("#asked")
    lead.fill("textarea", "同意，只给社区用")
    looks(lead, "identity-requests-phone")
    lead.click("text=批准 >> nth=-1")
    expect(lead.locator("main")).to_contain_text("没有在等的申请")
    with transaction() as session:
        session.execute(update(StaffSession).values(proved_at=now() - timedelta(minutes=6)))
    the_panel(page, desk_url, conversation)
    page.click("#who-look")
    expect(page.locator("#proof-password")).to_be_focused()
    second_step.ready("lifang")
    page.fill("#proof-password", PASSWORD)
    page.fill("#proof-code", second_step.code())
    looks(page, "identity-proof")
    page.press("#proof-code", "Enter")
    expect(page.locator("#who-facts")).to_contain_text("worker-1")
    looks(page, "identity-who")
    page.keyboard.press("Escape")
    expect(page.locator("#who-facts")).to_be_empty()
    assert "worker-1" not in page.content()


def test_a_unit_that_builds_the_wall_takes_the_conversation_from_the_screen(
    desk_url: str, phone: BrowserContext, context: BrowserContext
) -> None:
    tree, conversation = a_tree(), cry().conversation_id
    page = staff_page(phone, desk_url)
    sits(staff_id_of("lifang"), tree.east, tree.factory)
    other = staff_page(context, desk_url, "wangqiang")
    desk.claim(conversation, staff_id_of("lifang"))
    the_panel(page, desk_url, conversation)
    page.click("#unit-open")
    page.fill("#unit-find", "红星")
    page.select_option("#unit-choice", tree.factory)
    looks(page, "unit-choice-phone")
    page.click("#unit-yes")
    expect(page.locator("#taken-dialog")).to_be_visible()
    expect(page.locator("#taken-text")).to_contain_text("不再由你来陪")
    looks(page, "unit-taken-phone")
    page.click("#taken-yes")
    expect(page.locator("#queue-empty")).to_be_visible()
    assert "我在楼顶" not in page.content()
    expect(other.locator('section[data-group="waiting"] .row.alarm')).to_have_count(1)


def test_an_admin_keeps_the_tree_and_gives_a_person_their_part(
    desk_url: str, context: BrowserContext, phone: BrowserContext
) -> None:
    tree = a_tree()
    page = staff_page(context, desk_url, "boss", Role.admin)
    page.goto(f"{desk_url}/desk/units")
    page.fill("#name", "北街食品厂")
    page.select_option("#parent", tree.east)
    page.click("text=加上")
    expect(page.locator(".unit")).to_have_count(8)
    page.click(f"#unit-{tree.factory} summary")
    looks(page, "units")
    page.set_viewport_size({"width": 390, "height": 844})
    looks(page, "units-phone")
    staff_page(phone, desk_url)
    page.goto(f"{desk_url}/desk/people/{staff_id_of('lifang')}")
    page.select_option("#unit", tree.east)
    page.select_option("#employer", tree.factory)
    page.click("text=改范围")
    expect(page.locator("#employer-now")).to_contain_text("红星机械厂")
    looks(page, "person-unit-phone")
