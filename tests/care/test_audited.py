"""What the audit holds of acts beside the desk's routes: erasing, exporting, expiring, reopening, drills, accounts."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from bot.audit import READ_AGAIN, verify
from bot.care import desk, exercises, notes, retention, rota
from bot.channels.incoming import Incoming
from bot.clock import local, now
from bot.console.streams import ConversationLook
from bot.conversation.inbox import accept
from bot.db.models import CareCase
from bot.db.session import reading
from bot.db.states import Role, Rung
from bot.staff import accounts, sessions, signin
from tests import second_step
from tests.audit.ground import rows
from tests.care.ground import DAY_SHIFT, SetClock, person_of
from tests.conversation.acts import a_counsellor, say
from tests.conversation.conftest import Anywhere

CRY = "活着没意思，想一了百了"


def entries(action: str) -> list[tuple[str | None, str, str, str]]:
    """Who, kind, id and detail of the entries of an action."""
    return [(row.staff_id, row.subject_kind, row.subject_id, row.detail) for row in rows() if row.action == action]


def number() -> str:
    with reading() as session:
        return session.execute(select(CareCase.number)).scalar_one()


def test_what_a_worker_has_deleted_or_takes_along_is_recorded_by_case_or_person(anywhere: Anywhere) -> None:
    conversation = say("导出我的记录", channel="telegram").conversation_id
    anywhere.answer_all()
    person = person_of(conversation)
    assert entries("records_given") == [(None, "person", person, "{}")]
    say("找真人", channel="telegram")
    anywhere.answer_all()
    for order in ("删除我的记录", "确定删除"):
        say(order, channel="telegram")
        anywhere.answer_all()
    assert entries("erased") == [(None, "case", number(), "{}")]
    assert verify.verify().fault is None


def test_what_expires_is_recorded_as_a_count_and_nothing_as_nothing(anywhere: Anywhere, at: SetClock) -> None:
    say("工资啥时候发")
    anywhere.answer_all()
    retention.sweep()
    assert entries("expired") == []
    at(DAY_SHIFT + timedelta(days=181))
    retention.sweep()
    [(_, kind, _, detail)] = entries("expired")
    assert (kind, detail.startswith('{"count":')) == ("none", True)


def test_a_new_cry_after_the_hand_back_is_recorded_as_reopening(anywhere: Anywhere) -> None:
    conversation, staff = say(CRY).conversation_id, a_counsellor()
    anywhere.answer_all()
    desk.claim(conversation, staff)
    desk.hand_back(conversation, staff)
    say(CRY)
    anywhere.answer_all()
    assert [row.action for row in rows()] == ["claimed", "handed_back", "reopened"]
    assert {row.subject_id for row in rows()} == {number()}


def test_an_alarm_is_acknowledged_once_however_often_one_answers(anywhere: Anywhere) -> None:
    conversation, staff = say(CRY).conversation_id, a_counsellor()
    anywhere.answer_all()
    desk.acknowledge(conversation, staff)
    desk.claim(conversation, staff)
    desk.acknowledge(conversation, staff)
    say(CRY)
    anywhere.answer_all()
    desk.claim(conversation, staff)  # it is theirs already: only the new alarm is seen
    assert [row.action for row in rows()] == ["acknowledged", "claimed", "acknowledged"]


def test_a_thread_that_stays_open_is_recorded_again_when_there_is_more_to_read(
    anywhere: Anywhere, at: SetClock
) -> None:
    conversation, staff = say(CRY).conversation_id, a_counsellor()
    anywhere.answer_all()
    look = ConversationLook(conversation, staff, 0)
    asyncio.run(look())
    assert entries("thread_read") == [], "the opening itself has been recorded by the route"
    look.noted -= READ_AGAIN.total_seconds()
    asyncio.run(look())
    assert entries("thread_read") == [], "nothing new was read"
    say("还在吗")
    asyncio.run(look())
    assert entries("thread_read") == [(staff, "case", number(), "{}")]


def test_clearing_a_drill_is_recorded(anywhere: Anywhere) -> None:
    exercises.clear()
    assert entries("drill_cleared") == [], "there was none"
    accept(Incoming("web", "main", "m-1", "nobody", CRY, drill=True))
    anywhere.answer_all()
    exercises.clear()
    assert entries("drill_cleared") == [(None, "none", "", '{"cases":1}')]


def test_accounts_and_their_links_are_recorded_without_their_tokens(any_database: str) -> None:
    token = accounts.add("wanglin", "王林", Role.counsellor)
    renewed = accounts.renew("wanglin")
    with pytest.raises(accounts.SetupLinkInvalid):
        accounts.set_password(token, "木桥 灯笼 七点半 修车")
    accounts.set_password(renewed, "木桥 灯笼 七点半 修车")
    second_step.bind("wanglin")
    step = signin.login("wanglin", "木桥 灯笼 七点半 修车")
    assert isinstance(step, signin.Step)
    with pytest.raises(signin.CodeRefused):
        signin.second_step(step.token, "123")
    key = signin.second_step(step.token, second_step.code()).key
    sessions.logout(key.token)
    sessions.logout(key.token)
    assert [(row.action, row.staff_id is None, row.detail) for row in rows()] == [
        ("staff_added", True, '{"role":"counsellor"}'),
        ("link_made", True, "{}"),
        ("password_set", False, "{}"),
        ("second_factor_bound", False, "{}"),
        ("recovery_codes_made", False, "{}"),
        ("password_passed", False, "{}"),
        ("code_refused", True, '{"count":1}'),
        ("sign_in", False, "{}"),
        ("sign_out", False, "{}"),
    ]
    written = str(rows())
    assert not [secret for secret in (token, renewed, key.token, key.csrf, "王林", "wanglin") if secret in written]


def test_the_first_admin_and_every_new_link_for_them_are_recorded(any_database: str) -> None:
    accounts.ensure_first_admin()
    accounts.ensure_first_admin()
    assert [row.action for row in rows()] == ["staff_added", "link_made"]


def test_a_private_note_is_recorded_by_its_case_and_a_thread_that_stays_open_as_read_again(anywhere: Anywhere) -> None:
    conversation, staff = say(CRY).conversation_id, a_counsellor()
    anywhere.answer_all()
    look = ConversationLook(conversation, staff, 0)
    asyncio.run(look())
    look.noted -= READ_AGAIN.total_seconds()
    notes.add(conversation, staff, "夜里再看一眼", key="a" * 32)
    notes.add(conversation, staff, "夜里再看一眼", key="a" * 32)
    assert entries("noted") == [(staff, "case", number(), "{}")], "a second press is no second note"
    asyncio.run(look())
    assert entries("thread_read") == [(staff, "case", number(), "{}")]


def test_turns_and_exceptions_are_recorded_with_hours_and_whose_they_are(any_database: str) -> None:
    who = a_counsellor()
    rota.add_turn(who, [3, 1], time(21), time(6), who, Rung.second)
    rota.add_exception(who, local(now()).date(), time(0), time(0), None, None)
    [(by, _, subject, detail)] = entries("turn_added")
    assert (by, subject, detail) == (who, who, '{"days":"1-3","hours":"21:00-06:00","place":"second"}')
    [(_, kind, subject, detail)] = entries("exception_added")
    assert (kind, subject, detail.endswith('"hours":"00:00-00:00"}')) == ("none", "", True)
