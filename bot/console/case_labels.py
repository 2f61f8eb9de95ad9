"""What the pages of a case call things."""

from __future__ import annotations

from bot.care.casefile import Happened
from bot.console import labels
from bot.db.states import Category, OutcomeKind, ReferralState, ReferralTo
from bot.level import Level

OUTCOMES = {
    OutcomeKind.resolved: "已经解决或好转",
    OutcomeKind.referred: "已转出去，有人接",
    OutcomeKind.lost_contact: "多次联系没有回音",
    OutcomeKind.declined: "本人不要再帮",
    OutcomeKind.duplicate: "和别的个案重复",
    OutcomeKind.false_alarm: "误报，没有风险",
}
REFERRALS = {
    ReferralTo.counsellors: "别的值班员",
    ReferralTo.lead: "督导",
    ReferralTo.legal_aid: "法律援助",
    ReferralTo.hospital: "医院",
    ReferralTo.outside: "外单位",
}
REFERRAL_STATES = {
    ReferralState.offered: "等答复",
    ReferralState.accepted: "已接",
    ReferralState.rejected: "没接",
    ReferralState.done: "办完了",
}
_EVENTS = {
    "opened": "建案",
    "sign": "有求助的话",
    "request": "要找真人",
    "legal_aid": "本人同意，请工会法律援助看看",
    "acknowledged": "知道了",
    "claimed": "接手",
    "handed_back": "交回机器人",
    "noted": "写了备注",
    "read": "看过",
    "contact_read": "看了紧急联系人",
    "invited": "请同事一起陪",
    "joined": "加入一起陪",
    "left": "退出陪谈",
    "taken_over": "接过来",
    "stopped": "职工说先不聊了",
    "erased": "职工删了记录",
    "follow_up_sent": "机器人问了近况",
    "follow_up_not_sent": "过了渠道的时限，没能问近况",
    "follow_up_better": "职工说好些了",
    "follow_up_same": "职工说老样子",
    "follow_up_worse": "职工说更难受了",
    "level_set": "改了级别",
    "category_set": "改了类别",
    "planned": "加了计划",
    "task_added": "加了待办",
    "task_done": "办完一件待办",
    "referred": "提出转介",
    "referral_accepted": "转介有人接",
    "referral_rejected": "转介没接",
    "referral_done": "转介办完",
    "close_asked": "申请结案",
    "close_sent_back": "结案被退回",
    "closed": "结案",
    "reopened": "重新打开",
    "marked": "标了警报",
    "drill_cleared": "演练收尾",
    "code_given": "给了求助码",
    "continued": "凭求助码续接到另一个渠道",
}


def event(kind: str) -> str:
    """Gives what happened in words."""
    return _EVENTS.get(kind, kind)


def note(one: Happened) -> str:
    """Gives the note of an event in words: what was chosen, or what somebody wrote."""
    if one.note is None or one.kind in ("marked", "legal_aid"):  # what a mark says stands under its message
        return ""
    if one.kind == "category_set":
        return labels.CATEGORIES[Category(one.note)]
    if one.kind.startswith("refer"):
        return REFERRALS[ReferralTo(one.note)]
    return one.note


def level(one: Level | None) -> str:
    """Gives a level's name; empty for none."""
    return labels.LEVELS[one] if one is not None and one != Level.none else ""
