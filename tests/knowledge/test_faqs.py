"""FAQs: seeded, rendered with their basis, honest about their dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot import texts
from bot.clock import local, now
from bot.db.models import Faq
from bot.db.session import reading, transaction
from bot.errors import NotFound
from bot.knowledge import faqs


def any_faq() -> str:
    with reading() as session:
        return session.execute(select(Faq.id).order_by(Faq.id).limit(1)).scalar_one()


def test_seeding_twice_changes_nothing_the_second_time(any_database: str) -> None:
    assert faqs.seed() > 80
    assert faqs.seed() == 0


def test_an_answer_shows_law_region_and_dates_and_offers_thumbs(database: object) -> None:
    faqs.seed()
    shown = faqs.render(any_faq())
    assert "依据：《" in shown.text
    assert "核对）" in shown.text
    assert [button.title for button in shown.buttons][-2:] == ["有用", "没用"]


def test_no_answer_shows_an_unfilled_placeholder(database: object) -> None:
    faqs.seed()
    with reading() as session:
        ids = session.execute(select(Faq.id)).scalars().all()
    assert [faq_id for faq_id in ids if "{" in faqs.render(faq_id).text] == []


def test_a_changed_wording_takes_effect_at_once_and_an_expired_answer_says_so(database: object) -> None:
    faqs.seed()
    faq_id = any_faq()
    with transaction() as session:
        row = session.get_one(Faq, faq_id)
        row.answer = "新的说法。"
        row.valid_to = local(now()).date() - timedelta(days=1)
    text = faqs.render(faq_id).text
    assert text.startswith(texts.get("faq_expired").text)
    assert "新的说法。" in text


def test_a_removed_file_removes_the_faq(database: object, tmp_path: object) -> None:
    faqs.seed()
    with transaction() as session:
        row = session.get_one(Faq, any_faq())
        session.add(Faq(**{c.key: getattr(row, c.key) for c in Faq.__table__.columns if c.key != "id"}, id="old"))
    assert faqs.seed() == 1
    with reading() as session:
        assert session.execute(select(func.count()).where(Faq.id == "old")).scalar() == 0


def test_validity_includes_its_last_day() -> None:
    faq = Faq(valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    assert [faqs.is_expired(faq, date(2026, month, day)) for month, day in ((6, 30), (7, 1))] == [False, True]


def test_every_topic_has_a_menu(database: object) -> None:
    faqs.seed()
    assert all(len(faqs.menu(topic).buttons) > 2 for topic in faqs.TOPICS)
    with pytest.raises(NotFound):
        faqs.menu("astrology")
