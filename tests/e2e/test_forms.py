"""One set of questions after another, with the real engine: each begins with its own first question."""

from __future__ import annotations

import pytest

from tests.e2e.ground import Chatter, System

STARTS = (
    ("能帮我算一下加班费吗？", "正常上班一个月工资多少"),
    ("怎么放松，能教我不？", "坐稳，脚踩地"),
    ("打字慢，让同志给我打电话中不中", "让工会值班同志在聊天以外联系你"),
    ("下了夜班睡不着咋办？", "下夜班难睡"),
    ("帮我算一下补偿金", "你是怎么走的"),
    ("教我放松一下", "坐稳，脚踩地"),
)


@pytest.mark.parametrize("starts", [STARTS, STARTS[::-1]])
def test_a_form_that_begins_inside_another_asks_its_own_first_question(
    system: System, starts: tuple[tuple[str, str], ...]
) -> None:
    worker = Chatter(system.url)
    for words, first_question in starts:
        assert first_question in worker.ask(words), words
