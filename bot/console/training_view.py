"""What the training page shows, as JSON in the words of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.care import company
from bot.clock import local, now
from bot.db.models import Faq
from bot.db.session import reading
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.knowledge.faqs import TOPICS
from bot.training import bank, gate, releases, runs

LISTED = 30  # questions of a list; all are counted
USUAL: dict[str, float] = {
    State.exporting: 1.0,
    State.checking: 8.0,
    State.training: 20.0,
    State.starting: 15.0,
    State.evaluating: 40.0,
}
STATES = {
    **runs.STAGE_WORDS,
    State.ready: "通过了，等发布",
    State.publishing: "正在换上",
    State.published: "在用",
    State.retired: "用过",
    State.discarded: "丢掉了",
    State.refused: "没通过",
    State.failed: "没做成",
}
CHANGES = {"added": "新问题", "gone": "去掉的", "wordings": "问法改了", "answers": "答案改了"}
RESCUES = {"mild": "多半由求救识别先安慰", "caught": "都先由求救识别拦下"}
OURS = "随系统安装"
STAGES = runs.STAGES
NOT_SHOWN = (State.published, State.retired, State.discarded)


def state() -> dict[str, Any]:
    """What is in use, what is open, what there was."""
    rows = releases.history()
    with reading() as session:
        names = company.names(session)
    live = releases.live()
    current = runs.current()
    shown = current or next(iter(rows[:1]), None)
    return {
        "live": _release(live, names) if live else None,
        "run": _run(shown, names) if shown and shown.state not in NOT_SHOWN else None,
        "open": current is not None,
        "switching": releases.wanted() is not None,
        "releases": [_release(row, names) for row in rows if current is None or row.id != current.id],
    }


def _release(row: Training, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": row.id,
        "state": row.state,
        "state_label": STATES[row.state],
        "who": names.get(row.requested_by or "", OURS),
        "at": _moment(row.requested_at),
        "published": f"{_moment(row.published_at)} {names.get(row.published_by or '', '')}" if row.published_at else "",
        "reason": row.reason or "",
        "back": row.state == State.retired and releases.are_there(row),
    }


def _run(row: Training, names: Mapping[str, str]) -> dict[str, Any]:
    report = runs.report_of(row)
    return {
        **_release(row, names),
        "working": row.state in (State.queued, *runs.STAGES, State.publishing),
        "stages": _stages(row),
        **_progress(row),
        "can_discard": row.state in (State.queued, *runs.STAGES, State.ready),
        "can_publish": row.state == State.ready,
        "report": _report(report) if "figures" in report else None,
    }


def _stages(row: Training) -> list[dict[str, str]]:
    at = runs.STAGES.index(row.stage) if row.stage in runs.STAGES else -1
    over = row.state in (State.ready, State.publishing)
    states = ["done" if over or number < at else "now" if number == at else "todo" for number in range(len(STAGES))]
    return [{"label": STATES[stage], "state": one} for stage, one in zip(STAGES, states, strict=True)]


def _progress(row: Training) -> dict[str, Any]:
    """The share that is done, and the seconds that are left by what the last training took."""
    if row.state not in runs.STAGES or row.stage_started_at is None:
        return {"share": None, "left": None}
    took: dict[str, float] = {**USUAL, **runs.last_seconds()}
    at = STAGES.index(row.state)
    spent = (now() - row.stage_started_at).total_seconds()
    here = spent / row.share if row.share > 0.05 else max(took[row.state], spent + 1)
    left = max(here - spent, 1.0) + sum(took[stage] for stage in STAGES[at + 1 :])
    done = sum(took[stage] for stage in STAGES[:at]) + spent
    return {"share": round(done / (done + left), 3), "left": round(left)}


def _report(report: Mapping[str, Any]) -> dict[str, Any]:
    faqs, intents, index = report["faqs"], report["intents"], report["per_faq"]
    questions = _questions({row[0] for part in (faqs, index) for rows in part.values() for row in rows})
    return {
        "figures": [_figure(name, *report["figures"][name]) for name in gate.FIGURE_WORDS],
        "faqs": {key: [_moved(questions.get(row[0], row[0]), row) for row in faqs[key]] for key in faqs},
        "intents": {key: [_moved(_intent(row[0]), row) for row in intents[key]] for key in intents},
        "index": {key: [_share(questions.get(row[0], row[0]), row) for row in index[key]] for key in index},
        "safety": _safety(report["safety"]),
        "canary": [{"label": gate.CANARY_WORDS.get(key, key), "passed": on} for key, on in report["canary"].items()],
        "changes": _changes(report["changes"]) if "changes" in report else [],
        "seconds": round(sum(report.get("seconds", {}).values())),
    }


def _figure(name: str, old: float | None, new: float | None) -> dict[str, str]:
    both = old is not None and new is not None
    way = "" if not both or old == new else "better" if new > old else "worse"  # type: ignore[operator]
    return {"label": gate.FIGURE_WORDS[name], "old": _percent(old), "new": _percent(new), "way": way}


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f} %"


def _moved(label: str, row: list[Any]) -> str:
    _, before, after, of = row
    return f"{label}：{of} 句里原来对 {before} 句，现在对 {after} 句"


def _share(label: str, row: list[Any]) -> str:
    return f"{label}：{_percent(row[1])} → {_percent(row[2])}"


def _intent(name: str) -> str:
    return f"泛问“{TOPICS[name[4:]]}”" if name.startswith("ask_") and name[4:] in TOPICS else name


def _safety(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = [
        _line(
            f"当成普通问题来答的危险的话（{found['of']} 句里新增的）：{len(found['answered'])} 句",
            not found["answered"],
        ),
        _line(
            f"听不出难过的话（{found['of']} 句里新增的）：{len(found['lost'])} 句，新听出的 {found['gained']} 句",
            not gate.hears_less(found),
        ),
    ]
    for name in (one for one in gate.SLIDES if one in found):
        before, after, of = found[name]
        label = f"{gate.SLIDES[name][0]}里像普通问题的（{of} 句，{RESCUES[name]}）：{before} 句 → {after} 句"
        told.append(_line(label, not gate.slides(name, found[name])))
    return told


def _line(label: str, passed: bool) -> dict[str, Any]:
    return {"label": label, "passed": passed}


def waiting() -> dict[str, Any]:
    """What a training now would bring, compared with the release in use; None where its questions are gone."""
    live = releases.live()
    before = bank.read(releases.folder(live.id)) if live else None
    if before is None:
        return {"changes": None}
    return {"changes": _changes(bank.changes(before, bank.rows()))}


def _changes(found: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    questions = _questions({key for keys in found.values() for key in keys[:LISTED]})
    return [
        {
            "label": CHANGES[kind],
            "count": len(found[kind]),
            "list": [questions.get(key, key) for key in found[kind][:LISTED]],
        }
        for kind in CHANGES
        if found[kind]
    ]


def _questions(ids: Iterable[str]) -> dict[str, str]:
    with reading() as session:
        rows = session.execute(select(Faq.id, Faq.question).where(Faq.id.in_(list(ids))))
        return {row.id: row.question for row in rows}


def _moment(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"
