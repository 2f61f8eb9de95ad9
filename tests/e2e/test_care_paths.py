"""The paths of care, each played as a conversation against the real engine, with what the desk and the records hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.db.care_models import CaseAnswer, Consent, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import Alert, CareCase, Conversation
from bot.db.session import reading
from bot.db.states import AgeBand, Category
from bot.settings import ensure_secrets
from bot.texts import get
from tests.conftest import forget_process_state
from tests.e2e.ground import Chatter, System, until

CRY = "活着没意思，想一了百了"


@pytest.fixture(scope="module")
def records(system: System) -> Iterator[Path]:
    """This process reads the same database as the running system."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINQIAO_DATA_DIR", str(system.data_dir))
        forget_process_state()
        ensure_secrets(system.data_dir)
        yield system.data_dir
        forget_process_state()


@dataclass
class Worker:
    """A worker on the web chat whose records the test can read."""

    url: str
    chat: Chatter = field(init=False)
    conversation_id: str = ""

    def __post_init__(self) -> None:
        before = _conversations()
        self.chat = Chatter(self.url)
        self.chat.ask("你好")
        (self.conversation_id,) = _conversations() - before

    def says(self, text: str) -> str:
        """Writes and gives all that is answered."""
        return self.chat.ask(text)

    def taps(self, title: str) -> str:
        """Presses the newest button of that title and gives all that is answered."""
        self.chat.press(title)
        until(lambda: not self.chat._get()["pending"], 10)
        return "\n".join(row["text"] for row in self.chat.replies())

    def answers(self) -> dict[str, str]:
        """What is on the case for the counsellor."""
        rows = self.all(select(CaseAnswer).join(CareCase).where(CareCase.conversation_id == self.conversation_id))
        return {row.question: row.answer for row in rows}

    def cases(self) -> list[CareCase]:
        """Its cases, oldest first."""
        return self.all(select(CareCase).where(CareCase.conversation_id == self.conversation_id).order_by(CareCase.id))

    def alerts(self) -> int:
        """How often the desk was paged."""
        return len(self.all(select(Alert).where(Alert.conversation_id == self.conversation_id)))

    def consents(self) -> dict[str, bool]:
        """Purpose → whether it is in force, newest last."""
        rows = self.all(select(Consent).where(Consent.person_id == self.person_id).order_by(Consent.id))
        return {row.purpose.value: row.withdrawn_at is None for row in rows}

    @property
    def person_id(self) -> str:
        with reading() as session:
            return session.get_one(Conversation, self.conversation_id).person_id

    def all(self, query: Any) -> list[Any]:
        with reading() as session:
            return list(session.execute(query).scalars())

    def kept(self, table: Any) -> list[Any]:
        return self.all(select(table).where(table.person_id == self.person_id))


def _conversations() -> set[str]:
    with reading() as session:
        return set(session.execute(select(Conversation.id)).scalars())


@pytest.fixture
def worker(system: System, records: Path) -> Worker:
    return Worker(system.url)


def first_line(key: str) -> str:
    return get(key).text.splitlines()[0]


# a cry for help: the questions behind it


def test_after_a_cry_the_worker_is_asked_step_by_step_and_the_counsellor_gets_the_answers(worker: Worker) -> None:
    reply = worker.says(CRY)
    assert reply.endswith("你现在安全吗？")
    assert all(word in reply for word in ("机器人", "12356", "保密"))
    assert get("ask_willing").text in worker.taps("安全")
    assert get("ask_method").text in worker.taps("可以")
    assert get("ask_plan").text in worker.says("没有")
    assert get("ask_attempt").text in worker.says("没想过那么多")
    assert "谢谢你肯说这些" in worker.taps("跳过")
    assert first_line("follow_up_agreed") in worker.says("可以")
    expected = {"safe_now": "yes", "method": "no", "plan": "no", "attempt": "skip", "follow_up": "yes"}
    assert worker.answers() == expected
    assert worker.consents() == {"follow_up": True}
    assert worker.says("谢谢你") == get("thanks").text, "the questions are over"


def test_an_unsafe_worker_is_told_to_get_help_and_the_desk_is_paged_again(worker: Worker) -> None:
    worker.says(CRY)
    assert worker.alerts() == 1
    reply = worker.taps("不安全")
    assert "110" in reply
    assert "120" in reply
    assert worker.alerts() == 2
    assert worker.cases()[0].level == "imminent"


