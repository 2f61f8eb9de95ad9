"""A conversation is read together: pieces of a sentence, signs in several messages, and no way down."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.triage import Level, assess
from bot.triage.context import MOST, PIECE, WITHIN, Earlier, assess_after
from bot.triage.levels import Assessment, Scope

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
STEP = timedelta(seconds=20)


def read_in_order(*texts: str, step: timedelta = STEP) -> list[Assessment]:
    """What each of these messages is assessed as when it arrives."""
    earlier: list[Earlier] = []
    found = []
    for at, text in enumerate(texts):
        when = START + at * step
        found.append(assess_after(earlier, text, when))
        earlier.append(Earlier(text, found[-1].level, when))
    return found


@pytest.mark.parametrize(
    "bubbles",
    [
        ("我", "想", "自", "杀"),
        ("我真的", "不想", "活", "了"),
        ("药", "我都", "吞", "下去了"),
        ("农药", "已经", "喝", "下去了"),
    ],
)
def test_a_sentence_sent_as_four_bubbles_is_seen_whole(bubbles: tuple[str, ...]) -> None:
    assert not any(assess(bubble).level.is_crisis for bubble in bubbles)
    alarms = [found for found in read_in_order(*bubbles) if found.level.is_crisis]
    assert alarms
    assert any(reason.scope == Scope.context and "合看" in reason.note for reason in alarms[0].reasons)


def test_pieces_that_come_an_hour_apart_are_not_glued() -> None:
    pieces = ("我真的", "不想", "活下去了")
    assert read_in_order(*pieces)[-1].level.is_crisis
    assert not any(found.level.is_crisis for found in read_in_order(*pieces, step=timedelta(hours=1)))


def test_giving_up_after_despair_and_farewell_is_read_with_them() -> None:
    *before, last = read_in_order("撑不下去了", "都安排好了", "算了")
    assert assess("算了").level is Level.none
    assert max(found.level.rank for found in (*before, last)) >= Level.high.rank


@pytest.mark.parametrize(
    "messages",
    [
        ("你好", "我想问下工资", "老板说下个月发", "算了", "谢谢你", "再见"),
        ("在吗", "有人没", "问个事", "年假几天", "好的", "晓得了"),
        ("第一条", "第二条", "第三条", "第四条", "第五条", "第六条", "第七条"),
        ("工地上", "今天发工资了", "回家", "买了车票", "明天下班", "给娃带了书包"),
    ],
)
def test_harmless_messages_stay_harmless_together(messages: tuple[str, ...]) -> None:
    for found in read_in_order(*messages):
        assert not found.level.is_crisis


def test_what_was_alerted_before_is_not_alerted_again_by_every_later_word() -> None:
    first, *later = read_in_order("我想自杀", "嗯", "在的", "没有")
    assert first.level.is_crisis
    assert all(found.level.rank <= first.level.rank for found in later)


def test_what_is_long_past_does_not_count() -> None:
    earlier = [Earlier("我想自", Level.none, START)]
    assert assess_after(earlier, "杀", START + WITHIN + timedelta(minutes=1)) == assess("杀")


def test_only_so_many_messages_are_looked_at() -> None:
    earlier = [Earlier("我想自杀", Level.none, START)] + [Earlier("嗯", Level.none, START)] * MOST
    assert assess_after(earlier, "好的", START) == assess("好的")


def test_long_messages_are_no_pieces() -> None:
    long = "今天在工地上搬了一天砖头累得不行"
    assert len(long) > PIECE
    earlier = [Earlier(long, Level.none, START)]
    assert assess_after(earlier, "好的", START).level is assess("好的").level
