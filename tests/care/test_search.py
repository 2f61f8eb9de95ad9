"""Finding a conversation: by number, pseudonym, note; only among those the person may see."""

from __future__ import annotations

import pytest
from sqlalchemy import true

from bot import care
from bot.care import notes, search
from bot.db.models import Conversation
from bot.db.session import reading
from bot.db.states import CaseState
from bot.errors import BadInput
from bot.level import Level
from tests.care.test_cases import staff, the_case
from tests.closing import close
from tests.conversation.acts import say

pytestmark = pytest.mark.usefixtures("any_database")


def case_of(sender: str = "worker-1") -> str:
    accepted = say("不想活了", sender)
    care.open_case(accepted.message_id, Level.high)
    return accepted.conversation_id


def found(words: str) -> list[str]:
    return [one.conversation_id for one in search.find(words, true())]


def pseudonym(conversation_id: str) -> str:
    with reading() as session:
        return session.get_one(Conversation, conversation_id).person.pseudonym


def test_a_case_is_found_by_its_number_and_by_the_pseudonym_also_when_it_is_closed() -> None:
    conversation, other = case_of(), case_of("worker-2")
    number = the_case().number
    assert found(number) == [other]
    assert found(pseudonym(conversation).lower()) == [conversation]
    close(conversation, staff("a"), "好了")
    (one,) = search.find(pseudonym(conversation), true())
    assert (one.state, one.where) == (CaseState.closed, search.Where.number)


def test_a_note_is_found_and_a_workers_words_are_not() -> None:
    conversation = case_of()
    notes.add(conversation, staff("a"), "姐姐电话打通了，Blue 厂")
    (one,) = search.find("blue", true())
    assert (one.conversation_id, one.where) == (conversation, search.Where.note)
    assert found("不想活") == []


def test_what_the_person_may_not_see_is_not_found_by_anything() -> None:
    hidden, seen = case_of(), case_of("worker-2")
    who = staff("a")
    for conversation in (hidden, seen):
        notes.add(conversation, who, "同一句备注")
    may_see = Conversation.id != hidden
    assert [one.conversation_id for one in search.find("同一句", may_see)] == [seen]
    assert search.find(pseudonym(hidden), may_see) == []
    assert [one.conversation_id for one in search.find("-0000", may_see)] == [seen]


def test_signs_of_the_database_mean_themselves() -> None:
    case_of()
    assert [found(words) for words in ("%%", "__", "' OR 1=1 --")] == [[], [], []]


@pytest.mark.parametrize("words", ["", " 一 ", "长" * 41])
def test_a_search_of_no_size_is_refused(words: str) -> None:
    with pytest.raises(BadInput):
        search.find(words, true())
