"""What the gateway makes of the helper of rights, the question a day and the activities; and without the engine."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot import texts
from bot.clock import now
from bot.conversation import render, turn
from bot.conversation.intents import answer_for
from bot.db.models import CareCase, Conversation
from bot.db.session import reading, transaction
from bot.db.states import ActivityKind, Author
from bot.db.thread import add_outgoing
from bot.errors import EngineUnavailable
from bot.knowledge import faqs, study
from bot.programme import activities
from bot.programme.activities import Planned
from bot.texts import Button
from tests.answering import answer_all
from tests.conversation.acts import a_counsellor, press, say, says


def rendered(words: str, **custom: object) -> turn.Reply:
    """What a worker reads where the engine says this to their words."""
    say(words, sender=uuid4().hex)
    found = turn.claim("tester")
    assert found is not None
    (reply,) = render.render(found, ({"custom": custom},))
    return reply


def test_advice_is_one_bubble_with_its_dates_and_without_the_lines_that_nobody_has_set(database: object) -> None:
    keys = ["rights_wages_steps", "rights_where", "rights_wages_deadline"]
    reply = rendered("没有", texts=keys, facts={"deadline": "2027年8月15日（还有260天）"})
    assert "申请仲裁最晚到2027年8月15日（还有260天）（劳动争议调解仲裁法第二十七条）" in reply.text
    assert "人社热线 12333" in reply.text
    assert "劳动仲裁：" not in reply.text
    assert "{" not in reply.text


def test_a_question_its_answer_and_the_record_are_rendered_from_the_bank(database: object) -> None:
    assert rendered("每日一题", study="safety_001").text == study.get("safety_001").asked.text
    assert rendered("A", study="safety_001", chosen="A").text == study.get("safety_001").explained("A").text
    assert rendered("我的学习记录", study_record=True).text == texts.get("study_none").text
    with pytest.raises(EngineUnavailable):
        rendered("A", study="safety_999")


def test_activities_are_told_by_the_kind_in_the_workers_words(database: object) -> None:
    staff, starts = a_counsellor(), now() + timedelta(days=3)
    for kind, title in ((ActivityKind.course, "电工班"), (ActivityKind.lecture, "工资条怎么看")):
        activities.publish(activities.add(staff, Planned(kind, title, "职工夜校", starts, None)), staff, on=True)
    told = rendered("最近有啥讲座", activities=True).text
    assert ("工资条怎么看" in told, "电工班" in told) == (True, False)


def test_the_command_line_tells_what_each_intent_would_be_answered(database: object) -> None:
    assert answer_for({"intent": "rights_help"}) == texts.get("ask_rights_matter").text
    assert answer_for({"intent": "daily_question"}) == study.of_day(study.today()).asked.text
    assert answer_for({"intent": "study_record"}) == texts.get("study_none").text
    assert answer_for({"intent": "find_activity"}) == texts.get("activities_none").text


def test_an_faq_leads_on_to_the_helper(database: object) -> None:
    faqs.seed()
    first, *_ = faqs.render("wages_arrears_first_steps").buttons
    assert first == Button("一步步帮我办", '/rights_help{"matter": "wages"}')
    assert all(button.title != "一步步帮我办" for button in faqs.render("wages_minimum").buttons)


def test_a_letter_pressed_while_the_engine_is_down_is_no_sign_of_distress(database: object) -> None:
    conversation_id = say("每日一题").conversation_id
    answer_all()
    with transaction() as session:
        asked = study.get("safety_001").asked
        conversation = session.get_one(Conversation, conversation_id)
        bubble = add_outgoing(session, conversation, Author.bot, asked.text, buttons=asked.buttons)
        session.flush()
        asked_in = bubble.public_id
    press(asked_in, 1)
    answer_all()
    assert says(conversation_id)[-1] == texts.get("outage_repeat").text
    with reading() as session:
        assert session.execute(select(CareCase)).first() is None
