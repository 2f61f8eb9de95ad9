"""Leaving a word of its own in every input of a running system: fields, channels, pages; while it is broken, too."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import select

from bot import texts
from bot.care import desk, ratings
from bot.db.models import CareCase, Conversation
from bot.db.rating_models import Rating, RatingMessage
from bot.db.session import reading, transaction
from bot.db.states import Author, Role
from bot.db.thread import add_outgoing
from tests.chromium import ARGS, CHROMIUM
from tests.e2e.canary import HAN, Canaries
from tests.e2e.ground import Chatter, System
from tests.hostile import others
from tests.hostile.case_samples import number_of
from tests.hostile.fields import Kind
from tests.hostile.ground import World
from tests.hostile.pushing import push, sample_of, targets
from tests.hostile.sample import conversation_of, cry
from tests.waiting import until

CRY = "活着没意思，想一了百了"
ONLY_LETTERS = {"POST /desk/people login", "POST /desk/replies code"}
TABLES = (  # those that are gone together
    ("message", "inbox", "thread_note", "case_event", "alarm_mark", "canned_reply"),
    ("staff", "staff_session", "notice_address", "triage_release", "union_unit"),
    ("plan_step", "staff_task", "referral", "identity_request", "debrief", "audit_entry"),
)
CRIES = "POST /api/chat/messages text"
ADDRESS = "POST /desk/rota/api/add_address url"
STORAGE = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href, window.name,
  await indexedDB.databases(), await caches.keys().catch(() => []),
])"""


@dataclass
class Leaving:
    """Who leaves words where."""

    world: World
    canaries: Canaries
    peer: str  # the address of somebody's notices, to which a word can be added

    def in_all_fields(self, meanwhile: contextlib.AbstractContextManager[None] | None = None) -> None:
        """One word in each field of each route, all else as it should be; `meanwhile` something may be broken."""
        found = targets(self.world, {Kind.text, Kind.texts})
        ready = [(one, name, sample_of(self.world, one)) for one, name in found]
        with meanwhile or contextlib.nullcontext():
            for one, name, sample in ready:
                field = f"{one.route} {name}"
                word = self.canaries.word(field, plain=field in ONLY_LETTERS)
                before = {CRIES: f"{CRY}，", ADDRESS: self.peer}.get(field, "")
                push(self.world, one, name, before + word, sample)

    def by_telegram(self) -> None:
        """In every place of an update."""
        for content in others.updates(self.canaries.word("telegram")):
            self.world.telegram.shares(71_000, **content)
        until(lambda: not self.world.telegram.waiting, 60)

    def by_talking(self) -> None:
        """In a cry for help and in the answers to all that is asked after it, by the real engine and its actions."""
        worker = Chatter(self.world.url)
        for line in (CRY, "", "", "我想写个安全计划", "", "", "找真人", "导出我的记录"):
            worker.ask(f"{line}{self.canaries.word('talk')}" if line[:1] != "导" else line, 30)
        worker.client.get("/api/chat/export", params={"format": "json"})
        Chatter(self.world.url).ask(
            f"我在楼顶，现在就跳下去，{self.canaries.word('imminent')}", 30
        )  # calls who is on duty

    def by_address(self) -> None:
        """In paths, queries, headers and cookies, and in bodies that cannot be read."""
        word = self.canaries.word("address")
        with httpx.Client(base_url=self.world.url, timeout=20, trust_env=False) as client:
            for _ in others.by_address(client, word):
                pass
            client.post("/api/chat/session", json={})
            for body in (f'{{"text": "{word}"', json.dumps({"text": [word], word: 1}), word * 9000):
                for path in ("/api/chat/messages", "/desk/api/search", "/desk/login", "/csp-report"):
                    client.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
            report = {"csp-report": {"effective-directive": "img-src", "document-uri": word, "script-sample": word}}
            client.post("/csp-report", json=report)

    def by_rating(self) -> None:
        """In the words that a worker adds to a rating: asked here, because the question waits for a calm moment."""
        worker = Chatter(self.world.url)
        worker.ask(CRY, 30)
        _ask_for_a_rating(conversation_of(worker.client))
        for title in ("帮上一些", "想多说一句"):
            worker.press(title)
            until(lambda: not worker.is_waiting(), 30)
        worker.ask(f"{HAN}，谢谢他", 30)  # the mark alone: with letters and digits it sounds distressed to the model
        with reading() as session:
            assert session.execute(select(RatingMessage.message_id).where(RatingMessage.is_words)).all(), "words to it"

    def while_broken(self, system: System) -> None:
        """With the tables gone, the engine down, the actions down."""
        self.world.telegram.says(71_001, self.canaries.word("telegram, no tables"))
        for tables in TABLES:
            self.in_all_fields(without_tables(system.data_dir / "xinqiao.db", tables))
        for victim in ("engine", "actions"):
            until(lambda name=victim: _child(system, name), 60)
            system.kill(victim)
            worker = Chatter(self.world.url)
            worker.ask(f"{CRY}，{self.canaries.word(f'without {victim}')}", 30)
            worker.ask(f"加班工资怎么算{self.canaries.word(f'without {victim}')}", 30)

    def by_worker_page(self, page: Page) -> None:
        """Sent, and unsent while the line is down."""
        page.goto(self.world.url)
        expect(page.locator("#log")).to_have_attribute("aria-busy", "false")
        page.fill("#text", self.canaries.word("worker page"))
        page.press("#text", "Enter")
        expect(page.locator("#list .bubble").nth(1)).to_be_visible(timeout=30_000)
        page.fill("#text", self.canaries.word("worker page, not sent"))

    def by_desk_page(self, page: Page) -> None:
        """Reply, note, search, a reply and an outcome that are not sent."""
        conversation = cry().conversation_id
        desk.claim(conversation, self.world.id_of(Role.lead), confirmed=True)
        page.goto(f"{self.world.url}/desk/c/{conversation}")
        page.fill("#reply", self.canaries.word("desk page reply"))
        page.click("#send")
        expect(page.locator("#reply")).to_have_value("")
        page.click("#note-open")
        page.fill("#note", self.canaries.word("desk page note"))
        page.click("#note-save")
        expect(page.locator("#note")).to_have_value("")
        page.fill("#find", self.canaries.word("desk page search"))
        page.click("#close")
        page.fill("#outcome", self.canaries.word("desk page outcome, not sent"))
        page.keyboard.press("Escape")
        page.fill("#reply", self.canaries.word("desk page reply, not sent"))
        self.by_case_page(page, number_of(conversation))

    def by_case_page(self, page: Page, number: str) -> None:
        """A step of the plan, and a referral that is not sent."""
        page.goto(f"{self.world.url}/desk/case/{number}")
        page.fill("form[action$='/plan'] [name=text]", self.canaries.word("case page plan"))
        page.click("form[action$='/plan'] button")
        page.wait_for_url("**#plan")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.fill("form[action$='/refer'] [name=name]", self.canaries.word("case page referral, not sent"))
        page.fill("form[action$='/refer'] [name=text]", self.canaries.word("case page reason, not sent"))


