"""How far an alarm has climbed, in the words of the page."""

from __future__ import annotations

from typing import Any

from bot.care.night import Chain, Told
from bot.db.states import NoticeState, Rung

RUNGS = {Rung.first: "值班", Rung.second: "第二人", Rung.lead: "督导", Rung.office: "办公室"}
_STATES = {NoticeState.sent: "", NoticeState.pending: "（正在发）", NoticeState.failed: "（没送到）"}


def payload(chain: Chain | None) -> dict[str, Any] | None:
    """Gives whom an alarm has called, who is next and when, and whether nobody was reached; None if none climbs."""
    if chain is None:
        return None
    return {
        "told": "已通知：" + " → ".join(map(_words, chain.told)) if chain.told else "",
        "next": RUNGS[chain.next_rung] if chain.next_rung is not None else None,
        "next_at": chain.next_at.isoformat(timespec="milliseconds") if chain.next_at is not None else None,
        "mute": chain.mute,
    }


def _words(told: Told) -> str:
    if told.state is not None:
        return RUNGS[told.rung] + _STATES[told.state]
    return RUNGS[told.rung] + ("（没有通知地址）" if told.people else "（没有人）")
