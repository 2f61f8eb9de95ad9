"""axe-core finds nothing serious on any page, with a demo's data, on both screens, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.care import desk as care_desk
from bot.db.states import Owner, Role
from bot.demo import editing
from bot.demo.staff import PEOPLE, ids
from bot.knowledge import batches, revisions
from bot.level import Level
from tests import axe
from tests.console.browsing import needs_chromium, shot
from tests.console.conftest import chromium as chromium
from tests.console.conftest import watched
from tests.console.test_rights import declared, routes
from tests.demo.conftest import Demo

pytestmark = needs_chromium
SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
NO_PAGES = ("/api/", "/events", "/static/", "/template", "/desk/login/code")  # a file; half a login


def pages() -> list[tuple[str, Role | None]]:
    """The address of every page of the desk, and a role that may see it; None for a public one."""
    found = []
    for route in routes():
        path = str(route.path)
        if "GET" in (route.methods or ()) and not any(part in path or path.endswith(part) for part in NO_PAGES):
            [roles] = declared(route)
            found.append((path, None if roles is None else next(role for role in ORDER if role in roles)))
    return found


ORDER = (Role.admin, Role.lead, Role.counsellor, Role.auditor, Role.editor)
PAGES = pages()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with watched(chromium.new_context(locale="zh-CN", viewport=SCREENS["desktop"])) as context:  # type: ignore[arg-type]
        yield context


def enter(page: Page, url: str, role: Role, password: str) -> None:
    login = next(login for login, (_, has) in PEOPLE.items() if has == role)
    page.goto(f"{url}/desk/login")
    page.fill("#login", login)
    page.fill("#password", password)
    page.press("#password", "Enter")
    expect(page.locator("body.desk")).to_be_visible()


def places() -> dict[str, str]:
    """What stands in the addresses: somebody whom a counsellor accompanies, a member of staff."""
    held = next(row for row in care_desk.queue() if row.owner == Owner.counsellor and row.level == Level.imminent)
    found = {"conversation_id": held.conversation_id, "number": str(held.number), "staff_id": ids()["chenjing"]}
    draft = revisions.pending(editing.CHANGED)[0].id
    return found | {"faq_id": editing.CHANGED, "revision_id": str(draft), "batch_id": batches.listing()[0].id}


def check(page: Page, name: str, selector: str | None = None) -> list[str]:
    """What is wrong on both screens in both schemes, without loading the page anew."""
    faults = []
    for screen, size in SCREENS.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            faults += [f"{name} {screen} {scheme}: {fault}" for fault in axe.grave_faults(page, selector)]
            shot(page, f"axe{name.replace('/', '-')}-{screen}-{scheme}")
    return faults


def check_dialogs(page: Page, name: str) -> list[str]:
    """The same for each dialog, opened by itself."""
    faults = []
    for number in range(page.locator("dialog").count()):
        dialog = page.locator("dialog").nth(number)
        dialog.evaluate("one => one.showModal()")
        faults += check(page, f"{name}#{dialog.get_attribute('id')}", f"#{dialog.get_attribute('id')}")
        dialog.evaluate("one => one.close()")
    return faults


@pytest.mark.parametrize("role", [None, *sorted({role for _, role in PAGES if role})])
def test_no_page_of_the_desk_has_a_serious_fault(
    in_demo: Demo, desk: str, context: BrowserContext, role: Role | None
) -> None:
    page = context.new_page()
    if role is not None:
        enter(page, desk, role, in_demo.password)
    faults = []
    for path in [path for path, needed in PAGES if needed == role]:
        page.set_viewport_size(SCREENS["desktop"])  # type: ignore[arg-type]
        page.goto(desk + path.format(**places()))
        if page.locator("#line").count():
            expect(page.locator("#line")).to_have_text("实时")
            expect(page.locator(".row").first).to_be_visible()
        faults += check(page, path.partition("{")[0]) + check_dialogs(page, path.partition("{")[0])
    assert faults == []


def test_the_parts_of_a_conversation_that_open_have_no_serious_fault(
    in_demo: Demo, desk: str, context: BrowserContext
) -> None:
    page = context.new_page()
    enter(page, desk, Role.lead, in_demo.password)
    page.goto(f"{desk}/desk/c/{places()['conversation_id']}")
    expect(page.locator(".bubble").first).to_be_visible()
    page.click("#note-open")
    page.click(".me summary")
    for summary in page.locator(".why summary").all():
        summary.click()
    faults = check(page, "/opened")
    page.click(".me summary")
    page.click("#panel-toggle")
    assert faults + check(page, "/panel") == []


def test_the_workers_page_has_no_serious_fault(in_demo: Demo, desk: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(desk)
    expect(page.locator("#intro")).to_be_visible()
    faults = check(page, "/chat-new")
    page.fill("#text", "活着没意思，不想活了")
    page.click("#send")
    expect(page.locator("#list")).to_contain_text("机器人", timeout=20_000)
    faults += check(page, "/chat") + check_dialogs(page, "/chat")
    assert faults == []


def test_axe_is_not_blind(in_demo: Demo, desk: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{desk}/desk/login")
    page.evaluate("document.querySelector('label[for=login]').remove()")
    assert any(fault.startswith("label") for fault in axe.grave_faults(page))
