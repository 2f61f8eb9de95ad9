"""Disguise does not hide a sign, and does not make one."""

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage import Level, assess, live
from bot.triage.fold import KEEP
from tests.triage import sentences

RISK = [
    "我想自杀",
    "不想活了",
    "活着没意思",
    "想跳楼",
    "我想割腕",
    "遗书写好了",
    "我想上吊",
    "生不如死",
    "一了百了",
    "想喝农药",
    "没有我会更好",
]
BENIGN = ["紫砂壶多少钱", "不想活动", "跳楼价甩卖", "手机死机了", "割草机怎么修", "吊车证怎么考", "想死你了"]
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u0336\ufe0f\U000e0041\x00\ud800"
DROPPED = "·*-_/|#@&^=🔪😭"

_traditional = opencc.OpenCC("s2t")
_level = {text: assess(text).level for text in RISK + BENIGN}


@st.composite
def _disguised(draw: st.DrawFn, texts: list[str], alphabet: str) -> tuple[str, str]:
    """A text, and the same with up to three characters of the alphabet at any of its places."""
    text = draw(st.sampled_from(texts))
    between = st.text(alphabet=st.sampled_from(alphabet), max_size=3)
    return text, "".join(draw(between) + char for char in text) + draw(between)


@given(_disguised(RISK, INVISIBLE + DROPPED))
def test_invisible_characters_and_separators_do_not_hide_a_sign(pair: tuple[str, str]) -> None:
    text, disguised = pair
    assert assess(disguised).level.rank >= _level[text].rank


@given(_disguised(BENIGN, INVISIBLE + DROPPED))
def test_invisible_characters_and_separators_do_not_make_a_sign(pair: tuple[str, str]) -> None:
    _, disguised = pair
    assert assess(disguised).level.rank < Level.high.rank


@given(_disguised(RISK, " .…~　"))
def test_spaces_and_dots_do_not_hide_a_sign(pair: tuple[str, str]) -> None:
    text, disguised = pair
    assert assess(disguised).level.rank >= _level[text].rank


@given(st.sampled_from(RISK + BENIGN), st.sampled_from(" ·.　\u200b"))
def test_a_word_spelled_out_means_what_it_means_in_one_piece(text: str, separator: str) -> None:
    urgent = assess(separator.join(text)).level.rank >= Level.high.rank
    assert urgent is (text in RISK)


@pytest.mark.parametrize("text", RISK + BENIGN)
def test_traditional_characters_mean_the_same(text: str) -> None:
    assert assess(_traditional.convert(text)).level is _level[text]


@pytest.mark.parametrize("text", sentences.DISGUISED)
def test_homophones_shapes_letters_and_digits_are_read(text: str) -> None:
    assert assess(text).level.rank >= Level.high.rank


@pytest.mark.parametrize("text", sentences.LOOKALIKES)
def test_words_that_only_sound_or_look_alike_stay_what_they_are(text: str) -> None:
    assert assess(text).level.rank < Level.high.rank


def test_clauses_stay_apart() -> None:
    assert live().fold("想死，你了解吗！ 真的") == "想死，你了解吗，真的"


def test_a_space_between_words_stays_and_one_inside_a_word_goes() -> None:
    assert live().fold("想死 你了解吗") == "想死 你了解吗"
    assert live().fold("不 想 活 了") == "不想活了"


@given(st.text(max_size=300))
def test_any_string_folds_to_letters_digits_and_marks(text: str) -> None:
    folded = live().fold(text)
    assert all(char.isalnum() or char in "，《》 " or not char.isascii() for char in folded)
    assert len(folded) <= 2 * KEEP + 300
