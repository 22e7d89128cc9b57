"""Reads and writes tables: CSV in the usual Chinese encodings, XLSX, JSON lines."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import BadRequest

MAX_BYTES = 50_000_000
"""Largest table file, in bytes. Editors' tables are far smaller, and larger files could harm the machine."""
MAX_UNPACKED = 400_000_000
"""Largest unpacked size of an XLSX file, in bytes."""

MAX_ROWS, MAX_COLUMNS = 20_000, 200
"""Most rows and columns of a table. A single cell in the far corner of a sheet stands for seventeen billion cells."""

MAX_CELL = 32_767
"""Longest text that a spreadsheet cell can hold, in characters."""

FORMATS = (".csv", ".xlsx", ".jsonl")
"""Extensions of the files that can be read and written."""
# A spreadsheet runs a cell that begins with one of these (also full-width) as a formula.
_FORMULA = tuple("=+-@＝＋－＠\t\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_x000[dD]_")

Row = list[str]
"""The cells of a row as text."""


def guard(cell: str) -> str:
    """Protects a cell that a spreadsheet would run as a formula: puts ``'`` before it. See :func:`unguard`.

    >>> guard("=1+1"), unguard(guard("- 身份证")), guard("身份证")
    ("'=1+1", '- 身份证', '身份证')
    """
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def unguard(cell: str) -> str:
    """The cell as it was before :func:`guard`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def plain(cell: str) -> str:
    """The cell without characters that a spreadsheet's file can't hold."""
    return _CONTROL.sub("", cell)


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The rows of a CSV or XLSX file as text, with their spreadsheet row numbers; empty rows are left out.

    Args:
        path: the file. Of an XLSX file the first sheet that is not empty is read.

    Raises:
        BadRequest: when the file can't be read; the message says why and what to do.
    """
    _require(path)
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _xlsx_rows(path)
    for number, row in enumerate(rows, 1):
        cells = [unguard(_CONTROL.sub("", cell).replace("\r\n", "\n").strip(" \u3000\ufeff")) for cell in row]
        if any(cells):
            yield number, cells


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) for each line of a JSON lines file.

    Raises:
        BadRequest: when the file can't be read, or a line is not an object; the message names the line.
    """
    _require(path)
    for number, line in enumerate(decode(path.read_bytes(), path.name).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"{path.name} 第 {number} 行不是 JSON：{error}", code="bad_row") from error
        if not isinstance(row, dict):
            raise BadRequest(f"{path.name} 第 {number} 行不是一个 JSON 对象", code="bad_row")
        yield number, row


def write_rows(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "知识条目"
) -> None:
    """Writes a CSV file (UTF-8 with a byte order mark for spreadsheets) or an XLSX file, all cells as text.

    Args:
        path: the new file.
        header: the names of the columns.
        rows: the cells.
        title: the name of the sheet.

    Raises:
        BadRequest: when the file exists already or can't be created, or when a cell is longer than
            :data:`MAX_CELL`.
    """
    guarded = [list(header), *([guard(cell) for cell in row] for row in rows)]
    if path.suffix.lower() == ".csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(guarded)
        save_new(path, text.getvalue().encode("utf-8-sig"))
    else:
        save_new(path, _xlsx(guarded, title))


def save_new(path: Path, content: bytes) -> None:
    """Writes a new file; an existing file is never overwritten.

    Raises:
        BadRequest: when the file exists already or can't be created.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadRequest(f"{path} 已经有了，没有覆盖，请换一个文件名", code="file_exists") from error
    except OSError as error:
        raise BadRequest(f"{path} 写不进去：{error.strerror or error}", code="not_writable") from error


def decode(raw: bytes, name: str) -> str:
    """Decodes text in UTF-8, UTF-16 (with a byte order mark) or GBK.

    Raises:
        BadRequest: when the bytes are none of these encodings.
    """
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadRequest(f"{name} 不是文本文件，读不出来", code="not_text")


def _require(path: Path) -> None:
    if not path.exists():
        raise BadRequest(f"没有这个文件：{path}", code="no_file")
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise BadRequest(f"{path.name} 是旧版 Excel 文件，请另存为 .xlsx 或 .csv", code="old_excel")
    if suffix not in FORMATS:
        raise BadRequest(f"只认 {'、'.join(FORMATS)}，{path.name} 不是", code="bad_format")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadRequest(f"{path} 读不出来：{error.strerror or error}", code="no_file") from error
    if not path.is_file():
        raise BadRequest(f"{path} 不是文件", code="no_file")
    if size > MAX_BYTES:
        raise BadRequest(
            f"{path.name} 有 {size // 1_000_000} MB，超过 {MAX_BYTES // 1_000_000} MB", code="too_large"
        )


def _csv_rows(path: Path) -> Iterator[Row]:
    text = decode(path.read_bytes(), path.name)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(1_000_000)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise BadRequest(f"{path.name} 不是正确的 CSV：{error}", code="bad_csv") from error


def _xlsx_rows(path: Path) -> Iterator[Row]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(item.file_size for item in packed.infolist()) > MAX_UNPACKED:
                raise BadRequest(f"{path.name} 展开后太大，不读", code="too_large")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except BadRequest:
        raise
    except Exception as error:  # a damaged or encrypted file can raise any kind of error
        raise BadRequest(
            f"{path.name} 打不开：不是 .xlsx 文件，或者有密码、已经损坏", code="bad_xlsx"
        ) from error
    try:
        for sheet in book.worksheets:
            rows = _filled(sheet, path.name)
            if rows:
                break
        else:
            return
    except BadRequest:
        raise
    except Exception as error:  # it opens, and a cell names a text or a style that the file doesn't have
        raise BadRequest(
            f"{path.name} 读不出来：里面已经损坏，请另存为新的 .xlsx 再试", code="bad_xlsx"
        ) from error
    finally:
        book.close()
    yield from rows


def _filled(sheet: Any, name: str) -> list[Row]:
    """The rows of a sheet down to the last one that has words; no row has more cells than it needs.

    Raises:
        BadRequest: when words stand further down or to the right than in any table of entries.
    """
    # The size that a file states is not believed: rows then end at their last cell instead of at the widest column.
    sheet.reset_dimensions()
    rows: list[Row] = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_text(cell) for cell in row[:MAX_COLUMNS]]
        beyond = any(_text(cell) for cell in row[MAX_COLUMNS:])
        if beyond or (number > MAX_ROWS and any(cells)):
            raise BadRequest(
                f"{name} 第 {number} 行在很远的地方还有内容：最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列，"
                "请把不用的单元格删掉再导入",
                code="too_large",
            )
        if any(cells):
            # Empty rows before it are added only now: there may be a million of them behind the last one.
            rows += [[] for _ in range(number - 1 - len(rows))]
            rows.append(cells)
    return rows


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _xlsx(rows: Sequence[Sequence[str]], title: str) -> bytes:
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    wrapped, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            if len(text) > MAX_CELL:
                raise BadRequest(
                    f"第 {number} 行有 {len(text)} 个字的内容，表格放不下，请导出成 .csv", code="too_long"
                )
            cell = sheet.cell(number, column)
            cell.value = _CONTROL.sub("", text)
            cell.data_type = "s"  # otherwise openpyxl makes a formula of text that begins with =
            cell.alignment = wrapped
            if number == 1:
                cell.font = bold
    sheet.freeze_panes = "A2"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
