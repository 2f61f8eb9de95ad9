"""The audit in the words of the page, and as lines of a CSV file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.audit import Action, Kind
from bot.audit.chain import Row
from bot.audit.verify import Fault
from bot.clock import local
from bot.console import labels, rota_view
from bot.db.states import Role

People = Mapping[str, tuple[str, str]]  # staff id → display name, role
NOBODY = "系统"
UNREADABLE = "读不出，请核对整条链"  # somebody changed the entry
GROUPS: dict[str, dict[Action, str]] = {  # as the page offers them
    "进出": {
        Action.password_passed: "密码对了，等验证码",
        Action.code_refused: "验证码没对",
        Action.sign_in: "登录",
        Action.sign_in_failed: "登录没成功",
        Action.sign_out: "退出",
        Action.session_ended: "结束一处登录",
        Action.sessions_ended: "结束全部登录",
        Action.proved: "验证身份",
        Action.proof_failed: "验证身份没通过",
    },
    "账号": {
        Action.staff_added: "加了账号",
        Action.link_made: "发了设置链接",
        Action.password_set: "设了密码",
        Action.role_changed: "改角色",
        Action.staff_disabled: "停用账号",
        Action.staff_enabled: "恢复账号",
        Action.staff_placed: "改负责范围",
        Action.second_factor_bound: "绑定手机验证器",
        Action.second_factor_reset: "重置手机验证器",
        Action.recovery_codes_made: "生成恢复码",
        Action.recovery_code_used: "用了一个恢复码",
    },
    "单位": {
        Action.unit_added: "加单位",
        Action.unit_renamed: "单位改名",
        Action.unit_moved: "移动单位",
        Action.unit_closed: "停用单位",
        Action.unit_reopened: "恢复单位",
    },
    "身份": {
        Action.identity_asked: "申请看身份",
        Action.identity_granted: "批准看身份",
        Action.identity_refused: "不批准看身份",
        Action.identity_read: "看了身份",
        Action.identity_read_at_once: "危急时看了身份",
        Action.identity_requests_read: "看身份申请",
    },
    "看": {
        Action.queue_read: "看队列",
        Action.figures_read: "看数字",
        Action.figures_exported: "下载数字表格",
        Action.debrief_read: "看谈心名单",
        Action.thread_read: "看对话",
        Action.panel_read: "看个案信息",
        Action.case_read: "看个案页",
        Action.todo_read: "看待办",
        Action.contact_read: "看紧急联系人",
        Action.undelivered_read: "看未送达清单",
        Action.searched: "查找个案",
    },
    "办": {
        Action.claimed: "接手",
        Action.acknowledged: "应了警报",
        Action.replied: "回话",
        Action.sent_again: "重发没送到的话",
        Action.reply_withdrawn: "撤回等着送出的话",
        Action.noted: "写备注",
        Action.handed_back: "交回机器人",
        Action.closed: "结案",
        Action.reopened: "重新打开",
        Action.marked: "标记警报",
        Action.unit_set: "填职工的单位",
        Action.out_of_scope: "按范围转给别人",
        Action.close_asked: "申请结案",
        Action.close_sent_back: "退回结案申请",
        Action.continued: "凭求助码续接",
    },
    "个案页": {
        Action.level_set: "改级别",
        Action.category_set: "改类别",
        Action.plan_changed: "改计划",
        Action.checked: "勾核对清单",
        Action.task_changed: "加或办待办",
        Action.referred: "提出转介",
        Action.referral_accepted: "转介有人接",
        Action.referral_rejected: "转介没接",
        Action.referral_done: "转介办完",
    },
    "一起陪": {
        Action.invited: "请同事进来",
        Action.joined: "进来一起陪",
        Action.left: "退出陪同",
        Action.taken_over: "接过同事的对话",
    },
    "值班和常用回话": {
        Action.debrief_held: "记下跟同事谈过心",
        Action.canned_saved: "写常用回话",
        Action.canned_retired: "停用常用回话",
        Action.canned_restored: "恢复常用回话",
        Action.turn_added: "排班",
        Action.turn_removed: "撤掉排班",
        Action.exception_added: "加临时调班",
        Action.exception_removed: "撤掉临时调班",
        Action.duty_said: "说在岗或不在",
        Action.address_added: "加通知地址",
        Action.address_removed: "删通知地址",
        Action.address_tested: "试发通知",
    },
    "活动": {
        Action.activity_saved: "写活动",
        Action.activity_published: "发布活动",
        Action.activity_taken_back: "收回活动",
    },
    "词库": {
        Action.lexicon_edited: "改词库草稿",
        Action.lexicon_discarded: "丢掉词库草稿",
        Action.lexicon_replay: "回放词库草稿",
        Action.lexicon_gate: "词库过关检查",
        Action.lexicon_looked: "看回放里的话",
        Action.lexicon_published: "发布词库",
        Action.lexicon_retired: "停用一版词库",
        Action.lexicon_restored: "恢复一版词库",
    },
    "训练": {
        Action.training_requested: "开始训练",
        Action.training_discarded: "丢掉一次训练",
        Action.training_published: "发布一次训练",
        Action.training_rolled_back: "换回以前一版",
    },
    "问答": {
        Action.faq_drafted: "写问答草稿",
        Action.faq_submitted: "问答送审",
        Action.faq_approved: "问答审核生效",
        Action.faq_sent_back: "问答退回修改",
        Action.faq_discarded: "丢掉问答草稿",
        Action.faq_retired: "收回问答",
        Action.faq_reinstated: "恢复问答",
        Action.faq_import_checked: "检查问答文件",
        Action.faq_imported: "导入问答送审",
        Action.faq_batch_approved: "导入的问答整批生效",
        Action.faq_batch_discarded: "导入的问答整批丢掉",
        Action.faq_exported: "导出问答",
        Action.review_handled: "处理待学习的话",
        Action.answer_recommended: "推荐自己的回答",
        Action.knowledge_read: "看问答数字",
        Action.knowledge_exported: "导出问答数字",
    },
    "其他": {
        Action.drill_cleared: "清掉演练",
        Action.drill: "演练",
        Action.erased: "职工的记录被删除",
        Action.expired: "到期清空",
        Action.records_given: "职工取走记录",
        Action.audit_read: "查审计记录",
        Action.audit_verified: "核对审计链",
        Action.audit_exported: "导出审计记录",
    },
}
ACTIONS = {action: words for group in GROUPS.values() for action, words in group.items()}
SUBJECTS = {
    Kind.none: "",
    Kind.case: "个案 {}",
    Kind.conversation: "会话 {:.8}（还没有个案）",
    Kind.person: "职工编号 {:.8}（没有个案）",
    Kind.release: "词库第 {} 版",
    Kind.canned: "常用回话第 {} 条",
    Kind.unit: "单位 {:.8}",
    Kind.training: "第 {} 次训练",
    Kind.faq: "问答 {}",
    Kind.batch: "导入 {:.8}",
    Kind.activity: "活动第 {} 个",
}
FIELDS = {
    "as_of": "到第几条",
    "case": "个案",
    "cases": "个案数",
    "count": "数目",
    "day": "日期",
    "days": "每周",
    "did": "动作",
    "employer": "所在企业编号",
    "fault": "问题",
    "hours": "时间",
    "left": "留在队列",
    "passed": "通过",
    "place": "位置",
    "role": "角色",
    "said": "说",
    "unit": "范围编号",
    "verdict": "标为",
    "who": "谁",
}
FAULTS = {
    Fault.altered: "第 {} 条被改过",
    Fault.missing: "第 {} 条不见了",
    Fault.unlinked: "第 {} 条和前一条接不上",
    Fault.anchor: "第 {} 条和抄下来的校验码不一样",
}
_VALUES: dict[str, Mapping[Any, str]] = {
    "did": ACTIONS,
    "fault": {Fault.altered: "被改过", Fault.missing: "缺少", Fault.unlinked: "接不上", Fault.anchor: "和校验码不符"},
    "place": rota_view.PLACES,
    "role": labels.ROLES,
    "said": {"here": "在岗", "away": "不在", "rota": "照值班表"},
    "verdict": labels.VERDICTS,
}
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # a spreadsheet may run what begins so
HEADINGS = ("编号", "时间", "谁", "角色", "动作", "对象", "对象编号", "说明", "前一条校验码", "校验码")


def entry(row: Row, people: People) -> dict[str, Any]:
    """An entry as the page shows it."""
    return {
        "seq": row.seq,
        "at": _moment(row.at),
        "who": who(row.staff_id, people),
        "role": _role(row.staff_id, people),
        "action": action(row.action),
        "subject": subject(row, people),
        "detail": detail(row.detail, people),
    }


def _moment(stamp: str) -> str:
    try:
        return f"{local(datetime.fromisoformat(stamp)):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return UNREADABLE


def who(staff_id: str | None, people: People) -> str:
    """The name of a member of staff."""
    return NOBODY if staff_id is None else people.get(staff_id, (f"账号 {staff_id:.8}", ""))[0]


def _role(staff_id: str | None, people: People) -> str:
    role = people.get(staff_id or "", ("", ""))[1]
    return labels.ROLES[Role(role)] if role else ""


def action(name: str) -> str:
    """An action in words; one that this version does not know keeps its name."""
    return ACTIONS[Action(name)] if name in list(Action) else name


def subject(row: Row, people: People) -> str:
    """What an entry is about, in words."""
    if row.subject_kind == Kind.staff:
        return "" if row.subject_id == row.staff_id else f"账号 {who(row.subject_id, people)}"
    known = row.subject_kind in list(Kind)
    return SUBJECTS[Kind(row.subject_kind)].format(row.subject_id) if known else UNREADABLE


def detail(text: str, people: People) -> str:
    """The fields of an entry, in words."""
    try:
        found: dict[str, Any] = dict(json.loads(text))
    except (TypeError, ValueError):
        return UNREADABLE
    return "，".join(f"{FIELDS.get(name, name)} {_value(name, value, people)}" for name, value in found.items())


def _value(name: str, value: Any, people: People) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "who":
        return NOBODY if value == "system" else who(value, people)
    if name == "days":
        return "、".join(rota_view.DAYS.get(int(day), day) for day in str(value).split("-") if day.isdigit())
    return str(_VALUES.get(name, {}).get(value, value))


def lines(batches: Iterator[list[Row]], people: People) -> Iterator[bytes]:
    """The entries as a CSV file that a spreadsheet opens, batch by batch."""
    yield "\ufeff".encode() + _csv([HEADINGS])
    for rows in batches:
        yield _csv([_cells(row, people) for row in rows])


def _cells(row: Row, people: People) -> tuple[str, ...]:
    at = _moment(row.at)
    name, role = who(row.staff_id, people), _role(row.staff_id, people)
    about = (subject(row, people), row.subject_id, detail(row.detail, people))
    return (str(row.seq), at, name, role, action(row.action), *about, row.previous, row.hash)


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
