"""Asking whether the person who left was a help: once, when it is calm, and never in the way of anything."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import texts
from bot.care import desk, erasure, ratings
from bot.clock import LOCAL, now
from bot.db.models import Conversation, Message
from bot.db.rating_models import Rating, RatingMessage
from bot.db.session import reading, transaction
from bot.db.states import Author, Owner, RatingValue, TaskKind, TaskState
from tests.care.ground import DAY_SHIFT, SetClock, person_of, planned
from tests.closing import close
from tests.conversation.acts import a_counsellor, press_title, say
from tests.conversation.conftest import Anywhere
from tests.fakes.engine import FakeEngine

MINUTE = timedelta(minutes=1)
GOOD, FAIR, POOR, MORE = "帮上了", "帮上一些", "没帮上", "想多说一句"


@pytest.fixture
def here(fake_engine: tuple[FakeEngine, str]) -> Anywhere:
    """A gateway on SQLite."""
    return Anywhere(*fake_engine)


def heard(conversation: str) -> list[str]:
    """All that was said to the worker, also what the desk's thread leaves out."""
    own = (Message.conversation_id == conversation, Message.author != Author.worker)
    with reading() as session:
        return list(session.execute(select(Message.body).where(*own).order_by(Message.id)).scalars())


def talked(here: Anywhere, channel: str = "web", closed: bool = False) -> str:
    """A worker asked for a person, who came and left again; gives the conversation."""
    conversation = say("找真人", channel=channel).conversation_id
    here.answer_all()
    lin = a_counsellor()
    desk.claim(conversation, lin)
    if closed:
        close(conversation, lin, "谈过了")
    else:
        desk.hand_back(conversation, lin)
    return conversation


def asked(here: Anywhere, at: SetClock, channel: str = "web") -> str:
    """The same, and the question was asked."""
    conversation = talked(here, channel)
    at(now() + 3 * MINUTE)
    here.do_due()
    assert heard(conversation)[-1] == texts.get("rating_ask").text
    return conversation


def tap(here: Anywhere, conversation: str, *titles: str) -> None:
    for title in titles:
        press_title(conversation, title)
        here.answer_all()


def kept() -> list[RatingValue | None]:
    with reading() as session:
        return list(session.execute(select(Rating.value).order_by(Rating.message_id)).scalars())


def questions(conversation: str) -> int:
    return heard(conversation).count(texts.get("rating_ask").text)


@pytest.mark.parametrize("closed", [False, True])
def test_who_was_handed_back_is_asked_once_when_it_is_calm(here: Anywhere, at: SetClock, closed: bool) -> None:
    conversation = talked(here, closed=closed)
    assert here.do_due() == 1
    assert here.fake.forgotten == [conversation], "what was asked before the person came would take the next word"
    assert questions(conversation) == 0
    at(DAY_SHIFT + 3 * MINUTE)
    assert here.do_due() == 1
    at(DAY_SHIFT + timedelta(days=20))
    here.do_due()
    assert questions(conversation) == 1
    assert kept() == [None]


def test_one_tap_answers_and_the_last_tap_counts(anywhere: Anywhere, at: SetClock) -> None:
    here, conversation = anywhere, asked(anywhere, at)
    tap(here, conversation, GOOD)
    assert kept() == [RatingValue.good]
    tap(here, conversation, POOR, POOR)
    assert kept() == [RatingValue.poor]
    assert questions(conversation) == 1


def test_telegram_has_the_same_buttons(here: Anywhere, at: SetClock) -> None:
    conversation = asked(here, at, "telegram")
    press_title(conversation, FAIR, channel="telegram")
    here.answer_all()
    assert kept() == [RatingValue.fair]


def test_words_are_kept_only_after_asking_to_say_more(here: Anywhere, at: SetClock) -> None:
    conversation = asked(here, at)
    tap(here, conversation, GOOD)
    say("讲得很清楚")
    here.answer_all()
    assert texts.get("rating_words_thanks").text not in heard(conversation)
    tap(here, conversation, MORE)
    say("他听我说完了，没有催")
    here.answer_all()
    assert list_of_words() == ["他听我说完了，没有催"]


