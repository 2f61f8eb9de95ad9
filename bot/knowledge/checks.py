"""What is wrong with an FAQ: one list of rules for the editor, the import and `python -m bot.validate`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from bot import text_review, texts
from bot.knowledge.content import Content
from bot.knowledge.faqs import TOPICS
from bot.knowledge.wordings import example_owners, fold
from bot.settings import LOCAL_FACTS

REGIONS = ("全国", "河南", "平顶山")
MIN_VARIANTS, MAX_VARIANTS, MAX_QUESTION, MAX_VARIANT, MAX_ANSWER = 8, 60, 25, 60, 800
MAX_BASIS, MAX_LAW, MAX_ARTICLE, MAX_RELATED = 10, 80, 40, 5
ID = re.compile(r"[a-z][a-z0-9_]{2,39}")
_FORBIDDEN = {  # of text_review's rules those that hold for every answer; laws and amounts have their numbers
    "a promise of secrecy": "许诺绝对保密",
    "a promise of pay": "许诺一定能要到钱",
    "a method": "写了伤害自己的方法",
    "a lecture": "说教的话（如“想开点”“加油”）",
    "a bond with the machine": "让人把机器当成朋友",
}
_NO_FORMAT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which field, in words for the editor."""

    field: str
    words: str


@dataclass(frozen=True)
class Known:
    """What else there is: the ids of all FAQs, and whose each folded sentence is (an FAQ's id)."""

    ids: frozenset[str] = frozenset()
    owners: Mapping[str, str] = field(default_factory=dict)


def faults(content: Content, known: Known) -> list[Fault]:
    """Gives every fault of an FAQ, in the order of its fields; the words of triage are in `danger.faults`."""
    return list(
        chain(
            _place(content),
            _sentences(content),
            _owned(content, known),
            _answer(content),
            _basis(content),
            _days(content),
            _related(content, known),
            _unseen(content),
        )
    )


def _place(content: Content) -> Iterator[Fault]:
    if not ID.fullmatch(content.id):
        yield Fault("id", "编号只能用小写字母、数字和下划线，以字母开头，3 到 40 个字符；新的一条可以不填")
    if content.topic not in TOPICS:
        yield Fault("topic", "没有这个主题")
    if content.region not in REGIONS:
        yield Fault("region", f"地区只能是{'、'.join(REGIONS)}")


def _sentences(content: Content) -> Iterator[Fault]:
    if not fold(content.question):
        yield Fault("question", "问题不能空着")
    if len(content.question) > MAX_QUESTION:
        yield Fault("question", f"问题有 {len(content.question)} 个字，最多 {MAX_QUESTION} 个")
    if "\n" in content.question:
        yield Fault("question", "问题只能写一行")
    different = {fold(one) for one in content.variants} - {fold(content.question), ""}
    if len(different) < MIN_VARIANTS:
        yield Fault("variants", f"不同的问法有 {len(different)} 句，至少 {MIN_VARIANTS} 句")
    if len(content.variants) > MAX_VARIANTS:
        yield Fault("variants", f"问法有 {len(content.variants)} 句，最多 {MAX_VARIANTS} 句")
    for one in content.variants:
        if len(one) > MAX_VARIANT:
            yield Fault("variants", f"「{one[:12]}…」有 {len(one)} 个字，一句最多 {MAX_VARIANT} 个")
        elif not fold(one):
            yield Fault("variants", "有一句里没有字")


def _owned(content: Content, known: Known) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, one in (("question", content.question), *(("variants", one) for one in content.variants)):
        folded = fold(one)
        if folded and folded in seen:
            yield Fault(place, f"「{one[:MAX_VARIANT]}」写了两遍")
        seen.add(folded)
        owner = known.owners.get(folded, content.id)
        if owner != content.id:
            yield Fault(place, f"「{one[:MAX_VARIANT]}」已经是另一条（{owner}）的问法")
        if intent := example_owners().get(folded):
            yield Fault(place, f"「{one[:MAX_VARIANT]}」已经用来认别的话（{intent}），不能再当问法")


def _answer(content: Content) -> Iterator[Fault]:
    if not content.answer.strip():
        yield Fault("answer", "回答不能空着")
        return
    if len(content.answer) > MAX_ANSWER:
        yield Fault("answer", f"回答有 {len(content.answer)} 个字，最多 {MAX_ANSWER} 个")
    yield from (Fault("answer", words) for words in placeholder_faults(content.answer))
    for what, words in _FORBIDDEN.items():
        if found := re.search(text_review.FORBIDDEN[what], content.answer):
            yield Fault("answer", f"{words}：「{found.group()}」")


def placeholder_faults(text: str) -> Iterator[str]:
    """What is wrong with the local facts that a text names."""
    unknown = set(texts.PLACEHOLDER.findall(text)) - {*LOCAL_FACTS, *texts.PLAN_FACTS, *texts.MOMENT_FACTS}
    if unknown:
        yield f"没有这些本地信息：{'、'.join(sorted(one[:40] for one in unknown))}"
    if not texts.fill(text, {}):
        yield "本地信息都没填的时候，什么也不剩"


def _basis(content: Content) -> Iterator[Fault]:
    if not content.basis:
        yield Fault("basis", "至少写一条依据")
    if len(content.basis) > MAX_BASIS:
        yield Fault("basis", f"依据最多 {MAX_BASIS} 条")
    for row in content.basis:
        if not row.law or len(row.law) > MAX_LAW or len(row.article) > MAX_ARTICLE:
            yield Fault("basis", f"依据要写清法律名称（{MAX_LAW} 个字以内）和条款（{MAX_ARTICLE} 个字以内）")


def _days(content: Content) -> Iterator[Fault]:
    start, end = content.valid_from, content.valid_to
    if not isinstance(start, date):
        yield Fault("valid_from", "生效日期要写成 2026-01-31 这样")
    if end is not None and not isinstance(end, date):
        yield Fault("valid_to", "到期日期要写成 2026-01-31 这样，长期有效就空着")
    if isinstance(start, date) and not 1949 <= start.year <= 2100:
        yield Fault("valid_from", "生效日期的年份不对")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        yield Fault("valid_to", "到期日期早于生效日期")


def _related(content: Content, known: Known) -> Iterator[Fault]:
    if len(content.related) > MAX_RELATED:
        yield Fault("related", f"相关问题最多 {MAX_RELATED} 个")
    for one in content.related:
        if one == content.id or content.related.count(one) > 1:
            yield Fault("related", f"相关问题里 {one[:80]} 是它自己，或者写了两遍")
        elif one not in known.ids:
            yield Fault("related", f"相关问题 {one[:80]} 不存在")


def _unseen(content: Content) -> Iterator[Fault]:
    laws = [part for row in content.basis for part in (row.law, row.article)]
    parts = (
        *(("question", one) for one in (content.question,)),
        *(("variants", one) for one in content.variants),
        *(("answer", line) for line in content.answer.split("\n")),
        *(("basis", one) for one in laws),
    )
    for place in dict.fromkeys(place for place, text in parts if has_unseen(text)):
        yield Fault(place, "里面有看不见的字符或改变方向的字符，请重新打一遍")


def has_unseen(text: str) -> bool:
    """True where a text holds characters that nobody sees; line ends are for the caller."""
    return any(unicodedata.category(char) in _NO_FORMAT for char in text)
