"""How bot.nlu reads a sentence: one folding for comparing characters, one standard wording for the encoders."""

import re
import unicodedata

MAX_CHARS = 240
"""Longest text the encoders see: their cost grows with length, and a question's sense is in its start and end."""

_NOISE = re.compile(r"[\W_]+")

# Henan and building-site words that the multilingual encoders hardly know, in their common wording.
_STANDARD = {
    "咋弄": "怎么办", "咋整": "怎么办", "咋办": "怎么办", "咋": "怎么",
    "弄啥嘞": "做什么", "弄啥": "做什么", "啥时候": "什么时候", "啥": "什么",
    "俺们": "我们", "俺": "我", "恁": "你", "中不中": "行不行", "沾不沾": "行不行", "得劲": "舒服",
    "仨月": "三个月", "俩月": "两个月", "仨": "三个", "俩": "两个", "娃": "孩子", "生娃": "生孩子",
    "工钱": "工资", "薪水": "工资", "开除": "辞退", "撵走": "辞退", "撵": "辞退", "炒鱿鱼": "辞退",
    "厂里": "公司", "厂子": "公司", "单位": "公司", "五险": "社保", "媳妇": "老婆", "怀上": "怀孕",
    "今儿": "今天", "夜儿个": "昨天", "木有": "没有", "不叫": "不让",
}  # fmt: skip
_DIALECT = re.compile("|".join(sorted(_STANDARD, key=len, reverse=True)))


def fold(text: str) -> str:
    """Return the text in NFKC, lower case, without spaces, punctuation and emoji."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def standard(text: str) -> str:
    """Return the text as the encoders should read it: common wording, single spaces, at most MAX_CHARS characters."""
    text = _DIALECT.sub(lambda word: _STANDARD[word[0]], " ".join(text.split()))
    if len(text) <= MAX_CHARS:
        return text or " "
    half = MAX_CHARS // 2
    return text[:half] + text[-half:]


def is_payload(text: str) -> bool:
    """Say whether Rasa will read the text as an intent instead of a sentence."""
    return text.startswith("/")
