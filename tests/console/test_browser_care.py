"""What a counsellor sees of triage and care: the why-card with its marks, and the case panel; on a phone too."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot.care import marks, panel
from bot.db.care_models import CaseAnswer, Consent, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import CareCase, CaseEvent, Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import AgeBand, Category, Purpose, Verdict
from bot.level import Level
from tests.care.test_cases import staff
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import cry, write

pytestmark = needs_chromium
SCREENS = ("context", "phone")


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> tuple[str, BrowserContext]:
    """A wide screen and a phone, each with its name."""
    return str(request.param), request.getfixturevalue(request.param)


def opened(screen: BrowserContext, url: str, conversation: str) -> Page:
    """A counsellor's page with one conversation."""
    page = staff_page(screen, url)
    page.goto(f"{url}/desk/c/{conversation}")
    expect(page.locator("#pseudonym")).to_be_visible()
    return page


def known(conversation_id: str) -> None:
    """Everything the panel can show of a worker."""
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        conversation.drill, conversation.person.age_band = True, AgeBand.minor
        case = session.execute(select(CareCase)).scalar_one()
        case.kind = "third_person"
        facts = {"conversation_id": conversation_id, "person_id": conversation.person_id}
        session.add(CareCase(number="配对", category=Category.rights, level=Level.low, paired_with=case.id, **facts))
        for question, answer, level in (("safe_now", "no", Level.imminent), ("method", "skip", None)):
            session.add(CaseAnswer(case_id=case.id, question=question, answer=answer, level=level))
        person = conversation.person_id
        session.add(Consent(person_id=person, purpose=Purpose.emergency, wording="x"))
        session.add(EmergencyContact(person_id=person, body="表姐，在厂门口开小卖部"))
        session.add(MoodEntry(person_id=person, body=json.dumps({"mood": 2})))
        plan = {"signs": "连着几晚睡不着", "people": "同屋的老乡", panel.SHARED: True}
        session.add(SafetyPlan(person_id=person, body=json.dumps(plan)))


def test_the_why_card_tells_words_scope_and_the_models_part_and_takes_a_mark(
    desk_url: str, screen: tuple[str, BrowserContext]
) -> None:
    name, context = screen
    accepted = cry("我同屋说他不想活了，我昨天还劝他，我自己也撑不下去了")
    page = opened(context, desk_url, accepted.conversation_id)
    card = page.locator(".bubble.worker .why").first
    card.locator("> summary").click()
    expect(card.locator(".reasons .level").first).to_have_text("高危")
    assert "别人" in card.locator(".reasons .scope").all_inner_texts()
    check_reading(page)
    shot(page, f"why-{name}")
    card.get_by_label("误报，判重了").check()
    card.get_by_label("应当是").select_option("low")
    card.get_by_label("为什么").fill("劝人的人")
    card.get_by_text("记下", exact=True).click()
    expect(card.locator(".marks")).to_have_text("李芳：误报，应当是“关注”。劝人的人")
    expect(card.locator("> summary")).to_contain_text("误报")
    expect(card.get_by_text("改成这样")).to_be_visible()
    card.locator(".mark").scroll_into_view_if_needed()
    check_reading(page)
    shot(page, f"marks-{name}")
    (mark,) = marks.of_conversation(accepted.conversation_id)
    assert (mark.verdict, mark.level) == (Verdict.wrong, Level.low)


def test_the_models_part_is_named_as_such(desk_url: str, context: BrowserContext) -> None:
    conversation = cry("我真的不想活了，活着太累").conversation_id
    page = opened(context, desk_url, conversation)
    page.locator(".why > summary").first.click()
    model = page.locator(".reasons .model")
    expect(model).to_contain_text("模型的看法")
    expect(model).to_contain_text("概率")


