"""Canned replies: filled in for the conversation, changed by leads, never brought back against their will."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot import care
from bot.care import canned
from bot.db.models import Conversation
from bot.db.session import reading
from bot.errors import NotFound
from bot.level import Level
from tests.care.test_cases import staff, the_case
from tests.conversation.acts import say


def file_of(tmp_path: Path, *bodies: str) -> Path:
    """A file of replies with keys r0, r1 …"""
    path = tmp_path / "replies.yml"
    rows = [{"key": f"r{at}", "title": f"回话{at}", "code": "", "body": body} for at, body in enumerate(bodies)]
    path.write_text(yaml.safe_dump({"replies": rows}, allow_unicode=True), encoding="utf-8")
    return path


def test_the_replies_of_the_repository_come_in_once(any_database: str) -> None:
    assert canned.seed() >= 12
    assert canned.seed() == 0
    assert all(row.in_use and row.edited_by is None for row in canned.everything())


def test_variables_are_filled_in_and_a_line_that_is_not_known_goes(any_database: str, tmp_path: Path) -> None:
    canned.seed(file_of(tmp_path, "{pseudonym}，我是{me}，打 {hotline}", "先这样\n个案 {case}"))
    conversation, who = say("你好").conversation_id, staff("李芳")
    with reading() as session:
        pseudonym = session.get_one(Conversation, conversation).person.pseudonym
    first, second = canned.for_conversation(conversation, who)
    assert first.text == f"{pseudonym}，我是李芳，打 12356"
    assert second.text == "先这样"
    care.open_case(say("不想活了").message_id, Level.high)
    assert canned.for_conversation(conversation, who)[1].text == f"先这样\n个案 {the_case().number}"


def test_a_variable_is_filled_in_once_whatever_a_name_looks_like(any_database: str, tmp_path: Path) -> None:
    canned.seed(file_of(tmp_path, "我是{me}"))
    (only,) = canned.for_conversation(say("你好").conversation_id, staff("{hotline}"))
    assert only.text == "我是{hotline}"


def test_what_a_lead_changed_or_retired_is_not_overwritten_by_the_file(any_database: str, tmp_path: Path) -> None:
    canned.seed(file_of(tmp_path, "一", "二", "三"))
    who = staff("a")
    first, second, _ = canned.everything()
    canned.change(first.id, who, "改过", "gg", "改过的话")
    canned.use(second.id, who, in_use=False)
    assert canned.seed(file_of(tmp_path, "甲", "乙", "丙")) == 1
    assert [(row.body, row.in_use) for row in canned.everything()] == [("改过的话", True), ("丙", True), ("二", False)]
    canned.use(second.id, who, in_use=True)
    assert [one.text for one in canned.for_conversation(say("你好").conversation_id, who)] == ["改过的话", "二", "丙"]


def test_a_new_one_comes_last(any_database: str, tmp_path: Path) -> None:
    canned.seed(file_of(tmp_path, "一", "二"))
    canned.add(staff("a"), "新的", "xd", "三")
    assert [row.body for row in canned.everything()] == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("title", "code", "body", "fault"),
    [
        ("", "", "好", "label"),
        ("长" * 21, "", "好", "label"),
        ("好", "大写", "好", "code"),
        ("好", "", "", "body"),
        ("好", "", "长" * 501, "body"),
        ("好", "", "你叫{name}", "variable"),
        ("好", "", "少一半 {me", "variable"),
        ("好", "", "多一半 me}", "variable"),
        ("好", "", "{}", "variable"),
        ("好", "", "{{me}}", "variable"),
    ],
)
def test_a_reply_that_breaks_a_rule_is_refused(title: str, code: str, body: str, fault: str) -> None:
    with pytest.raises(canned.BadReply) as refused:
        canned.check(title, code, body)
    assert refused.value.fault == fault


def test_what_is_not_there_is_not_found(any_database: str) -> None:
    with pytest.raises(NotFound):
        canned.change(1, staff("a"), "好", "", "好")
    with pytest.raises(NotFound):
        canned.use(1, staff("b"), in_use=True)
    with pytest.raises(NotFound):
        canned.for_conversation("0" * 32, staff("c"))
