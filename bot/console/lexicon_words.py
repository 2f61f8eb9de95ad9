"""What the lexicon page calls things, and the checks' sentences in the words of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.db.states import ReleaseState
from bot.triage.levels import Kind
from bot.triage.release import ADD, DROP

FILES = {
    "imminent.yml": "紧急",
    "high.yml": "高危",
    "low.yml": "关注",
    "topics.yml": "专题（暴力、骚扰、欠债等）",
    "hints.yml": "线索（和别的合起来才算）",
    "idioms.yml": "惯用语（不报警）",
    "combine.yml": "组合（几个标记同时出现）",
}
_OTHER_FILES = {"words.yml": "词组", "scope.yml": "范围词", "cloak.yml": "变形字", "spelling.yml": "写法"}
DEFAULT_LEVEL = {"imminent.yml": "imminent", "high.yml": "high", "low.yml": "low", "topics.yml": "high"}
OPS = {ADD: "加上", DROP: "停用"}
STATES = {
    ReleaseState.draft: "草稿",
    ReleaseState.refused: "没过关",
    ReleaseState.live: "在用",
    ReleaseState.retired: "已停用",
}
ACTS = {
    "edited": "改了草稿",
    "replay": "做了回放",
    "gate": "做了过关检查",
    "looked": "看了会变的话",
    "published": "发布",
    "retired": "停用",
    "restored": "退回到这一版",
}
KINDS = tuple(str(kind) for kind in Kind)
FIGURES = {
    "recall": "有危险的话报出来",
    "imminent_as_imminent": "紧急的话判成紧急",
    "distress_noticed": "难受的话看得出来",
    "hard_negatives_spared": "容易误会的话没有误报",
    "paths_right": "替别人求助、暴力等判对类别",
}
_KEYS = {
    "expression": "说法",
    "all": "标记",
    "level": "级别",
    "kind": "类别",
    "note": "说明",
    "reviewer": "审核人",
    "scope": "范围",
}
_RULES: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(\w+) is missing", "缺少{0}"),
        (r"unknown key (\S+)", "不认识这一栏：{0}"),
        (r"unknown word group (\S+)(?: under \w+)?", "没有这个词组：{0}"),
        (r"unknown (\w+) (\S+)", "没有这样的{0}：{1}"),
        (r"(.+) is both an idiom and a sign \((.+)\)", "“{0}”既是惯用语又是报警词（{1}）"),
        (r"(.+) stands already in (.+)", "“{0}”已经有了，在{1}"),
        (r"no row gives the signal (\S+)", "没有哪一行会给出标记“{0}”"),
        (r"asks for no signal", "没有写标记"),
        (r"(.+): a part may be empty", "“{0}”里有一段可以是空的，什么都会碰上"),
        (r"(.+): cannot read (.+)", "“{0}”写得不对，从 {1} 起读不懂"),
        (r"cannot \w+ in (.+)", "这个文件不能在这里改：{0}"),
        (r"(\S+) has no row (.+)", "{0}里没有“{1}”这一行，可能已经改过"),
        (r"(\w+) is ([\d.]+|nan), it was ([\d.]+)", "{0}：{1}，原来 {2}"),
        (r"no longer seen as risk: (.+)", "原来能看出的危险，现在看不出了：{0}"),
        (r"no longer imminent: (.+)", "原来判为紧急，现在判轻了：{0}"),
        (r"(\d+) false alarms, (\d+) before", "误报 {0} 条，原来 {1} 条"),
        (r"the frozen set is missing.*", "这台机器上没有保护句集（tests/triage/frozen），不能发布。"),
    )
)
_PLACE = re.compile(r"([a-z]+\.yml)\[(\d+)\]")
_CHANGE = re.compile(r"change (\d+): (.+)")


def file_name(name: str) -> str:
    """Gives what a file of the lexicon holds."""
    return FILES.get(name) or _OTHER_FILES.get(name, name)


def fault(sentence: str, places: Mapping[str, str]) -> str:
    """Gives a fault in the page's words. `places` maps `file[row]` to where that row is in the draft."""
    change = _CHANGE.fullmatch(sentence)
    if change:
        return f"草稿第 {change[1]} 条：{_translate(change[2])}"
    place, _, what = sentence.partition(": ")
    if not _PLACE.fullmatch(place):
        return _translate(sentence)
    return f"{_where(place, places)}：{_PLACE.sub(lambda found: _where(found[0], places), _translate(what))}"


def _where(place: str, places: Mapping[str, str]) -> str:
    found = _PLACE.fullmatch(place)
    return places.get(place) or (f"{file_name(found[1])}第 {found[2]} 行" if found else place)


def _translate(what: str) -> str:
    for pattern, words in _RULES:
        found = pattern.fullmatch(what)
        if found:
            named = [_KEYS.get(one) or FIGURES.get(one) or FILES.get(one) or one for one in found.groups()]
            return words.format(*named)
    return what
