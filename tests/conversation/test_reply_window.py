"""Sending within a channel's reply window: over a real socket to a channel that counts by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import care, window
from bot.care import desk, speaking
from bot.clock import set_now
from bot.conversation import outbox
from bot.conversation.outbox import Postman
from bot.db.models import Conversation, Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState
from bot.db.thread import add_outgoing, lock_conversation
from bot.db.window import allowance_of
from bot.errors import NotAllowedNow
from bot.level import Level
from bot.window import Window
from tests.conversation.acts import a_counsellor, say
from tests.fakes.letter_box import CHANNEL, LetterBox, LetterSender
from tests.fakes.server import serving

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
NARROW = Window(timedelta(hours=48), messages=5, longest=300)


@dataclass
class Post:
    """A worker, a conversation, and the channel between them; time is what the test says."""

    box: LetterBox
    url: str
    worker: str = "worker-1"
    at: datetime = START
    staff: str = ""
    conversation: str = field(default="", init=False)

    def hears(self, text: str = "在吗") -> str:
        """The worker writes; never in the same microsecond in which something went out."""
        self.passes(timedelta(seconds=1))
        receipt = say(text, sender=self.worker, channel=CHANNEL)
        self.conversation = receipt.conversation_id
        self.box.written(self.worker)
        return receipt.message_id

    def claimed(self) -> None:
        """A counsellor takes the conversation and its marker is delivered."""
        self.staff = a_counsellor()
        desk.claim(self.conversation, self.staff)

    def bot_says(self, text: str, level: Level | None = None) -> int:
        """The bot puts something into the outbox."""
        with transaction() as session:
            conversation = lock_conversation(session, self.conversation)
            message = add_outgoing(session, conversation, Author.bot, text)
            message.level = level
            return message.id

    def replies(self, text: str) -> int:
        """The counsellor answers."""
        public_id = desk.reply(self.conversation, self.staff, text)
        with reading() as session:
            return session.execute(select(Message.id).where(Message.public_id == public_id)).scalar_one()

    def deliver(self) -> None:
        """The postman takes what is due, one after the other."""
        postman = Postman({CHANNEL: LetterSender(self.url)})

        async def run() -> None:
            while (delivery := await postman._next()) is not None:
                await postman._slots.acquire()
                await postman._deliver(delivery)

        asyncio.run(run())

    @property
    def got(self) -> list[str]:
        """What has arrived."""
        return self.box.got.get(self.worker, [])

    def states(self) -> list[OutboxState]:
        """How far each message is, oldest first."""
        with reading() as session:
            mine = select(Outbox.state).where(Outbox.conversation_id == self.conversation)
            return list(session.execute(mine.order_by(Outbox.id)).scalars())

    def left(self) -> int | None:
        """What we count that is left."""
        with reading() as session:
            found = allowance_of(session, session.get_one(Conversation, self.conversation))
            return found.left if found else None

    def passes(self, time: timedelta) -> None:
        """Time goes by."""
        self.at += time


@contextmanager
def post_office(limits: Window = NARROW) -> Iterator[Post]:
    """A channel on a socket, with a clock that stands still."""
    box = LetterBox(limits)
    with serving(box.app) as url:
        post = Post(box, url)
        set_now(lambda: post.at)
        try:
            yield post
        finally:
            set_now(None)


@pytest.fixture
def post(any_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """On SQLite and on PostgreSQL."""
    monkeypatch.setitem(window.WINDOWS, CHANNEL, NARROW)
    with post_office() as office:
        yield office


def test_while_there_is_room_each_message_goes_out_by_itself(post: Post) -> None:
    post.hears()
    for text in ("一", "二", "三"):
        post.bot_says(text)
    post.deliver()
    assert post.got == ["一", "二", "三"]
    assert post.left() == 2


def test_when_the_quota_is_short_what_waits_is_joined_and_each_part_counts_as_sent(post: Post) -> None:
    post.hears()
    for number in range(7):
        post.bot_says(f"第{number}句")
    post.deliver()
    assert post.got == ["\n".join(f"第{number}句" for number in range(7))]
    assert set(post.states()) == {OutboxState.sent}
    assert post.left() == 4


def test_texts_of_two_sides_are_never_joined_and_no_message_is_longer_than_the_channel_takes(post: Post) -> None:
    care.open_case(post.hears(), Level.high)
    post.claimed()
    post.bot_says("机器人一")
    texts = [f"{number}" * 140 for number in range(6)]
    for text in texts:
        post.replies(text)
    post.deliver()
    assert post.got[1:] == ["\n".join(texts[:2]), "\n".join(texts[2:4]), *texts[4:]]
    assert "机器人一" in post.got[0]
    assert post.left() == 0
    assert post.box.refused == 0


def test_the_bot_leaves_the_last_two_to_a_person_while_a_case_is_open_but_a_crisis_text_goes(post: Post) -> None:
    care.open_case(post.hears(), Level.high)
    for number in range(4):
        post.bot_says(f"{number}")
        post.deliver()
    assert post.left() == 2
    assert post.states()[-1] == OutboxState.held
    post.bot_says("打 12356", Level.high)
    post.deliver()
    assert post.got[-1] == "打 12356"
    post.claimed()
    post.replies("我在")
    post.deliver()
    assert post.got[-1] == "我在"
    assert post.box.refused == 0


def test_what_is_typed_after_it_closed_goes_out_once_with_the_workers_next_message(post: Post) -> None:
    care.open_case(post.hears(), Level.imminent)
    post.claimed()
    post.passes(timedelta(hours=48))
    post.deliver()
    first, second = post.replies("你还好吗"), post.replies("我一直在")
    post.deliver()
    assert "你还好吗" not in post.got
    assert post.states()[-2:] == [OutboxState.held] * 2
    speaking.withdraw(post.conversation, post.staff, second)
    post.hears("我在")
    post.deliver()
    post.deliver()
    assert post.got.count("你还好吗") == 1
    assert "我一直在" not in post.got
    assert post.states()[-1] == OutboxState.withdrawn
    with pytest.raises(NotAllowedNow):
        speaking.withdraw(post.conversation, post.staff, first)
    assert post.box.refused == 0


def test_what_the_bot_had_to_say_long_ago_is_not_sent_late(post: Post) -> None:
    post.hears()
    post.passes(timedelta(hours=49))
    post.bot_says("前面还有三位")
    post.deliver()
    post.passes(timedelta(hours=1))
    post.hears()
    post.deliver()
    assert post.got == []
    assert post.states() == [OutboxState.withdrawn]


def test_a_refusal_by_the_channels_own_count_holds_and_does_not_lose(post: Post) -> None:
    post.hears()
    post.box._heard.clear()  # the channel has forgotten that the worker wrote
    post.bot_says("听得到吗")
    post.deliver()
    assert post.box.refused == 1
    assert post.states() == [OutboxState.held]
    post.hears()
    post.deliver()
    assert post.got == ["听得到吗"]


def test_a_failed_joined_message_is_sent_again_whole_and_once(post: Post) -> None:
    post.hears()
    for number in range(7):
        post.bot_says(f"第{number}句")
    post.box.broken = 1
    post.deliver()
    post.passes(timedelta(minutes=1))
    post.deliver()
    assert post.got == ["\n".join(f"第{number}句" for number in range(7))]


def test_a_kill_after_a_joined_message_went_out_repeats_nothing(post: Post) -> None:
    post.hears()
    for number in range(7):
        post.bot_says(f"第{number}句")
    taken = outbox.take((CHANNEL,))
    assert taken is not None
    outbox.note_part(taken.outbox_id, 1)  # it arrived and that was noted; then the gateway was killed
    post.passes(outbox.LEASE * 2)
    again = outbox.take((CHANNEL,))
    assert again is not None
    assert (again.outgoing.text, again.outgoing.parts_sent) == (taken.outgoing.text, 1)
    outbox.note_sent(again.outbox_id)
    assert set(post.states()) == {OutboxState.sent}
    assert post.left() == 4


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.just(0)),
        st.tuples(st.just("bot"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 50)),
    ),
    max_size=14,
)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, messages=st.sampled_from([1, 2, 5, None]))
def test_what_we_count_is_what_the_channel_counts(
    database: object, monkeypatch: pytest.MonkeyPatch, acts: list[tuple[str, int]], messages: int | None
) -> None:
    limits = Window(timedelta(hours=48), messages, longest=10)
    monkeypatch.setitem(window.WINDOWS, CHANNEL, limits)
    with post_office(limits) as post:
        post.worker = f"worker-{next(_NUMBERS)}"
        post.hears()
        for act, hours in acts:
            _ACTS[act](post, hours)
            post.deliver()
            used = post.box._since[post.worker]
            assert post.left() == (None if messages is None else messages - used)
        assert post.box.refused == 0
        post.hears()
        post.deliver()
        assert len(post.got) == len(set(post.got))


_NUMBERS = iter(range(10**6))
_ACTS: dict[str, Callable[[Post, int], object]] = {
    "hear": lambda post, _: post.hears(),
    "bot": lambda post, _: post.bot_says(f"第 {next(_NUMBERS)} 句话"),
    "wait": lambda post, hours: post.passes(timedelta(hours=hours)),
}
