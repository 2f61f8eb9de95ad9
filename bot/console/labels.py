"""What the pages call things."""

from __future__ import annotations

from bot import texts
from bot.db.states import AgeBand, Author, CaseState, Category, Purpose, Role, UnitKind, Verdict
from bot.level import Level

LEVELS = {Level.imminent: "紧急", Level.high: "高危", Level.low: "关注", Level.none: "一般"}
STATES = {
    "alert": "刚报警",
    CaseState.open: "待接手",
    CaseState.acknowledged: "已知晓，待接手",
    CaseState.in_care: "陪谈中",
    CaseState.follow_up: "跟进中",
    CaseState.closing: "等督导同意结案",
    CaseState.closed: "已结案",
}
ROLES = {
    Role.counsellor: "值班员",
    Role.lead: "督导",
    Role.editor: "编辑",
    Role.admin: "管理员",
    Role.auditor: "审计",
}
UNITS = {UnitKind.city: "市", UnitKind.district: "区县", UnitKind.enterprise: "企业"}
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
    "wages": "欠薪",
    "injury": "工伤",
    "dismissal": "被辞退",
}
_SCOPES = {
    "self": "本人",
    "third_person": "别人",
    "past": "过去",
    "negated": "否定",
    "quoted": "引用",
    "knowledge": "问知识",
    "figure": "习惯说法",
    "context": "合看前文",
}
_QUESTIONS = {
    "safe_now": "现在安全吗",
    "thoughts": "有没有不想活的念头",
    "method": "手边有没有能伤到自己的东西",
    "plan": "有没有打算",
    "attempt": "以前有没有伤过自己",
    "place": "人在哪里",
    "said_harm": "那个人说过要伤害自己吗",
    "happening": "那个人是不是正在危险里",
    "with_person": "是不是和那个人在一起",
    "follow_up": "愿不愿意被回访",
    "contact_how": "在聊天之外怎么联系",
    "signs": "难受要来的信号",
    "helps": "什么能让自己缓一缓",
    "people": "可以找的人",
    "places": "待着安心的地方",
    "numbers": "可以打的电话",
    "mood": "心情",
    "sleep": "睡眠",
    "energy": "身上有没有劲",
    "wages_who": "欠工资的是哪家",
    "wages_amount": "欠了哪几个月、多少",
    "wages_working": "还在那里干吗",
    "wages_left": "哪天走的",
    "wages_since": "最早那笔该哪天发",
    "wages_proof": "有什么凭据",
    "injury_day": "哪天受的伤",
    "injury_how": "怎么受的伤",
    "injury_reported": "单位报工伤了吗",
    "injury_insured": "上工伤保险了吗",
    "injury_proof": "有什么材料",
    "dismissal_day": "哪天通知的",
    "dismissal_how": "怎么通知的",
    "dismissal_reason": "单位说的理由",
    "dismissal_years": "干了多久、拿多少",
    "dismissal_signed": "签过字吗",
}
_ANSWERS = {"yes": "是", "no": "不是", "skip": "跳过了"}  # where the question has no button for it
BY_MODEL = "模型的看法"
EVIDENCE = "佐证"  # a reason that carries no level of its own
VERDICTS = {Verdict.right: "判得对", Verdict.wrong: "误报", Verdict.missed: "漏报"}
_AGES = {AgeBand.under_14: "不满 14 岁", AgeBand.minor: "14–17 岁", AgeBand.adult: "成年"}
CATEGORIES = {
    Category.psychological: "心理",
    Category.hardship: "困难帮扶",
    Category.rights: "权益",
    Category.family: "家庭",
    Category.safety: "安全",
}
PURPOSES = {
    Purpose.keep_sensitive: "保存健康和生活方面的话",
    Purpose.contact: "在聊天之外联系",
    Purpose.emergency: "危急时联系紧急联系人",
    Purpose.follow_up: "第二天和之后回访",
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


def too_much(code: str, count: int) -> str:
    """Gives the question before somebody takes more than is good for one."""
    if code == "over_capacity":
        return f"你正在陪 {count} 位职工，再接可能顾不过来。"
    return f"这一班你已经接了 {count} 位高危或紧急的职工，很重了。能让同事接，就先让同事接。"


def channel(name: str) -> str:
    """Gives a channel's name for people."""
    return _CHANNELS.get(name, name)


def kind(name: str) -> str:
    """Gives the name of a kind of sign; empty when there is none."""
    return _KINDS.get(name, name)


def scope(name: str) -> str:
    """Gives what a scope of a sign means."""
    return _SCOPES.get(name, name)


def question(name: str) -> str:
    """Gives what one of the bot's questions asks."""
    return _QUESTIONS.get(name, name)


def answer(name: str, text: str) -> str:
    """Gives an answer to a question: what stood on the button that was pressed, or the worker's own words."""
    asked = texts.get(f"ask_{name}").buttons if texts.has(f"ask_{name}") else ()
    pressed = next((button.title for button in asked if f'"{name}.{text}"' in button.payload), "")
    return pressed or _ANSWERS.get(text, text)


def age(band: AgeBand | None) -> str:
    """Gives an age band in words."""
    return _AGES[band] if band else "没有说，按成年对待"


def badges(*, drill: bool, age_band: AgeBand | None, kind: str) -> list[dict[str, str]]:
    """Gives what must be seen at once beside a name: a drill, a minor, somebody else's danger."""
    found = [{"name": "drill", "text": "演练"}] if drill else []
    if age_band in (AgeBand.under_14, AgeBand.minor):
        found.append({"name": "minor", "text": _AGES[age_band]})
    if kind == "third_person":
        found.append({"name": "third-person", "text": "替别人求助"})
    return found


def form(name: str) -> str:
    """Gives what was sent when it was not plain text; empty for text."""
    return _FORMS.get(name, "")


def delivery_error(code: str) -> str:
    """Gives why something was not delivered."""
    return _DELIVERY_ERRORS.get(code, code or "原因不明")
