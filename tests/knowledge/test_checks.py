"""What is wrong with an FAQ is told in its field, whoever brings it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge import checks, danger
from bot.knowledge.checks import Known
from bot.knowledge.content import Basis, Content, day_of, parse
from tests.knowledge.ground import good

KNOWN = Known(frozenset({"other_one"}), {"竹筏卡在哪领": "other_one"})


def fields(**changes: object) -> set[str]:
    return {fault.field for fault in checks.faults(good(id="lantern", **changes), KNOWN)}


def test_a_good_one_has_no_fault() -> None:
    assert fields() == set()
    assert danger.faults(good()) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"topic": "astrology"}, "topic"),
        ({"region": "火星"}, "region"),
        ({"question": ""}, "question"),
        ({"question": "长" * 26}, "question"),
        ({"question": "竹筏卡，在哪领？"}, "question"),
        ({"variants": good().variants[:7]}, "variants"),
        ({"variants": (*good().variants, good().question)}, "variants"),
        ({"variants": (*good().variants, "竹筏卡在哪领！")}, "variants"),
        ({"variants": (*good().variants, "你好")}, "variants"),
        ({"variants": (*good().variants, "长" * 61)}, "variants"),
        ({"variants": (*good().variants, "领\u200b票")}, "variants"),
        ({"variants": (*good().variants, "领\u202e票")}, "variants"),
        ({"answer": ""}, "answer"),
        ({"answer": "长" * 801}, "answer"),
        ({"answer": "打 {no_such_fact}"}, "answer"),
        ({"answer": "{hotline_union}"}, "answer"),
        ({"answer": "想开点，别担心。"}, "answer"),
        ({"answer": "我们保证帮你要回工资。"}, "answer"),
        ({"answer": "一行\x00二行"}, "answer"),
        ({"basis": ()}, "basis"),
        ({"basis": (Basis("", "第一条"),)}, "basis"),
        ({"valid_from": "someday"}, "valid_from"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_to": "下个月"}, "valid_to"),
        ({"valid_to": date(2021, 1, 1)}, "valid_to"),
        ({"related": ("nowhere",)}, "related"),
        ({"related": ("other_one", "other_one")}, "related"),
        ({"related": ("lantern",)}, "related"),
    ],
)
def test_a_fault_is_told_in_its_field(change: dict[str, object], field: str) -> None:
    assert fields(**change) == {field}


def test_the_id_is_of_small_letters() -> None:
    assert {fault.field for fault in checks.faults(good(id="Äx y"), KNOWN)} == {"id"}


@pytest.mark.parametrize("topic", ["wages", "injury", "women_minors", "support"])
def test_danger_is_no_wording_but_where_the_topic_is_about_it(topic: str) -> None:
    def refused(sentence: str) -> bool:
        return danger.faults(good(topic=topic, question=sentence)) != []

    assert refused("我现在就站在楼顶要跳下去")
    assert refused("不想活了") == (topic != "support")
    assert refused("车间有人摸我屁股，找谁管") == (topic not in ("women_minors", "support"))
    assert not refused("加班费怎么算")


def test_many_are_judged_as_one_by_one() -> None:
    contents = [good(), good(question="不想活了"), good("木桥券"), good(variants=("车间有人摸我屁股，找谁管",))]
    assert list(danger.many(contents)) == [danger.faults(one) for one in contents]


@pytest.mark.parametrize("text", ["2026-01-31", "2026/1/31", "2026年1月31日", "2026.01.31", "2026-01-31 00:00:00"])
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert day_of(text) == date(2026, 1, 31)


@pytest.mark.parametrize("text", ["2026-02-30", "明年", "20260131", "1/31/2026"])
def test_what_is_no_date_stays_as_it_was_written(text: str) -> None:
    assert day_of(text) == text


def test_what_was_written_is_read_the_same() -> None:
    content = good(id="lantern", valid_to=date(2027, 1, 1), related=("other_one",))
    assert parse(content.plain()) == content
    assert parse({}) == Content(region="")
