"""Nothing that names somebody stays in a sentence that is shown to editors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.redact import SURNAMES, TITLES, redact

GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
names = st.builds(lambda a, b: a + b, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_telephone_stays(number: str) -> None:
    for written in (number, f"{number[:3]}-{number[3:7]}-{number[7:]}", f"{number[:3]} {number[3:7]} {number[7:]}"):
        assert not any(part in redact(f"打我电话{written}说工资的事") for part in (number[3:7], number[7:]))


@given(names)
def test_who_says_the_own_name_is_not_named(name: str) -> None:
    assert name[1:] not in redact(f"我叫{name}，工资没发").removesuffix("工资没发")


@given(st.sampled_from(SURNAMES), st.sampled_from(TITLES.split("|")))
def test_a_boss_is_not_named(surname: str, title: str) -> None:
    assert surname not in redact(f"{surname}{title}不让请假").replace("不让请假", "")


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("身份证41040219900101123X让扣了", "1990"),
        ("加我微信 abc_12345 聊", "abc"),
        ("豫D12345撞了我", "12345"),
        ("发到 worker@example.com 吧", "worker"),
        ("看 https://example.com/a?b=1", "example"),
        ("老板王建国欠我工资", "王建国"),
        ("工友叫李大山让机器压了", "李大山"),
        ("俺在宏达电子厂上班", "宏达"),
        ("住建设路25号院3号楼", "建设路"),
        ("幺三八一二三四五六七八打这个", "幺三八"),
    ],
)
def test_what_names_a_person_a_place_or_a_firm_is_hidden(words: str, hidden: str) -> None:
    assert hidden not in redact(words)
    assert "［" in redact(words)


@pytest.mark.parametrize(
    "words",
    [
        "合同签了不给我咋办",
        "包工头跑了工资找谁要",
        "一个月工资四千五干了两年",
        "小时工要签合同吗",
        "单位没交社保怎么办",
        "12333管不管",
    ],
)
def test_a_plain_question_stays_as_it_is(words: str) -> None:
    assert redact(words) == words
