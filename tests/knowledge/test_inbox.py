"""The review inbox: what gets in, what never does, what an editor makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.care import erasure
from bot.clock import now, set_now
from bot.db.asked_models import Asked, ReviewItem
from bot.db.models import Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, ReviewSource, ReviewState, RevisionSource, Role, Understood
from bot.db.thread import add_outgoing
from bot.errors import BadInput, NotFound
from bot.knowledge import feedback, inbox, revisions
from bot.level import Level
from tests.answering import answer_all
from tests.conversation.acts import say
from tests.conversation.conftest import fake_engine
from tests.fakes.engine import FakeEngine
from tests.knowledge.ground import good, person, published

__all__ = ["fake_engine"]
Fake = tuple[FakeEngine, str]
NOT_UNDERSTOOD = [{"custom": {"text": "ask_rephrase"}}]
ODD = "灯笼票让我丢了咋整"


@pytest.fixture
def database(any_database: str, data_dir: Path) -> Path:
    """SQLite and PostgreSQL: they add times up in different ways."""
    return data_dir


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    set_now(None)


def wait(time: timedelta = inbox.SETTLED + timedelta(seconds=5)) -> None:
    """Lets time pass."""
    then = now() + time
    set_now(lambda: then)


def not_understood(fake: Fake, text: str, sender: str = "worker") -> str:
    """Says something that the bot does not understand; gives the conversation."""
    fake[0].reply = NOT_UNDERSTOOD
    receipt = say(text, sender)
    answer_all(fake[1])
    return receipt.conversation_id


def later(fake: Fake, text: str, **more: str) -> str:
    """The same, and ten minutes pass."""
    conversation = not_understood(fake, text, **more)
    wait()
    inbox.fill()
    return conversation


def test_what_is_answered_and_what_is_not_is_kept_without_words(fake_engine: Fake) -> None:
    editor, other = person("one"), person("two")
    faq_id = published(good(), editor, other)
    fake_engine[0].reply = [{"custom": {"faq": faq_id}}]
    say("灯笼票是什么？")
    answer_all(fake_engine[1])
    not_understood(fake_engine, ODD)
    with reading() as session:
        rows = session.execute(select(Asked).order_by(Asked.message_id)).scalars().all()
    assert [(row.outcome, row.topic, row.faq_id) for row in rows] == [
        (Understood.answered, "union", faq_id),
        (Understood.refused, "", None),
    ]


def test_what_was_not_understood_waits_redacted_and_grouped(fake_engine: Fake) -> None:
    for sender, text in (("a", ODD), ("b", f"我叫李大山，{ODD}"), ("c", "草帽函几时能拿"), ("d", ODD + "啊")):
        not_understood(fake_engine, text, sender)
    assert inbox.fill() == 0, "somebody may still choose"
    wait()
    assert inbox.fill() == 4
    assert inbox.fill() == 0, "once each"
    first, *rest = inbox.groups()
    assert (first.count, first.sentences[0]) == (2, ODD) or first.count == 3
    assert not any("李大山" in words for group in (first, *rest) for words in group.sentences)


def test_nothing_of_somebody_in_distress_gets_in(fake_engine: Fake) -> None:
    later(fake_engine, ODD)
    conversation = not_understood(fake_engine, "灯笼票几天能下来呢", "sad")
    with transaction() as session:
        session.get_one(Conversation, conversation).level = Level.low
    wait()
    assert inbox.fill() == 0


def test_a_choice_that_was_taken_is_no_question_left_open(fake_engine: Fake) -> None:
    faq_id = published(good(), person("one"), person("two"))
    fake_engine[0].reply = [{"custom": {"text": "did_you_mean"}}]
    say(ODD)
    answer_all(fake_engine[1])
    fake_engine[0].reply = [{"custom": {"faq": faq_id}}]
    say("灯笼票是什么？")
    answer_all(fake_engine[1])
    wait()
    assert inbox.fill() == 0


def test_an_answer_that_was_voted_down_waits_with_its_question(fake_engine: Fake) -> None:
    faq_id = published(good(), person("one"), person("two"))
    fake_engine[0].reply = [{"custom": {"faq": faq_id}}]
    say("灯笼票在哪个窗口办")
    answer_all(fake_engine[1])
    with reading() as session:
        answer = session.execute(select(Message).where(Message.faq_id == faq_id)).scalar_one()
    feedback.record(answer.public_id, "down")
    inbox.fill()
    [group] = inbox.groups(ReviewSource.voted_down)
    assert (group.faq_id, group.sentences, group.near[0][0]) == (faq_id, ("灯笼票在哪个窗口办",), faq_id)


def test_one_press_makes_a_variant_a_draft_or_puts_it_away(fake_engine: Fake) -> None:
    editor, other = person("one"), person("two")
    faq_id = published(good(), editor, other)
    for sender, text in (("a", ODD), ("b", "草帽函几时能拿"), ("c", "今晚球赛谁赢"), ("d", "哈哈哈哈哈哈")):
        not_understood(fake_engine, text, sender)
    wait()
    inbox.fill()
    by_words = {group.sentences[0]: group.id for group in inbox.groups()}
    draft = revisions.get(inbox.add_variant(editor, by_words[ODD], faq_id, ODD))
    assert (draft.source, revisions.content_of(draft).variants[-1]) == (RevisionSource.inbox, ODD)
    new = revisions.get(inbox.make_draft(editor, by_words["草帽函几时能拿"]))
    assert revisions.content_of(new).question == "草帽函几时能拿"
    inbox.put_away(editor, by_words["今晚球赛谁赢"], ReviewState.out_of_scope)
    inbox.put_away(editor, by_words["哈哈哈哈哈哈"], ReviewState.dropped)
    assert inbox.groups() == []
    assert inbox.outside() == ["今晚球赛谁赢"]
    with pytest.raises(NotFound):
        inbox.put_away(other, by_words[ODD], ReviewState.dropped)


def test_a_sentence_with_something_hidden_is_no_variant(fake_engine: Fake) -> None:
    editor = person("one")
    faq_id = published(good(), editor, person("two"))
    later(fake_engine, "我叫李大山灯笼票咋办")
    [group] = inbox.groups()
    with pytest.raises(BadInput):
        inbox.add_variant(editor, group.id, faq_id, group.sentences[0])
    assert inbox.groups() == [group]


def answered_by(fake: Fake, counsellor: str, answer: str, level: Level = Level.none) -> tuple[str, int]:
    conversation = not_understood(fake, "草帽函在哪领")
    with transaction() as session:
        row = session.get_one(Conversation, conversation)
        row.level = level
        message = add_outgoing(session, row, Author.counsellor, answer, staff_id=counsellor)
        session.flush()
        return conversation, message.id


LONG = "草帽函在服务大厅二楼领，带上身份证，找王建国也行，电话13812345678。"


def test_a_counsellor_recommends_the_own_answer_and_only_a_draft_comes_of_it(fake_engine: Fake) -> None:
    counsellor, editor = person("lin", Role.counsellor), person("one")
    conversation, message = answered_by(fake_engine, counsellor, LONG)
    inbox.recommend(conversation, counsellor, message)
    inbox.recommend(conversation, counsellor, message)
    [group] = inbox.groups(ReviewSource.counsellor)
    assert group.count == 1
    assert "13812345678" not in (group.answer or "")
    draft = revisions.get(inbox.make_draft(editor, group.id))
    assert (draft.source, draft.state.value) == (RevisionSource.counsellor, "draft")


def test_nobody_recommends_anothers_words_or_what_was_said_in_distress(fake_engine: Fake) -> None:
    counsellor, other = person("lin", Role.counsellor), person("wu", Role.counsellor)
    conversation, message = answered_by(fake_engine, counsellor, LONG)
    with pytest.raises(NotFound):
        inbox.recommend(conversation, other, message)
    conversation, message = answered_by(fake_engine, counsellor, LONG, Level.high)
    with pytest.raises(BadInput):
        inbox.recommend(conversation, counsellor, message)
    assert inbox.groups(ReviewSource.counsellor) == []


def test_what_is_erased_leaves_the_inbox_too_and_old_things_go(fake_engine: Fake) -> None:
    conversation = later(fake_engine, ODD)
    later(fake_engine, "草帽函几时能拿", sender="b")
    with transaction() as session:
        person_id = session.get_one(Conversation, conversation).person_id
        erasure.erase(session, person_id, upto=10_000)
    assert [group.sentences[0] for group in inbox.groups()] == ["草帽函几时能拿"]
    wait(inbox.KEPT + timedelta(days=1))
    inbox.sweep()
    with reading() as session:
        assert session.execute(select(func.count()).select_from(ReviewItem)).scalar() == 0