def test_a_plan_raises_the_case_and_is_answered_with_a_person(worker: Worker) -> None:
    worker.says(CRY)
    worker.says("安全")
    worker.says("行")
    worker.says("没")
    assert "再次呼叫" in worker.says("想好了")
    assert worker.cases()[0].level == "imminent"
    assert worker.answers()["plan"] == "yes"


def test_a_new_cry_inside_the_questions_raises_the_case_and_is_answered_kindly(worker: Worker) -> None:
    worker.says(CRY)
    worker.says("安全")
    worker.says("可以")
    reply = worker.says("药我已经攒好了，今晚就吃")
    assert first_line("crisis_imminent_self_harm") in reply
    assert reply.endswith("你现在在哪儿？")
    assert worker.alerts() == 2
    assert first_line("safety_stay") in worker.says("在三号宿舍楼门口")
    assert worker.answers()["place"] == "在三号宿舍楼门口"
    assert worker.answers()["method"] == "药我已经攒好了，今晚就吃"


def test_a_question_inside_the_form_is_answered_and_the_form_comes_back_once(worker: Worker) -> None:
    worker.says(CRY)
    reply = worker.says("包工头跑了，工钱找谁要")
    assert "依据：《" in reply
    assert reply.endswith("你现在安全吗？")
    again = worker.says("试用期最长能定多久")
    assert "依据：《" in again
    assert "安全吗" not in again, "nobody is nagged"
    assert worker.says("谢谢") == get("thanks").text


@pytest.mark.parametrize("words", ["不想聊了", "别问了", "不答了"])
def test_a_worker_leaves_the_questions_with_a_word(worker: Worker, words: str) -> None:
    worker.says(CRY)
    worker.says("安全")
    left = worker.says(words)
    assert "安全" not in left
    assert "吗？" not in left
    assert "依据：《" in worker.says("包工头跑了，工钱找谁要")
    assert "安全吗" not in worker.says("谢谢")


def test_a_late_word_that_one_is_not_safe_counts_after_the_questions(worker: Worker) -> None:
    worker.says(CRY)
    for question in ("包工头跑了，工钱找谁要", "试用期最长能定多久"):
        worker.says(question)
    assert first_line("safety_not_safe") in worker.says("我不安全")
    assert worker.cases()[0].level == "imminent"


def test_a_dangerous_place_is_no_yes_to_being_safe(worker: Worker) -> None:
    worker.says(CRY)
    reply = worker.says("在水库边上坐着")
    assert "110" in reply
    assert get("ask_willing").text not in reply
    assert (worker.cases()[0].level, worker.alerts()) == ("imminent", 2)


def test_small_talk_after_a_cry_is_not_answered_lightly(worker: Worker) -> None:
    worker.says(CRY)
    worker.taps("不安全")
    assert worker.says("外头风好大") == get("crisis_still_here").text
    assert worker.says("没有") == get("crisis_still_here").text


def test_an_old_button_counts_and_does_not_answer_the_wrong_question(worker: Worker) -> None:
    worker.says(CRY)
    worker.says("安全")
    worker.says("可以")
    worker.says("不方便说")
    worker.taps("不安全")
    assert worker.answers() == {"safe_now": "no", "method": "skip"}
    assert worker.cases()[0].level == "imminent"


def test_who_does_not_want_questions_gets_none(worker: Worker) -> None:
    worker.says(CRY)
    worker.says("安全")
    assert first_line("safety_unasked") in worker.taps("不想答")
    assert worker.answers() == {"safe_now": "yes"}


def test_nobody_is_asked_twice(worker: Worker) -> None:
    for _ in range(2):
        worker.says(CRY)
        worker.says("安全")
    worker.says("可以")
    worker.says("没有")
    worker.says(CRY)
    assert get("ask_method").text not in worker.says("安全")
    assert get("ask_method").text not in worker.says("可以")


# somebody else


def test_a_workmate_in_danger_gets_advice_and_a_case_of_his_own_kind(worker: Worker) -> None:
    reply = worker.says("我工友说不想活了，咋办")
    assert reply.endswith("他身边现在有人陪着吗？")
    assert first_line("companion_alone") in worker.says("没有，他一个人在宿舍")
    assert "可以这样说" in worker.says("没有")
    assert worker.cases()[0].kind == "third_person"
    assert worker.answers() == {"with_person": "no", "happening": "no"}


