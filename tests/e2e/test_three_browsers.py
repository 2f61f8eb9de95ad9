"""A worker on a phone, two counsellors and a lead at their desks, the real engine: one story, told in browsers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlalchemy import select

from bot.audit import verify
from bot.db.models import CareCase
from bot.db.rating_models import Rating
from bot.db.session import reading
from bot.db.states import CaseState, RatingValue, Role
from tests.channels.page_ground import write
from tests.console.browsing import IS_SILENT, RINGS, needs_chromium, shot, until
from tests.console.conftest import chromium as chromium
from tests.e2e.moved_clock import House, open_house
from tests.e2e.screens import People, a_desk, a_phone, everybody, said
from tests.fakes.notice_peer import NoticePeer
from tests.fakes.server import serving
from tests.night import CRY, PLACES, a_full_rota
from tests.waiting import until as until_true

pytestmark = needs_chromium
CALM = 181  # seconds after which a worker who is silent is asked how it was
STEP = 61  # seconds after which the next is called
QUESTION = "试用期最长能定多久"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running system with the real engine, and its clock."""
    with open_house(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
def people(house: House, chromium: Browser) -> Iterator[People]:
    """All four; it is ten in the morning."""
    house.clock.go_to(time(10))
    with everybody(chromium, house) as found:
        yield found


def test_from_the_cry_to_the_approved_end(house: House, people: People) -> None:
    it_rings_on_every_desk(people)
    winner = one_of_two_gets_it(people)
    they_talk_and_the_bot_is_silent(people.worker, winner)
    the_lead_takes_over_and_hands_back(people, winner)
    house.clock.skip(CALM)
    the_worker_rates_with_one_tap(people.worker)
    the_bot_answers_again(people.worker)
    a_counsellor_asks_and_the_lead_approves(people, winner)
    assert next(one for one in verify.check() if isinstance(one, verify.Result)).fault is None


def it_rings_on_every_desk(people: People) -> None:
    write(people.worker, CRY)
    for desk in people.desks:
        expect(desk.locator(".row.alarm")).to_have_count(1)
        until(desk, RINGS)
    expect(said(people.worker, "bot").last).to_contain_text("12356", timeout=10_000)
    shot(people.first, "story-rings")
    shot(people.worker, "story-cry-phone")


def one_of_two_gets_it(people: People) -> Page:
    """Both press at the same moment: neither knows of the other until both presses are on the way. Gives who won."""
    pressed: list[Route] = []
    rivals = (people.first, people.second)
    for desk in rivals:
        desk.route("**/claim", lambda route: pressed.append(route))  # noqa: PLW0108 - playwright marks the function
        desk.click(".row.alarm .primary")
    until_true(lambda: people.lead.wait_for_timeout(20) or len(pressed) == 2, 5)
    for route in pressed:
        route.continue_()
    winner = next(desk for desk in rivals if is_owner(desk))
    loser = next(desk for desk in rivals if desk is not winner)
    expect(winner.locator("#send")).to_be_visible()
    expect(loser.locator("#toast")).to_have_text(f"已由{name_on(winner)}接手")
    expect(loser.locator('section[data-group="others"] .row')).to_have_count(1)
    expect(loser.locator("#send")).to_be_hidden()
    for desk in people.desks:
        until(desk, IS_SILENT)
    shot(loser, "story-lost-race")
    return winner


def is_owner(desk: Page) -> bool:
    """True if the conversation became theirs, once it is known whose it is."""
    expect(desk.locator('section[data-group="mine"] .row, section[data-group="others"] .row')).to_have_count(1)
    return desk.locator('section[data-group="mine"] .row').count() == 1


def name_on(desk: Page) -> str:
    """Whose desk it is."""
    return desk.locator(".me .who").inner_text()


def they_talk_and_the_bot_is_silent(worker: Page, desk: Page) -> None:
    bot_said = said(worker, "bot").count()
    for number, (told, answer) in enumerate(
        [("我是值班员，我在这儿陪你。", "中，我下来了"), ("慢慢说，我听着。", QUESTION)]
    ):
        desk.fill("#reply", told)
        desk.click("#send")
        expect(said(worker, "counsellor").last).to_have_text(told)
        write(worker, answer)
        expect(desk.locator(".bubble.worker .text").last).to_have_text(answer)
        assert said(worker, "counsellor").count() == number + 1
    desk.fill("#reply", "这个我来答你。")
    desk.click("#send")
    expect(said(worker, "counsellor")).to_have_count(3)
    assert said(worker, "bot").count() == bot_said, "the bot spoke while a person was there"
    shot(worker, "story-talk-phone")


def the_lead_takes_over_and_hands_back(people: People, winner: Page) -> None:
    lead = people.lead
    lead.click(".row-open")
    lead.click("#take-over")
    lead.fill("#take-reason", "他要找年纪大一点的同志")
    lead.click("#take-yes")
    expect(winner.locator("#taken-text")).to_contain_text("王强接过了和职工-")
    expect(winner.locator("#taken-text")).to_contain_text("他要找年纪大一点的同志")
    shot(winner, "story-taken")
    winner.click("#taken-yes")
    lead.fill("#reply", "我是王强，接着陪你。")
    lead.click("#send")
    expect(said(people.worker, "counsellor").last).to_have_text("我是王强，接着陪你。")
    lead.click("#hand-back")
    lead.click("#hand-back-dialog >> text=交回 >> nth=-1")
    lead.click("#rest-dialog >> text=知道了")
    expect(people.worker.locator("#state")).to_have_text("机器人答复")


def the_worker_rates_with_one_tap(worker: Page) -> None:
    asked = worker.locator(".msg.rating")
    expect(asked).to_contain_text("帮上你了吗", timeout=10_000)
    shot(worker, "story-rating-phone")
    asked.get_by_role("button", name="帮上了").tap()
    until_true(lambda: worker.wait_for_timeout(20) or ratings() == [RatingValue.good], 10)


def ratings() -> list[RatingValue | None]:
    """What workers have said of the help."""
    with reading() as session:
        return list(session.execute(select(Rating.value)).scalars())


def the_bot_answers_again(worker: Page) -> None:
    write(worker, QUESTION)
    expect(said(worker, "bot").last).to_contain_text("依据：《劳动合同法》", timeout=10_000)


def a_counsellor_asks_and_the_lead_approves(people: People, counsellor: Page) -> None:
    counsellor.click("#close")
    counsellor.check("text=已经解决或好转")
    counsellor.fill("#outcome", "谈了一个钟头，情绪平稳")
    counsellor.select_option("#outcome-risk", "low")
    counsellor.click("#close-yes")
    expect(counsellor.locator("#facts")).to_contain_text("等督导同意结案")
    people.lead.click("#todo")
    people.lead.click("[aria-labelledby=closings-title] a")
    people.lead.get_by_role("button", name="同意结案").click()
    expect(people.lead.locator("h2", has_text="重新打开")).to_be_visible()
    expect(counsellor.locator("#facts")).to_contain_text("已结案")
    with reading() as session:
        assert session.execute(select(CareCase.state)).scalars().all() == [CaseState.closed]


def test_at_night_the_queue_shows_whom_the_chain_called_and_who_comes_stops_it(house: House, chromium: Browser) -> None:
    house.clock.go_to(time(2))
    peer = NoticePeer()
    with serving(peer.app) as peer_url, a_phone(chromium, house.url) as worker:
        a_full_rota(peer_url)
        with a_desk(chromium, house, "zhaoye", Role.counsellor) as desk:
            write(worker, CRY)
            row = desk.locator(".row.alarm")
            the_chain_climbs(house, peer, row)
            shot(desk, "story-night")
            row.get_by_role("button", name="知道了").click()
            expect(row).to_have_count(0)
            until(desk, IS_SILENT)
            house.clock.skip(3 * STEP)
            desk.wait_for_timeout(2500)  # two looks of the gateway's clock: nobody else may be called
    assert peer.called == ["lin", "wu"]


def the_chain_climbs(house: House, peer: NoticePeer, row: Locator) -> None:
    """The first is called at once, the second after a minute; the queue says so, and who is next."""
    chain = row.locator(".chain")
    expect(chain).to_contain_text("已通知：值班；")
    expect(chain).to_contain_text("秒后通知第二人")
    assert peer.called == ["lin"]
    house.clock.skip(STEP)
    expect(chain).to_contain_text("已通知：值班 → 第二人；")
    expect(chain).to_contain_text("秒后通知督导")
    assert list(PLACES)[:2] == peer.called
