"""Reading an uploaded file: XLSX, CSV or YAML, into rows by field. Runs in a process of its own, with limits.

A row of a table is numbered as the spreadsheet numbers it; of a YAML file as it is counted.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
import yaml

from bot.knowledge.columns import COLUMNS, field_of, heading_faults

MAX_ROWS, MAX_COLUMNS = 5000, 60
MAX_UNPACKED = 80 * 1024 * 1024  # bytes of all parts of an XLSX file
MAX_CELL = 20_000  # characters
ENCODINGS = ("utf-8-sig", "gb18030")
_YAML_START = re.compile(r"\s*(?:---|- |-\n|#|faqs:|id:)")
RISKY = tuple("=+-@\t\r＝＋－＠")


class Unreadable(Exception):
    """The file cannot be read; the text says why, in words for the editor."""


@dataclass(frozen=True)
class Row:
    """A row: its number in the file, its values by field, and what is wrong with its cells (field, words)."""

    number: int
    values: dict[str, object]
    faults: tuple[tuple[str, str], ...] = ()


def rows_of(content: bytes) -> list[Row]:
    """Gives the rows of a file. Raises Unreadable."""
    if not content.strip():
        raise Unreadable("文件是空的")
    if content.startswith(b"PK\x03\x04"):
        found = _of_workbook(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("这是旧式的 .xls 文件，请另存为 .xlsx")
    else:
        text = _decoded(content)
        found = _of_yaml(text) if _YAML_START.match(text) else _of_csv(text)
    if not found:
        raise Unreadable("除了第一行，文件里没有内容")
    if len(found) > MAX_ROWS:
        raise Unreadable(f"一个文件最多 {MAX_ROWS} 行，请分成几个")
    return found


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable("认不出文字编码，请另存为 UTF-8 的 CSV，或者用 .xlsx")


def _of_workbook(content: bytes) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise Unreadable("文件解开以后太大了")
        sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    except Unreadable:
        raise
    except Exception:  # a broken file raises whatever it likes, and none of it may be shown
        raise Unreadable("这个 .xlsx 打不开，可能坏了或者加了密码") from None
    if sheet.max_row > MAX_ROWS * 2 or sheet.max_column > MAX_COLUMNS:
        raise Unreadable(f"表太大了，最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列；空白的行列请删掉")
    if sheet.merged_cells.ranges:
        places = "、".join(str(place) for place in list(sheet.merged_cells.ranges)[:5])
        raise Unreadable(f"有合并的单元格（{places}），请先取消合并")
    formulas = {(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.data_type in ("f", "e")}
    return list(_table(sheet.iter_rows(values_only=True), formulas))


def _of_csv(text: str) -> list[Row]:
    csv.field_size_limit(MAX_CELL * 2)
    head = text.partition("\n")[0]
    sign = max(",\t;，", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True))
    except csv.Error:
        raise Unreadable("CSV 的引号不成对，或者有一格太长") from None
    return list(_table([[_without_guard(cell) for cell in line] for line in lines], set()))


def _without_guard(cell: str) -> str:
    """Our own files put ' before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(RISKY) else cell


def _table(lines: Iterable[Iterable[object]], formulas: set[tuple[int, int]]) -> Iterator[Row]:
    fields: list[str | None] = []
    for number, line in enumerate(lines, start=1):
        cells = list(line)
        if not fields:
            if faults := heading_faults(cells):
                raise Unreadable("；".join(faults) + "。请照模板的列名来")
            fields = [field_of(cell) for cell in cells]
        elif any(str(cell).strip() for cell in cells if cell is not None):
            yield _row(number, fields, cells, formulas)
    if not fields:
        raise Unreadable("文件是空的")


def _row(number: int, fields: list[str | None], cells: list[object], formulas: set[tuple[int, int]]) -> Row:
    values, faults = {}, []
    for column, (field, cell) in enumerate(zip(fields, cells, strict=False), start=1):
        if field is None:
            continue
        values[field] = cell
        if (number, column) in formulas:
            faults.append((field, "这一格是公式或者出错的公式，请改成文字"))
        elif len(str(cell)) > MAX_CELL:
            faults.append((field, "这一格太长了"))
    extra = cells[len(fields) :]
    if any(str(cell).strip() for cell in extra if cell is not None):
        faults.append(("id", "这一行比第一行多出几格，是不是少了引号"))
    return Row(number, values, tuple(faults))


def _of_yaml(text: str) -> list[Row]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.CSafeLoader)):
            raise Unreadable("YAML 里不能用引用（& 和 *）")
        documents = list(yaml.load_all(text, yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable("YAML 的写法不对") from None
    found = [one for document in documents if document is not None for one in _listed(document)]
    if any(not isinstance(one, dict) for one in found):
        raise Unreadable("YAML 里每一条都要有列名")
    return [_of_mapping(number, one) for number, one in enumerate(found, start=1)]


def _listed(document: object) -> list[Any]:
    if isinstance(document, dict) and isinstance(document.get("faqs"), list):
        return list(document["faqs"])
    return document if isinstance(document, list) else [document]


def _of_mapping(number: int, one: dict[Any, Any]) -> Row:
    values = {field: value for name, value in one.items() if (field := field_of(name))}
    missing = [COLUMNS[field] for field in ("topic", "question", "answer") if field not in values]
    return Row(number, values, tuple(("id", f"没有“{name}”") for name in missing))
