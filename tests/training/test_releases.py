"""What serves: published only if compared with what is in use, gone back to while its files are there, never broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import checkup, engine_env
from bot.db.states import TrainingState as State
from bot.errors import ConfigError, NotAllowedNow
from bot.knowledge import faqs
from bot.settings import settings
from bot.training import bank, releases
from tests.training.ground import add_faq, made, row_of, somebody


@pytest.fixture
def repository(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model and an index of the repository, of a few bytes."""
    model, index = engine_env.model_path(), engine_env.index_path()
    model.parent.mkdir()
    model.write_text("the repository's")
    engine_env.note_model()
    index.mkdir(parents=True)
    (index / "index.json").write_text("{}")
    monkeypatch.setattr(bank, "build_index", lambda _, out: (out.mkdir(), (out / "index.json").write_text("[]")))
    add_faq("one")
    add_faq("two")
    return database


def say(_: str) -> None:
    """Nobody listens."""


def live_id() -> int:
    live = releases.live()
    assert live is not None
    return live.id


def test_what_is_ready_is_put_in_use_and_what_was_in_use_is_kept(any_database: str) -> None:
    who, before = somebody("lead", "lead"), made(State.published)
    run = made(State.ready, against=before, requested_by=who)
    releases.publish(who, run)
    assert row_of(run).state == State.publishing
    assert live_id() == before, "until its engine is up, the one before serves"
    releases.switched(run)
    assert (live_id(), row_of(before).state) == (run, State.retired)
    assert releases.are_there(row_of(before))


def test_what_was_compared_with_another_release_is_not_published(any_database: str) -> None:
    who, before = somebody(), made(State.published)
    run = made(State.ready, against=before + 7)
    with pytest.raises(releases.Stale):
        releases.publish(who, run)
    assert live_id() == before


@pytest.mark.parametrize("state", [State.queued, State.evaluating, State.refused, State.failed, State.retired])
def test_only_what_is_ready_is_published(database: object, state: State) -> None:
    made(State.published)
    with pytest.raises(NotAllowedNow):
        releases.publish(somebody(), made(state, against=1))


def test_a_switch_that_fails_leaves_all_as_it_was_and_says_why(any_database: str) -> None:
    who, before = somebody(), made(State.published)
    run = made(State.ready, against=before)
    releases.publish(who, run)
    releases.not_switched(run, "没有起来")
    assert (row_of(run).state, row_of(run).reason, live_id()) == (State.ready, "没有起来", before)


def test_one_goes_back_and_forth_while_the_files_are_there(any_database: str) -> None:
    who, first, second = somebody(), made(State.retired, requested_by=None), made(State.published)
    releases.roll_back(who, first)
    with pytest.raises(NotAllowedNow):
        releases.roll_back(who, first)
    releases.switched(first)
    assert (live_id(), row_of(second).state) == (first, State.retired)
    (releases.folder(second) / "model.tar.gz").unlink()
    with pytest.raises(NotAllowedNow):
        releases.roll_back(who, second)


def test_a_release_is_gone_back_to_while_another_training_is_open(any_database: str) -> None:
    who, first, live = somebody(), made(State.retired), made(State.published)
    run = made(State.ready, against=live)
    releases.roll_back(who, first)
    releases.not_switched(first, "x")
    assert row_of(first).state == State.retired
    releases.roll_back(who, first)
    releases.switched(first)
    with pytest.raises(releases.Stale):
        releases.publish(who, run)


def test_one_machine_takes_a_wish_and_no_other(any_database: str) -> None:
    who, before = somebody(), made(State.published)
    run = made(State.ready, against=before)
    releases.publish(who, run)
    assert [releases.take_wish(run, name) for name in ("here", "there", "here")] == [True, False, True]


def test_a_file_that_was_altered_is_never_served(database: object) -> None:
    run = made(State.published)
    assert releases.files(row_of(run)).model.exists()
    (releases.folder(run) / "index" / "index.json").write_text('{"faqs": "others"}')
    with pytest.raises(ConfigError):
        releases.files(row_of(run))


