"""The calculators talked with: as people write, correct themselves, skip, stop, and ask for something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from actions.calculate import CalculatorForm
from bot import texts
from bot.clock import set_now
from bot.db.models import CareCase
from bot.db.session import reading
from bot.knowledge import faqs, next_steps
from bot.knowledge.calculators.catalogue import CALCULATORS, QUESTIONS, named_in
from bot.level import Level
from tests.actions.form_talk import Talk
from tests.conversation.acts import say


@pytest.fixture(autouse=True)
def _today(data_dir: Path) -> Iterator[None]:
    set_now(lambda: datetime(2026, 11, 28, 4, 0, tzinfo=UTC))
    yield
    set_now(None)


@pytest.fixture
def talk() -> Talk:
    return Talk(CalculatorForm())


def start(talk: Talk, calculator: str) -> str:
    return talk.say(f'/calculate{{"calculator": "{calculator}"}}')


def severance(talk: Talk) -> str:
    start(talk, "severance")
    talk.say('/answer{"answer": "reason.agreed"}', "answer")
    talk.say("3年半")
    talk.say("五千五")
    return talk.say("不知道")


def test_a_calculation_is_told_with_its_steps_and_articles(talk: Talk) -> None:
    told = severance(talk)
    assert "大约是 22,000.00 元" in told
    assert "你说的：走的原因 单位提出，商量着走；入职日子 3 年 6 个月；月平均工资 5500；当地社平工资 没填" in told
    assert "N：4×5500＝22,000.00 元（劳动合同法第四十七条）" in told
    assert "没填当地社平工资，没有套三倍封顶" in told
    assert "结果供参考" in told
    assert talk.buttons() == {
        "改一个数": '/answer{"answer": "done.change"}',
        "看规定": '/faq{"faq": "dismissal_compensation_count"}',
        "找真人": "/request_human",
    }


@pytest.mark.parametrize(
    ("words", "calculator"),
    [
        ("帮我算加班费", "overtime"),
        ("俺干了四年被辞了 你给算算能赔多少", "severance"),
        ("没签合同的双倍工资帮我算一下", "double_pay"),
        ("算一下我今年有几天年假", "annual_leave"),
        ("帮我算产假休到哪天", "maternity"),
        ("算算我的陪产假休到哪天", "child_leave"),
        ("帮我算退休时间", "retirement"),
        ("帮我算算工伤申请最晚哪天", "injury"),
        ("帮我算仲裁时效", "arbitration"),
    ],
)
def test_the_words_choose_the_calculator(talk: Talk, words: str, calculator: str) -> None:
    assert talk.say(words, "calculate", 0.9) == f"calc_{CALCULATORS[calculator].questions[0].name}"


def test_unsure_words_are_asked_back_by_buttons_and_a_word_is_enough(talk: Talk) -> None:
    assert talk.say("帮我算一算", "calculate", 0.9) == "calc_which"
    titles = {button.title for button in texts.get("calc_which").buttons}
    assert titles == {calculator.title for calculator in CALCULATORS.values()}
    assert talk.say("嗯那个") == "calc_again_which"
    assert talk.say("退休", "ask_retirement", 0.9) == "calc_worker"


def test_two_calculators_in_one_sentence_are_asked_back(talk: Talk) -> None:
    assert talk.say("年假和加班费帮我算算", "calculate", 0.9) == "calc_which"
    assert talk.say('/answer{"answer": "which.overtime"}') == "calc_normal_pay"


def test_a_correction_changes_the_answer_before_and_goes_on(talk: Talk) -> None:
    start(talk, "severance")
    talk.say("单位跟我商量着走的")
    assert talk.say("三年零五个月") == "calc_average"
    assert talk.say("不对，是三年半") == "calc_average"
    assert talk.slots["facts"]["joined"] == "42m"


def test_a_correction_by_name_changes_that_answer_and_calculates_again(talk: Talk) -> None:
    severance(talk)
    assert "大约是 24,000.00 元" in talk.say("工资写错了，是6000")
    assert "大约是 27,000.00 元" in talk.say("不对，干了四年五个月")
    assert "大约是 54,000.00 元" in talk.say("不对，原因是违法辞退")


def test_a_correction_without_a_value_asks_for_it_again(talk: Talk) -> None:
    severance(talk)
    assert talk.say("工资写错了") == "calc_average"
    assert "大约是 20,000.00 元" in talk.say("五千")


def test_a_button_changes_one_of_the_answers(talk: Talk) -> None:
    severance(talk)
    assert talk.say('/answer{"answer": "done.change"}') == "calc_change"
    assert list(talk.buttons()) == ["走的原因", "入职日子", "月平均工资", "当地社平工资"]
    assert talk.say(talk.buttons()["入职日子"]) == "calc_joined"
    assert "大约是 5,500.00 元" in talk.say("八个月")


@pytest.mark.parametrize("words", ["公司不要我了", "老板叫俺走的", "被辞退的，说不清"])
def test_who_was_told_to_go_without_a_reason_is_told_all_three_amounts(talk: Talk, words: str) -> None:
    start(talk, "severance")
    assert talk.say(words) == "calc_joined"


def test_a_changed_reason_asks_what_it_makes_needed(talk: Talk) -> None:
    severance(talk)
    assert talk.say("不对，原因是不胜任") == "calc_noticed"
    assert "大约是 27,500.00 元" in talk.say("没有", "deny", 0.9)


def test_what_is_not_understood_is_asked_again_with_an_example_then_a_way_out(talk: Talk) -> None:
    start(talk, "overtime")
    assert talk.say("五六千") == "calc_again_money"
    assert talk.say("一天两百") == "calc_stuck"
    assert "跳过" in talk.buttons()
    assert texts.get("calc_stuck").buttons[0].payload == "/request_human"
    assert talk.say("五千五") == "calc_weekday"


def test_what_can_be_left_out_is_left_out(talk: Talk) -> None:
    start(talk, "overtime")
    talk.say("4350")
    talk.say("十个小时")
    assert talk.buttons() == {"跳过": '/answer{"answer": "restday.skip"}'}
    talk.say("跳过")
    assert "375.00 元" in talk.say("没有")


def test_without_what_is_needed_it_says_so_and_ends(talk: Talk) -> None:
    start(talk, "overtime")
    assert talk.say("不知道") == "calc_impossible"
    assert not talk.running
    assert talk.slots["facts"] is None


def test_stop_ends_it_and_nothing_is_kept(talk: Talk) -> None:
    start(talk, "overtime")
    talk.say("4350")
    assert talk.say("不算了") == "calc_stopped"
    assert not talk.running
    assert talk.slots["facts"] is None


def test_days_that_contradict_each_other_are_asked_again(talk: Talk) -> None:
    start(talk, "severance")
    talk.say("裁员")
    talk.say("2019年3月1号")
    talk.say("2018年3月1号")
    talk.say("5000")
    assert talk.say("跳过") == "calc_contradiction calc_left"
    assert "8×5000" in talk.say("2026年11月20号")


@pytest.mark.parametrize("intent", ["request_human", "express_distress"])
def test_asking_for_a_person_and_distress_are_left_to_their_rules(talk: Talk, intent: str) -> None:
    start(talk, "overtime")
    assert talk.say("欠我5000块 活着没意思", intent, 0.9) == ""
    assert talk.running


def test_a_cry_that_the_gateway_names_is_no_answer(talk: Talk) -> None:
    severance(talk)
    assert talk.say('/express_distress{"level": "high"}') == ""


def test_a_question_between_is_left_to_its_rule_and_a_sum_is_not(talk: Talk) -> None:
    start(talk, "overtime")
    assert talk.say("加班费按5000还是底薪算？", "faq", 0.9) == ""
    assert talk.say("五千五", "faq", 0.9) == "calc_weekday"


def test_after_the_result_anything_else_leaves_it(talk: Talk) -> None:
    severance(talk)
    assert talk.say("谢谢", "thanks", 0.9) == ""
    assert talk.say("停") == "calc_stopped"


def test_another_calculation_can_be_asked_for_at_any_time(talk: Talk) -> None:
    start(talk, "overtime")
    assert talk.say("先帮我算退休时间吧", "calculate", 0.9) == "calc_worker"
    assert start(talk, "arbitration") == "calc_matter"
    severance(talk)
    assert talk.say("再帮我算产假", "calculate", 0.9) == "calc_birth"


def test_mild_distress_in_the_words_that_ask_for_it_opens_a_case_and_is_answered(talk: Talk, database: Path) -> None:
    talk.message_id = say("帮我算补偿 心里难受得很").message_id
    assert talk.say("帮我算补偿 心里难受得很", "calculate", 0.9, level="low") == "knowledge_gentle_care calc_reason"
    with reading() as session:
        assert session.execute(select(CareCase.level)).scalars().all() == [Level.low]


def test_the_same_calculation_asked_for_again_begins_anew(talk: Talk) -> None:
    start(talk, "overtime")
    talk.say("4350")
    assert talk.say("帮我算加班费", "calculate", 0.9) == "calc_normal_pay"


def test_an_answer_to_another_question_is_kept_when_it_is_named(talk: Talk) -> None:
    start(talk, "severance")
    talk.say("裁员")
    assert talk.say("工资是五千五") == "calc_joined"
    assert talk.say("三年") == "calc_local"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("平时加班20个小时，周末16个", {"weekday": "20", "restday": "16"}),
        ("二十个小时，周末两天", {"weekday": "20", "restday": "16"}),
        ("周六八小时，周日8小时，平时没有", {"weekday": "0", "restday": "16"}),
        ("周一两个小时，周二三个小时", {"weekday": "5"}),
        ("平时20小时，过年那几天记不清了", {"weekday": "20"}),
        ("二十个小时，过年没回家", {"weekday": "20"}),
        ("二十个小时。", {"weekday": "20"}),
    ],
)
def test_answers_to_several_questions_at_once_go_each_to_its_own(talk: Talk, words: str, kept: dict[str, str]) -> None:
    start(talk, "overtime")
    talk.say("6,000")
    talk.say(words)
    assert talk.slots["facts"]["normal_pay"] == "6000"
    assert {name: talk.slots["facts"].get(name) for name in kept} == kept
    assert not {"weekday", "restday", "holiday"} - kept.keys() & talk.slots["facts"].keys()


def test_a_question_left_behind_by_another_form_is_not_answered(talk: Talk) -> None:
    talk.slots |= {"question": "mood", "facts": {"mood": 1}}
    assert talk.say("帮我算加班费", "calculate", 0.9) == "calc_normal_pay"


def test_every_question_has_its_words_and_an_example() -> None:
    wanted = {f"calc_{name}" for name in QUESTIONS} | {
        f"calc_again_{question.again}" for question in QUESTIONS.values()
    }
    assert [key for key in sorted(wanted) if not texts.has(key)] == []


def test_every_button_of_a_question_is_read(talk: Talk) -> None:
    today = datetime(2026, 11, 28, tzinfo=UTC).date()
    values = {
        (question, button.payload.rpartition(".")[2].rstrip('"}'))
        for question in QUESTIONS.values()
        for button in texts.get(f"calc_{question.name}").buttons
    }
    assert [(q.name, value) for q, value in values if value != "skip" and q.read(value, today) != value] == []
    assert [q.name for q, value in values if value == "skip" and q.required] == []


def test_the_buttons_under_answers_name_faqs_and_calculators_that_there_are() -> None:
    ids = {content["id"] for _, content in faqs.files()}
    assert set(next_steps.CALCULATOR_OF) <= ids
    assert {calculator.faq for calculator in CALCULATORS.values()} <= ids
    assert set(next_steps.CALCULATOR_OF.values()) == set(CALCULATORS)


def test_words_that_ask_for_no_calculator_name_none() -> None:
    assert named_in("今天天气咋样") == []


def test_what_to_change_can_be_named_in_words(talk: Talk) -> None:
    severance(talk)
    assert talk.say("我想改一个数") == "calc_change"
    assert talk.say("工资那个") == "calc_average"
    assert "大约是 20,000.00 元" in talk.say("五千")
    talk.say("改一下")
    assert "大约是 24,000.00 元" in talk.say("工资六千")
