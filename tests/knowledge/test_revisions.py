"""From draft to live wording: two people, one history, and files that do not overwrite the desk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import texts
from bot.clock import local, now
from bot.db.models import Faq
from bot.db.session import reading
from bot.db.states import FaqOrigin, RevisionSource, RevisionState
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.knowledge import faqs, revisions
from bot.knowledge.content import Content
from tests.knowledge.ground import good, person, published

EDIT = RevisionSource.edit


def faq(faq_id: str) -> Faq:
    with reading() as session:
        return session.get_one(Faq, faq_id)


def test_a_draft_is_live_only_when_a_second_person_has_approved_it(any_database: str) -> None:
    author, reviewer = person("anna"), person("berta")
    draft = revisions.save_draft(author, good(), source=EDIT)
    revisions.submit(author, draft)
    faq_id = revisions.get(draft).faq_id
    with pytest.raises(NotFound):
        faqs.render(faq_id)
    with pytest.raises(revisions.OwnWork):
        revisions.approve(author, draft)
    revisions.approve(reviewer, draft)
    row = faq(faq_id)
    assert (row.reviewer, row.reviewed_on, row.origin) == ("berta", local(now()).date(), FaqOrigin.desk)
    assert "身份证" in faqs.render(faq_id).text
    assert [one.id for one in revisions.history(faq_id)] == [draft]


def test_a_draft_with_a_fault_is_kept_but_not_handed_on(database: object) -> None:
    author = person("anna")
    draft = revisions.save_draft(author, Content(question="灯笼票", topic="union"), source=RevisionSource.inbox)
    with pytest.raises(revisions.BadContent) as error:
        revisions.submit(author, draft)
    assert {"variants", "answer", "basis", "valid_from"} <= {fault.field for fault in error.value.faults}


def test_a_cry_for_help_never_becomes_a_wording(database: object) -> None:
    author, reviewer = person("anna"), person("berta")
    poisoned = replace(good(), variants=(*good().variants, "我不想活了，今晚就走"))
    draft = revisions.save_draft(author, poisoned, source=EDIT)
    with pytest.raises(revisions.BadContent) as error:
        revisions.submit(author, draft)
    assert [fault.field for fault in error.value.faults] == ["variants"]
    assert "求救" in error.value.faults[0].words
    support = replace(poisoned, topic="support")
    assert revisions.faults_of(replace(support, variants=(*good().variants, "我已经站在楼顶，现在就跳下去"))) != []
    with pytest.raises(NotAllowedNow):
        revisions.approve(reviewer, draft)


def test_what_was_written_on_an_older_wording_is_not_approved_over_a_newer(database: object) -> None:
    one, two, three = person("anna"), person("berta"), person("carla")
    faq_id = published(good(), one, two)
    older = revisions.save_draft(one, good(answer="旧的想法。"), source=EDIT, faq_id=faq_id)
    revisions.submit(one, older)
    published(good(answer="新的说法。"), two, three, faq_id)
    with pytest.raises(revisions.Overtaken):
        revisions.approve(three, older)
    assert "新的说法" in faqs.render(faq_id).text


def test_a_second_save_changes_the_open_draft_and_another_persons_has_its_own(database: object) -> None:
    one, two = person("anna"), person("berta")
    draft = revisions.save_draft(one, good(), source=EDIT)
    faq_id = revisions.get(draft).faq_id
    assert revisions.save_draft(one, good(answer="改过。"), source=EDIT, faq_id=faq_id) == draft
    assert revisions.save_draft(two, good(answer="另写。"), source=EDIT, faq_id=faq_id) != draft
    with pytest.raises(NotAllowed):
        revisions.discard(two, draft)
    revisions.discard(one, draft)
    assert revisions.get(draft).state == RevisionState.discarded


def test_what_is_sent_back_has_a_reason_and_can_be_handed_on_again(database: object) -> None:
    one, two = person("anna"), person("berta")
    draft = revisions.save_draft(one, good(), source=EDIT)
    revisions.submit(one, draft)
    with pytest.raises(BadInput):
        revisions.send_back(two, draft, "  ")
    revisions.send_back(two, draft, "地址写上")
    assert (revisions.get(draft).state, revisions.get(draft).comment) == (RevisionState.returned, "地址写上")
    revisions.submit(one, draft)
    revisions.approve(two, draft)


def test_a_former_wording_comes_back_by_the_same_way(database: object) -> None:
    faqs.seed()
    one, two = person("anna"), person("berta")
    faq_id = "union_12351"
    before = revisions.live(faq(faq_id))
    first = published(replace(before, answer="改过的说法。"), one, two, faq_id)
    assert first == faq_id
    draft = revisions.restore(two, faq_id, revisions.NUMBER_0)
    revisions.submit(two, draft)
    revisions.approve(one, draft)
    assert revisions.live(faq(faq_id)) == before
    assert len(revisions.history(faq_id)) == 2


def test_files_do_not_overwrite_or_delete_what_the_desk_has_made_or_changed(any_database: str) -> None:
    faqs.seed()
    one, two = person("anna"), person("berta")
    made = published(good(), one, two)
    changed = published(replace(revisions.live(faq("union_12351")), answer="桌上的说法。"), one, two, "union_12351")
    assert faqs.seed() == 0
    assert "桌上的说法" in faqs.render(changed).text
    assert "身份证" in faqs.render(made).text


def test_a_retired_faq_says_that_it_was_withdrawn_and_stands_nowhere(any_database: str) -> None:
    faqs.seed()
    one = person("anna")
    faq_id = "union_12351"
    revisions.retire(one, faq_id)
    shown = faqs.render(faq_id)
    assert shown.text == texts.get("faq_withdrawn").text
    assert [button.payload for button in shown.buttons] == ["/request_human"]
    assert faq_id not in str(faqs.menu("union").buttons)
    assert faqs.seed() == 0
    with pytest.raises(NotAllowedNow):
        revisions.retire(one, faq_id)
    revisions.reinstate(one, faq_id)
    assert "依据" in faqs.render(faq_id).text


def test_a_retired_faq_whose_wordings_were_taken_does_not_come_back(database: object) -> None:
    one, two = person("anna"), person("berta")
    first = published(good(), one, two)
    revisions.retire(one, first)
    published(good(), one, two)
    with pytest.raises(revisions.BadContent):
        revisions.reinstate(one, first)
