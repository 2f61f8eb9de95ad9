"""Both sides prepared, then measured in turn, round by round; whoever is not measured is paused."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Protocol

from bench import load, traffic
from bench.processes import Running
from bench.report import Figures

WARM_UP = 16  # messages before anything is measured
REST = 3.0  # seconds without a message before memory is read
SETTLE = 1.0  # seconds after a pause
CLIENTS = 8
SHORT, LONG = 12, 10_000  # turns of a conversation: what most stay under, and one that never ends
BEARABLE = 0.01  # share of turns without an answer above which a side counts as broken


class System(load.Side, Protocol):
    """What a side must be able to do besides talking."""

    def train(self) -> float:
        """Gives the seconds of training."""

    def start(self) -> Running:
        """Starts it."""

    def is_ready(self) -> bool:
        """True once it answers."""


@dataclass(frozen=True)
class Plan:
    """How much is sent: rounds, and messages of a round for one client, for eight, and for eight that go on and on."""

    rounds: int
    one: int
    many: int
    long: int


FULL, QUICK = Plan(3, 120, 400, 400), Plan(1, 36, 96, 96)


@dataclass(frozen=True)
class Contestant:
    """A side that runs, and what is known of it."""

    name: str
    system: System
    running: Running
    figures: Figures

    @property
    def is_broken(self) -> bool:
        """True if too many turns stayed without an answer."""
        whole = self.figures.whole
        return len(whole.failed) > BEARABLE * whole.sent


def prepare(name: str, system: System, stack: ExitStack, say: Callable[[str], None]) -> Contestant:
    """Trains and starts a side, weighs it idle after a few messages, and pauses it."""
    say(f"{name}: training")
    train = system.train()
    say(f"{name}: training takes {train:.0f} s; starting")
    running = stack.enter_context(system.start())
    start = running.wait_until(system.is_ready)
    load.measure(system, traffic.mixed(WARM_UP, seed=0), 1, SHORT)
    time.sleep(REST)
    found = Contestant(name, system, running, Figures(train, start, running.memory()))
    say(f"{name}: answered after {start:.0f} s, {found.figures.idle.own:.0f} MiB")
    running.pause()
    return found


def compare(contestants: tuple[Contestant, Contestant], plan: Plan, say: Callable[[str], None]) -> None:
    """Measures all rounds; who begins changes, so that a drift of the machine favours nobody."""
    for number in range(plan.rounds):
        order = contestants if number % 2 == 0 else contestants[::-1]
        for contestant in order:
            _round(contestant, plan, number + 1, say)
    for contestant in contestants:
        contestant.figures.loaded = contestant.running.memory()


def _round(contestant: Contestant, plan: Plan, number: int, say: Callable[[str], None]) -> None:
    contestant.running.resume()
    time.sleep(SETTLE)
    one = _measure(contestant, traffic.mixed(plan.one, seed=3 * number), 1, SHORT)
    many = _measure(contestant, traffic.mixed(plan.many, seed=3 * number + 1), CLIENTS, SHORT)
    long = _measure(contestant, traffic.mixed(plan.long, seed=3 * number + 2), CLIENTS, LONG)
    contestant.running.pause()
    contestant.figures.add(one, many, long)
    rates = f"{many.rate:.1f} msg/s in short conversations, {long.rate:.1f} in long ones"
    say(f"round {number}, {contestant.name}: p50 {one.quantile(0.5):.0f} ms, {rates}")


def _measure(contestant: Contestant, messages: list[str], clients: int, length: int) -> load.Load:
    before = contestant.running.processor_seconds()
    found = load.measure(contestant.system, messages, clients, length)
    return replace(found, worked=contestant.running.processor_seconds() - before)