def list_of_words() -> list[str]:
    rows = select(Message.body).join(RatingMessage, RatingMessage.message_id == Message.id)
    with reading() as session:
        return list(session.execute(rows.where(RatingMessage.is_words).order_by(Message.id)).scalars())


@pytest.mark.parametrize(
    ("said", "expected"),
    [("年假有几天？", "engine"), ("不用", "rating_skipped"), ("我真的不想活了", "crisis"), ("不想聊了", "stop_chat")],
)
def test_what_is_not_a_word_to_the_rating_is_answered_as_always(
    here: Anywhere, at: SetClock, said: str, expected: str
) -> None:
    conversation = asked(here, at)
    tap(here, conversation, POOR, MORE)
    say(said)
    here.answer_all()
    assert list_of_words() == []
    assert texts.get("rating_words_thanks").text not in heard(conversation)
    if texts.has(expected):
        assert heard(conversation)[-1] == texts.get(expected).text


def test_nobody_is_asked_after_a_new_sign_of_danger(here: Anywhere, at: SetClock) -> None:
    conversation = talked(here)
    at(DAY_SHIFT + MINUTE)
    say("我真的不想活了")
    here.answer_all()
    at(DAY_SHIFT + 10 * MINUTE)
    here.do_due()
    assert questions(conversation) == 0
    assert planned(TaskKind.rating, TaskState.cancelled)


def test_while_they_write_and_at_night_the_question_waits(here: Anywhere, at: SetClock) -> None:
    at(datetime(2026, 11, 26, 20, 55, tzinfo=LOCAL))
    conversation = talked(here)
    at(now() + 2 * MINUTE)
    say("谢谢")
    here.answer_all()
    here.do_due()
    assert questions(conversation) == 0
    at(now() + 5 * MINUTE)
    here.do_due()
    assert questions(conversation) == 0
    at(datetime(2026, 11, 27, 8, 1, tzinfo=LOCAL))
    here.do_due()
    assert questions(conversation) == 1


def test_a_question_that_comes_a_day_late_is_not_asked(here: Anywhere, at: SetClock) -> None:
    conversation = talked(here)
    at(DAY_SHIFT + timedelta(days=1, hours=1))
    here.do_due()
    assert questions(conversation) == 0


def test_an_exercise_and_a_channel_that_counts_messages_are_not_asked(here: Anywhere, at: SetClock) -> None:
    talked(here, "wechat")
    assert planned(TaskKind.rating) == []
    conversation = say("找真人", "worker-2").conversation_id
    here.answer_all()
    lin = a_counsellor("lin2")
    desk.claim(conversation, lin)
    with transaction() as session:
        session.execute(update(Conversation).where(Conversation.id == conversation).values(drill=True))
    desk.hand_back(conversation, lin)
    assert planned(TaskKind.rating) == []


def test_the_thread_at_the_desk_shows_neither_tap_nor_words(here: Anywhere, at: SetClock) -> None:
    conversation = asked(here, at)
    before = [bubble.text for bubble in desk.thread(conversation)]
    tap(here, conversation, POOR, MORE)
    say("等得太久")
    here.answer_all()
    assert [bubble.text for bubble in desk.thread(conversation)] == before


def test_words_are_read_only_where_there_are_five(here: Anywhere, at: SetClock) -> None:
    conversation = asked(here, at)
    tap(here, conversation, GOOD)
    day = timedelta(days=1)
    for count, word in enumerate(["讲得清楚", "等得久了点", "办法管用", "说话和气", "地方好找"]):
        assert ratings.words(now() - day, now() + day) == [], count
        tap(here, conversation, MORE)
        say(word)
        here.answer_all()
    assert len(ratings.words(now() - day, now() + day)) == 5
    assert ratings.words(now() + day, now() + 2 * day) == []


def test_erasing_takes_the_rating_along_and_a_late_tap_does_nothing(here: Anywhere, at: SetClock) -> None:
    conversation = asked(here, at)
    tap(here, conversation, POOR)
    with transaction() as session:
        assert session.get_one(Conversation, conversation).owner == Owner.bot
        erasure.erase(session, person_of(conversation), 10_000)
    assert kept() == []
