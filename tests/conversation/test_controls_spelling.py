"""However an order is spelled it is one, and with anything else in the message it is none."""

from __future__ import annotations

import re

import opencc
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import controls
from bot.conversation.controls import Control, compact, sentence

SENTENCES = [
    (Control(name), text)
    for name, rows in yaml.safe_load(controls.PATH.read_text(encoding="utf-8"))["sentences"].items()
    for text in rows
]
MARKS = "。，！!？?~… \u200b\u3000.、"
to_traditional = opencc.OpenCC("s2t").convert


@pytest.mark.parametrize(("control", "text"), SENTENCES)
def test_every_sentence_of_the_file_orders_what_it_stands_under(control: Control, text: str) -> None:
    for spelled in (text, to_traditional(text), f"  {text}。", f"请{text}吧！", " ".join(text)):
        assert sentence(compact(spelled)) == control, spelled


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SENTENCES), st.text(MARKS, max_size=6), st.text(MARKS, max_size=6))
def test_marks_around_a_sentence_change_nothing(row: tuple[Control, str], before: str, after: str) -> None:
    assert sentence(compact(before + row[1] + after)) == row[0]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SENTENCES), st.sampled_from(["也不想活了", "工资咋算", "我的手好疼", "老板让我来问", "他打我"]))
def test_a_sentence_with_something_else_in_the_message_orders_nothing(row: tuple[Control, str], more: str) -> None:
    for spelled in (f"{row[1]}，{more}", f"{more}，{row[1]}"):
        assert sentence(compact(spelled)) is None, spelled


def test_no_control_can_be_typed_as_a_payload(data_dir: object) -> None:
    assert sentence(compact("/control_erase")) is None
    assert re.fullmatch(r"/[a-z]+_", controls.PAYLOAD)
