"""A reply is taken to be sent in the same moment in which the worker writes: it goes out, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from bot import window
from bot.clock import now
from bot.conversation import outbox
from bot.db.models import Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState
from bot.db.thread import add_outgoing, lock_conversation
from bot.window import Window
from tests.conversation.acts import say
from tests.fakes.letter_box import CHANNEL

ROUNDS = 12
GATEWAYS = 2


def a_late_reply(worker: str) -> str:
    """A worker who wrote too long ago, and words that wait for them; gives the conversation."""
    conversation_id = say("在吗", sender=worker, channel=CHANNEL).conversation_id
    with transaction() as session:
        heard = update(Message).where(Message.conversation_id == conversation_id)
        session.execute(heard.values(created_at=now() - timedelta(hours=49)))
        add_outgoing(session, lock_conversation(session, conversation_id), Author.counsellor, "我在")
    return conversation_id


def state_of(conversation_id: str) -> OutboxState:
    with reading() as session:
        return session.execute(select(Outbox.state).where(Outbox.conversation_id == conversation_id)).scalar_one()


def test_the_worker_writes_while_two_gateways_want_to_send(any_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(window.WINDOWS, CHANNEL, Window(timedelta(hours=48), 5))
    with ThreadPoolExecutor(GATEWAYS + 1) as threads:
        for number in range(ROUNDS):
            worker = f"worker-{number}"
            conversation_id = a_late_reply(worker)
            start = Barrier(GATEWAYS + 1)

            def send(start: Barrier = start) -> outbox.Delivery | None:
                start.wait()
                return outbox.take((CHANNEL,))

            def write(start: Barrier = start, worker: str = worker) -> None:
                start.wait()
                say("我在", sender=worker, channel=CHANNEL)

            takes = [threads.submit(send) for _ in range(GATEWAYS)]
            threads.submit(write).result()
            taken = [found for take in takes if (found := take.result()) is not None]
            late = outbox.take((CHANNEL,))
            sent = [*taken, *([late] if late else [])]
            assert [delivery.outgoing.text for delivery in sent] == ["我在"]
            outbox.note_sent(sent[0].outbox_id)
            assert state_of(conversation_id) == OutboxState.sent
