"""The demo's activities: what workers are told is on. Invented, as everything in it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.clock import LOCAL
from bot.db.states import ActivityKind
from bot.demo import stories
from bot.demo.stage import Stage
from bot.programme import activities
from bot.programme.activities import Planned


def fill(stage: Stage) -> None:
    """Writes the activities of nlu_data/demo.yml, counted from the real day; those that are drafts stay so."""
    editor, today = stage.staff["heping"], datetime.now(LOCAL).date()
    for row in stories.load()["activities"]:
        starts = datetime.combine(today + timedelta(days=row["days"]), time(row["hour"]), LOCAL)
        ends = starts + timedelta(hours=row["hours"])
        words = {name: row.get(name, "") for name in ("title", "place", "sign_up", "audience")}
        kept = activities.add(editor, Planned(ActivityKind(row["kind"]), starts_at=starts, ends_at=ends, **words))
        if not row.get("draft"):
            activities.publish(kept, editor, on=True)
