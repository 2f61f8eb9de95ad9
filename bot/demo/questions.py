"""What workers of a demo asked of late: some understood, some not, some not content with the answer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.conversation import render
from bot.db.models import Message
from bot.db.session import reading
from bot.demo.stage import Stage, Talk, say
from bot.knowledge import feedback, inbox

AGO = timedelta(days=4)
UNDERSTOOD = (
    ("wages_iou", "工头打的条子没写公司名，管用不"),
    ("union_12351", "工会热线能管啥"),
    ("injury_first_steps", "干活伤着了先弄啥"),
)
NOT_UNDERSTOOD = ("灯笼票咋领", "灯笼票去哪儿领", "请问灯笼票怎么领", "木桥券能不能转给别人", "今晚谁赢球")
VOTED_DOWN = ("overtime_proof", "加班的事找谁说理")


def fill(stage: Stage) -> None:
    """A handful of questions, by workers who write nothing else."""
    end = stage.at
    stage.at = end - AGO
    for number, (faq_id, text) in enumerate((*UNDERSTOOD * 3, VOTED_DOWN)):
        say(stage, Talk(f"asker-{number}"), text, [render.faq_reply(faq_id)])
        stage.later(90)
    for number, text in enumerate(NOT_UNDERSTOOD):
        say(stage, Talk(f"odd-{number}"), text, [render.fixed("ask_rephrase")])
    with reading() as session:
        answers = select(Message.public_id).where(Message.faq_id == VOTED_DOWN[0]).order_by(Message.id.desc())
        answer = session.execute(answers.limit(1)).scalar_one()
    feedback.record(answer, "down")
    stage.later(30)
    inbox.fill()
    stage.at = end
