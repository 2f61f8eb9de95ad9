"""A result in words: what was said, the answer, each step with its article, what it takes for granted."""

from __future__ import annotations

from bot import texts
from bot.knowledge.calculators.asking import Calculator, Facts, Question, told
from bot.knowledge.calculators.worked import Row, Worked

NO_ADVICE = "结果供参考，最后看合同、证据和仲裁、法院怎么认定。哪项写错了，直接说，比如“工资写错了，是五千五”。"


def result(calculator: Calculator, facts: Facts, worked: Worked) -> str:
    """Gives the whole text of a result."""
    said = "；".join(f"{question.label} {shown(question, facts[question.name])}" for question in calculator.due(facts))
    steps = [f"{number}. {_row(row)}" for number, row in enumerate(worked.rows, 1)]
    assumes = [f"· {line}" for line in worked.assumes]
    parts = [
        f"【{calculator.title}】{worked.answer}",
        f"你说的：{said}",
        "\n".join(["怎么算的：", *steps]),
        "\n".join(["算的时候假定：", *assumes]),
        NO_ADVICE,
    ]
    return "\n\n".join(parts)


def shown(question: Question, kept: str) -> str:
    """Gives a kept answer as the worker knows it: by the button's title, or as a figure or a day."""
    titles = {
        button.payload.rpartition(".")[2].rstrip('"}'): button.title
        for button in texts.get(f"calc_{question.name}").buttons
    }
    return titles.get(kept) or {"yes": "是", "no": "没有"}.get(kept) or told(kept)


def _row(row: Row) -> str:
    return f"{row.text}（{row.article}）" if row.article else row.text
