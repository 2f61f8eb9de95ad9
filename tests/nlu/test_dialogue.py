"""What the trained bot says: real engine, real action server, real database."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.channels.incoming import Incoming
from bot.conversation.inbox import accept
from bot.db.models import CareCase
from bot.db.session import reading
from tests.nlu.ground import Bot

DISTRESS = "活着太累了，真想一了百了"


@pytest.fixture
def sender() -> str:
    """A conversation of its own for each test."""
    return uuid4().hex


def stored(text: str) -> str:
    """The id of a message that the gateway has accepted."""
    return accept(Incoming("web", "main", uuid4().hex, uuid4().hex, text)).message_id


def cases() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(CareCase)).scalar_one()


def test_a_new_conversation_begins_with_the_notice_and_later_turns_do_not(bot: Bot, sender: str) -> None:
    first = bot.say("你好", sender).json()
    again = bot.say("你好", sender).json()
    assert [item["custom"]["text"] for item in first["messages"]] == ["welcome", "greet"]
    assert [item["custom"]["text"] for item in again["messages"]] == ["greet"]


def test_a_question_is_answered_by_its_faq_and_can_be_asked_for_again(bot: Bot, sender: str) -> None:
    answer = bot.say("包工头跑了，工资找谁要？", sender).json()
    assert {"custom": {"faq": "wages_subcontractor_ran"}} in answer["messages"]
    assert answer["nlu"]["faq"] == "wages_subcontractor_ran"
    assert answer["nlu"]["faq_score"] == 1.0
    assert bot.items("再说一遍", sender) == [{"custom": {"faq": "wages_subcontractor_ran"}}]


def test_a_button_answers_a_question_and_a_topic_shows_its_menu(bot: Bot, sender: str) -> None:
    assert bot.items('/faq{"faq": "wages_iou"}', sender) == [{"custom": {"faq": "wages_iou"}}]
    assert bot.items('/topic_menu{"topic": "union"}', sender) == [{"custom": {"topic_menu": "union"}}]
    assert bot.items("想问工资的事", sender) == [{"custom": {"topic_menu": "wages"}}]


def test_distress_that_only_the_model_sees_opens_a_case_once(bot: Bot, sender: str) -> None:
    before, message_id = cases(), stored("今天下班早")
    for _ in range(2):
        assert bot.items(DISTRESS, sender, message_id=message_id)[0]["custom"]["crisis"] == "high"
    assert cases() == before + 1


def test_distress_named_by_the_gateway_keeps_its_level_and_kind_and_comes_before_any_notice(
    bot: Bot, sender: str
) -> None:
    answer = bot.say(
        '/express_distress{"level": "imminent"}', sender, stored("俺去楼顶了"), level="imminent", kind="self_harm"
    )
    assert [item["custom"] for item in answer.json()["messages"]] == [{"crisis": "imminent", "kind": "self_harm"}]


def test_a_person_can_be_asked_for_at_any_time(bot: Bot, sender: str) -> None:
    assert bot.items("找真人", sender, message_id=stored("找真人")) == [{"custom": {"text": "human_requested"}}]
    assert bot.items("把俺的聊天记录删了", sender) == [{"custom": {"text": "delete_records_how"}}]


def test_what_is_not_understood_ends_with_a_person_after_two_tries(bot: Bot, sender: str) -> None:
    first = bot.items("呜啦啵咕嘟嘶", sender)[0]
    second = bot.items("咕嘟嘶呜啦啵", sender)[0]
    assert first["custom"]["text"] in ("ask_rephrase", "did_you_mean")
    assert second == {"custom": {"text": "fallback_person"}}


def test_any_understood_message_leaves_the_fallback(bot: Bot, sender: str) -> None:
    for text, reply in [
        ("谢谢你", {"custom": {"text": "thanks"}}),
        ("包工头跑了，工资找谁要？", {"custom": {"faq": "wages_subcontractor_ran"}}),
        ('/faq{"faq": "wages_iou"}', {"custom": {"faq": "wages_iou"}}),
    ]:
        bot.items("呜啦啵咕嘟嘶", sender)
        assert bot.items(text, sender) == [reply]
    bot.items("呜啦啵咕嘟嘶", sender)
    assert bot.items(DISTRESS, sender, message_id=stored("x"))[0]["custom"]["crisis"] == "high"
    assert bot.items("谢谢你", sender) == [{"custom": {"text": "thanks"}}, {"custom": {"text": "ask_safe_now"}}]


def test_none_of_these_asks_for_other_words_inside_the_fallback(bot: Bot, sender: str) -> None:
    bot.items("呜啦啵咕嘟嘶", sender)
    assert bot.items("/out_of_scope", sender) == [{"custom": {"text": "ask_rephrase"}}]
    assert bot.items("/out_of_scope", uuid4().hex) == [{"custom": {"text": "out_of_scope"}}]


def test_an_action_that_fails_is_an_error_and_not_a_silence(bot: Bot, sender: str) -> None:
    failed = bot.say("找真人", sender, message_id="no such message")
    assert (failed.status_code, failed.json()) == (502, {"error": "action_failed"})


def test_a_dead_action_server_fails_what_must_act_and_nothing_else(bot: Bot, sender: str) -> None:
    bot.kill("actions")
    try:
        answer = bot.say("包工头跑了，工资找谁要？", sender).json()
        assert [item["custom"] for item in answer["messages"]] == [
            {"text": "welcome"},
            {"faq": "wages_subcontractor_ran"},
        ]
        assert answer["failed_actions"] == ["action_session_start"]
        failed = bot.say(DISTRESS, sender, message_id=stored("x"))
        assert (failed.status_code, failed.json()) == (502, {"error": "action_failed"})
    finally:
        bot.start_actions()
    assert bot.items("谢谢你", sender) == [{"custom": {"text": "thanks"}}]


def test_a_calculation_is_asked_for_worked_out_corrected_and_left(bot: Bot, sender: str) -> None:
    assert bot.items("帮我算一下离职补偿", sender)[0]["custom"] == {"text": "calc_reason"}
    assert bot.items('/answer{"answer": "reason.agreed"}', sender)[0]["custom"] == {"text": "calc_joined"}
    assert bot.items("3年半", sender)[0]["custom"] == {"text": "calc_average"}
    assert bot.items("五千五", sender)[0]["custom"] == {"text": "calc_local"}
    told = bot.items("不知道", sender)[0]
    assert "大约是 22,000.00 元" in told["text"]
    assert told["buttons"][0] == {"title": "改一个数", "payload": '/answer{"answer": "done.change"}'}
    assert "大约是 24,000.00 元" in bot.items("工资写错了，是6000", sender)[0]["text"]
    assert bot.items("谢谢你", sender) == [{"custom": {"text": "thanks"}}]
    assert bot.items("包工头跑了，工资找谁要？", sender) == [{"custom": {"faq": "wages_subcontractor_ran"}}]


def test_a_question_between_comes_back_to_the_calculation_and_distress_ends_it(bot: Bot, sender: str) -> None:
    bot.items('/calculate{"calculator": "overtime"}', sender)
    between = [item["custom"] for item in bot.items("包工头跑了，工资找谁要？", sender)]
    assert between == [{"faq": "wages_subcontractor_ran"}, {"text": "calc_normal_pay"}]
    cry = bot.items(
        '/express_distress{"level": "high"}', sender, message_id=stored("x"), level="high", kind="self_harm"
    )
    assert cry[0]["custom"]["crisis"] == "high"
    assert "calc_weekday" not in str(bot.items("4350", sender, message_id=stored("4350")))


def test_a_long_conversation_stays_quick_and_right(bot: Bot, sender: str) -> None:
    bot.items('/faq{"faq": "wages_iou"}', sender)
    seconds = [bot.say("谢谢你", sender).elapsed.total_seconds() for _ in range(60)]
    assert bot.items("再说一遍", sender) == [{"custom": {"faq": "wages_iou"}}]
    assert sorted(seconds[-20:])[10] < 4 * sorted(seconds[:20])[10]


def test_no_words_of_a_person_reach_the_logs(bot: Bot, sender: str) -> None:
    canary = "香樟木箱子的秘密"
    for text in (canary, f"{canary}找真人", f"/nonsense{{{canary}"):
        bot.say(text, sender)
    assert canary not in bot.logged()
    assert json.dumps(canary).strip('"') not in bot.logged()


def test_the_helper_of_rights_takes_back_an_answer_and_gives_way_to_a_cry(bot: Bot, sender: str) -> None:
    def keys(text: str, **more: str) -> list[str]:
        said = bot.items(text, sender, message_id=stored("x"), **more)
        return [item["custom"].get("text") or item["custom"].get("crisis") for item in said]

    assert keys('/rights_help{"matter": "wages"}') == ["ask_wages_who"]
    for text, reply in [
        ("工地上的包工头", ["ask_wages_amount"]),
        ("三个月，六千块", ["ask_wages_working"]),
        ('/answer{"answer": "wages_working.no"}', ["ask_wages_left"]),
        ("去年八月", ["ask_wages_proof"]),
        ("不对，是九月", ["rights_corrected", "ask_wages_proof"]),
    ]:
        assert keys(text) == reply
    assert keys('/express_distress{"level": "high"}', level="high", kind="self_harm") == ["high"]
    assert keys("安全")[-1] == "ask_willing"


def test_a_question_is_asked_and_a_letter_answers_it_and_activities_are_looked_up(bot: Bot, sender: str) -> None:
    (asked,) = bot.items("每日一题", sender, message_id=stored("每日一题"))
    question = asked["custom"]["study"]
    (explained,) = bot.items("B", sender, message_id=stored("B"))
    assert explained["custom"] == {"study": question, "chosen": "B"}
    assert bot.items("最近有啥讲座", sender) == [{"custom": {"activities": True}}]
    assert bot.items("我的学习记录", sender) == [{"custom": {"study_record": True}}]
