"""What the pages call things."""

from __future__ import annotations

from bot.db.states import Author, CaseState, Role
from bot.level import Level

LEVELS = {Level.imminent: "紧急", Level.high: "高危", Level.low: "关注", Level.none: "一般"}
STATES = {
    "alert": "刚报警",
    CaseState.open: "待接手",
    CaseState.acknowledged: "已知晓，待接手",
    CaseState.in_care: "陪谈中",
    CaseState.follow_up: "跟进中",
    CaseState.closed: "已结案",
}
ROLES = {
    Role.counsellor: "值班员",
    Role.lead: "督导",
    Role.editor: "编辑",
    Role.admin: "管理员",
    Role.auditor: "审计",
}
AUTHORS = {Author.worker: "职工", Author.bot: "机器人", Author.counsellor: "值班员", Author.system: "提示"}
_CHANNELS = {"web": "网页", "telegram": "Telegram", "wechat": "微信", "weibo": "微博", "wecom": "企业微信"}
_KINDS = {
    "self_harm": "轻生自伤",
    "third_person": "替他人求助",
    "violence": "遭受暴力",
    "harassment": "遭受骚扰",
    "bullying": "遭受欺凌",
    "exploitation": "被控制、被扣证",
    "threat": "可能伤人",
    "medical": "急病受伤",
    "debt": "债务压力",
    "grief": "失去亲人",
    "distress": "情绪困扰",
    "knowledge": "询问知识",
    "wage_threat": "讨薪轻生",
}
_SCOPES = {
    "self": "说自己",
    "third_person": "说别人",
    "past": "说过去",
    "negated": "是否定的话",
    "quoted": "转述的话",
    "knowledge": "在问知识",
    "figure": "是习惯说法",
}
_FORMS = {
    "voice": "语音",
    "photo": "图片",
    "sticker": "表情",
    "location": "位置",
    "file": "文件",
    "edited": "改过的消息",
    "button": "点了按钮",
}
_DELIVERY_ERRORS = {
    "blocked": "对方已停用或拉黑",
    "rejected": "渠道拒收",
    "retry_after": "渠道限速，试了多次都没成功",
    "network": "网络不通，试了多次都没成功",
    "telegram": "Telegram 出错，试了多次都没成功",
}


def channel(name: str) -> str:
    """Gives a channel's name for people."""
    return _CHANNELS.get(name, name)


def kind(name: str) -> str:
    """Gives the name of a kind of sign; empty when there is none."""
    return _KINDS.get(name, name)


def scope(name: str) -> str:
    """Gives what a scope of a sign means."""
    return _SCOPES.get(name, name)


def form(name: str) -> str:
    """Gives what was sent when it was not plain text; empty for text."""
    return _FORMS.get(name, "")


def delivery_error(code: str) -> str:
    """Gives why something was not delivered."""
    return _DELIVERY_ERRORS.get(code, code or "原因不明")
