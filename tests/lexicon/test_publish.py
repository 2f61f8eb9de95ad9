"""From draft to live: replay, gate, publish, load, roll back; and what happens when something of it is broken."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, type_coerce, update

from bot import checkup, clock, triage
from bot.db.care_models import TriageRelease
from bot.db.models import Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import ReleaseState
from bot.errors import NotAllowedNow
from bot.level import Level
from bot.lexicon import drafts, load, publish, replay, reports
from tests.conversation.acts import say
from tests.lexicon.ground import BAD, GOOD, PHRASE, REVIEW, admin, check, draft, new_process, published, section


def states() -> list[tuple[int, ReleaseState]]:
    with reading() as session:
        rows = session.execute(select(TriageRelease.id, TriageRelease.state).order_by(TriageRelease.id)).all()
    return [(row[0], row[1]) for row in rows]


def test_a_good_change_is_published_and_the_next_message_is_assessed_by_it(any_database: str, frozen: Path) -> None:
    assert triage.assess(PHRASE).level == Level.none
    number = published(admin(), GOOD)
    assert states() == [(number, ReleaseState.live)]
    say(PHRASE)
    with reading() as session:
        assert session.execute(select(Message.level)).scalar_one() == Level.high


def test_a_change_that_loses_on_the_frozen_set_is_refused(any_database: str, frozen: Path) -> None:
    who = admin()
    drafts.add(who, "imminent.yml", BAD)
    check(who)
    assert not section(reports.GATE)["passed"]
    assert any("false alarms" in fault for fault in section(reports.GATE)["faults"])
    assert draft().state == ReleaseState.refused
    with pytest.raises(publish.NotChecked):
        publish.publish(who)
    drafts.take_back(who, draft().id, 0)
    assert draft().state == ReleaseState.draft


def test_without_the_frozen_set_nothing_is_published(database: Path, frozen: Path) -> None:
    (frozen / "set.yml").unlink()
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    check(who)
    (fault,) = section(reports.GATE)["faults"]
    assert "frozen set is missing" in fault
    with pytest.raises(publish.NotChecked):
        publish.publish(who)


def test_a_draft_that_was_not_replayed_is_not_published(database: Path, frozen: Path) -> None:
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    publish.start_gate(who).join(60)
    with pytest.raises(publish.NotChecked):
        publish.publish(who)


def test_a_gate_against_what_is_live_no_more_does_not_count(database: Path, frozen: Path) -> None:
    who = admin()
    published(who, GOOD)
    drafts.drop(who, "high.yml", "一死了之", **REVIEW)
    check(who)
    publish.roll_back(who)
    with pytest.raises(publish.NotChecked):
        publish.publish(who)


def test_rolling_back_goes_one_release_at_a_time_down_to_the_repositorys(any_database: str, frozen: Path) -> None:
    who = admin()
    first = published(who, GOOD)
    second = published(who, {**GOOD, "expression": "红鞋子穿反了"})
    assert [triage.assess(text).level for text in (PHRASE, "红鞋子穿反了")] == [Level.high] * 2
    assert publish.roll_back(who) == first
    assert [triage.assess(text).level for text in (PHRASE, "红鞋子穿反了")] == [Level.high, Level.none]
    assert publish.roll_back(who) is None
    assert triage.assess(PHRASE).level == Level.none
    assert states() == [(first, ReleaseState.retired), (second, ReleaseState.retired)]
    with pytest.raises(NotAllowedNow):
        publish.roll_back(who)


def test_another_gateway_picks_the_live_release_up_by_itself(
    database: Path, frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "EVERY", 0.05)
    number = published(admin(), GOOD)
    new_process()
    assert triage.assess(PHRASE).level == Level.none

    async def follow() -> None:
        following = asyncio.create_task(load.follow())
        for _ in range(200):
            await asyncio.sleep(0.05)
            if load.in_use().release_id == number:
                break
        following.cancel()

    asyncio.run(follow())
    assert triage.assess(PHRASE).level == Level.high


@pytest.mark.parametrize(
    "changes",
    [
        [{"op": "drop", "file": "high.yml", "row": {"expression": "没有这一行"}}],
        [{"op": "add", "file": "high.yml", "row": {"expression": "(没有|合上"}}],
        [{"op": "add", "file": "/etc/passwd", "row": {}}],
        ["rubbish"],
        [{}],
        {"op": "add"},
    ],
)
def test_a_broken_release_never_stops_triage_and_is_said_aloud(
    database: Path, caplog: pytest.LogCaptureFixture, changes: object
) -> None:
    who = admin()
    with transaction() as session:
        session.add(TriageRelease(state=ReleaseState.live, changes=changes, created_by=who, published_at=clock.now()))
    with caplog.at_level(logging.ERROR):
        found = load.refresh()
    assert (found.release_id, bool(found.fault)) == (None, True)
    assert "CANNOT BE USED" in caplog.text
    assert triage.assess("我现在就去跳楼").level == Level.imminent
    assert load.refresh() is found, "it is not built again and again"
    assert checkup._lexicon().fault
    publish.roll_back(who)
    assert load.in_use().fault == ""


def test_a_broken_saved_pipeline_is_built_anew(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    load.repository()
    (folder,) = (database / load.FOLDER).iterdir()
    (folder / "meta.json").write_text("{")
    with caplog.at_level(logging.ERROR):
        found = load.repository()
    assert "built anew" in caplog.text
    assert found.assess("我现在就去跳楼").level == Level.imminent


def test_without_a_database_what_is_in_use_stays_in_use(database: Path, frozen: Path) -> None:
    number = published(admin(), GOOD)
    with transaction() as session:
        session.execute(TriageRelease.__table__.delete())
        session.connection().exec_driver_sql("DROP TABLE triage_release")
    assert load.refresh().release_id == number
    assert triage.assess(PHRASE).level == Level.high


# --- replay ---------------------------------------------------------------------------------------------------------


def replayed(row: dict[str, str], file: str = "high.yml") -> dict[str, object]:
    """What a replay of one added row finds."""
    who = admin()
    drafts.add(who, file, row)
    publish.start_replay(who).join(60)
    return section(reports.REPLAY)


def test_a_replay_counts_what_would_change_and_names_the_messages_without_their_words(any_database: str) -> None:
    say("食堂几点开门", "w1")
    for sender in ("w1", "w2"):
        say(PHRASE, sender)
    found = replayed(GOOD)
    with reading() as session:
        ids = list(session.execute(select(Message.id).order_by(Message.id)).scalars())
    assert (found["state"], found["of"], found["done"]) == ("done", 3, 3)
    assert found["moves"] == [["none", "high", 2]]
    assert sorted(found["changed"]) == [[ids[1], "none", "high"], [ids[2], "none", "high"]]
    assert PHRASE not in str(found)


def test_a_replay_reads_messages_with_those_before_them(any_database: str) -> None:
    say("石榴树")
    say("下见")
    assert replayed(GOOD)["moves"] == [["none", "high", 1]]


def test_lost_alarms_are_named_first(database: Path) -> None:
    say("一死了之", "w1")
    say(PHRASE, "w2")
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    for file, name in (("high.yml", "一死了之"), ("hints.yml", "死了")):
        drafts.drop(who, file, name, **REVIEW)
    result = replay.Result(of=2)
    said = replay.Said(1, "c", "", clock.now())
    for before, after in ((Level.none, Level.imminent), (Level.high, Level.none)):
        result.add(said, before, after)
    assert [one[1:] for one in result.facts()["changed"]] == [["high", "none"], ["none", "imminent"]]


def test_erased_messages_drills_and_what_cannot_be_read_do_not_stop_a_replay(any_database: str) -> None:
    erased, unreadable = (say(PHRASE, sender).message_id for sender in ("w1", "w2"))
    say(PHRASE, "w3")
    drill = say(PHRASE, "w4").conversation_id
    with transaction() as session:
        session.execute(update(Message).where(Message.public_id == erased).values(erased_at=clock.now(), body=""))
        session.execute(update(Conversation).where(Conversation.id == drill).values(drill=True))
        broken = update(Message).where(Message.public_id == unreadable)
        session.execute(broken.values({Message.body: type_coerce(b"\0" * 40, LargeBinary)}))
    found = replayed(GOOD)
    assert (found["of"], found["unreadable"], found["moves"]) == (2, 1, [["none", "high", 1]])


def test_a_replay_of_a_draft_that_changes_meanwhile_is_void(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = admin()
    say(PHRASE)
    drafts.add(who, "high.yml", GOOD)
    candidate, version = replay.Result(of=1), "other"
    reports.begin(draft().id, reports.REPLAY, who, "this")
    with pytest.raises(reports.Overtaken):
        reports.tell(draft().id, reports.REPLAY, version, candidate.facts())
    drafts.add(who, "high.yml", {**GOOD, "expression": "别的话"})
    with pytest.raises(reports.Overtaken):
        reports.tell(draft().id, reports.REPLAY, "this", candidate.facts())


def test_the_same_check_does_not_run_twice_at_once_but_starts_anew_when_its_process_died(database: Path) -> None:
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    reports.begin(draft().id, reports.REPLAY, who, "this")
    with pytest.raises(NotAllowedNow):
        publish.start_replay(who)
    started = clock.now()
    try:
        clock.set_now(lambda: started + reports.SILENCE + timedelta(seconds=1))
        publish.start_replay(who).join(60)
    finally:
        clock.set_now(None)
    assert section(reports.REPLAY)["state"] == "done"


def test_a_check_that_fails_says_so(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = admin()
    drafts.add(who, "high.yml", GOOD)
    monkeypatch.setattr(replay, "BATCH", "rubbish")
    publish.start_replay(who).join(60)
    assert section(reports.REPLAY)["state"] == "failed"
