"""Folding: a message brought to one spelling for matching. People always get to read the original.

The folded text has hanzi, lower-case letters and digits; "，" between clauses; a space where the writer
left one between words (a soft break: a risk word may run across it, an idiom or a "not" may not).
"""

import itertools
import re
import unicodedata
from functools import cache

from bot.triage.cloak import patterns
from bot.triage.lexicon import Lexicon

CLAUSE = "，"
SOFT = " "
KEEP = 2000
RAW_KEEP = 4 * KEEP
_CLAUSE_MARKS = frozenset("，,。！!？?；;：:、｡()\n\r\v\f\u2028\u2029\x85")
_SOFT_MARKS = frozenset("\t.~…⋯")
_TITLE_MARKS = frozenset("《》")
_INVISIBLE = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me"})
_SPELLED_OUT = 3
_REVERSED = re.compile("\u202e([^\u202c\n]{1,200})\u202c?")
_TITLE = re.compile("《([^《》，]{1,30})》")
_LEFTOVER = re.compile(r"[^\w，《》 ]+")
_BREAKS = re.compile(r" *，[ ，]*")
_SPACES = re.compile(" {2,}")


class _Table(dict[int, str]):
    """A translation table filled as characters turn up, so that floods cost one look-up a character."""

    def __missing__(self, code: int) -> str:
        self[code] = result = self.fold(chr(code))
        return result

    def fold(self, char: str) -> str:
        raise NotImplementedError


class _Visible(_Table):
    """Drops what nobody sees: format, control, combining and unassigned characters, lone surrogates."""

    def fold(self, char: str) -> str:
        if char in _CLAUSE_MARKS or char in _SOFT_MARKS:
            return char
        return "" if unicodedata.category(char) in _INVISIBLE else char


class _Plain(_Table):
    """Simplifies hanzi and tells clause marks and spaces from all other signs."""

    def fold(self, char: str) -> str:
        if char in _CLAUSE_MARKS:
            return CLAUSE
        if char in _SOFT_MARKS or char.isspace():
            return SOFT
        if char in "_ー" or unicodedata.category(char) in _INVISIBLE:
            return ""
        return _simplified().get(char, char)


_VISIBLE = _Visible()
_PLAIN = _Plain()


@cache
def _simplified() -> dict[str, str]:
    """Traditional to simplified by character: by word costs more and folds no risk word better."""
    import opencc  # loaded once, at the first message or by load()

    hanzi = [chr(code) for code in range(0x3400, 0xA000)]
    simple = opencc.OpenCC("t2s").convert("\n".join(hanzi)).split("\n")
    return {old: new for old, new in zip(hanzi, simple, strict=True) if old != new}


class Fold:
    """Folds a text by the spellings and disguises of a lexicon; never raises on any string."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._spellings = tuple((_joined(old), new) for old, new in lexicon.spellings.items())
        self._cloaks = patterns(lexicon.cloaks)

    def __call__(self, text: str) -> str:
        """The text for matching, at most its first and last 2,000 characters."""
        seen = _ends(_unreversed(text).translate(_VISIBLE), RAW_KEEP)
        plain = _ends(unicodedata.normalize("NFKD", seen).casefold().translate(_PLAIN), KEEP)
        return _tidy(self._uncloaked(self._respelled(_joined(plain))))

    def _respelled(self, text: str) -> str:
        for old, new in self._spellings:
            if old in text:
                text = text.replace(old, new)
        return text

    def _uncloaked(self, text: str) -> str:
        """Every disguised risk word in plain hanzi; words that only look like one stay."""
        for pattern, word in self._cloaks:
            text = pattern.sub(word, text)
        return text


def _unreversed(text: str) -> str:
    """What a right-to-left override shows backwards is read as the eye sees it."""
    return _REVERSED.sub(lambda run: run[1][::-1], text) if "\u202e" in text else text


def _ends(text: str, keep: int) -> str:
    return text if len(text) <= 2 * keep else f"{text[:keep]}{CLAUSE}{text[-keep:]}"


def _joined(text: str) -> str:
    """Characters that stand alone belong to a word spelled out: 想 死, 不，想，活."""
    clauses = [_join_words(clause) for clause in text.split(CLAUSE)]
    if sum(len(clause) == 1 for clause in clauses) < _SPELLED_OUT:
        return CLAUSE.join(clauses)
    runs = itertools.groupby(clauses, key=lambda clause: len(clause) == 1)
    return CLAUSE.join(("" if alone else CLAUSE).join(run) for alone, run in runs)


def _join_words(clause: str) -> str:
    words = clause.split()
    out = words[:1]
    for before, word in itertools.pairwise(words):
        out.append(word if len(before) == 1 or len(word) == 1 else SOFT + word)
    return "".join(out)


def _tidy(text: str) -> str:
    """Only letters, digits, clause marks, soft breaks and complete titles are left."""
    text = _TITLE.sub("\x02\\1\x03", text).replace("《", "").replace("》", "")
    text = text.replace("\x02", "《").replace("\x03", "》")
    text = _LEFTOVER.sub("", text)
    return _SPACES.sub(SOFT, _BREAKS.sub(CLAUSE, text)).strip(" ，")
