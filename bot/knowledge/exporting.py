"""FAQs as a file that can be changed and imported again: XLSX, CSV or YAML. No cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from enum import StrEnum

import xlsxwriter
import yaml
from sqlalchemy import select

from bot.db.models import Faq
from bot.knowledge.columns import COLUMNS, HINTS, cells
from bot.knowledge.content import Content
from bot.knowledge.upload import RISKY

TEXT_ONLY = {
    "in_memory": True,  # nothing of it lies on the disk
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDE = {"variants": 44, "answer": 60, "question": 28, "basis": 32}


class Format(StrEnum):
    """How a file is written."""

    xlsx = "xlsx"
    csv = "csv"
    yaml = "yaml"


ALL = select(Faq)
TYPES = {
    Format.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.csv: "text/csv; charset=utf-8",
    Format.yaml: "application/yaml; charset=utf-8",
}


def written(contents: Sequence[Content], as_: Format) -> bytes:
    """Gives the file."""
    if as_ is Format.yaml:
        plain = [content.plain() for content in contents]
        return yaml.dump(plain, allow_unicode=True, sort_keys=False, width=100, Dumper=yaml.CSafeDumper).encode()
    rows = [list(COLUMNS.values()), *(cells(content) for content in contents)]
    return _sheet(rows) if as_ is Format.xlsx else _csv(rows)


def template() -> bytes:
    """Gives an empty table with a hint at each heading."""
    return _sheet([list(COLUMNS.values())])


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([_harmless(cell) for cell in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `upload` takes the mark off again."""
    return f"'{cell}" if cell.lstrip("'").startswith(RISKY) else cell


def _sheet(rows: list[list[str]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, TEXT_ONLY)
    page = book.add_worksheet("常见问题")
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    quoted = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True})
    bold = book.add_format({"bold": True, "bg_color": "#DDEBE4"})
    for column, field in enumerate(COLUMNS):
        page.set_column(column, column, _WIDE.get(field, 16), wrapped)
        page.write_comment(0, column, HINTS[field])
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(
                number, column, cell, bold if number == 0 else quoted if cell.startswith(RISKY) else wrapped
            )
    page.freeze_panes(1, 0)
    book.close()
    return file.getvalue()
