"""`python -m bench.retrain`: eight conversations go on while trainings run, are published and rolled back.

A conversation writes again as soon as its reply is there. Prints the seconds from each press of the button until the
new release serves (the first training also asks the release in use its exam); for each phase messages, failed ones,
p50, p95 and its ratio to the idle phase; and ends with 1 if a message failed or was lost, or if the p95 while training
is above three times the idle one. `--visitors 0` only prints the seconds; `--made 5000` first puts so many made-up
questions in use beside ours.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, update

from bench import faqs, load, report, traffic
from bench.bank import bank as bank_of
from bench.ours import Ours
from bot import engine_env
from bot.db.models import Faq, Inbox, Message, Staff
from bot.db.session import reading, transaction
from bot.db.states import Author, InboxState, Role
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.errors import ConfigError
from bot.settings import ROOT, data_dir, use_trial_directory
from bot.training import bank, releases, runs
from bot.training.releases import Files

CLIENTS, LENGTH = 8, 12
IDLE = 60.0  # seconds
AFTER = 15.0  # seconds that a phase goes on after a switch: the former engine is drained in them
LIMIT = 3.0
STAGE_LIMIT = 3600.0
PLACES = ("东门", "西门", "南门", "北门", "一号楼", "二号楼", "三号楼", "食堂", "澡堂", "门岗")
THINGS = ("自行车棚", "失物招领柜", "充电桩", "快递架", "公告栏", "雨伞架", "饮水机", "意见箱", "储物柜", "急救箱")


@dataclass
class Turn:
    """One message: when it was sent, how long its answer took; None if there was none."""

    at: float
    seconds: float | None


@dataclass
class Talks:
    """Conversations that go on until they are told to stop."""

    side: Ours
    turns: list[Turn] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def go_on(self, messages: Iterator[str]) -> None:
        """One client."""
        while not self.stop.is_set():
            talk = await self.side.open_talk()
            try:
                for _ in range(LENGTH):
                    at = time.monotonic()
                    self.turns.append(Turn(at, await load.timed(talk, next(messages))))
                    if self.stop.is_set():
                        break
            finally:
                await talk.close()


def main() -> int:
    """Gives the exit code."""
    parser = argparse.ArgumentParser(prog="bench.retrain")
    parser.add_argument("--faqs", type=int, default=50, help="how many new questions are trained each time")
    parser.add_argument("--made", type=int, default=0, help="how many made-up questions are in use before")
    parser.add_argument("--presses", type=int, default=2, help="how often the button is pressed")
    parser.add_argument("--visitors", type=int, default=CLIENTS, help="how many conversations go on")
    parser.add_argument("--quick", action="store_true", help="a short idle phase, to try it out")
    chosen = parser.parse_args()
    places = {name: data_dir() / name for name in ("models", "faq_index", "faq_vectors.bin")}
    if chosen.made:
        places["faq_vectors.bin"] = faqs.PLACE / "faq_vectors.bin"
    with tempfile.TemporaryDirectory(prefix="xinqiao-retrain-") as name:
        home = Path(name)
        side = Ours(home)
        (home / "data").mkdir()
        for name, place in places.items():
            if place.exists():
                (home / "data" / name).symlink_to(place.resolve())
        use_trial_directory(home / "data")
        with side.start() as running:
            running.wait_until(side.is_ready)
            return asyncio.run(_bench(side, chosen))


async def _bench(side: Ours, chosen: argparse.Namespace) -> int:
    await _grow(chosen.made)
    print(f"{report.machine()}; load at the start {os.getloadavg()[0]:.1f}; {len(bank.rows())} questions", flush=True)
    talks, messages = Talks(side), iter(traffic.mixed(100_000))
    clients = [asyncio.create_task(talks.go_on(messages)) for _ in range(chosen.visitors)]
    marks = [("idle", time.monotonic())]
    await asyncio.sleep(15.0 if chosen.quick else IDLE)
    for press in range(chosen.presses):
        marks += await _train(range(press * chosen.faqs, (press + 1) * chosen.faqs))
    former = releases.history()[1]
    if former.state == State.retired:
        marks.append(("roll back", time.monotonic()))
        await _switch(former.id, releases.roll_back)
        await asyncio.sleep(AFTER)
    marks.append(("end", time.monotonic()))
    talks.stop.set()
    await asyncio.gather(*clients)
    return _tell(talks.turns, marks) if clients else 0


async def _train(numbers: range) -> list[tuple[str, float]]:
    """New questions, the button, and what is ready put in use; gives when its phases began."""
    pressed = time.monotonic()
    run = await asyncio.to_thread(_press, numbers)
    await _until(lambda: runs.get(run).state not in (State.queued, *runs.STAGES))
    row, ready = runs.get(run), time.monotonic()
    print(f"training {row.state}: {row.reason or runs.report_of(row).get('seconds')}", flush=True)
    if row.state != State.ready:
        raise ConfigError("the training was not ready to be published")
    await _switch(run, releases.publish)
    live = time.monotonic()
    print(f"{len(numbers)} new: ready after {ready - pressed:.1f} s, live after {live - pressed:.1f} s", flush=True)
    await asyncio.sleep(AFTER)
    return [("training", pressed), ("publish", ready)]


async def _switch(run: int, act: Callable[[str, int], None]) -> None:
    await asyncio.to_thread(act, _somebody(), run)
    await _until(lambda: runs.get(run).state == State.published)


async def _grow(count: int) -> None:
    """Puts made-up questions in use beside ours, as a release that was trained here before."""
    if not count:
        return
    live, release = releases.live(), Training(state=State.ready, requested_by=_somebody())
    with transaction() as session:
        session.add_all(Faq(**made.faq, **_plain(), source_digest="") for made in bank_of(count))
        release.against = live.id if live else None
        session.add(release)
    rows, folder = bank.rows(), releases.folder(release.id)
    bank.write(rows, folder)
    await asyncio.to_thread(bank.build_index, folder, folder / "index")
    files = Files(engine_env.model_path(), folder / "index")
    facts = {"bank_digest": bank.digest(rows), **releases.facts_of(files, engine_env.model_digest())}
    with transaction() as session:
        session.execute(update(Training).where(Training.id == release.id).values(facts))
    await _switch(release.id, releases.publish)


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STAGE_LIMIT
    while not await asyncio.to_thread(condition):
        if time.monotonic() > deadline:
            raise ConfigError("it took too long")
        await asyncio.sleep(0.5)


def _press(numbers: range) -> int:
    """New questions, approved, and the button."""
    with transaction() as session:
        for number in numbers:
            session.add(Faq(**_question(number), **_plain(), source_digest=""))
    return runs.request(_somebody())


def _plain() -> dict[str, object]:
    day = date(2026, 11, 1)
    basis = [{"law": "工会法", "article": "第六条"}]
    return {"basis": basis, "region": "全国", "valid_from": day, "related": [], "reviewer": "试", "reviewed_on": day}


def _question(number: int) -> dict[str, object]:
    floor, rest = divmod(number, len(PLACES) * len(THINGS))
    place, thing = PLACES[rest % len(PLACES)], THINGS[rest // len(PLACES)]
    name = f"{place}{f'第{floor + 1}处' if floor else ''}的{thing}"
    forms = ("{}在哪儿", "{}怎么用", "想找{}", "{}在哪里呀", "哪儿有{}", "{}能不能用", "谁知道{}", "请问{}", "{}往哪走")
    wordings = [form.format(name) for form in forms]
    answer = f"{name}在里边靠墙，白天都能用。"
    ids = {"id": f"bench_{number}", "topic": "union"}
    return {**ids, "question": wordings[0], "variants": wordings[1:], "answer": answer}


def _somebody() -> str:
    with transaction() as session:
        row = session.execute(select(Staff).where(Staff.login == "bench")).scalar_one_or_none()
        if row is None:
            row = Staff(login="bench", display_name="bench", role=Role.admin)
            session.add(row)
            session.flush()
        return row.id


def _tell(turns: list[Turn], marks: list[tuple[str, float]]) -> int:
    phases: dict[str, list[Turn]] = {}
    for (name, start), (_, end) in itertools.pairwise(marks):
        phases.setdefault(name, []).extend(turn for turn in turns if start <= turn.at < end)
    base = _quantile(phases["idle"], 0.95)
    print("\n| phase | messages | failed | p50, ms | p95, ms | p95 / idle |\n|---|---|---|---|---|---|")
    for name, some in phases.items():
        failed = sum(turn.seconds is None for turn in some)
        p50, p95 = _quantile(some, 0.5), _quantile(some, 0.95)
        print(f"| {name} | {len(some)} | {failed} | {p50:.0f} | {p95:.0f} | {p95 / base:.2f} |")
    failed, lost = sum(turn.seconds is None for turn in turns), _lost()
    print(f"\nfailed: {failed}, accepted and not worked on: {lost}", flush=True)
    return int(bool(failed or lost) or _quantile(phases.get("training", []), 0.95) > LIMIT * base)


def _quantile(turns: list[Turn], share: float) -> float:
    return load.Load([turn.seconds for turn in turns if turn.seconds is not None]).quantile(share)


def _lost() -> int:
    """Messages of workers that were accepted and never finished."""
    with reading() as session:
        unfinished = select(func.count()).select_from(Inbox).where(Inbox.state != InboxState.done)
        said = select(func.count()).select_from(Message).where(Message.author == Author.worker)
        done = select(func.count()).select_from(Inbox)
        numbers = [session.execute(query).scalar_one() for query in (unfinished, said, done)]
    return numbers[0] + abs(numbers[1] - numbers[2])


if __name__ == "__main__":
    with contextlib.chdir(ROOT):
        raise SystemExit(main())
