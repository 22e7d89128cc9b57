"""Tickets as spreadsheets: the list as an XLSX file, the template for an import, and reading a filled one."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.clock import local
from core.errors import BadRequest
from desk import sight
from kb_index.tables import sheets
from kb_index.tables.sheets import guard
from tickets.catalog import categories
from tickets.imports import Wanted, Wrong
from tickets.types import TicketDraft, TicketLine, TicketType

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Media type of an XLSX file."""
MAX_UNPACKED = 40_000_000
"""Largest unpacked size of an uploaded file, in bytes: a small file can hold a thousand times its size."""
_LISTED = (
    ("工单号", 20), ("诉求类型", 10), ("事项分类", 28), ("县区", 14), ("状态", 10), ("承办单位", 26), ("登记时间", 18),
    ("下一期限", 10), ("期限时间", 18), ("紧急", 8), ("督办", 8), ("诉求内容（开头）", 60),
)  # fmt: skip
_YES, _NO = "是", "否"
_SAID = {_YES: True, _NO: False, "": False, "true": True, "false": False}
"""What a cell of 是否… may hold. A spreadsheet's own cells of yes and no are read as True and False."""
COLUMNS: dict[str, tuple[str, bool, int]] = {
    "external": ("外部编号", True, 20),
    "type": ("诉求类型", True, 12),
    "content": ("诉求内容", True, 60),
    "category": ("事项分类", False, 28),
    "district": ("县区", False, 14),
    "address": ("详细地址", False, 30),
    "happened_at": ("发生时间", False, 18),
    "subject": ("涉及对象", False, 20),
    "contact_name": ("联系人", False, 12),
    "contact_phone": ("联系电话", False, 16),
    "confidential": ("是否保密", False, 10),
    "urgent": ("是否紧急", False, 10),
    "emergency": ("是否特急", False, 10),
}
"""Field → header of its column in the template, whether each row needs it, and the width of the column in characters."""
_FIELDS = {header: name for name, (header, _, _) in COLUMNS.items()}
_FLAGS = ("confidential", "urgent", "emergency")


def listed(lines: Sequence[TicketLine]) -> bytes:
    """Lines of the list as a file. Each cell is a text, and none is run as a formula.

    Args:
        lines: the lines, as their reader may see them.
    """
    book, sheet = _book("工单", [(header, width) for header, width in _LISTED])
    for line in lines:
        sheet.append([_cell(sheet, text) for text in _texts(line)])
    return _packed(book)


def _texts(line: TicketLine) -> list[str]:
    shown = sight.ticket(line.to_json())
    due = shown["due"]["next"]
    return [
        line.number,
        line.type.label,
        line.category,
        line.district,
        line.state.label,
        line.department or "",
        _when(line.created_at),
        due["step"] if due else "",
        _when(datetime.fromisoformat(due["at"])) if due else "",
        shown["urgency"] or "",
        "督办" if line.supervised else "",
        shown["summary"],
    ]


def template() -> bytes:
    """An empty file to be filled and imported, with lists to choose from."""
    headers = [(f"{h}（必填）" if need else h, width) for h, need, width in COLUMNS.values()]
    book, sheet = _book("工单", headers, whole=True)
    options = book.create_sheet("可选项")
    kinds = [kind.label for kind in TicketType]
    names = [f"{one.name}/{leaf.name}" for one in categories() for leaf in one.children]
    options.append(["诉求类型", "事项分类"])
    for nth in range(max(len(kinds), len(names))):
        options.append([kinds[nth] if nth < len(kinds) else None, names[nth] if nth < len(names) else None])
    of = {
        "type": f"可选项!$A$2:$A${len(kinds) + 1}",
        "category": f"可选项!$B$2:$B${len(names) + 1}",
        **dict.fromkeys(_FLAGS, f'"{_YES},{_NO}"'),
    }
    for nth, name in enumerate(COLUMNS):
        if name in of:
            rule = DataValidation(type="list", formula1=of[name], allow_blank=True)
            letter = get_column_letter(nth + 1)
            rule.add(f"{letter}2:{letter}1000")
            sheet.add_data_validation(rule)
    return _packed(book)


def read(raw: bytes) -> list[Wanted]:
    """The tickets of a filled template. It may take a second, so it runs in a thread.

    Raises:
        BadRequest: it is no such file, or a column is missing.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED:
                raise BadRequest("文件展开后太大，请只留要导入的工单", code="too_large")
    except zipfile.BadZipFile as error:
        raise BadRequest("打不开：不是 .xlsx 文件，或者有密码、已经损坏", code="bad_xlsx") from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "上传的表格.xlsx"
        path.write_bytes(raw)
        found = list(sheets.read_rows(path))
    if not found:
        raise BadRequest("表格里没有要导入的工单", code="no_rows")
    header = [_FIELDS.get(cell.replace("（必填）", "").strip(), "") for cell in found[0][1]]
    missing = [h for name, (h, need, _) in COLUMNS.items() if need and name not in header]
    if missing:
        raise BadRequest(f"第一行里缺“{'、'.join(missing)}”这几列，请用下载的模板", code="bad_header")
    twice = sorted({COLUMNS[name][0] for name in header if name and header.count(name) > 1})
    if twice:
        raise BadRequest(f"“{'、'.join(twice)}”这几列有两列，请留一列", code="bad_header")
    return [_wanted(row, dict(zip(header, cells, strict=False))) for row, cells in found[1:]]


def _wanted(row: int, cells: dict[str, str]) -> Wanted:
    said = {name: cells.get(name, "") for name in COLUMNS}
    flags = {name: _SAID.get(said.pop(name).lower()) for name in _FLAGS}
    external = said.pop("external")
    # Who wrote 保密 or ✓ wants it, and reading that as no would tell a department whom it is about.
    wrong = [Wrong(row, name, f"请填“{_YES}”或“{_NO}”") for name, flag in flags.items() if flag is None]
    draft = TicketDraft(**said, **{n: bool(flag) for n, flag in flags.items()}, channel="import")  # type: ignore[arg-type]
    return Wanted(row, external, draft, tuple(wrong))


def _book(title: str, columns: Sequence[tuple[str, int]], *, whole: bool = False) -> tuple[Any, Any]:
    """A book, and its first sheet with the headers.

    Args:
        title: name of the sheet.
        columns: header and width of each column.
        whole: whether the book is held in memory and can be changed; else it is written row by row.
    """
    book = openpyxl.Workbook(write_only=not whole)
    sheet: Any = book.worksheets[0] if whole else book.create_sheet()
    sheet.title = title
    sheet.freeze_panes = "A2"
    for nth, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(nth)].width = width
    sheet.append([_cell(sheet, header, bold=True) for header, _ in columns])
    return book, sheet


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = openpyxl.cell.WriteOnlyCell(sheet, sheets.plain(guard(text)))
    cell.data_type = "s"  # otherwise a text that begins with = becomes a formula
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _packed(book: Any) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _when(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"
