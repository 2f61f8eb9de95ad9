"""The typing sign: who may give it, whom it reaches, that it carries nothing and stays nowhere."""

from __future__ import annotations

import asyncio

import pytest

from bot.care import company, desk, speaking
from bot.channels import telegram
from bot.channels.telegram_sender import TelegramSender
from bot.conversation.typing_relay import TypingRelay
from bot.db.session import engine
from bot.errors import NotAllowedNow, NotFound
from bot.settings import settings
from bot.typing_sign import MOST_NAMES, Side, Sign, TypingSigns
from tests.conftest import forget_process_state
from tests.conversation.acts import a_counsellor, say
from tests.fakes.bot_api import TOKEN, BotApi

HERE = Sign("c1", Side.worker)


async def comes(signs: TypingSigns, sign: Sign, seconds: float = 5.0) -> bool:
    """True if the sign comes within the seconds."""
    pause = asyncio.ensure_future(asyncio.sleep(seconds))
    async for _ in signs.during(sign, pause):
        return True
    return False


def test_a_sign_reaches_who_looks_at_that_side_of_that_conversation_and_nobody_else() -> None:
    async def run() -> list[bool]:
        signs = TypingSigns()
        looks = [HERE, Sign("c1", Side.staff), Sign("c2", Side.worker)]
        looking = [asyncio.create_task(comes(signs, sign, 0.2)) for sign in looks]
        await asyncio.sleep(0)
        signs.give(HERE)
        found = await asyncio.gather(*looking)
        assert not signs._waiting
        return found

    assert asyncio.run(run()) == [True, False, False]


def test_one_page_is_heard_once_a_second_and_the_memory_of_it_is_bounded() -> None:
    signs = TypingSigns()
    assert [signs.is_due("a"), signs.is_due("a"), signs.is_due("b")] == [True, False, True]
    signs._seen = {f"{number}": -100.0 for number in range(MOST_NAMES)}
    assert signs.is_due("a")
    assert len(signs._seen) == 1


def test_only_who_may_speak_may_show_that_they_type(database: object) -> None:
    conversation = say("在吗").conversation_id
    lin, wu = a_counsellor("lin"), a_counsellor("wu")
    with pytest.raises(NotAllowedNow):
        speaking.check_speaker(conversation, lin)
    desk.claim(conversation, lin)
    speaking.check_speaker(conversation, lin)
    with pytest.raises(NotAllowedNow):
        speaking.check_speaker(conversation, wu)
    company.invite(conversation, lin, wu)
    company.join(conversation, wu)
    speaking.check_speaker(conversation, wu)
    desk.hand_back(conversation, lin)
    with pytest.raises(NotAllowedNow):
        speaking.check_speaker(conversation, lin)
    with pytest.raises(NotFound):
        speaking.check_speaker("f" * 32, lin)


def test_on_postgresql_the_other_gateways_hear_it(
    data_dir: object, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_DATABASE_URL", postgres_url)
    forget_process_state()
    assert engine().dialect.name == "postgresql"

    async def run() -> bool:
        here, there = TypingSigns(), TypingSigns()
        relay = TypingRelay(here, {})
        listening = asyncio.create_task(TypingRelay(there, {}).run())
        looking = asyncio.create_task(comes(there, HERE, 20))
        while not looking.done():  # the other one may not listen yet
            here.give(HERE)
            await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.gather(listening, *relay._under_way, return_exceptions=True)
        return looking.result()

    assert asyncio.run(run())


def test_telegram_shows_that_a_person_types_and_never_that_the_worker_does(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BotApi() as peer:
        monkeypatch.setenv("XINQIAO_TELEGRAM_TOKEN", TOKEN)
        monkeypatch.setenv("XINQIAO_TELEGRAM_API_BASE", peer.url)
        forget_process_state()
        conversation = say("在吗", sender="7001", channel="telegram").conversation_id

        async def run() -> None:
            bot = telegram.make_bot(settings())
            assert bot is not None
            signs = TypingSigns()
            relay = TypingRelay(signs, {"telegram": TelegramSender(bot)})
            for side in Side:
                signs.give(Sign(conversation, side))
            await asyncio.gather(*relay._under_way)
            await bot.shutdown()

        asyncio.run(run())
        acts = [call for call in peer.calls if call.method == "sendChatAction"]
        assert [(call.params["chat_id"], call.params["action"]) for call in acts] == [("7001", "typing")]