def _ask_for_a_rating(conversation_id: str) -> None:
    """The question, as the scheduler asks it once it is calm."""
    text = texts.get("rating_ask")
    with transaction() as session:
        found = session.get_one(Conversation, conversation_id)
        case = session.execute(select(CareCase.id).where(CareCase.conversation_id == found.id)).scalars().first()
        marks = {"event": ratings.EVENT}
        asked = add_outgoing(session, found, Author.bot, text.text, buttons=text.buttons, marks=marks)
        session.add(Rating(message_id=asked.id, conversation_id=found.id, case_id=case))


def _child(system: System, name: str) -> bool:
    with contextlib.suppress(Exception):  # between its death and its next start
        return system.child(name).is_running()
    return False


@contextlib.contextmanager
def without_tables(path: Path, names: tuple[str, ...]) -> Iterator[None]:
    """The tables under other names while the block lasts: every statement of the gateway on them fails."""
    _rename(path, [(name, f"{name}_away") for name in names])
    try:
        yield
    finally:
        _rename(path, [(f"{name}_away", name) for name in names])


def _rename(path: Path, renames: list[tuple[str, str]]) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as database:
        database.execute("PRAGMA legacy_alter_table=ON")  # or references and triggers would follow the new name
        for one, other in renames:
            database.execute(f"ALTER TABLE {one} RENAME TO {other}")


def kept_browser(playwright: Playwright, profile: Path, url: str, cookies: dict[str, str]) -> BrowserContext:
    """A browser that keeps on disk what browsers keep."""
    context = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=ARGS)
    if cookies:
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    return context
