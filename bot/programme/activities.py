"""Courses, lectures, contests and volunteering: kept by editors, looked up by workers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from bot import audit, texts
from bot.audit import Action
from bot.clock import local, now
from bot.db.programme_models import Activity
from bot.db.session import reading, transaction
from bot.db.states import ActivityKind, ActivityState
from bot.errors import BadInput, NotFound
from bot.texts import Text

AHEAD = timedelta(days=60)
MOST_SHOWN = 5
MOST_LISTED = 200  # of the newest, on the page of editors
LONGEST = {"title": 60, "place": 80, "sign_up": 200, "audience": 60}
FURTHEST = timedelta(days=730)
KINDS = {
    ActivityKind.course: "课程",
    ActivityKind.lecture: "讲座",
    ActivityKind.contest: "比赛",
    ActivityKind.volunteering: "志愿服务",
}
_NAMED = (  # the first that is named counts
    (ActivityKind.volunteering, re.compile("志愿|义工|公益")),
    (ActivityKind.contest, re.compile("比赛|竞赛|大赛|比武|擂台")),
    (ActivityKind.lecture, re.compile("讲座|宣讲|听讲|报告会")),
    (ActivityKind.course, re.compile("课|培训|[开哪有]班|班[开上啥]|夜校")),
)
_WEEK = "一二三四五六日"


class Fault(StrEnum):
    """Which field of an activity is refused."""

    heading = "title"
    place = "place"
    sign_up = "sign_up"
    audience = "audience"
    starts = "starts"
    ends = "ends"


class BadActivity(BadInput):
    """An activity breaks a rule; `fault` says which field."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"activity: {fault}")
        self.fault = fault


@dataclass(frozen=True)
class Planned:
    """An activity in an editor's words; times are aware."""

    kind: ActivityKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime | None
    sign_up: str = ""
    audience: str = ""


def check(planned: Planned) -> None:
    """Raises BadActivity unless every field is of a size and printable, and the times are near and in order."""
    for name, longest in LONGEST.items():
        words = getattr(planned, name)
        least = 1 if name in ("title", "place") else 0
        if not least <= len(words) <= longest or not words.isprintable():
            raise BadActivity(Fault(name))
    if abs(planned.starts_at - now()) > FURTHEST:
        raise BadActivity(Fault.starts)
    if planned.ends_at is not None and not planned.starts_at < planned.ends_at < planned.starts_at + FURTHEST:
        raise BadActivity(Fault.ends)


def add(staff_id: str, planned: Planned) -> int:
    """Adds a draft; gives its id. Raises BadActivity."""
    check(planned)
    with transaction() as session:
        row = Activity(created_by=staff_id, **vars(planned))
        session.add(row)
        session.flush()
        audit.record(session, Action.activity_saved, staff_id, audit.activity(row.id))
        return row.id


def change(activity_id: int, staff_id: str, planned: Planned) -> None:
    """Changes an activity; one that is published stays so. Raises NotFound, BadActivity."""
    check(planned)
    with transaction() as session:
        row = session.get(Activity, activity_id, with_for_update=True)
        if row is None:
            raise NotFound("no such activity")
        for name, value in vars(planned).items():
            setattr(row, name, value)
        audit.record(session, Action.activity_saved, staff_id, audit.activity(activity_id))


def publish(activity_id: int, staff_id: str, on: bool) -> None:
    """Shows an activity to workers, or takes it back. Raises NotFound, and BadActivity for one that is over."""
    with transaction() as session:
        row = session.get(Activity, activity_id, with_for_update=True)
        if row is None:
            raise NotFound("no such activity")
        if on and (row.ends_at or row.starts_at) < now():
            raise BadActivity(Fault.starts)
        row.state = ActivityState.published if on else ActivityState.draft
        action = Action.activity_published if on else Action.activity_taken_back
        audit.record(session, action, staff_id, audit.activity(activity_id))


def listing() -> list[Activity]:
    """All activities for editors, the latest first."""
    with reading() as session:
        return list(session.execute(select(Activity).order_by(Activity.starts_at.desc()).limit(MOST_LISTED)).scalars())


def upcoming(kind: ActivityKind | None = None) -> list[Activity]:
    """The next published activities that are not over and begin within sixty days, five at most."""
    shown = select(Activity).where(
        Activity.state == ActivityState.published,
        func.coalesce(Activity.ends_at, Activity.starts_at) >= now(),
        Activity.starts_at <= now() + AHEAD,
    )
    if kind is not None:
        shown = shown.where(Activity.kind == kind)
    with reading() as session:
        return list(session.execute(shown.order_by(Activity.starts_at, Activity.id).limit(MOST_SHOWN)).scalars())


def kind_named(words: str) -> ActivityKind | None:
    """Gives the kind of activity that somebody asks for, if they name one."""
    return next((kind for kind, pattern in _NAMED if pattern.search(words)), None)


def answer(words: str) -> Text:
    """Gives what is said to somebody who asks what is on; of the kind they name, or honestly that nothing is listed."""
    kind = kind_named(words)
    found = upcoming(kind)
    if not found:
        return texts.get("activities_none")
    more = texts.get("activities_more")
    head = f"接下来的{KINDS[kind] if kind else '活动'}："
    return Text("\n\n".join([head, *map(_lines, found), more.text]), more.buttons)


def _lines(row: Activity) -> str:
    lines = [f"{when(row.starts_at, row.ends_at)} {row.title}（{KINDS[row.kind]}）", f"地点：{row.place}"]
    lines += [f"面向：{row.audience}"] if row.audience else []
    lines += [f"报名：{row.sign_up}"] if row.sign_up else []
    return "\n".join(lines)


def when(starts_at: datetime, ends_at: datetime | None) -> str:
    """Gives a time as people in China write it: 12月3日（周四）14:00–16:00."""
    begins = local(starts_at)
    day = f"{begins.month}月{begins.day}日（周{_WEEK[begins.weekday()]}）{begins:%H:%M}"
    if ends_at is None:
        return day
    ends = local(ends_at)
    if ends.date() == begins.date():
        return f"{day}–{ends:%H:%M}"
    return f"{day} 到 {ends.month}月{ends.day}日 {ends:%H:%M}"
