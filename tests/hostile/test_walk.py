"""Hostile text in every field, then a walk through all pages of all roles: it is text there, and nothing of it acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.care import desk, identity, speaking
from bot.console import guard, render
from bot.db.states import Role
from bot.knowledge import batches, revisions
from tests.console.browsing import needs_chromium
from tests.console.conftest import chromium as chromium
from tests.hostile import others, payloads
from tests.hostile.case_samples import number_of
from tests.hostile.fields import Kind
from tests.hostile.ground import World, world
from tests.hostile.pushing import Outcome, everything
from tests.hostile.sample import conversation_of, talk
from tests.knowledge.ground import good
from tests.waiting import until

SHOWN = payloads.MARKUP["script"]
NAMES = {
    Role.counsellor: payloads.MARKUP["image"],
    Role.lead: payloads.MARKUP["svg"],
    Role.admin: payloads.MARKUP["script"],
    Role.editor: payloads.MARKUP["short"],
    Role.auditor: payloads.MARKUP["in-script"],
}
SKIPPED = {"/desk/setup", "/desk/login", "/desk/login/code"}  # who is logged in is led away
ACTING = "[onerror],[onload],[onfocus],[onclick],[onmouseover],[oncut],iframe,base,object,meta[http-equiv]"
TEXT = "document.body.innerText + [...document.querySelectorAll('textarea,input')].map((one) => one.value)"


@dataclass
class Watch:
    """What a browser did that it should not have."""

    home: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watches all pages of the browser."""
        context.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("request", lambda request: self._went(request.url))

    def _went(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "about:")):
            self.faults.append(f"request to {url[:60]}")


@contextmanager
def browsing(chromium: Browser, here: World, cookies: dict[str, str], watch: Watch) -> Iterator[Page]:
    """A page of a browser that has these cookies."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": name, "value": value, "url": here.url} for name, value in cookies.items()])
    watch.over(context)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def look(page: Page, watch: Watch) -> str:
    """Opens what can be opened, and looks whether anything acts; gives the text that is shown."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    if page.evaluate("window.__ran") is not None:
        watch.faults.append(f"{page.url}: it ran")
    if page.evaluate(f'document.querySelectorAll("{ACTING}").length'):
        watch.faults.append(f"{page.url}: markup")
    expect(page.locator("main, .card, #log").first).to_be_visible()
    return str(page.evaluate(TEXT))


def paths(here: World, role: Role) -> list[str]:
    """All pages that this role may open."""
    assert here.visitor is not None
    conversations, staff = [talk(here), conversation_of(here.visitor)], [here.id_of(one) for one in Role]
    places = {"conversation_id": conversations, "staff_id": staff, "number": [number_of(talk(here))]}
    drafts = revisions.pending()[-3:]
    places |= {"faq_id": [one.faq_id for one in drafts], "revision_id": [str(one.id) for one in drafts]}
    places |= {"batch_id": [one.id for one in batches.listing()]}
    found = []
    for route in iter_route_contexts(here.app.routes):
        path = str(route.path)
        is_page = path.startswith("/desk") and "GET" in (route.methods or ()) and "/api/" not in path
        if not is_page or path in SKIPPED or "/static/" in path or path.endswith(("events", "/template")):
            continue
        calls = [dependency.call for dependency in route.dependant.dependencies]
        if any(role in guard.DECLARED.get(call, ()) for call in calls):
            names = [name for name in places if f"{{{name}}}" in path]
            found += [path.format(**{names[0]: one}) for one in places[names[0]]] if names else [path]
    return found


def fill(here: World, folder: Path) -> None:
    """Puts hostile text wherever it can be put, and has the bot and a counsellor say it to the worker."""
    everything(here, {Kind.text, Kind.texts}, payloads.MARKUP, Outcome())
    others.by_telegram(here, payloads.FEW)
    others.by_faq(folder, payloads.MARKUP)
    assert here.visitor is not None
    for label in payloads.MARKUP:
        here.engine.reply = [{"custom": {"faq": f"{others.FAQ}-{label}"}}]
        here.visitor.post("/api/chat/messages", json={"client_id": f"faq-{label}", "text": "问"})
        here.settle()
    conversation, admin = conversation_of(here.visitor), here.id_of(Role.admin)
    desk.claim(conversation, admin, confirmed=True)
    for text in payloads.MARKUP.values():
        speaking.reply(conversation, admin, text)
    refuse_the_identity(here)
    batches.save(here.id_of(Role.editor), [good(question=SHOWN, answer=SHOWN, id="hostile")])


