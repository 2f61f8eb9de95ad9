"""What is on: kept as drafts, published, told in order by kind and time; nothing is made up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import texts
from bot.clock import LOCAL
from bot.db.states import ActivityKind
from bot.errors import NotFound
from bot.programme import activities
from bot.programme.activities import BadActivity, Planned
from tests.care.ground import DAY_SHIFT, SetClock
from tests.care.ground import at as at
from tests.conversation.acts import a_counsellor

COURSE, LECTURE = ActivityKind.course, ActivityKind.lecture


def planned(title: str = "电工班", kind: ActivityKind = COURSE, days: float = 3, **more: object) -> Planned:
    """An activity so many days from now."""
    facts = {"place": "职工夜校", "starts_at": DAY_SHIFT + timedelta(days=days), "ends_at": None, **more}
    return Planned(kind, title, **facts)  # type: ignore[arg-type]


def show(staff: str, title: str, **more: object) -> None:
    kept = activities.add(staff, planned(title, **more))  # type: ignore[arg-type]
    activities.publish(kept, staff, on=True)


def titles(kind: ActivityKind | None = None) -> list[str]:
    return [row.title for row in activities.upcoming(kind)]


def test_a_draft_is_seen_by_nobody_until_it_is_published_and_not_after_it_was_taken_back(
    any_database: str, at: SetClock
) -> None:
    staff = a_counsellor()
    kept = activities.add(staff, planned())
    assert titles() == []
    activities.publish(kept, staff, on=True)
    activities.change(kept, staff, planned("焊工班"))
    assert titles() == ["焊工班"]
    activities.publish(kept, staff, on=False)
    assert titles() == []
    assert [row.title for row in activities.listing()] == ["焊工班"]


def test_the_next_five_within_sixty_days_are_told_by_time_and_those_that_still_last(
    any_database: str, at: SetClock
) -> None:
    staff, lasts = a_counsellor(), DAY_SHIFT + timedelta(days=1)
    for title, days in (("五", 59), ("太远", 61), ("二", 2), ("三", 3), ("四", 4), ("六", 59.5)):
        show(staff, title, days=days)
    show(staff, "一", days=0.1, ends_at=lasts)
    at(DAY_SHIFT + timedelta(hours=12))
    assert titles() == ["一", "二", "三", "四", "五"]
    at(DAY_SHIFT + timedelta(days=1, hours=1))
    assert titles()[0] == "二"


def test_the_kind_that_is_named_is_told_with_day_place_and_signing_up(database: object, at: SetClock) -> None:
    staff, starts = a_counsellor(), datetime(2026, 12, 3, 14, 0, tzinfo=LOCAL)
    more = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "sign_up": "到班组报名", "audience": "焊工"}
    show(staff, "焊接安全讲座", kind=LECTURE, **more)
    show(staff, "电工班", days=1)
    told = activities.answer("最近有啥讲座").text
    assert "12月3日（周四）14:00–16:00 焊接安全讲座（讲座）\n地点：职工夜校\n面向：焊工\n报名：到班组报名" in told
    assert "电工班" not in told
    assert "电工班" in activities.answer("最近有什么课").text
    assert activities.answer("最近有啥活动").text.index("焊接") > activities.answer("最近有啥活动").text.index("电工班")


def test_where_nothing_is_listed_it_says_so_and_where_to_ask(database: object, at: SetClock) -> None:
    show(a_counsellor(), "电工班")
    assert activities.answer("这周有志愿活动吗") == texts.get("activities_none")
    assert "12351" in texts.get("activities_none").text


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("最近有什么课", COURSE),
        ("近期培训班啥时候开课", COURSE),
        ("哪天有法律讲座", LECTURE),
        ("最近有啥技能比赛", ActivityKind.contest),
        ("周末有没有志愿服务", ActivityKind.volunteering),
        ("最近有啥活动", None),
        ("下班以后有啥能参加的", None),
    ],
)
def test_the_kind_is_taken_from_the_words(words: str, kind: ActivityKind | None) -> None:
    assert activities.kind_named(words) == kind


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"title": "一\n二"}, "title"),
        ({"place": ""}, "place"),
        ({"sign_up": "长" * 201}, "sign_up"),
        ({"audience": "长" * 61}, "audience"),
        ({"days": 731}, "starts"),
        ({"ends_at": DAY_SHIFT}, "ends"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_field(
    database: object, at: SetClock, more: dict[str, object], fault: str
) -> None:
    with pytest.raises(BadActivity) as refused:
        activities.add(a_counsellor(), planned(**more))  # type: ignore[arg-type]
    assert refused.value.fault == fault
    assert activities.listing() == []


def test_what_is_over_is_not_published_and_what_is_not_there_is_not_found(database: object, at: SetClock) -> None:
    staff = a_counsellor()
    kept = activities.add(staff, planned(days=-1))
    with pytest.raises(BadActivity):
        activities.publish(kept, staff, on=True)
    for act in (lambda: activities.publish(77, staff, on=True), lambda: activities.change(77, staff, planned())):
        with pytest.raises(NotFound):
            act()
