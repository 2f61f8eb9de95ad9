"""What a worker's words mean as an answer to the question that stands: yes, no, skip, stop, or words of their own."""

from __future__ import annotations

import re

from actions.safely import Call
from bot.care.answers import MAX_WORDS, NO, SKIP, YES

STOP, UNCLEAR = "stop", "unclear"
SHORT = 9  # characters: a longer answer is kept in its own words
MIDDLING = 20  # … unless it has the words of the question itself
SURE = 0.6  # chance from which an intent is taken for what was meant
_NOISE = re.compile(r"[\W_]+")
_STOP = re.compile(
    r"不(?:想|要)?(?:聊|说|答|做|写|填|弄|问|算)(?:下去|这个)?了|(?:别|不要)(?:再)?问了?|停|停下|停止|退出|结束|算了|不弄了|先这样|到此为止"
)
_SKIP = re.compile(
    r"跳过?|过|下一[个题条步]|不想(?:说|答|写|回答|填)|不说|不答|先不[说写答]|没法说|不方便说|不写|略|没想好|想不起来|"
    r"继续|接着(?:来|说)?|然后呢?|做完了|完了|做好了|好了"
)
_UNSURE = re.compile(r"不知道|不清楚|说不清|不好说|不确定|说不好|不晓得|难说")
_NOT_NO = re.compile(r"^不是(?:没|不)|^没(?:少|断过)")
_NO = re.compile(
    r"^(?:没|木有|不|否|无|别|未|从来没|还没|从没|也没|暂时没|现在没|都没)|(?:不在|没有|没了|不安全|不行)$"
)
_YES = re.compile(
    r"^(?:我|俺|他|她|现在|这会儿|目前|以前|从前|过去|还|也|都|就|正|已经|确实|挺|很|好像|可能|应该)*"
    r"(?:是|对|有|想过|试过|嗯|恩|会|偶尔|经常|一直|老想|总想|好|可以|行|中|要|愿意|同意|管|安全|能|没事|没问题|想|知道|来吧|ok)"
)
_OF_QUESTION = {  # words that answer one question only
    "safe_now": (
        re.compile(
            r"没事|没危险|不危险|没问题|不害?怕|^(?!.*不).*安全|^(?:我|俺|现在|还)*在(?:家|宿舍|屋|车间|班上|食堂|厂里|单位|医院)"
        ),
        re.compile(r"不(?:太|怎么|算)?安全|危险|害怕|好怕|很怕|楼顶|天台|塔吊|桥|河|水边|水库|井|轨|窗台|高处|架子"),
    ),
    "with_person": (
        re.compile(r"^(?!.*(?:没|不在)).*(?:陪着|一起|旁边|守着|跟前)"),
        re.compile(r"一个人|走了|联系不上|找不到|不知道|不在|不接"),
    ),
    "said_harm": (re.compile(r"^(?!.*没).*(?:说|提|讲)(?:过|了)"), re.compile(r"没.{0,3}(?:说|提|讲)")),
    "wages_working": (
        re.compile("还(?:在|没走)|在(?:干|职|上班|岗)|没(?:走|离职|辞)|干着"),
        re.compile("走了|离职|离开|辞了|辞职|不干了|不在|早不|没干|干完了|散了"),
    ),
    "injury_reported": (re.compile("报(?:了|过|上)|在走(?:流程|程序)"), re.compile("[没不未]|拖")),
    "injury_insured": (
        re.compile("^(?!.*[没不未]).*(?:上|交|缴|买|参)(?:了|过|着)"),
        re.compile("[没未](?:上|交|缴|买|给|有)"),
    ),
    "dismissal_signed": (re.compile("^(?!.*[没不未]).*签(?:了|过)"), re.compile("[没不未].{0,2}签|没有")),
    "rights_case": (re.compile("^(?!.*[不没别]).*(?:请|看看|登记|帮)"), re.compile("先不|不用|[不别]登记")),
    "happening": (re.compile(r"^(?!.*(?:没|不在)).*(?:正在|已经|流血|受伤|楼顶|叫不醒)"), re.compile(r"(?!)")),
}
_QUESTION = re.compile(
    r"[?？]|[吗么]$|咋|怎么|怎样|多少|几[天个年]|哪|啥时候|什么时候|为啥|为什么|能不能|可不可以|是不是|会不会|"
    r"有没有|算不算|合不合法|找谁|谁(?:管|掏|出钱|付|赔|负责)|行不行|中不中|什么|啥是|"
    r"(?:要是|如果|万一|假如).*呢$|[\u4e00-\u9fff](?<![我俺就也都还才又可要并没说那这从])不(?:[，,。！!\s]|$)"
)
# rules answer these even while a question stands; everything else can be an answer in the worker's words
OUTSIDE = {
    "express_distress",
    "request_human",
    "delete_my_records",
    "export_my_records",
    "withdraw_consent",
    "tell_age",
    "bot_challenge",
}
MANNERS = {
    "thanks",
    "goodbye",
    "greet",
    "insult",
    "ask_capabilities",
    "repeat_answer",
    "praise_answer",
    "complain_answer",
}
REQUESTS = {
    "calculate",
    "daily_question",
    "study_record",
    "find_activity",
    "mood_check",
    "rights_help",
    "leave_contact",
}
"""Deeds that are asked for in so many words, and never how one answers a question."""
DOUBT = {"nlu_fallback", "out_of_scope", "faq_candidates"}


def hear(call: Call, question: str, in_words: bool) -> str | None:
    """Gives the answer to a question; None if the message is none and its own rule should answer it.

    `in_words`: the question asks for words, so that yes and no mean nothing.
    """
    if call.intent == "answer":
        name, _, value = call.entities.get("answer", "").partition(".")
        return value if name == question else None
    if call.is_payload:
        return STOP if call.intent == "stop_chat" else None
    text = _NOISE.sub("", call.text).lower()
    if _STOP.fullmatch(text) or (call.intent == "stop_chat" and call.confidence >= SURE):
        return STOP
    if _SKIP.fullmatch(text):
        return SKIP
    if not in_words and (plain := yes_or_no(question, text, call)):
        return plain
    return None if _is_for_a_rule(call, in_words) else _own_words(call)


def yes_or_no(question: str, text: str, call: Call) -> str | None:
    """Gives yes or no for a short answer; None where it is neither."""
    if asks(call.text):
        return None
    for words, answer in zip(_OF_QUESTION.get(question, ()), (YES, NO), strict=False):
        if len(text) <= MIDDLING and words.search(text):
            return answer
    if len(text) > SHORT or _UNSURE.search(text):
        return None
    if _NOT_NO.search(text):
        return YES
    if _NO.search(text):
        return NO
    if _YES.search(text):
        return YES
    sure = call.confidence >= SURE
    return {"affirm": YES, "deny": NO}.get(call.intent) if sure else None


def asks(text: str) -> bool:
    """True for words that look like a question."""
    text = text.strip()
    told = re.match("没|不", text) or _UNSURE.search(text)  # 没有带什么, 不知道他去哪了
    return bool(re.search("[?？]|吗$", text) or (_QUESTION.search(text) and not told))


def _is_for_a_rule(call: Call, in_words: bool) -> bool:
    if call.intent in OUTSIDE and call.confidence >= SURE:
        return True
    if asks(call.text):
        return call.intent not in {"nlu_fallback", "out_of_scope"}
    if in_words:
        return False
    known = call.intent == "faq" or call.intent.startswith("ask_") or call.intent in MANNERS
    return known and call.confidence >= SURE


def _own_words(call: Call) -> str:
    return UNCLEAR if asks(call.text) else call.text.strip()[:MAX_WORDS]