def refuse_the_identity(here: World) -> None:
    """The admin asked who a worker is; a lead said no, and why: the panel tells it."""
    identity.ask(talk(here), here.id_of(Role.admin), SHOWN)
    [asked] = [one.id for one in identity.open_requests(here.id_of(Role.lead)) if one.conversation_id == talk(here)]
    identity.decide(asked, here.id_of(Role.lead), False, SHOWN)


def use_the_desk(page: Page, here: World, watch: Watch) -> None:
    """Opens everything beside a thread that shows somebody's text."""
    page.goto(f"{here.url}/desk/c/{talk(here)}")
    expect(page.locator("#thread")).to_contain_text(SHOWN)
    if page.get_attribute("#panel-toggle", "aria-expanded") == "false":
        page.click("#panel-toggle")
    expect(page.locator("#panel")).to_contain_text(f"没有批准：{SHOWN}", timeout=20_000)
    page.click("#canned-open")
    expect(page.locator("#canned li").first).to_be_visible()
    page.keyboard.press("Escape")
    page.click("#invite")
    expect(page.locator("#colleagues li").first).to_be_visible()
    look(page, watch)
    page.click("#invite-dialog button[value=no]")
    expect(page.locator("#invite-dialog")).to_be_hidden()
    page.fill("#find", "script")
    expect(page.locator("#found li").first).to_be_visible()
    look(page, watch)
    page.fill("#reply", "我在")
    page.click("#send")
    expect(page.locator("#reply")).to_have_value("")


@needs_chromium
def test_hostile_text_in_every_field_is_text_on_every_page_of_every_role(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chromium: Browser
) -> None:
    with world(monkeypatch, NAMES) as here:
        watch = Watch(here.url)
        fill(here, tmp_path / "faq")
        shown: dict[str, str] = {}
        for role in Role:
            with browsing(chromium, here, {"xq_desk": here.enter(role).token}, watch) as page:
                for path in paths(here, role):
                    page.goto(here.url + path)
                    shown[f"{role} {path}"] = look(page, watch)
                if role == Role.admin:
                    use_the_desk(page, here, watch)
        assert here.visitor is not None
        with browsing(chromium, here, {"xq_chat": here.visitor.cookies["xq_chat"]}, watch) as page:
            page.goto(here.url)
            expect(page.locator("#log")).to_have_attribute("aria-busy", "false")
            assert SHOWN in look(page, watch)
        assert watch.faults == []
        assert not here.violations.counts
        assert len(shown) > 25
        case = f"/desk/case/{number_of(talk(here))}"
        for path in (
            "/desk/people",
            "/desk/replies",
            "/desk/units",
            "/desk/identity",
            "/desk/todo",
            "/desk/faqs/review",
            case,
        ):
            assert any(SHOWN in shown.get(f"{role} {path}", "") for role in (Role.admin, Role.lead)), path


@needs_chromium
def test_the_walk_would_see_text_that_acts(database: Path, monkeypatch: pytest.MonkeyPatch, chromium: Browser) -> None:
    monkeypatch.setattr(render._templates, "autoescape", False)
    monkeypatch.setattr(render._templates, "cache", None)  # what was compiled before escapes
    with world(monkeypatch, NAMES) as here:
        watch = Watch(here.url)
        here.staff(Role.editor)
        with browsing(chromium, here, {"xq_desk": here.enter(Role.editor).token}, watch) as page:
            page.goto(f"{here.url}/desk/account")
            look(page, watch)
            until(lambda: here.violations.counts, 10)
        assert any("markup" in fault for fault in watch.faults)
