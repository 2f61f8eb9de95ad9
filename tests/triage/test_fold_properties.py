"""Each rule of folding: a risk sentence keeps its level in any disguise the rule reads, a benign twin gains none."""

from collections.abc import Callable

import opencc
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.triage import assess, live
from bot.triage.fold import KEEP
from bot.triage.lexicon import Cloak, lexicon_of

RISK = ["我想自杀", "不想活了", "我想割腕", "遗书写好了", "想跳楼", "活着没意思，想死", "我要杀了他再去死"]
BENIGN = [
    "紫砂壶多少钱一把",
    "不想活动",
    "手机死机了",
    "割草机怎么修",
    "跳楼价甩卖",
    "从来没想过自杀",
    "键盘 ABC 怎么大写",
]
OVERRIDE, POP = "\u202e", "\u202c"
_to_traditional = opencc.OpenCC("s2t")
_lexicon = lexicon_of(live().nlp.vocab)
_level = {text: assess(text).level for text in RISK + BENIGN}


def _full_width(text: str, at: int) -> str:
    """Letters, digits and marks in their full-width form; a ligature or circled form where there is one."""
    wide = {ord(char): chr(ord(char) + 0xFEE0) for char in map(chr, range(0x21, 0x7F))}
    return text.translate(wide)


def _invisible(text: str, at: int) -> str:
    return text[:at] + "\u200b\u2060\ufeff\u00ad"[at % 4] * 3 + text[at:]


def _combining(text: str, at: int) -> str:
    return "".join(char + ("\u0336", "\u0353", "\ufe0f")[at % 3] for char in text)


def _traditional(text: str, at: int) -> str:
    head, tail = text[:at], text[at:]
    return head + str(_to_traditional.convert(tail))


def _upper(text: str, at: int) -> str:
    return text.upper()


def _separated(text: str, at: int) -> str:
    return ("·", "-", "/", "*", "_", "|")[at % 6].join(text)


def _emoji_inside(text: str, at: int) -> str:
    return text[:at] + ("😭", "🔪", "🙏", "💔")[at % 4] + text[at:]


def _spelled_out(text: str, at: int) -> str:
    return (" ", "\u3000", ".", "…", "\t", "\u00a0")[at % 6].join(text)


def _backwards(text: str, at: int) -> str:
    return OVERRIDE + text[::-1] + POP


def _drowned(text: str, at: int) -> str:
    return "好" * (KEEP + at) + "，" + text


RULES: tuple[Callable[[str, int], str], ...] = (
    *(_full_width, _invisible, _combining, _traditional, _upper),
    *(_separated, _emoji_inside, _spelled_out, _backwards, _drowned),
)


@pytest.mark.parametrize("rule", RULES)
@given(text=st.sampled_from(RISK), at=st.integers(0, 8))
def test_a_risk_sentence_keeps_its_level_under(rule: Callable[[str, int], str], text: str, at: int) -> None:
    assert assess(rule(text, at)).level.rank >= _level[text].rank


@pytest.mark.parametrize("rule", RULES)
@given(text=st.sampled_from(BENIGN), at=st.integers(0, 8))
def test_a_benign_twin_gains_no_alarm_under(rule: Callable[[str, int], str], text: str, at: int) -> None:
    assert not assess(rule(text, at)).level.is_crisis


@given(st.lists(st.sampled_from(RULES), min_size=2, max_size=3), st.sampled_from(RISK[:3]), st.integers(0, 5))
def test_disguises_on_top_of_each_other_do_not_hide_a_sign(
    rules: list[Callable[[str, int], str]], text: str, at: int
) -> None:
    assume(_drowned not in rules[:-1] and not (_backwards in rules and rules[-1] is not _backwards))
    disguised = text
    for rule in rules:
        disguised = rule(disguised, at)
    assert assess(disguised).level.is_crisis


@st.composite
def _cloaked(draw: st.DrawFn) -> tuple[Cloak, str]:
    """A row of cloak.yml and a text that it must read: each syllable in one of its ways, in a place that it allows."""
    cloak = draw(st.sampled_from(_lexicon.cloaks))
    before = draw(st.sampled_from(cloak.after)) if cloak.after else "我真"
    after = draw(st.sampled_from(cloak.before)) if cloak.before else "，"
    word = "".join(draw(st.sampled_from(ways)) for ways in cloak.written)
    return cloak, ("" if before == "^" else before) + word + ("，" if after == "$" else after)


@given(_cloaked())
def test_each_way_of_writing_a_risk_word_is_read(drawn: tuple[Cloak, str]) -> None:
    cloak, text = drawn
    assume(not any(word in text for word in (*cloak.not_after, *cloak.not_before)))
    folded = live().fold(text)
    words = {other.word for other in _lexicon.cloaks}
    if not any(word in folded for word in words):  # "就趋势" is read as "就去世" by a spelling before
        assert assess(text).level.is_crisis, cloak.word


@given(st.sampled_from(sorted(_lexicon.spellings.items())), st.sampled_from(BENIGN[:5]))
def test_each_other_spelling_is_replaced_and_leaves_the_rest(spelling: tuple[str, str], benign: str) -> None:
    old, new = spelling
    assume(not any(other != old and other in old for other in _lexicon.spellings))
    assert live().fold(new) in live().fold(f"好的，{old}，{benign}")