def test_a_message_without_an_alarm_can_be_marked_as_missed_by_keyboard_alone(
    desk_url: str, context: BrowserContext
) -> None:
    cry()
    conversation = write("今天食堂的面不错").conversation_id
    page = opened(context, desk_url, conversation)
    card = page.locator(".bubble.worker .why").last
    card.locator("> summary").focus()
    for key in ("Enter", "Tab", "Space", "Tab", "Tab", "Tab", "Enter"):  # open, choose, past level and note
        page.keyboard.press(key)
    expect(card.locator(".marks")).to_have_text("李芳：漏报，应当是“高危”")


def test_a_colleagues_mark_appears_by_itself(desk_url: str, context: BrowserContext) -> None:
    accepted = cry()
    page = opened(context, desk_url, accepted.conversation_id)
    page.locator(".why > summary").click()
    with reading() as session:
        key = session.execute(select(Message.id)).scalar_one()
    marks.give(accepted.conversation_id, key, staff("王强"), Verdict.right)
    expect(page.locator(".marks")).to_have_text("王强：判得对")
    expect(page.get_by_text("记下", exact=True)).to_be_visible()


def test_the_panel_shows_what_is_known_and_the_contact_only_for_a_reason(
    desk_url: str, screen: tuple[str, BrowserContext]
) -> None:
    name, context = screen
    conversation = cry().conversation_id
    known(conversation)
    page = staff_page(context, desk_url)
    expect(page.locator(".row .badge")).to_have_text(["演练", "14–17 岁", "替别人求助"])
    shot(page, f"queue-{name}")
    page.goto(f"{desk_url}/desk/c/{conversation}")
    toggle = page.locator("#panel-toggle")
    expect(toggle).to_be_visible()
    if name == "phone":
        expect(page.locator("#panel")).to_be_hidden()
        toggle.click()
    found = page.locator("#panel")
    for text in ("现在安全吗", "跳过", "14–17 岁", "危急时联系紧急联系人", "连着几晚睡不着", "权益"):
        expect(found).to_contain_text(text)
    assert "表姐" not in page.content()
    check_reading(page)
    shot(page, f"panel-{name}")
    page.click("#contact-show")
    page.click("#contact-yes")
    expect(page.locator("#contact-fault")).to_have_text("请写一句原因。")
    page.fill("#contact-reason", "人在楼顶，要找家人")
    shot(page, f"contact-{name}")
    page.click("#contact-yes")
    expect(found).to_contain_text("表姐，在厂门口开小卖部")
    with reading() as session:
        notes = session.execute(select(CaseEvent.note).where(CaseEvent.kind == "contact_read")).scalars().all()
    assert notes == ["人在楼顶，要找家人"]
    if name == "phone":
        toggle.click()
        expect(page.locator("#thread")).to_be_visible()


def test_an_answer_that_comes_in_appears_in_the_panel(desk_url: str, context: BrowserContext) -> None:
    conversation = cry().conversation_id
    page = opened(context, desk_url, conversation)
    expect(page.locator("#panel")).to_contain_text("还没有问")
    with transaction() as session:
        case = session.execute(select(CareCase.id)).scalar_one()
        session.add(CaseAnswer(case_id=case, question="safe_now", answer="yes"))
    write("安全的")
    expect(page.locator("#panel")).to_contain_text("现在安全吗")


def test_what_was_revealed_is_gone_when_another_conversation_is_opened(desk_url: str, context: BrowserContext) -> None:
    conversation = cry().conversation_id
    known(conversation)
    other = cry("活着没意思", "worker-2", Level.high).conversation_id
    page = opened(context, desk_url, conversation)
    page.click("#contact-show")
    page.fill("#contact-reason", "人在楼顶")
    page.click("#contact-yes")
    expect(page.locator("#panel")).to_contain_text("表姐")
    page.click(f'.row-open[href="/desk/c/{other}"]')
    expect(page.locator("#panel")).to_contain_text("没有留")
    assert "表姐" not in page.content()


def test_the_panel_reads_well_at_night(desk_url: str, context: BrowserContext) -> None:
    conversation = cry().conversation_id
    known(conversation)
    page = opened(context, desk_url, conversation)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.locator(".why > summary").click()
    expect(page.locator("#panel")).to_contain_text("连着几晚睡不着")
    check_reading(page)
    shot(page, "night")
