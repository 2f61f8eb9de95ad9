"""Named points at which a failure test kills this process, set by XINQIAO_CRASH_AT. Does nothing otherwise."""

from __future__ import annotations

import os
import signal

from bot.settings import settings

POINTS = (
    "before_inbox_commit",
    "after_inbox_commit",
    "after_claim",
    "before_engine_call",
    "after_engine_call",
    "before_finish_commit",
    "after_finish_commit",
    "before_send",
    "after_send",
    "after_sent_commit",
    "before_task_commit",
    "after_task_commit",
    "before_notice",
    "after_notice",
    "after_notice_commit",
)

TRAINING_POINTS = (
    *(f"training_{stage}" for stage in ("exporting", "checking", "training", "starting", "evaluating")),
    *("before_switch", "after_switch_commit"),
)


def point(name: str) -> None:
    """Kills this process at once, as `kill -9` would, if the test asked for this point."""
    if settings().crash_at == name:
        os.kill(os.getpid(), signal.SIGKILL)
