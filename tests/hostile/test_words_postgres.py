"""A word of its own in every field of a gateway on PostgreSQL: no table holds one in clear that it must not."""

from __future__ import annotations

import logging

import psycopg
import pytest

from bot.db.base import Base
from bot.settings import settings
from tests.e2e.canary import CLEAR, Canaries, is_public
from tests.e2e.leaving import Leaving
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import serving
from tests.hostile.ground import world

FILLED = ("message", "thread_note", "debrief", "identity_request", "plan_step", "staff_task", "referral")


def tables() -> dict[str, bytes]:
    """All tables as COPY writes them."""
    found = {}
    with psycopg.connect(settings().database_url.replace("+psycopg", "")) as connection:
        for name in sorted(Base.metadata.tables):
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                found[name] = b"".join(bytes(part) for part in copy)
    return found


@pytest.mark.parametrize("any_database", ["postgresql"], indirect=True)
def test_no_table_of_postgresql_holds_a_word_in_clear_that_it_must_not(
    any_database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    canaries, peer = Canaries(), NoticePeer()
    with world(monkeypatch) as here, serving(peer.app) as peer_url, caplog.at_level(logging.INFO, "bot"):
        leaving = Leaving(here, canaries, address(peer_url, ""))
        leaving.in_all_fields()
        leaving.by_telegram()
        leaving.by_rating()
        leaving.by_address()
        here.settle()
    kept = tables()
    assert all(
        kept[name] for name in ("message", "thread_note", "debrief", "identity_request", "plan_step", "referral")
    )
    finds = [(name, *find) for name, data in kept.items() for find in canaries.found(data)]
    assert sorted(find for find in finds if not is_public(find[1])) == []
    assert all(any(find[1].startswith(name) for find in finds) for name in CLEAR), "it finds what may be there"
    assert list(canaries.found(caplog.text.encode())) == []
