"""The part of the walk that goes through the review inbox and the figures of questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import desk
from bot.console import trail
from bot.db.states import Role
from bot.knowledge import faqs
from tests.console.ground import staff_id_of, staffed, write
from tests.knowledge.asking import left_open

if TYPE_CHECKING:
    from tests.console.trail_walk import Walk
FAQ = "union_12351"
INBOX = "/desk/inbox/{cluster}"


def knowledge(url: str, walk: Walk) -> None:
    """Three groups and what becomes of them; a counsellor who recommends an answer; the figures."""
    faqs.seed()
    editor, counsellor = staffed(url, "learner", Role.editor), staffed(url, "teacher", Role.counsellor)
    groups = [left_open(words, f"asker-{n}") for n, words in enumerate(("樟木箱放哪儿", "石磨咋转", "今晚谁赢球"))]
    walk.skip()
    walk.step(
        editor, "POST", f"{INBOX}/variant", form={"faq_id": FAQ, "wording": "樟木箱放哪儿"}, cluster=str(groups[0])
    )
    walk.step(editor, "POST", f"{INBOX}/draft", cluster=str(groups[1]))
    walk.step(editor, "POST", f"{INBOX}/put_away", form={"state": "out_of_scope"}, cluster=str(groups[2]))
    asked = write("竹筏卡去哪里领呢", "asker-9").conversation_id
    desk.claim(asked, staff_id_of("teacher"), confirmed=True)
    desk.reply(asked, staff_id_of("teacher"), "竹筏卡在一楼服务大厅三号窗口领，带上身份证就行。")
    message = desk.thread(asked)[-1].id
    walk.step(counsellor, "POST", f"{trail.API}/recommend", json={"message": message}, conversation_id=asked)
    walk.step(editor, "GET", "/desk/knowledge")
    walk.step(editor, "POST", "/desk/knowledge/export", form={"days": "7"})
