"""Hostile text in every field that the routes have: it is kept or refused, and breaks nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.hostile import fields, payloads
from tests.hostile.fields import Kind
from tests.hostile.ground import world
from tests.hostile.pushing import Outcome, everything
from tests.hostile.samples import PLAIN, SAMPLES
from tests.hostile.unkept import NEVER_KEPT

# What a store of its own may stumble over; markup is markup in every store.
BY_STORE = (
    "sql-quote",
    "sql-like",
    "unicode-lines",
    "controls",
    "nul",
    "half",
    "half-low",
    "not-a-character",
    "very-long",
)
STORED = {name: payloads.ALL[name] for name in BY_STORE}


def test_every_field_for_text_has_a_sample(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world(monkeypatch) as here:
        found = fields.of(here.app)
        assert len([one for one in found if one.kind in (Kind.text, Kind.texts)]) > 25
        missing = {one.route for one in found if one.kind in (Kind.text, Kind.texts)} - SAMPLES.keys()
        assert missing == set(), "add a line to SAMPLES in tests/hostile/samples.py"
        loose = {one.route for one in found if one.kind != Kind.text and one.place in ("form", "json")}
        assert loose - SAMPLES.keys() - PLAIN.keys() == {"POST /desk/people/{staff_id}/role"}, "add a line to PLAIN"
        assert SAMPLES.keys() <= {one.route for one in found}, "a route is gone: take its sample away"


def test_hostile_text_in_every_field_is_kept_or_refused_and_never_breaks_anything(
    any_database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = Outcome()
    with world(monkeypatch) as here, caplog.at_level(logging.WARNING):
        texts = payloads.ALL if any_database == "sqlite" else STORED
        everything(here, {Kind.text, Kind.texts}, texts, outcome)
        here.settle()
        names = {f"{one.route} {one.name}" for one in fields.of(here.app) if one.kind == Kind.text}
    print(f"{any_database}: {outcome.count} requests")
    assert outcome.faults == []
    assert names - outcome.kept == NEVER_KEPT.keys() & names - outcome.kept
    assert [line.getMessage() for line in caplog.records if "unhandled" in line.getMessage()] == []


def test_odd_numbers_and_words_in_bound_fields_are_refused(any_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome()
    odd = {str(value): value for value in payloads.ODD_NUMBERS}
    with world(monkeypatch) as here:
        everything(here, {Kind.number}, odd, outcome)
        if any_database == "sqlite":  # what they are bound by is looked at before any database
            everything(here, {Kind.bound}, payloads.FEW, outcome)
    assert outcome.faults == []
