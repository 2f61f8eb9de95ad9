"""An admin's day in Chromium against the real engine: fifty new questions from a file to a worker's phone, and back.

An editor imports, an admin approves, trains and publishes, a worker asks. A question about small cuts passes every rule
for a single FAQ and is refused by the gate, because it would also answer whoever tells of somebody who cuts herself;
then the day is taken back by one press.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from bot.db.states import Role
from bot.knowledge import exporting
from bot.knowledge.exporting import Format
from tests import second_step
from tests.audit.ground import by_hand
from tests.channels.page_ground import write
from tests.console.browsing import log_in, needs_chromium, shot
from tests.console.conftest import chromium as chromium
from tests.console.conftest import watched
from tests.console.ground import PASSWORD, add_staff
from tests.e2e.ground import System, long_one
from tests.e2e.new_matters import OTHER, Matter, cuts, fifty, filled, with_two_faults
from tests.e2e.screens import DESK, a_phone, said

pytestmark = [needs_chromium, long_one]
SOON, TRAINED, SWITCHED = 30_000, 900_000, 240_000  # ms, on a machine that does much else
NEW, USUAL = "风筝班咋报名呀", "试用期最长能定多久"
FIRST = "第 1 版"


@contextmanager
def at_work(chromium: Browser, url: str, login: str, role: Role) -> Iterator[Page]:
    """The page of a new member of staff, logged in."""
    add_staff(login, role)
    with watched(chromium.new_context(viewport=DESK, locale="zh-CN")) as context:
        page = context.new_page()
        page.set_default_timeout(SOON)
        log_in(page, url, login)
        page.wait_for_url("**/desk**")
        yield page


@pytest.fixture
def editor(own: System, chromium: Browser) -> Iterator[Page]:
    with at_work(chromium, own.url, "wenbian", Role.editor) as page:
        yield page


@pytest.fixture
def admin(own: System, chromium: Browser) -> Iterator[Page]:
    with at_work(chromium, own.url, "zongguan", Role.admin) as page:
        yield page


@pytest.fixture
def worker(own: System, chromium: Browser) -> Iterator[Page]:
    with a_phone(chromium, own.url) as page:
        yield page


def test_fifty_questions_from_a_file_to_a_phone_and_back(own: System, editor: Page, admin: Page, worker: Page) -> None:
    matters = fifty()
    new = next(one for one in matters if one.thing == "风筝班")
    template = downloaded(editor, own.url)
    the_report_names_both_rows(editor, filled(template, with_two_faults(matters)))
    another_approves(admin, handed_on(editor, filled(template, matters), 50))
    it_is_not_answered(worker, NEW, new.answer)
    trained(admin, own.url, "通过了，等发布")
    expect(admin.locator("#report")).to_contain_text("新问题 50 条")
    published(admin)
    it_is_answered(worker, NEW, new.answer, "依据：《工会法》第三十二条")
    a_bad_change_is_refused(own, editor, admin, template)
    it_is_answered(worker, NEW, new.answer, "依据：《工会法》第三十二条")
    taken_back(admin)
    it_is_not_answered(worker, NEW, new.answer)
    it_is_answered(worker, USUAL, "依据：《劳动合同法》")


def downloaded(editor: Page, url: str) -> bytes:
    """The template that the page of the import offers."""
    editor.goto(f"{url}/desk/faqs/import")
    with editor.expect_download() as found:
        editor.click("text=下载模板")
    return found.value.path().read_bytes()


def checked(editor: Page, file: bytes) -> None:
    """Chooses a file and has it checked."""
    chosen: FilePayload = {"name": "新问答.xlsx", "mimeType": exporting.TYPES[Format.xlsx], "buffer": file}
    editor.set_input_files("#file", files=[chosen])
    editor.click("#check")


def the_report_names_both_rows(editor: Page, file: bytes) -> None:
    checked(editor, file)
    expect(editor.locator("#summary")).to_contain_text("有 2 处错，一条也没有导入", timeout=TRAINED)
    rows = editor.locator("#faults tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("第 9 行")
    expect(rows.nth(0)).to_contain_text("至少写一条依据")
    expect(rows.nth(1)).to_contain_text("第 21 行")
    expect(rows.nth(1)).to_contain_text(f"已经是另一条（{OTHER}）的问法")
    expect(editor.locator("#import")).to_be_hidden()
    shot(editor, "day-faults")


def handed_on(editor: Page, file: bytes, count: int) -> str:
    """Checks a file without faults and imports it; gives the page of the batch."""
    checked(editor, file)
    expect(editor.locator("#summary")).to_contain_text(f"新的 {count} 条", timeout=TRAINED)
    editor.click("#import")
    expect(editor.locator("h1")).to_have_text(f"一次导入 {count} 条", timeout=TRAINED)
    expect(editor.locator("text=同意，全部马上生效")).to_have_count(0)
    return editor.url


def another_approves(admin: Page, batch: str) -> None:
    admin.goto(batch)
    shot(admin, "day-batch")
    admin.click("text=同意，全部马上生效")
    expect(admin.locator("main")).to_contain_text("没有等审核的。", timeout=TRAINED)


def trained(admin: Page, url: str, end: str) -> None:
    """Presses the button, sees it go on, and waits for that end."""
    admin.goto(f"{url}/desk/training")
    admin.click("#start")
    expect(admin.locator("#progress")).to_be_visible()
    expect(admin.locator("#stages .now")).to_be_visible()
    shot(admin, "day-progress")
    expect(admin.locator("#run-state")).to_have_text(end, timeout=TRAINED)


def published(admin: Page) -> None:
    """Who has been here for a while proves who it is first; nothing is in use before."""
    shot(admin, "day-report")
    expect(admin.locator("#live")).to_have_text(FIRST)
    by_hand("UPDATE staff_session SET proved_at = NULL")
    admin.click("#publish")
    admin.click("#sure-yes")
    second_step.ready("zongguan")
    admin.fill("#password", PASSWORD)
    admin.fill("#code", second_step.code())
    admin.press("#code", "Enter")
    admin.click("#publish")
    admin.click("#sure-yes")
    expect(admin.locator("#live")).to_have_text("第 2 版", timeout=SWITCHED)


def a_bad_change_is_refused(own: System, editor: Page, admin: Page, template: bytes) -> None:
    """Nothing is wrong with it as an FAQ; what it does to a cry for help, only the gate sees."""
    bad = cuts()
    editor.goto(f"{own.url}/desk/faqs/import")
    another_approves(admin, handed_on(editor, filled(template, [bad]), 1))
    trained(admin, own.url, "没通过")
    expect(admin.locator("#reason")).to_contain_text("会被当成普通问题来答")
    expect(admin.locator("#report .bad")).not_to_have_count(0)
    expect(admin.locator("#publish")).to_be_hidden()
    expect(admin.locator("#live")).to_have_text("第 2 版")
    shot(admin, "day-refused")
    withdrawn(editor, own.url, bad)


def withdrawn(editor: Page, url: str, bad: Matter) -> None:
    """It is taken out of use at once, so that it is in no later training."""
    editor.goto(f"{url}/desk/faqs")
    editor.fill("input[name=text]", bad.thing)
    editor.press("input[name=text]", "Enter")
    editor.click(f"td.asks >> text={bad.question}")
    editor.click("text=收回，不再这样答")
    expect(editor.locator("main")).to_contain_text("已收回")


def taken_back(admin: Page) -> None:
    admin.click(f"[aria-label='换回{FIRST}']")
    admin.click("#sure-yes")
    expect(admin.locator("#live")).to_have_text(FIRST, timeout=SWITCHED)
    shot(admin, "day-back")


def it_is_answered(worker: Page, question: str, *words: str) -> None:
    before = said(worker, "bot").count()
    write(worker, question)
    expect(said(worker, "bot")).not_to_have_count(before, timeout=SOON)
    for one in words:
        expect(said(worker, "bot").last).to_contain_text(one)
    shot(worker, "day-answer-phone")


def it_is_not_answered(worker: Page, question: str, answer: str) -> None:
    before = said(worker, "bot").count()
    write(worker, question)
    expect(said(worker, "bot")).not_to_have_count(before, timeout=SOON)
    expect(said(worker, "bot").last).not_to_contain_text(answer)
