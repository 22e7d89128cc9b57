"""Cells of an editors' table: which column holds which field, and how to read a cell."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from core.errors import BadRequest
from kb_index.entries.entry import NOTES, OPTIONAL_SECTIONS
from kb_index.entries.writing import one_line

COLUMNS = {
    "id": ("编号", "条目编号", "entry", "entry_id"),
    "title": ("问题", "标题", "问", "常见问题", "咨询问题", "question", "q"),
    "answer": ("答案", "答复", "回答", "解答", "答", "答复内容", "reply", "a"),
    "department": ("承办单位", "部门", "主管部门", "责任单位", "办理部门", "单位", "dept"),
    "document": ("来源", "来源文件", "依据文件", "政策依据", "政策文件", "文件名", "source"),
    "url": ("来源网址", "网址", "链接", "来源链接", "link", "source_url"),
    "number": ("文号", "发文字号"),
    "date": ("发文日期", "来源日期", "发布日期"),
    "opened": ("打开日期", "查阅日期"),
    "variants": ("相似问法", "相似问题", "相似问", "其他问法", "扩展问"),
    "topic": ("主题", "分类", "类别", "事项", "category"),
    "regions": ("地区", "适用地区", "区域", "region"),
    "tags": ("标签", "关键词", "keywords"),
    "basis": ("法律依据", "依据条款"),
    "effective": ("生效日期", "施行日期", "实施日期"),
    "expires": ("失效日期", "截止日期", "有效期至"),
    "reviewed": ("核对日期", "审核日期", "更新日期"),
    **dict.fromkeys(OPTIONAL_SECTIONS, ()),
    "notes": (NOTES, "备注"),
}
"""Field → headers of its column. Export writes the first header; import accepts all of them."""

REQUIRED = {"title": "问题", "answer": "答案", "department": "承办单位"}
"""Fields that every row needs → their Chinese names."""

NAMES = {name.lower(): key for key, names in COLUMNS.items() for name in (key, *names)}
"""Header in lower case → field."""

_DATE = re.compile(r"^(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})\D*(?:\d.*)?$")
_URL = re.compile(r"https?://[^\s，。；、）》]+")
_BASIS = re.compile(r"^(.+?)[：:\s]\s*([^：:]+)$")
SEPARATOR = re.compile(r"[\n；;|、，,]")
"""Separates the items of a cell."""

LONG_SEPARATOR = re.compile(r"[\n；;|]")
"""Separates the items of a cell whose items may contain commas."""


def split(cell: str, separator: re.Pattern[str]) -> list[str]:
    """The items of a cell: one on each line when the cell has several lines, else split at separators."""
    found = cell.split("\n") if "\n" in cell else separator.split(cell)
    return [text for item in found if (text := one_line(item))]


def listed(cells: Mapping[str, Any], key: str, separator: re.Pattern[str]) -> list[str]:
    """The items of a field: a list (from JSON lines) unchanged, a cell's text split by ``separator``."""
    value = cells.get(key) or []
    return [one_line(str(v)) for v in value] if isinstance(value, list) else split(str(value), separator)


def date_of(cell: str, name: str, notes: list[str]) -> dt.date | None:
    """Reads a date such as 2026-01-31, 2026/1/31, 2026年1月31日 or 20260131; adds a note if it can't be read."""
    if not cell or cell == "-":
        return None
    match = _DATE.match(cell)
    if match:
        with contextlib.suppress(ValueError):
            return dt.date(*map(int, match.groups()))
    notes.append(f"{name}“{cell[:20]}”认不出来，没有填")
    return None


def sources_of(cells: Mapping[str, Any], reviewed: dt.date | None, notes: list[str]) -> list[dict[str, Any]]:
    """The sources of a row: one on each line, in parallel columns. A URL in a name becomes the address."""
    keys = ("document", "url", "number", "date", "opened")
    rows = cells.get("sources")
    if not isinstance(rows, list):
        columns = {key: str(cells.get(key, "")).split("\n") for key in keys}
        longest = max(map(len, columns.values()))
        rows = [{key: _at(lines, place) for key, lines in columns.items()} for place in range(longest)]
    found = []
    for row in rows:
        if not isinstance(row, dict):
            raise BadRequest("sources 要写成一组 {document, url, …}", code="invalid")
        cell = {key: str(row.get(key) or "").strip() for key in keys}
        url, document = cell["url"], cell["document"]
        inside = _URL.search(document)
        if inside:
            url, document = url or inside[0], _URL.sub("", document).strip(" \u3000,，;；：:")
        if not document and not url:
            continue
        if not document:
            notes.append("来源只有网址，请补上文件名")
        found.append(
            {
                "document": document or url,
                "number": cell["number"] or None,
                "date": date_of(cell["date"], "发文日期", notes),
                "url": url or "https://",
                "opened": date_of(cell["opened"], "打开日期", notes) or reviewed,
            }
        )
    if not found:
        notes.append("没有来源，请补上打开过的文件")
    elif any(s["url"] == "https://" for s in found):
        notes.append("来源没有网址，请补上")
    return found


def _at(values: list[str], place: int) -> str:
    text = values[place].strip() if place < len(values) else ""
    return "" if text == "-" else text


def basis_of(value: Any, notes: list[str]) -> list[dict[str, Any]]:
    """Statutes with articles, one on each line (“文件名：第一条、第二条”); adds a note if no article is named."""
    if isinstance(value, list):
        return value
    found = []
    for line in str(value or "").split("\n"):
        match = _BASIS.match(line.strip())
        if match:
            articles = [a for a in re.split(r"[、，,；;]", match[2]) if a.strip()]
            found.append({"document": match[1].strip("《》 "), "articles": articles})
        elif line.strip():
            notes.append(f"法律依据“{line.strip()[:30]}”没有条号，没有填")
    return found
