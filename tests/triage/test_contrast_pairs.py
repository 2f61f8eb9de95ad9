"""Pairs that share their characters and not their meaning."""

import pytest

from bot.triage import Kind, Level, assess

PAIRS = [
    ("不想活动，想在宿舍躺着", "不想活了"),
    ("这事我想开了", "我就是想不开"),
    ("我想走，厂里不给离职单", "我想走了，不想回来"),
    ("没活了，厂里放假", "不想活，真的"),
    ("终于下班解脱了", "求解脱"),
    ("紫砂壶多少钱一把", "我要紫砂"),
    ("死线是周五", "就想死"),
    ("累死了，想睡觉", "痛苦得想死"),
    ("想死你了，啥时候回来", "想死，你了解吗"),
    ("想死你了", "想死 你了解吗"),
    ("跳楼价处理", "想跳楼"),
    ("感冒了喝药不见好", "想喝药算了"),
    ("今天吃了一片药头不疼了", "我吃了一瓶药"),
    ("对不起爸妈，没考上", "对不起爸妈，永别了"),
    ("终于下班解脱，回家喝两杯", "早死早解脱"),
    ("工亡能赔多少", "撑不下去了，工亡能赔多少"),
    ("今晚走，下班回家", "今晚走，别找我"),
    ("想睡一觉", "想睡过去不醒"),
    ("手术要全身麻醉", "心早就死了，活够了"),
    ("自救器在哪领", "想自杀"),
    ("最后一次夜班上完了", "最后一次见你们了"),
    ("不想火，就想踏实干活", "我不想火了"),
    ("我带着孩子一起走亲戚", "我带着孩子一起走"),
    ("等孩子睡了我就去上夜班", "等孩子睡了我就走"),
    ("游戏里死了十次", "我死了他们就轻松了"),
    ("重开一局", "人生重开算了"),
    ("我没有想自杀", "没想自杀，就是不想活了"),
    ("我不想死", "我不想死但也不想活"),
    ("不是不想活动，是没空", "不是不想活，是没法活"),
    ("周末想去陪我爸下棋", "我爸走了，想去陪我爸"),
    ("老板说重活换人干", "想重开，这辈子没意思"),
    ("老公动手术，能请几天护理假", "老公动手咋办"),
    ("跟老公动手打扫了一下午", "男人一喝多就动手"),
]


@pytest.mark.parametrize(("benign", "risk"), PAIRS)
def test_the_first_is_not_urgent_and_the_second_is(benign: str, risk: str) -> None:
    assert assess(benign).level.rank < Level.high.rank
    assert assess(risk).level.rank >= Level.high.rank


def test_being_told_to_die_by_a_boss_is_bullying_and_no_wish_to_die() -> None:
    assessment = assess("老板让我去死")
    assert assessment.level is Level.low
    assert assessment.kind is Kind.bullying


def test_a_mourner_is_met_with_grief_and_not_with_an_alarm() -> None:
    assessment = assess("我妈走了，还没缓过来")
    assert assessment.level is Level.low
    assert assessment.kind is Kind.grief


def test_overtime_to_death_is_no_joke_either() -> None:
    assessment = assess("加班加到想死")
    assert assessment.level is Level.low
    assert {reason.scope for reason in assessment.reasons} == {"figure"}