def test_the_last_three_and_the_repositorys_are_kept_and_the_rest_is_cleared_away(database: object) -> None:
    who = somebody()
    ours = made(State.retired)
    former = [made(State.retired, requested_by=who) for _ in range(5)]
    live, refused, ready = made(State.published), made(State.refused), made(State.ready)
    releases.prune()
    kept = {int(path.name) for path in (settings().data_dir / releases.FOLDER).iterdir()}
    assert kept == {ours, *former[-3:], live, ready}
    assert refused not in kept


def test_a_model_that_a_kept_release_shares_is_kept_with_it(database: object) -> None:
    who = somebody()
    first = made(State.retired, requested_by=who)
    for _ in range(4):
        made(State.retired, requested_by=who)
    shared = row_of(first)
    made(State.published, model=shared.model, model_sha256=shared.model_sha256)
    releases.prune()
    assert releases.folder(first).exists()


# --- starting -------------------------------------------------------------------------------------------------------


def test_the_first_start_serves_the_repositorys_files_as_a_release(repository: Path) -> None:
    found = releases.at_start(say)
    assert found == releases.Files(engine_env.model_path(), engine_env.index_path())
    assert [row["id"] for row in bank.read(releases.folder(live_id())) or []] == ["one", "two"]
    first = live_id()
    assert releases.at_start(say) == found
    assert live_id() == first, "a second start makes no second release"


def test_a_restart_serves_what_was_published(repository: Path) -> None:
    releases.at_start(say)
    run = made(State.ready, against=live_id(), requested_by=somebody())
    releases.publish(somebody("lead", "lead"), run)
    releases.switched(run)
    assert releases.at_start(say).model == releases.folder(run) / "model.tar.gz"


def test_a_switch_that_a_crash_cut_off_is_undone_at_the_start(repository: Path) -> None:
    releases.at_start(say)
    before = live_id()
    run = made(State.ready, against=before)
    releases.publish(somebody(), run)
    assert releases.at_start(say).model == engine_env.model_path()
    assert (live_id(), row_of(run).state) == (before, State.ready)
    assert "重启" in (row_of(run).reason or "")


def test_an_update_of_the_files_is_a_release_with_the_questions_that_were_trained(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases.at_start(say)
    run = made(State.ready, against=live_id(), requested_by=somebody())
    releases.publish(somebody("lead", "lead"), run)
    releases.switched(run)
    monkeypatch.setattr(engine_env, "sources_digest", lambda: "newer")
    found = releases.at_start(say)
    assert live_id() == run + 1
    assert (found.model, found.index) == (engine_env.model_path(), releases.folder(run + 1) / "index")
    releases.roll_back(somebody("other", "lead"), run)


def test_a_broken_release_gives_way_to_the_repositorys_and_it_is_said(repository: Path) -> None:
    releases.at_start(say)
    run = made(State.ready, against=live_id(), requested_by=somebody())
    releases.publish(somebody("lead", "lead"), run)
    releases.switched(run)
    (releases.folder(run) / "model.tar.gz").write_text("rubbish")
    said: list[str] = []
    assert releases.at_start(said.append) == releases.Files(engine_env.model_path(), engine_env.index_path())
    assert "CANNOT BE USED" in said[0]
    assert row_of(run).reason == releases.BROKEN


def test_the_bank_is_what_the_table_says(database: Path) -> None:
    faqs.seed()
    rows = bank.rows()
    assert len(rows) == sum(1 for _ in faqs.files())
    add_faq("bike")
    assert bank.changes(rows, bank.rows()) == {"added": ["bike"], "gone": [], "wordings": [], "answers": []}
    add_faq("bike", answer="在西门里边，晚上锁门。")
    assert bank.digest(bank.rows()) != bank.digest(rows)


def test_the_doctor_says_which_release_is_in_use_and_that_it_is_whole(database: Path) -> None:
    assert not checkup._release().fault
    run = made(State.published)
    assert checkup._release().state.startswith(f"{run}, ")
    (releases.folder(run) / "model.tar.gz").write_text("rubbish")
    assert checkup._release().fault
