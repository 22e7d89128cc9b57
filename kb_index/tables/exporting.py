"""``wenban kb export``: writes each entry as a row of a table. Import reads the rows back without loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from core.errors import BadRequest
from kb_index.entries.entry import ParsedEntry
from kb_index.entries.folder import read_folder
from kb_index.tables import sheets
from kb_index.tables.cells import COLUMNS, SEPARATOR


def export_table(
    table: Path, folder: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[int, list[str]]:
    """Writes each entry as a row of a new table.

    Args:
        table: a new CSV, XLSX or JSON lines file.
        folder: the knowledge folder.
        progress: called with (files read, files in all).

    Returns:
        The number of entries written, and the files left out because they have errors.

    Raises:
        BadRequest: when the file exists already or has an unknown extension.
    """
    suffix = table.suffix.lower()
    if suffix not in sheets.FORMATS:
        raise BadRequest(f"文件名要以 {'、'.join(sheets.FORMATS)} 结尾", code="bad_format")
    parsed, problems = read_folder(folder, progress)
    left_out = sorted({p.file for p in problems if p.severity == "error"} - {item.file for item in parsed})
    if suffix == ".jsonl":
        lines = [{**item.entry.model_dump(mode="json"), "notes": item.notes} for item in parsed]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        sheets.save_new(table, text.encode())
    else:
        header = [names[0] if names else key for key, names in COLUMNS.items()]
        sheets.write_rows(table, header, (list(_cells(item).values()) for item in parsed))
    return len(parsed), left_out


def _cells(item: ParsedEntry) -> dict[str, str]:
    """The cells of an entry, in the order of :data:`COLUMNS`."""
    entry = item.entry

    def lines(values: Iterable[Any]) -> str:
        return "\n".join(str(v) if v else "-" for v in values)

    cells = {
        "id": entry.id,
        "title": entry.title,
        "answer": entry.answer,
        "department": entry.department,
        "document": lines(s.document for s in entry.sources),
        "url": lines(s.url for s in entry.sources),
        "number": lines(s.number for s in entry.sources),
        "date": lines(s.date for s in entry.sources),
        "opened": lines(s.opened for s in entry.sources),
        "variants": "\n".join([*entry.variants, ""]),
        "topic": entry.topic,
        "regions": _joined(entry.regions),
        "tags": _joined(entry.tags),
        "basis": lines(f"{b.document}：{'、'.join(b.articles)}" for b in entry.basis),
        "effective": str(entry.effective),
        "expires": str(entry.expires or ""),
        "reviewed": str(entry.reviewed),
        "notes": item.notes,
    } | entry.sections
    return {key: cells.get(key, "") for key in COLUMNS}


def _joined(values: tuple[str, ...]) -> str:
    return "\n".join([*values, ""]) if any(map(SEPARATOR.search, values)) else "、".join(values)
