"""A row of a table as FAQ content and back: the columns that editors see in Excel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.knowledge.content import FIELDS, Content, parse
from bot.knowledge.faqs import TOPICS

COLUMNS = {  # field → heading
    "id": "编号",
    "topic": "主题",
    "question": "问题",
    "variants": "问法",
    "answer": "回答",
    "basis": "依据",
    "region": "地区",
    "valid_from": "生效日期",
    "valid_to": "到期日期",
    "related": "相关问题",
}
HINTS = {
    "id": "新的一条空着；改原来的，别动它",
    "topic": "、".join(TOPICS.values()),
    "question": "25 个字以内",
    "variants": "一行一句，至少 8 句（格子里换行按 Alt+Enter）",
    "answer": "职工看到的话",
    "basis": "一行一条：法律|条款",
    "region": "全国、河南或平顶山",
    "valid_from": "如 2026-01-31",
    "valid_to": "长期有效就空着",
    "related": "别的问题的编号，一行一个，可以空着",
}
NEEDED = ("topic", "question", "variants", "answer", "basis", "valid_from")
_FIELDS = {heading: field for field, heading in COLUMNS.items()} | {field: field for field in FIELDS}
_TOPICS = {words: topic for topic, words in TOPICS.items()}


def field_of(heading: object) -> str | None:
    """Gives the field of a heading, Chinese or as in the files; None for a column of somebody's own."""
    return _FIELDS.get(str(heading or "").strip().strip("*＊"))


def heading_faults(headings: Sequence[object]) -> list[str]:
    """Gives what is wrong with the first row."""
    fields = [field for field in map(field_of, headings) if field]
    missing = [COLUMNS[field] for field in NEEDED if field not in fields]
    twice = [COLUMNS[field] for field in COLUMNS if fields.count(field) > 1]
    return [f"第一行里没有“{name}”这一列" for name in missing] + [f"“{name}”这一列有两个" for name in twice]


def content_of(row: Mapping[str, object]) -> Content:
    """Gives the content of a row, by field; a topic may stand there by its Chinese name."""
    topic = str(row.get("topic") or "").strip()
    region = row.get("region") or "全国"
    return parse({**row, "topic": _TOPICS.get(topic, topic), "region": region})


def cells(content: Content) -> list[str]:
    """Gives the row of a content, in the order of COLUMNS."""
    plain = content.plain()
    plain["topic"] = TOPICS.get(content.topic, content.topic)
    plain["basis"] = [f"{row.law}|{row.article}" for row in content.basis]
    return ["\n".join(value) if isinstance(value := plain[field], list) else str(value or "") for field in COLUMNS]