def test_a_workmate_who_is_acting_now_pages_the_desk(worker: Worker) -> None:
    worker.says("我工友说不想活了，咋办")
    assert "别走开" in worker.says("我陪着他")
    assert "110" in worker.says("是")
    assert worker.cases()[0].level == "imminent"
    assert worker.alerts() == 2


def test_mere_worry_about_somebody_asks_whether_he_spoke_of_dying(worker: Worker) -> None:
    reply = worker.says("担心我工友")
    assert reply.endswith("他有没有说过不想活、想伤害自己的话？")
    reply = worker.says("说过")
    assert reply.endswith("他身边现在有人陪着吗？")
    assert worker.cases()[0].level == "high"


# the other kinds


@pytest.mark.parametrize(
    ("cry", "kind", "words"),
    [
        ("老公又动手打我了，掐我脖子", "violence", "不是你的错"),
        ("主管老趁没人摸我的腰，还发下流话", "harassment", "不怪你"),
        ("老板扣着我身份证不给，不让我走", "exploitation", "证件"),
        ("我要杀了那个包工头", "threat", "手里的东西"),
    ],
)
def test_each_kind_gets_its_own_first_reply_with_one_question(worker: Worker, cry: str, kind: str, words: str) -> None:
    reply = worker.says(cry)
    assert words in reply
    assert reply.count("？") == 1
    assert all(word in reply for word in ("机器人", "110"))
    assert worker.cases()[0].kind == kind


# wages, injury and dismissal together with despair


@pytest.mark.parametrize(
    ("cry", "matter", "step"),
    [
        ("工资拖了三个月不发，我不想活了", "wages", "欠薪"),
        ("工伤没人管，手也断了，活着没意思，想死", "injury", "自己能申请"),
        ("厂里把我开除了，活不下去了，想死", "dismissal", "别签字"),
    ],
)
def test_despair_over_rights_opens_a_pair_of_cases(worker: Worker, cry: str, matter: str, step: str) -> None:
    reply = worker.says(cry)
    assert reply.index("保") < reply.index(step), "safety comes first"
    worker.says(cry)
    care_case, rights_case = worker.cases()
    assert care_case.category == Category.psychological
    assert (rights_case.category, rights_case.kind, rights_case.paired_with) == (Category.rights, matter, care_case.id)


# helps


@pytest.mark.parametrize(
    ("words", "help_name", "steps"),
    [
        ("教我放松一下", "breathing", 4),
        ("教我54321", "grounding", 6),
        ("下了夜班睡不着", "sleep", 4),
        ("想家", "homesick", 3),
        ("班长天天欺负我", "bullying", 4),
        ("我妈去世了", "grief", 3),
        ("工友出事我看见了", "accident", 4),
    ],
)
def test_a_help_goes_step_by_step_to_its_end(worker: Worker, words: str, help_name: str, steps: int) -> None:
    said = worker.says(words)
    for number in range(1, steps + 1):
        assert first_line(f"ask_{help_name}_{number}") in said
        if number < steps:
            said = worker.says("好") if number % 2 else worker.taps("下一步")
    assert worker.says("谢谢你") == get("thanks").text


def test_a_help_is_left_at_any_step_and_a_cry_inside_it_comes_first(worker: Worker) -> None:
    worker.says("教我放松一下")
    assert first_line("help_left") in worker.taps("不做了")
    worker.says("教我放松一下")
    assert "你现在安全吗？" in worker.says(CRY)


# the safety plan


def test_a_safety_plan_is_written_together_kept_and_shown(worker: Worker) -> None:
    assert "可以替你存吗？" in worker.says("帮我写一份安全计划")
    worker.taps("可以")
    for line in ("睡不着，老想哭，心里堵得慌", "听豫剧，出去走一圈", "俺姐，老乡大刘", "跳过", "俺姐的号码存在手机里"):
        worker.says(line)
    shown = worker.taps("不给看")
    for part in ("听豫剧，出去走一圈", "俺姐，老乡大刘"):
        assert part in shown
        assert part in worker.says("看看我的安全计划")
    assert "踏实的地方" not in shown
    (plan,) = worker.kept(SafetyPlan)
    assert '"shared": ""' in plan.body
    assert worker.consents() == {"keep_sensitive": True}


