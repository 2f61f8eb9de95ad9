"""Tables as an XLSX file. Every text is written as a text: no cell is a formula, whatever somebody calls themself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from bot.knowledge.exporting import TEXT_ONLY

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, a line above the table, the head and the rows. Digits become numbers."""

    name: str
    note: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Gives the file."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, TEXT_ONLY)
    bold, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.set_column(0, 0, 24)
        page.write_string(0, 0, sheet.note)
        for column, name in enumerate(sheet.head):
            page.write_string(2, column, name, bold)
        for number, row in enumerate(sheet.rows):
            for column, value in enumerate(row):
                _write(page, 3 + number, column, value, quoted)
    book.close()
    return file.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: str, quoted: object) -> None:
    """Writes a count as a number, all else as a text; one that looks like a formula keeps its sign of being a text
    when the file is saved again in another format."""
    if column and value.isascii() and value.isdigit():
        page.write_number(row, column, int(value))
    elif value.startswith(RISKY):
        page.write_string(row, column, value, quoted)
    else:
        page.write_string(row, column, value)
