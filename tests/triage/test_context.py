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
        ("遗书", "已经", "写", "好了"),
    ],
)
def test_a_sentence_sent_as_four_bubbles_is_seen_whole(bubbles: tuple[str, ...]) -> None:
    *before, last = read_in_order(*bubbles)
    assert not assess(bubbles[-1]).level.is_crisis
    assert last.level.is_crisis
    assert any(reason.scope == Scope.context and "合看" in reason.note for reason in last.reasons)
    assert not any(found.level.is_crisis for found in before[:2])


def test_pieces_that_come_an_hour_apart_are_not_glued() -> None:
    *_, last = read_in_order("我", "想", "自", "杀", step=timedelta(hours=1))
    assert not any(reason.expression == "自杀" for reason in last.reasons)


def test_giving_up_after_despair_and_farewell_is_read_with_them() -> None:
    *before, last = read_in_order("撑不下去了", "都安排好了", "算了")
    assert assess("算了").level is Level.none
    assert max(found.level.rank for found in (*before, last)) >= Level.high.rank


def test_harmless_messages_stay_harmless_together() -> None:
    for found in read_in_order("你好", "我想问下工资", "老板说下个月发", "算了", "谢谢你", "再见"):
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
