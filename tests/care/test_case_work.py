"""Work on a case: level and category by a person, plan, checklist, tasks by their day, referrals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import care, validate
from bot.care import casefile, casework, checklist, closing, desk, referrals, todo
from bot.db.case_models import PlanStep, Referral, StaffTask
from bot.db.models import CareCase, CaseEvent, Conversation
from bot.db.session import reading, transaction
from bot.db.states import Category, ReferralState, ReferralTo, Role
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.level import Level
from tests.care.ground import DAY_SHIFT, SetClock
from tests.care.test_case_closing import opened
from tests.care.test_cases import staff, the_case
from tests.closing import a_lead, close
from tests.conversation.acts import say


def counts() -> dict[str, int]:
    """How much waits for each."""
    return {staff_id: len(found) for staff_id, found in todo.waiting().items()}


def test_a_level_set_by_a_person_keeps_its_reason_and_orders_the_queue(any_database: str) -> None:
    first, who = opened(Level.low, "worker-1"), staff("a")
    number = the_case().number
    opened(Level.high, "worker-2")
    with pytest.raises(BadInput):
        casework.set_level(number, who, Level.imminent, "  ")
    casework.set_level(number, who, Level.imminent, "电话里说在桥上")
    worst = desk.queue()[0]
    assert (worst.conversation_id, worst.level) == (first, Level.imminent)
    with reading() as session:
        event = session.execute(select(CaseEvent).where(CaseEvent.kind == "level_set")).scalar_one()
        assert (event.level, event.note, event.staff_id) == (Level.imminent, "电话里说在桥上", who)
        assert session.get_one(Conversation, first).level == Level.imminent


def test_lowering_the_level_silences_no_alarm_and_a_new_sign_raises_it_again(any_database: str) -> None:
    opened(Level.imminent)
    casework.set_level(the_case().number, staff("a"), Level.low, "说是玩笑")
    [row] = desk.queue()
    assert (row.level, row.alerts) == (Level.high, 1)  # of the alarm that nobody has seen
    desk.acknowledge(row.conversation_id, staff("b"))
    assert desk.queue()[0].level == Level.low
    care.open_case(say("我真的不想活了").message_id, Level.high, "self_harm")
    assert the_case().level == Level.high


def test_a_category_is_set_by_a_person_and_nothing_is_set_on_a_closed_case(any_database: str) -> None:
    conversation, who = opened(Level.low), staff("a")
    number = the_case().number
    casework.set_category(number, who, Category.family)
    casework.set_category(number, who, Category.family)
    assert [one.kind for one in casefile.of(number).events].count("category_set") == 1
    close(conversation, who)
    for act in (
        lambda: casework.set_category(number, who, Category.rights),
        lambda: casework.set_level(number, who, Level.low, "看错"),
        lambda: casework.add_step(number, who, "再问一次"),
        lambda: referrals.offer(number, who, ReferralTo.lead, "", "看一下"),
    ):
        with pytest.raises(NotAllowedNow):
            act()


def test_a_plan_is_written_step_by_step_and_kept_encrypted(any_database: str) -> None:
    opened(Level.low)
    number, who = the_case().number, staff("a")
    first = casework.add_step(number, who, "先问住处")
    casework.add_step(number, who, "再约面谈")
    casework.do_step(number, first, who)
    casework.do_step(number, first, staff("b"))  # who did it first did it
    plan = casefile.of(number).plan
    assert [(step.text, step.done_by) for step in plan] == [("先问住处", "a"), ("再约面谈", None)]
    casework.do_step(number, first, who, on=False)
    assert casefile.of(number).plan[0].done_at is None
    with reading() as session:
        raw = session.connection().exec_driver_sql("SELECT body FROM plan_step").scalars().all()
    assert all("问".encode() not in bytes(body) for body in raw)


def test_what_belongs_to_another_case_is_not_found(any_database: str) -> None:
    opened(Level.low, "worker-1")
    other, who = the_case().number, staff("a")
    step = casework.add_step(other, who, "x")
    task = casework.add_task(other, who, "x", casework.today(), who)
    offer = referrals.offer(other, who, ReferralTo.lead, "", "x")
    opened(Level.low, "worker-2")
    number = the_case().number
    for act in (
        lambda: casework.do_step(number, step, who),
        lambda: casework.do_task(number, task, who),
        lambda: referrals.accept(number, offer, a_lead()),
        lambda: casework.add_step("20200101-00001", who, "x"),
        lambda: checklist.tick(number, who, "no_such_item", True),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_checklist_follows_category_and_level_and_says_who_ticked(any_database: str) -> None:
    opened(Level.imminent)
    number, who = the_case().number, staff("a")
    keys = {one.key for one in casefile.of(number).checks}
    assert {"safe_now", "someone_there", "consent"} <= keys
    assert "time_limits" not in keys
    checklist.tick(number, who, "someone_there", True)
    checklist.tick(number, staff("b"), "someone_there", True)
    casework.set_level(number, who, Level.low, "送到家了")
    casework.set_category(number, who, Category.rights)
    checks = {one.key: one for one in casefile.of(number).checks}
    assert checks["someone_there"].by == "a"  # what was ticked stays, though it fits no longer
    assert "time_limits" in checks
    assert "means_away" not in checks
    checklist.tick(number, who, "someone_there", False)
    assert "someone_there" not in {one.key for one in casefile.of(number).checks}


def test_the_checklist_of_the_repository_has_no_fault() -> None:
    assert list(validate._checklist()) == []
    for category in Category:
        for level in (Level.high, Level.imminent):
            assert len([item for item in checklist.items() if item.fits(category, level)]) >= 5


def test_the_due_list_has_what_is_late_first_and_only_leads_see_everybodys(database: object, at: SetClock) -> None:
    opened(Level.low)
    number, lin, wang, lead = the_case().number, staff("lin"), staff("wang"), a_lead()
    today = casework.today()
    for text, days, who in (("后天", 2, lin), ("今天", 0, lin), ("明天", 1, lin), ("别人的", 0, wang)):
        casework.add_task(number, lead, text, today + timedelta(days=days), who)
    assert counts() == {lin: 1, wang: 1, lead: 0}
    at(DAY_SHIFT + timedelta(days=1))
    mine = todo.of(lin, Role.counsellor)
    assert [(one.text, one.is_overdue) for one in mine.tasks] == [("今天", True), ("明天", False), ("后天", False)]
    assert mine.others == []
    assert [one.text for one in todo.of(lead, Role.lead).others] == ["今天", "别人的", "明天", "后天"]
    assert counts()[lin] == 2
    casework.do_task(number, mine.tasks[0].id, wang)
    assert counts()[lin] == 1
    [done] = [one for one in casefile.of(number).tasks if one.done_at]
    assert (done.text, done.who, done.done_by) == ("今天", "lin", "wang")


def test_a_task_needs_words_a_day_to_come_and_somebody_who_works_on_cases(database: object, at: SetClock) -> None:
    opened(Level.low)
    number, who, today = the_case().number, staff("a"), casework.today()
    for text, day in (("", today), ("x", today - timedelta(days=1)), ("x", today + timedelta(days=9999))):
        with pytest.raises(BadInput):
            casework.add_task(number, who, text, day, who)
    with pytest.raises(NotFound):
        casework.add_task(number, who, "x", today, "0" * 32)


def test_inside_another_one_answers_and_becomes_responsible(any_database: str) -> None:
    opened(Level.low)
    number, who, other, lead = the_case().number, staff("a"), staff("b"), a_lead()
    offer = referrals.offer(number, who, ReferralTo.legal_aid, "", "欠薪三个月")
    assert (counts()[other], counts()[who]) == (1, 0)
    with pytest.raises(NotAllowed):
        referrals.accept(number, offer, who)
    referrals.accept(number, offer, other)
    assert (the_case().staff_id, casefile.of(number).offers[0].answered_by) == (other, "b")
    with pytest.raises(NotAllowedNow):
        referrals.accept(number, offer, lead)
    referrals.finish(number, offer, other)
    assert casefile.of(number).offers[0].state == ReferralState.done
    to_lead = referrals.offer(number, who, ReferralTo.lead, "", "拿不准")
    with pytest.raises(NotAllowed):
        referrals.accept(number, to_lead, other)
    assert [one.id for one in referrals.waiting_for(lead, lead=True)] == [to_lead]
    assert referrals.waiting_for(other, lead=False) == []
    with pytest.raises(BadInput):
        referrals.reject(number, to_lead, lead, "")
    referrals.reject(number, to_lead, lead, "先再谈一次")
    assert casefile.of(number).offers[0].answer == "先再谈一次"


def test_what_a_hospital_answers_is_written_down_by_a_counsellor(any_database: str) -> None:
    opened(Level.low)
    number, who = the_case().number, staff("a")
    with pytest.raises(BadInput):
        referrals.offer(number, who, ReferralTo.hospital, " ", "睡不着三周")
    offer = referrals.offer(number, who, ReferralTo.hospital, "市二院心理科", "睡不着三周")
    with pytest.raises(BadInput):
        referrals.accept(number, offer, who, " ")
    referrals.accept(number, offer, who, "门诊护士，上午九点")
    assert the_case().staff_id is None
    referrals.reject(number, offer, who, "职工改主意了")
    assert casefile.of(number).offers[0].state == ReferralState.rejected


def test_what_staff_wrote_goes_when_the_worker_erases_and_when_time_is_over(any_database: str) -> None:
    conversation, who = opened(Level.low), staff("a")
    number = the_case().number
    casework.add_step(number, who, "x")
    casework.add_task(number, who, "x", casework.today(), who)
    referrals.offer(number, who, ReferralTo.lead, "", "x")
    close(conversation, who)
    with transaction() as session:
        casework.sweep(session, the_case().opened_at - timedelta(days=1))
    assert _written() == [1, 1, 1]
    later = the_case().closed_at + timedelta(days=1)
    with transaction() as session:
        casework.sweep(session, later)
    assert _written() == [1, 1, 1]  # something is still to be done
    with transaction() as session:
        casework.forget(session, select(CareCase.id).where(CareCase.person_id == the_case().person_id))
    assert _written() == [0, 0, 0]


def _written() -> list[int]:
    with reading() as session:
        return [len(session.execute(select(table.id)).all()) for table in (PlanStep, StaffTask, Referral)]


def test_a_pair_shows_each_other_and_the_second_does_not_end_the_talk_of_the_first(any_database: str) -> None:
    accepted = say("不想活了，工资拖了半年不给")
    care.open_case(accepted.message_id, Level.high, "self_harm")
    who = staff("a")
    desk.claim(accepted.conversation_id, who)
    with reading() as session:
        first, second = session.execute(select(CareCase.number).order_by(CareCase.id)).scalars()
    assert [pair.number for pair in casefile.of(first).pairs] == [second]
    assert [pair.number for pair in casefile.of(second).pairs] == [first]
    assert closing.close_case(second, who, closing.Report(closing.OutcomeKind.referred, "劳动监察接了", Level.none))
    with reading() as session:
        assert session.get_one(Conversation, accepted.conversation_id).counsellor_id == who
