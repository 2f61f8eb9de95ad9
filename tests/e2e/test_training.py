"""The real engine: a question is approved, trained, published, taken back; a switch is cut off by a kill of all.

A worker goes on asking all the while and never meets an outage.
"""

from __future__ import annotations

import threading

from bot import texts
from bot.db.states import TrainingState as State
from bot.training import releases, runs
from tests.e2e.ground import Chatter, System, long_one
from tests.training.ground import add_faq, row_of, somebody
from tests.waiting import until

pytestmark = long_one
QUESTION = "仓库的梯子在哪儿借"
ANSWER = "找保管员登记，用完当天还。"
TRAINING_LIMIT, SWITCH_LIMIT = 900.0, 240.0  # seconds, on a machine that does much else
USUAL = "试用期最长几个月"


class Worker(threading.Thread):
    """Asks the same question again and again, and counts the answers that were none."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.chat, self.stop = Chatter(url), threading.Event()
        self.asked, self.outages = 0, list[str]()

    def run(self) -> None:
        while not self.stop.is_set():
            said = self.chat.ask(USUAL, seconds=60)
            self.asked += 1
            if texts.get("outage").text in said or not said:
                self.outages.append(said)
            self.stop.wait(1.0)


def test_a_question_is_trained_published_and_taken_back_while_workers_ask(own: System) -> None:
    forms = ["去哪儿借梯子", "仓库梯子怎么借", "想借把梯子用用", "借梯子找谁登记"]
    forms += ["梯子能借不", "仓库有梯子借没", "梯子在哪儿拿", "要用梯子找谁"]
    add_faq("ladder", question=QUESTION, variants=forms, answer=ANSWER)
    worker = Worker(own.url)
    worker.start()
    chat = Chatter(own.url)
    assert ANSWER not in chat.ask(QUESTION, seconds=60)

    run = runs.request(somebody())
    until(lambda: row_of(run).state not in (State.queued, *runs.STAGES), TRAINING_LIMIT, pause=0.5)
    row = row_of(run)
    assert row.state == State.ready, row.reason
    assert ANSWER not in chat.ask(QUESTION, seconds=60), "nothing is in use before it is published"
    lead, before = somebody("lead", "lead"), row.against or 0
    releases.publish(lead, run)
    until(lambda: row_of(run).state == State.published, SWITCH_LIMIT, pause=0.2)
    until(lambda: own.said(f"release {run} is in use"), 10)
    assert ANSWER in chat.ask(QUESTION, seconds=60)

    releases.roll_back(lead, before)
    until(lambda: own.said(f"release {before} is in use"), SWITCH_LIMIT)
    assert ANSWER not in chat.ask(QUESTION, seconds=60)
    worker.stop.set()
    worker.join(90)
    assert (worker.asked > 5, worker.outages) == (True, [])

    releases.roll_back(lead, run)
    until(lambda: own.said(f"release {run}: its engine is starting"), 30)
    own.process.kill()
    own.process.wait()
    own.lines.clear()
    again = System(own.data_dir, own.extra, own.port, own.engine_port, own.actions_port)
    again.start()
    own.process, own.lines = again.process, again.lines
    assert (row_of(before).state, row_of(run).state) == (State.published, State.retired)
    assert ANSWER not in Chatter(own.url).ask(QUESTION, seconds=60)
