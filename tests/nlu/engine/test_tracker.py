"""The memory of a conversation: encrypted, bounded, never silently lost. Runs in the engine's environment."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.tracker_rows import TrackerRows, TrackerUnavailable
from bot.nlu.tracker_store import MAX_EVENTS, EncryptedTrackerStore, begin_session
from bot.nlu.turn import Turn, current, failed_actions, heard_by

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(32)).decode()
WORDS = "老板欠俺三个月工钱"
DOMAIN = Domain.from_yaml(
    "intents: [faq]\nentities: [faq]\nslots:\n  faq_id:\n    type: text\n    influence_conversation: false\n"
    "    mappings: [{type: from_entity, entity: faq}]\n"
)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a fresh tracker store, named in the environment."""
    monkeypatch.setenv("XINQIAO_TRACKER_DB", str(tmp_path / "tracker.db"))
    monkeypatch.setenv("XINQIAO_TRACKER_KEY", KEY)
    TrackerRows.from_environment.cache_clear()
    return tmp_path / "tracker.db"


def start() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def said(text: str) -> list[Event]:
    return [
        UserUttered(text, {"name": "faq", "confidence": 1.0}),
        ActionExecuted("utter_faq"),
        BotUttered(data={"custom": {"faq": "x"}}),
        ActionExecuted("action_listen"),
    ]


def save(events: list[Event], sender: str = "conversation-1") -> DialogueStateTracker:
    store = EncryptedTrackerStore(DOMAIN)
    asyncio.run(store.save(DialogueStateTracker.from_events(sender, events, DOMAIN.slots, domain=DOMAIN)))
    found = asyncio.run(store.retrieve(sender))
    assert found is not None
    return found


def test_a_conversation_comes_back_as_it_was(path: Path) -> None:
    found = save([*start(), SlotSet("faq_id", "wages_iou"), *said(WORDS)])
    assert found.get_slot("faq_id") == "wages_iou"
    assert found.latest_message.text == WORDS
    assert found.latest_action_name == "action_listen"


def test_neither_words_nor_sender_are_readable_in_the_files(path: Path) -> None:
    save([*start(), *said(WORDS)])
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert stored
    assert WORDS.encode() not in stored
    assert b"conversation-1" not in stored


def test_only_the_running_session_is_kept(path: Path) -> None:
    found = save([*start(), *said("上一回的话"), *start(), *said(WORDS)])
    assert [event.text for event in found.events if isinstance(event, UserUttered)] == [WORDS]


def test_a_long_session_is_cut_at_a_persons_turn_and_keeps_its_slots(path: Path) -> None:
    turns = [event for number in range(40) for event in said(f"第{number}句")]
    found = save([*start(), SlotSet("faq_id", "wages_iou"), *turns])
    events = list(found.events)
    assert len(events) <= MAX_EVENTS + 3
    assert found.get_slot("faq_id") == "wages_iou"
    assert isinstance(events[1], SessionStarted)
    assert isinstance(events[4], UserUttered)
    assert found.latest_message.text == "第39句"


def test_a_running_form_outlives_the_cut_and_an_ended_one_stays_ended(path: Path) -> None:
    turns = [event for number in range(40) for event in said(f"第{number}句")]
    assert save([*start(), ActiveLoop("safety_form"), *turns]).active_loop_name == "safety_form"
    assert save([*start(), ActiveLoop("safety_form"), ActiveLoop(None), *turns]).active_loop_name is None


def test_a_conversation_can_be_forgotten(path: Path) -> None:
    save([*start(), *said(WORDS)])
    TrackerRows.from_environment().delete("conversation-1")
    assert asyncio.run(EncryptedTrackerStore(DOMAIN).retrieve("conversation-1")) is None


def test_a_session_can_be_begun_without_the_action_server(path: Path) -> None:
    begin_session("conversation-1")
    found = asyncio.run(EncryptedTrackerStore(DOMAIN).retrieve("conversation-1"))
    assert found is not None
    assert found.latest_action_name == "action_listen"


def test_a_session_whose_start_failed_is_not_kept(path: Path) -> None:
    store = EncryptedTrackerStore(DOMAIN)
    failed = DialogueStateTracker.from_events("conversation-1", [ActionExecuted("action_session_start")], DOMAIN.slots)
    asyncio.run(store.save(failed))
    assert asyncio.run(store.retrieve("conversation-1")) is None


def test_a_row_of_another_key_stops_the_turn_even_through_rasas_wrapper(path: Path) -> None:
    save([*start(), *said(WORDS)])
    store = EncryptedTrackerStore(DOMAIN)
    store._rows = TrackerRows(str(path), OTHER_KEY)
    moved = sqlite3.connect(path)
    moved.execute("UPDATE tracker SET sender = ?", (store._rows._name("conversation-1"),))
    moved.commit()
    with pytest.raises(TrackerUnavailable):
        asyncio.run(FailSafeTrackerStore(store).retrieve("conversation-1"))


def test_a_database_that_cannot_be_written_stops_the_turn_even_through_rasas_wrapper(path: Path) -> None:
    store = EncryptedTrackerStore(DOMAIN)
    store._rows._database.execute("PRAGMA query_only = ON")
    tracker = DialogueStateTracker.from_events("conversation-1", start(), DOMAIN.slots)
    with pytest.raises(TrackerUnavailable):
        asyncio.run(FailSafeTrackerStore(store).save(tracker))


def test_a_short_key_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        TrackerRows(str(path), base64.b64encode(b"short").decode())


def test_the_turn_knows_the_tracker_and_which_events_are_new(path: Path) -> None:
    save([*start(), *said("第一句")])
    turn = Turn()
    token = current.set(turn)
    store = EncryptedTrackerStore(DOMAIN)
    tracker = asyncio.run(store.retrieve("conversation-1"))
    assert tracker is not None
    tracker.update(UserUttered("第二句", {"name": "faq"}))
    asyncio.run(store.save(tracker))
    current.reset(token)
    assert [event.text for event in turn.events() if isinstance(event, UserUttered)] == ["第二句"]


def test_the_form_that_heard_the_message_is_known() -> None:
    asked = [
        UserUttered("有"),
        ActionExecuted("safety_form"),
        SlotSet("question", "plan"),
        ActionExecuted("action_listen"),
    ]
    interrupted = [UserUttered("工资"), ActionExecuted("utter_faq"), ActionExecuted("safety_form")]
    assert heard_by([*start(), *asked]) == "safety_form"
    assert heard_by(interrupted) == ""
    assert heard_by([]) == ""


def test_an_action_without_a_trace_has_failed() -> None:
    user = UserUttered("x", {"name": "faq"})
    assert failed_actions([user, *said("x")[1:]]) == []
    lost = [user, ActionExecuted("action_open_care_case"), ActionExecuted("action_listen")]
    assert failed_actions(lost) == ["action_open_care_case"]
    assert failed_actions([user, ActionExecuted("action_two_stage_fallback")]) == ["action_two_stage_fallback"]
    assert failed_actions(start()) == []
    assert failed_actions([ActionExecuted("action_session_start"), user, *said("x")[1:]]) == ["action_session_start"]
