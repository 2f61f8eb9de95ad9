"""`xinqiao evaluate triage`: what triage does on the frozen set, and on public data given as files."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import triage
from bot.errors import BadInput
from bot.level import Level
from bot.triage import measure, safety
from bot.triage.measure import Judged, Share
from bot.triage.opinion import OPINION

Say = Callable[[str], None]
_NAMED = 40  # ids of misses in one line
_LAPS = 3


def report(files: Sequence[Path], say: Say) -> int:
    """Prints everything; gives 1 if a figure of the frozen set has fallen below the last release, else 0."""
    pipeline = triage.build()
    say(f"triage {pipeline.version}")
    rows = safety.judged(pipeline, safety.frozen())
    _frozen(rows, say)
    _calibration(pipeline, rows, say)
    for path in files:
        _public(pipeline, path, say)
    _speed(pipeline, [row.sentence.text for row in rows], say)
    return _verdict(safety.figures_of(rows), say)


def _verdict(figures: Mapping[str, float], say: Say) -> int:
    say("")
    for name, target in safety.TARGETS.items():
        reached = "reached" if figures[name] >= target else "NOT reached"
        say(f"target {name} {target}: {figures[name]:.4f}, {reached}")
    losses = safety.below(figures)
    for loss in losses:
        say(f"WORSE than the last release: {loss}")
    return 1 if losses else 0


def _frozen(rows: Sequence[Judged], say: Say) -> None:
    say(f"\nfrozen set: {len(rows)} sentences, none of them in training")
    _line("risk at high or above", measure.recall(rows), say)
    _line("imminent called imminent", measure.imminent_seen(rows), say)
    _line("any distress at low or above", measure.noticed(rows), say)
    _line("hard negatives without alarm", measure.hard_negatives_spared(rows), say)
    _line("everything without risk, without alarm", measure.spared(rows), say)
    _line("third-person and violence paths right", measure.paths_right(rows), say)
    _line("others' danger answered as theirs", measure.whose_right(rows), say)
    say("\ntrue level → found: " + " ".join(f"{level:>9}" for level in Level))
    for level, found in measure.by_level(rows).items():
        say(f"{level:>18} : " + " ".join(f"{found[column]:9d}" for column in Level))
    say("\nway          recall            without alarm     misses, false alarms")
    for way, (seen, spared) in measure.by_way(rows).items():
        say(f"{way:<12} {_share(seen):<17} {_share(spared):<17} {' '.join((*seen.misses, *spared.misses)[:_NAMED])}")


def _line(name: str, found: Share, say: Say) -> None:
    misses = " ".join(found.misses[:_NAMED]) + (" …" if len(found.misses) > _NAMED else "")
    say(f"{name:<40} {_share(found):<18} {misses}")


def _share(found: Share) -> str:
    return f"{found.rate:.3f} ({found.hits}/{found.of})" if found.of else "-"


def _calibration(pipeline: triage.Triage, rows: Sequence[Judged], say: Say) -> None:
    nlp = pipeline.nlp
    docs = nlp.pipe(nlp.tokenizer(row.sentence.text) for row in rows)
    chances = [doc.user_data[OPINION].chances[Level.high] for doc in docs]
    truths = [row.is_risk for row in rows]
    say(f"\nmodel alone, chance of risk: expected calibration error {measure.calibration_error(chances, truths):.3f}")
    for low in range(0, 100, 20):
        inside = [truth for chance, truth in zip(chances, truths, strict=True) if low <= chance * 100 < low + 20]
        if inside:
            true = 100 * sum(inside) / len(inside)
            say(f"  chance {low:2d}–{low + 20:3d} %: {len(inside):4d} sentences, {true:5.1f} % risk")


def _public(pipeline: triage.Triage, path: Path, say: Say) -> None:
    """JSON lines {"text", "risk"?}; without "risk" every line counts as harmless. Misses are named by line."""
    lines = _read(path)
    levels = [found.level for found in pipeline.assess_all(line["text"] for line in lines)]
    risk = [bool(line.get("risk")) for line in lines]
    say(f"\n{path.name}: {len(lines)} lines, {sum(risk)} with risk")
    for least in (Level.high, Level.low):
        seen = [level.rank >= least.rank for level in levels]
        _rate(f"risk at {least} or above", [found for found, true in zip(seen, risk, strict=True) if true], say)
        _rate(f"no risk at {least} or above", [found for found, true in zip(seen, risk, strict=True) if not true], say)
    wrong = [
        str(at)
        for at, (level, true) in enumerate(zip(levels, risk, strict=True), start=1)
        if level.is_crisis is not true
    ]
    say(f"  lines missed or alarmed wrongly: {' '.join(wrong[:_NAMED])}")


def _rate(name: str, found: Sequence[bool], say: Say) -> None:
    if found:
        say(f"  {name:<28} {sum(found) / len(found):.4f} ({sum(found)}/{len(found)})")


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read ({type(error).__name__})") from None


def _speed(pipeline: triage.Triage, texts: Sequence[str], say: Say) -> None:
    started = time.perf_counter()
    for _ in pipeline.assess_all(list(texts) * _LAPS):
        pass
    rate = len(texts) * _LAPS / (time.perf_counter() - started)
    single = sorted(_seconds(pipeline, text) for text in texts)
    middle, most = (1000 * single[int(len(single) * share)] for share in (0.5, 0.95))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"\n{rate:.0f} messages/s in one process; single p50 {middle:.1f} ms, p95 {most:.1f} ms; {memory:.0f} MB")


def _seconds(pipeline: triage.Triage, text: str) -> float:
    started = time.perf_counter()
    pipeline.assess(text)
    return time.perf_counter() - started
