"""The receipt code: from the web to Telegram through the real inbox, and what it never does."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.care import casefile, closing, codes, desk, erasure, panel, records
from bot.channels.incoming import Incoming
from bot.clock import now
from bot.conversation.inbox import assess_safely
from bot.db.case_models import CodeTry, ReceiptCode
from bot.db.models import CareCase, CaseEvent, Conversation, Message, Person
from bot.db.session import reading, transaction
from bot.db.states import CaseState, Owner
from bot.level import Level
from bot.settings import settings
from tests.care.ground import SetClock, person_of
from tests.care.test_case_closing import opened, owner_of
from tests.care.test_cases import staff, the_case
from tests.closing import close, report
from tests.conversation.acts import say, says
from tests.conversation.conftest import Anywhere

SHOWN = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


def ask_code(anywhere: Anywhere, sender: str = "worker-1") -> str:
    """The worker asks for the code on the web, and reads it."""
    conversation = say("我的求助码", sender).conversation_id
    anywhere.answer_all()
    found = SHOWN.search(last_to_worker(conversation))
    assert found
    return found.group()


def last_to_worker(conversation: str) -> str:
    """What the worker reads last; the desk does not see the code in it."""
    with reading() as session:
        newest = select(Message.body).where(Message.conversation_id == conversation).order_by(Message.id.desc())
        return session.execute(newest.limit(1)).scalar_one()


def type_code(anywhere: Anywhere, text: str, sender: str = "tg-1", channel: str = "telegram") -> str:
    """Somebody types that on another channel; gives the conversation."""
    conversation = say(text, sender, channel).conversation_id
    anywhere.answer_all()
    return conversation


def test_the_code_from_the_web_goes_on_with_the_same_case_on_telegram(anywhere: Anywhere) -> None:
    web, who = opened(Level.high), staff("a")
    anywhere.answer_all()
    desk.claim(web, who)
    desk.reply(web, who, "紫云英暗号")
    code = ask_code(anywhere)
    telegram = type_code(anywhere, f"我的求助码是：{code.lower()}")
    shown = "".join(bubble.text for talk in (web, telegram) for bubble in desk.thread(talk))
    assert codes.COVER in shown
    assert code not in shown.upper()
    assert "接上了" in says(telegram)[-1]
    assert "紫云英" not in "".join(says(telegram))
    with reading() as session:
        [case] = session.execute(select(CareCase)).scalars()
        assert session.execute(select(func.count()).select_from(Person)).scalar() == 2
    assert owner_of(telegram) == Owner.waiting
    rows = {row.conversation_id: row for row in desk.queue()}
    assert (rows[telegram].number, rows[telegram].continues) == (case.number, "web")
    assert [one.id for one in panel.of(telegram).others] == [web]
    assert [one.id for one in panel.of(web).others] == [telegram]
    assert [thread.channel for thread in casefile.of(case.number).threads] == ["web", "telegram"]
    say("我不想活了", "tg-1", "telegram")
    anywhere.answer_all()
    with reading() as session:
        assert len(session.execute(select(CareCase)).all()) == 1
        last = session.execute(select(CaseEvent).where(CaseEvent.kind == "sign").order_by(CaseEvent.id.desc()))
        message = session.get_one(Message, last.scalars().first().message_id)
        assert message.conversation_id == telegram


def test_a_case_on_two_channels_is_in_care_until_both_talks_have_ended_and_is_closed_once(anywhere: Anywhere) -> None:
    web, who = opened(Level.low), staff("a")
    desk.claim(web, who)
    telegram = type_code(anywhere, ask_code(anywhere))
    desk.claim(telegram, who)
    desk.hand_back(web, who)
    assert the_case().state == CaseState.in_care
    assert closing.close(telegram, who, report())
    assert (owner_of(web), owner_of(telegram), desk.queue()) == (Owner.bot, Owner.bot, [])


def test_nobody_closes_a_case_while_a_colleague_has_its_other_conversation(anywhere: Anywhere) -> None:
    web, who, other = opened(Level.low), staff("a"), staff("b")
    telegram = type_code(anywhere, ask_code(anywhere))
    desk.claim(web, who)
    desk.claim(telegram, other)
    with pytest.raises(closing.NotAllowedNow):
        closing.close(web, who, report())


def test_when_a_talk_ends_the_worker_is_told_a_code_once(anywhere: Anywhere) -> None:
    web, who = opened(Level.low), staff("a")
    for _ in range(2):
        desk.claim(web, who)
        desk.hand_back(web, who)
    assert len([text for text in says(web) if codes.COVER in text]) == 1


def test_a_new_code_ends_the_old_one_and_none_is_stored_in_clear(anywhere: Anywhere) -> None:
    opened(Level.low)
    old, new = ask_code(anywhere), ask_code(anywhere)
    assert old != new
    with reading() as session:
        [row] = session.execute(select(ReceiptCode)).scalars()
        assert new.replace("-", "") not in row.code_hash
    assert "没有对上" in says(type_code(anywhere, old))[-1]
    assert "接上了" in says(type_code(anywhere, new))[-1]


def test_without_a_case_there_is_no_code_and_ones_own_code_changes_nothing(anywhere: Anywhere) -> None:
    conversation = say("求助码").conversation_id
    anywhere.answer_all()
    assert "还没有求助码" in says(conversation)[-1]
    opened(Level.low)
    code = ask_code(anywhere)
    assert "就在这里" in says(type_code(anywhere, code, "worker-1", "web"))[-1]


def test_wrong_codes_are_answered_kindly_and_stopped_after_five(anywhere: Anywhere, at: SetClock) -> None:
    opened(Level.low)
    code = ask_code(anywhere)
    for number in range(codes.TRIES):
        telegram = type_code(anywhere, f"AAAA{number}-22222")
        assert "不怪你" in says(telegram)[-1]
    for text in ("AAAA9-22222", code):
        assert "试得有点多" in says(type_code(anywhere, text))[-1]
    assert owner_of(telegram) == Owner.bot
    at(now() + codes.WINDOW + timedelta(minutes=1))
    assert "接上了" in says(type_code(anywhere, code))[-1]


def test_many_guesses_from_many_places_stop_all_guessing(anywhere: Anywhere, at: SetClock) -> None:
    first = opened(Level.low)
    code = ask_code(anywhere)
    with transaction() as session:
        session.add_all(CodeTry(conversation_id=first) for _ in range(codes.TRIES_OF_ALL))
    assert "试得有点多" in says(type_code(anywhere, code))[-1]


def test_a_case_closed_lately_is_opened_again_and_one_closed_long_ago_is_not(anywhere: Anywhere, at: SetClock) -> None:
    web, who = opened(Level.low), staff("a")
    code = ask_code(anywhere)
    close(web, who)
    long_ago = now()
    assert "接上了" in says(type_code(anywhere, code))[-1]
    assert (the_case().state, the_case().closed_at) == (CaseState.open, None)
    close(web, who)
    at(long_ago + timedelta(days=settings().sensitive_days + 2))
    assert "没有对上" in says(type_code(anywhere, code, "tg-2"))[-1]


def test_an_erased_case_has_no_code_any_more(anywhere: Anywhere) -> None:
    web, who = opened(Level.low), staff("a")
    code = ask_code(anywhere)
    close(web, who)
    with transaction() as session:
        erasure.erase(session, person_of(web), 10**6)
    assert "没有对上" in says(type_code(anywhere, code))[-1]


def test_who_typed_a_code_neither_exports_nor_erases_the_other_persons_words(anywhere: Anywhere) -> None:
    web = opened(Level.high)
    telegram = type_code(anywhere, ask_code(anywhere))
    say("我在电报上说的话", "tg-1", "telegram")
    with transaction() as session:
        assert "活着没意思" not in records.gather(session, person_of(telegram)).text
        kept = erasure.erase(session, person_of(telegram), 10**6)
        assert kept.kept_by == the_case().number  # the open crisis keeps the words of both
    close(web, staff("a"))
    with transaction() as session:
        erasure.erase(session, person_of(telegram), 10**6)
    with reading() as session:
        left = session.execute(select(Message.body, Message.conversation_id).where(Message.erased_at.is_(None)))
        assert {row.conversation_id for row in left} == {web}


def test_an_exercise_never_joins_a_real_case(anywhere: Anywhere) -> None:
    opened(Level.low)
    code = ask_code(anywhere)
    telegram = say("你好", "tg-1", "telegram").conversation_id
    with transaction() as session:
        conversation = session.get_one(Conversation, telegram)
        conversation.drill = True
        assert codes.use(session, conversation, code.replace("-", "")) == codes.Joining.wrong


@pytest.mark.parametrize(
    "text",
    ["20261128-0001", "hello world", "HELLO-WORLD", "13912-34567", "worker", "K7QX2", "", "/start", "我K7QX2-M4TZ9了"],
)
def test_what_people_write_anyway_is_not_taken_for_a_code(text: str) -> None:
    assert codes.typed(text) is None


@pytest.mark.parametrize(
    "text", ["k7qx2m4tz9", "Ｋ７ＱＸ２－Ｍ４ＴＺ９", " 求助码 K7QX2 M4TZ9。", "我的求助码是：k7qx2—m4tz9"]
)
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    assert codes.typed(text) == "K7QX2M4TZ9"


def test_signs_that_look_alike_are_read_as_the_same() -> None:
    assert codes.typed("ko1x2-mil29") == "K01X2M1129"


def test_no_code_in_a_sentence_is_taken_for_a_cry_for_help() -> None:
    for _ in range(300):
        code = codes._draw()
        words = Incoming("web", "test", uuid4().hex, "worker-1", f"我的求助码是：{code[:5].lower()}-{code[5:].lower()}")
        assert not assess_safely(words).level.is_crisis


def test_words_beside_a_code_are_read() -> None:
    words = Incoming("web", "test", uuid4().hex, "worker-1", "我的求助码是：7KQ2M-4XZ9P 我不想活了")
    assert assess_safely(words).level.is_crisis
