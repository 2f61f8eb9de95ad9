"""The question a day: the same for all, mixed over the bank; each worker's own record, which goes when they go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.care import erasure, records, retention
from bot.clock import now
from bot.db.programme_models import StudyAnswer
from bot.db.session import reading, transaction
from bot.errors import NotFound
from bot.knowledge import review, study
from tests.care.ground import DAY_SHIFT, SetClock, person_of
from tests.care.ground import at as at
from tests.conversation.acts import say


def rows() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(StudyAnswer)).scalar_one()


def test_every_day_has_its_question_and_the_subjects_take_turns() -> None:
    week = [study.of_day(DAY_SHIFT.date() + timedelta(days=count)) for count in range(len(study.bank()))]
    assert len({one.id for one in week}) == len(study.bank()) >= 120
    assert len({one.subject for one in week[:20]}) == 4


def test_a_question_has_a_button_for_each_option_and_an_answer_its_basis(database: object) -> None:
    question = study.get("safety_001")
    assert [button.title for button in question.asked.buttons] == [*question.letters, "跳过"]
    right, wrong = (question.explained(letter).text for letter in ("D", "A"))
    assert right.startswith("答对了。")
    assert "依据：安全生产法第五十四条" in right
    assert wrong.startswith(f"不对，应该是 D：{question.options[question.right]}。")


def test_two_workers_get_the_same_question_and_one_who_answered_gets_another(any_database: str, at: SetClock) -> None:
    first, second = say("每日一题").message_id, say("每日一题", sender="worker-2").message_id
    question = study.next_for(first)
    assert study.next_for(second) == question == study.of_day(study.today())
    study.record(first, question.id, "A")
    assert study.next_for(first) != question
    assert study.next_for(second) == question
    at(DAY_SHIFT + timedelta(days=1))
    assert study.next_for(first) == study.of_day(study.today())


def test_another_one_is_never_one_that_was_answered_while_there_are_others(any_database: str, at: SetClock) -> None:
    message = say("再来一题").message_id
    seen, current = set(), study.next_for(message)
    for _ in range(len(study.bank()) - 1):
        study.record(message, current.id, "A")
        seen.add(current.id)
        current = study.next_for(message, current.id)
        assert current.id not in seen
    study.record(message, current.id, "A")
    assert study.next_for(message, current.id).id in seen


def test_the_first_answer_of_a_day_counts_and_the_record_tells_days_share_and_subjects(
    any_database: str, at: SetClock
) -> None:
    receipt = say("每日一题")
    assert study.record_text(receipt.conversation_id).text.startswith("你还没有答过题")
    right = {one: study.LETTERS[study.get(one).right] for one in ("safety_001", "safety_002", "law_001")}
    study.record(receipt.message_id, "safety_001", right["safety_001"])
    study.record(receipt.message_id, "safety_001", "A")
    at(DAY_SHIFT + timedelta(days=1))
    study.record(receipt.message_id, "safety_002", "A" if right["safety_002"] != "A" else "B")
    study.record(receipt.message_id, "law_001", right["law_001"])
    told = study.record_text(receipt.conversation_id).text.splitlines()
    assert told[:3] == [
        "你答了 2 天，共 3 题，对 2 题（66%）。",
        "安全：2 题，对 1 题（50%）",
        "劳动法：1 题，对 1 题（100%）",
    ]
    other = say("我的学习记录", sender="worker-2").conversation_id
    assert study.record_text(other).text.startswith("你还没有答过题")


def test_what_is_not_there_is_not_found(database: object) -> None:
    with pytest.raises(NotFound):
        study.record(say("B").message_id, "safety_999", "A")
    with pytest.raises(NotFound):
        study.record("nothing", "safety_001", "A")
    assert rows() == 0


def test_a_record_is_exported_with_the_rest_erased_with_the_rest_and_goes_with_time(
    any_database: str, at: SetClock
) -> None:
    receipt = say("每日一题")
    study.record(receipt.message_id, "safety_001", "D")
    with transaction() as session:
        given = records.gather(session, person_of(receipt.conversation_id))
    assert given.data["study"] == [{"at": "2026-11-26 10:00", "question": "safety_001", "right": "yes"}]
    assert "【每日一题】\n2026-11-26 10:00 safety_001：对" in given.text
    with transaction() as session:
        erasure.erase(session, person_of(receipt.conversation_id), 10**6)
    assert rows() == 0
    study.record(receipt.message_id, "safety_001", "D")
    for days, count in ((179, 1), (181, 0)):
        at(DAY_SHIFT + timedelta(days=days))
        retention.sweep()
        assert rows() == count, now()


GOOD = {
    **{"id": "law_900", "question": "几天？", "options": ["一", "二", "三"], "right": "B"},
    **{"explanation": "两天。", "basis": "某法", "reviewer": "甲", "reviewed_on": DAY_SHIFT.date()},
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"right": "D"}, "none of its options"),
        ({"options": ["一", "一", "二"]}, "different options"),
        ({"options": [1, 2, 3]}, "options of text"),
        ({"basis": ""}, "not empty"),
        ({"id": "Law 1"}, "three digits"),
        ({"reviewed_on": "today"}, "is a date"),
        ({"explanation": "长" * 91}, "too long"),
    ],
)
def test_a_faulty_question_is_named(change: dict[str, object], fault: str) -> None:
    assert list(review.question_faults(GOOD)) == []
    assert any(fault in each for each in review.question_faults({**GOOD, **change}))
    assert next(iter(review.question_faults({"id": "law_900"}))).startswith("lacks basis")


def test_the_helper_of_rights_names_a_text_that_is_missing() -> None:
    content = {"reviewer": "甲", "reviewed_on": DAY_SHIFT.date()}
    faults = list(review.rights_faults(content, set()))
    assert "wages: there is no text ask_wages_who" in faults
    assert not any("questions" in fault or "no question" in fault for fault in faults)
