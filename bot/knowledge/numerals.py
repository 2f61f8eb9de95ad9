"""Numbers as people write them: 5500, 5,500, 1.2万, 5千5, 一万二, 两千零五十, 1w2, 俩, 二零一九."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
UNITS = {"千": 1000, "百": 100, "十": 10}
_SAME = str.maketrans({"〇": "零", "○": "零", "俩": "两", "仨": "三", "廿": "二十", "k": "千", "w": "万", "萬": "万"})
_PART = re.compile(r"零?(\d+(?:\.\d+)?|[一二两三四五六七八九])?([千百十])")
RUN = re.compile(r"[\d零一二两三四五六七八九十百千万]+(?:\.\d+[千万]?)?")


def fold(text: str) -> str:
    """Gives the text in one width and script, without blanks and thousands separators."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_SAME)
    return re.sub(r"(?<=\d),(?=\d{3})|\s", "", text)


def number(text: str) -> Decimal | None:
    """Gives the number that the whole text is; None if it is none, or none for sure (五六千)."""
    text = fold(text)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if re.fullmatch("[零一二三四五六七八九]{2,}", text):
        return Decimal("".join(str(DIGITS[sign]) for sign in text))
    head, wan, tail = text.partition("万")
    if not wan:
        return _section(text, None)
    above = _section(head, None)
    below = _section(tail, 10000) if tail else Decimal(0)
    return None if above is None or below is None else above * 10000 + below


def _section(text: str, last: int | None) -> Decimal | None:
    """What is said below 万. `last` is the unit before it: 一万二 is 12000, 一万零二 is 10002."""
    total, at = Decimal(0), 0
    while part := _PART.match(text, at):
        digit, unit = part[1], UNITS[part[2]]
        if (last is not None and unit >= last) or (digit is None and unit != 10):
            return None
        total += (_digit(digit) if digit else 1) * unit
        last, at = unit, part.end()
    rest = text[at:]
    if not rest:
        return total if at else None
    ones = _ones(rest, last)
    return None if ones is None else total + ones


def _ones(rest: str, last: int | None) -> Decimal | None:
    """What stands behind the last unit: a short form of the next lower one, or ones."""
    bare = rest.removeprefix("零")
    if re.fullmatch(r"[\d一二两三四五六七八九]", bare):
        short = last is not None and last > 10 and bare == rest
        return _digit(bare) * (last // 10 if short and last else 1)
    if not re.fullmatch(r"\d+(\.\d+)?", bare):
        return Decimal(0) if rest == "零" and last is None else None
    return Decimal(bare) if last is None or Decimal(bare) < last else None


def _digit(sign: str) -> Decimal:
    return Decimal(DIGITS.get(sign, sign))