def test_without_agreement_nothing_of_a_plan_is_kept(worker: Worker) -> None:
    worker.says("写安全计划")
    assert first_line("plan_on_paper") in worker.taps("不存")
    assert worker.kept(SafetyPlan) == []
    assert first_line("plan_none") in worker.says("看看我的安全计划")


# mood


def test_a_mood_check_in_is_three_taps_and_kept_only_when_agreed(worker: Worker) -> None:
    assert "诊断" in worker.says("做个心情自测")
    worker.taps("一般")
    worker.taps("睡得好")
    assert first_line("mood_fine") in worker.taps("有劲")
    assert worker.kept(MoodEntry) == []
    worker.taps("记下")
    (entry,) = worker.kept(MoodEntry)
    assert entry.body == '{"mood": 1, "sleep": 0, "energy": 0}'


def test_a_bad_mood_offers_a_person_and_a_very_bad_one_asks_whether_one_is_safe(worker: Worker) -> None:
    worker.says("做个心情自测")
    worker.says("不好")
    worker.taps("几乎没睡")
    assert "真人" in worker.taps("没劲")
    worker.taps("不记")
    worker.says("做个心情自测")
    assert "你现在安全吗？" in worker.taps("撑不住了")
    worker.taps("不安全")
    assert worker.cases()[0].level == "imminent"


# consent


def test_an_emergency_contact_needs_its_own_consent_and_goes_with_it(worker: Worker) -> None:
    assert "你同意吗？" in worker.says("我想留个紧急联系人")
    worker.taps("同意")
    assert first_line("consent_noted") in worker.says("我姐，号码是一二三")
    assert [row.body for row in worker.kept(EmergencyContact)] == ["我姐，号码是一二三"]
    assert first_line("consent_withdrawn") in worker.says("我不同意了")
    assert worker.kept(EmergencyContact) == []
    assert worker.consents() == {"emergency": False}


def test_being_called_is_agreed_to_and_taken_back_without_touching_the_rest(worker: Worker) -> None:
    worker.says("写安全计划")
    worker.taps("可以")
    worker.says("停")
    worker.says("让工会的人给我打个电话")
    worker.taps("同意")
    worker.says("晚上八点以后都行")
    assert worker.answers()["contact_how"] == "晚上八点以后都行"
    worker.says("不要再给我打电话了")
    assert worker.consents() == {"keep_sensitive": True, "contact": False}
    assert worker.answers() == {}, "the number is gone with the consent"
    assert first_line("consent_none") in worker.says("不要再给我打电话了")


def test_who_does_not_agree_leaves_no_number(worker: Worker) -> None:
    worker.says("让工会的人给我打个电话")
    assert first_line("consent_declined") in worker.taps("不同意")
    assert worker.consents() == {}


# the young


def test_minors_get_a_grown_up_and_no_self_test(worker: Worker) -> None:
    assert first_line("age_minor") in worker.says("我今年十六")
    with reading() as session:
        assert _person_age(session, worker) == AgeBand.minor
    assert first_line("mood_not_for_minors") in worker.says("做个心情自测")
    reply = worker.says(CRY)
    assert "大人" in reply
    assert reply.endswith("你现在安全吗？")
    assert first_line("safety_minor") in worker.says("安全")
    assert worker.answers() == {"safe_now": "yes"}


def test_children_below_14_write_no_plan_and_agree_to_nothing_without_a_guardian(worker: Worker) -> None:
    worker.says("我才十三岁")
    assert first_line("plan_with_grown_up") in worker.says("写安全计划")
    assert first_line("consent_needs_guardian") in worker.says("让工会的人给我打个电话")
    assert worker.consents() == {}


def _person_age(session: Session, worker: Worker) -> AgeBand | None:
    return session.get_one(Conversation, worker.conversation_id).person.age_band


# the offer of a person


def test_a_yes_to_the_offer_of_a_person_calls_one_and_a_no_is_taken(worker: Worker) -> None:
    assert worker.says("心里闷得很，提不起劲").endswith("愿意跟工会的真人说说吗？")
    assert first_line("offer_declined") in worker.says("不用了")
    worker.says("心里闷得很，提不起劲")
    assert "值班" in worker.says("愿意")
    with reading() as session:
        assert session.get_one(Conversation, worker.conversation_id).owner == "waiting"
