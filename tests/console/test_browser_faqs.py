"""The pages of FAQs as two editors meet them: writing with a live preview, reviewing, importing a file with faults."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.db.states import Role
from bot.knowledge import exporting, faqs
from bot.knowledge.exporting import Format
from tests.console.browsing import check_reading, log_in, needs_chromium, shot
from tests.console.ground import add_staff
from tests.knowledge.ground import good

pytestmark = needs_chromium
SLOW = 120_000  # ms: other work on the machine


def editor_page(context: BrowserContext, url: str, login: str) -> Page:
    """A page of a new editor, at the list."""
    add_staff(login, Role.editor)
    context.clear_cookies()
    page = context.new_page()
    log_in(page, url, login)
    expect(page.locator("h1")).to_have_text("问答", timeout=SLOW)
    return page


def write(page: Page) -> None:
    """Fills the editor in, but for one wording too few."""
    content = good()
    page.get_by_label("主题").select_option("union")
    page.fill("#question", content.question)
    page.fill("#variants", "\n".join(content.variants[:7]))
    page.fill("#answer", content.answer)
    page.fill("#basis", "工会法|第六条")


@pytest.mark.parametrize("screen", ["context", "phone"])
def test_one_writes_while_the_page_checks_and_another_approves(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    faqs.seed()
    context = request.getfixturevalue(screen)
    page = editor_page(context, desk_url, "wordone")
    shot(page, f"faq-list-{screen}")
    page.click("text=写一条新的")
    write(page)
    expect(page.locator("#verdict")).to_contain_text("至少 8 句", timeout=SLOW)
    expect(page.locator("#preview")).to_contain_text("带上身份证")
    expect(page.locator("#preview")).to_contain_text("职工热线")
    check_reading(page)
    shot(page, f"faq-edit-{screen}")
    page.check("#empty")
    expect(page.locator("#preview")).not_to_contain_text("职工热线")
    page.fill("#variants", "\n".join(good().variants))
    expect(page.locator("#verdict")).to_have_text("没有发现问题。", timeout=SLOW)
    page.click("text=送审")
    expect(page.locator("main")).to_contain_text("等另一位同事来审", timeout=SLOW)
    draft = page.url

    page = editor_page(context, desk_url, "wordtwo")
    page.goto(draft)
    check_reading(page)
    shot(page, f"faq-review-{screen}")
    page.click("text=同意，马上生效")
    expect(page.locator(".badge").first).to_have_text("已生效", timeout=SLOW)


def test_a_file_with_two_faults_is_mended_handed_on_and_approved(desk_url: str, phone: BrowserContext) -> None:
    page = editor_page(phone, desk_url, "wordone")
    page.click("text=从文件导入")

    def choose(content: bytes) -> None:
        file = {"name": "问答.xlsx", "mimeType": exporting.TYPES[Format.xlsx], "buffer": content}
        page.set_input_files("#file", files=[file])  # type: ignore[list-item]
        page.click("#check")

    choose(exporting.written([good(), good("木桥券", answer=""), good("纸鸢证", topic="astrology")], Format.xlsx))
    expect(page.locator("#summary")).to_contain_text("有 2 处错", timeout=SLOW)
    expect(page.locator("#faults")).to_contain_text("回答不能空着")
    check_reading(page)
    shot(page, "faq-import-faults-phone")
    choose(exporting.written([good(), good("木桥券")], Format.xlsx))
    expect(page.locator("#summary")).to_contain_text("新的 2 条", timeout=SLOW)
    page.click("#import")
    expect(page.locator("h1")).to_have_text("一次导入 2 条", timeout=SLOW)
    batch = page.url
    page = editor_page(phone, desk_url, "wordtwo")
    page.goto(batch)
    shot(page, "faq-batch-phone")
    page.click("text=同意，全部马上生效")
    expect(page.locator("main")).to_contain_text("没有等审核的。", timeout=SLOW)
    assert "身份证" in faqs.render(faqs.menu("union").buttons[0].payload.split('"')[3]).text
