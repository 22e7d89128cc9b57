"""``wenban kb import``: makes draft entries from tables that editors already have.

Each row is an entry. Only 问题, 答案 and 承办单位 are required; all other columns are optional. Existing files are
never overwritten, and missing values are never invented. For example, a missing review date stays empty in
the draft, and ``wenban kb check`` asks for it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pypinyin import lazy_pinyin

from core.errors import BadRequest, WenbanError
from kb_index.entries.draft import as_bytes, write_new
from kb_index.entries.entry import OPTIONAL_SECTIONS, Entry
from kb_index.entries.folder import read_folder
from kb_index.entries.reading import MAX_BYTES
from kb_index.entries.writing import one_line, place_of, to_markdown
from kb_index.language.spelling import know_phrases
from kb_index.language.text import TextPipeline
from kb_index.tables import sheets
from kb_index.tables.cells import (
    COLUMNS,
    LONG_SEPARATOR,
    NAMES,
    REQUIRED,
    SEPARATOR,
    basis_of,
    date_of,
    listed,
    sources_of,
)


@dataclass(frozen=True)
class Taken:
    """A row that became a draft: its number, the draft's file, and notes for the editor."""

    row: int
    file: str
    id: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A row that could not become a draft, and the reason."""

    row: int
    reason: str


@dataclass
class ImportReport:
    """The result of an import, row by row.

    Args:
        taken: rows that became drafts.
        refused: rows that did not become drafts.
        unused: columns that were not used.
    """

    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A JSON-safe form for ``--json``."""
        return asdict(self)


@dataclass(frozen=True)
class Defaults:
    """Values for fields that the table does not contain.

    Args:
        department: 承办单位.
        regions: regions where the entries hold.
        reviewed: the day the rows were compared with their sources; None: editors fill it in later.
    """

    department: str = ""
    regions: tuple[str, ...] = ("全国",)
    reviewed: dt.date | None = None


def import_table(
    table: Path,
    folder: Path,
    defaults: Defaults | None = None,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Writes a draft for each row of a table.

    Args:
        table: a CSV, XLSX or JSON lines file.
        folder: the knowledge folder.
        defaults: values for fields that the table does not contain.
        dry_run: only report; write nothing.
        progress: called with (rows done, rows in all).

    Raises:
        BadRequest: when the table can't be read, or has no column for the question or the answer.
    """
    report = ImportReport()
    rows = list(_objects(table) if table.suffix.lower() == ".jsonl" else _records(table, report))
    if not rows:
        raise BadRequest(f"{table.name} 里没有内容", code="empty_table")
    desk = _Desk(folder, defaults or Defaults())
    for done, (number, cells) in enumerate(rows, 1):
        try:
            report.taken.append(desk.take(number, cells, write=not dry_run))
        except WenbanError as error:
            report.refused.append(Refused(number, error.message))
        if progress is not None:
            progress(done, len(rows))
    return report


def _records(table: Path, report: ImportReport) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, cells by field) of the rows below the header, which names question and answer columns."""
    header: list[str | None] = []
    first: list[str] = []
    for number, row in sheets.read_rows(table):
        if header:
            cells = {key: cell for key, cell in zip(header, row, strict=False) if key and cell}
            if cells:
                yield number, cells
            continue
        first = first or row
        keys = [NAMES.get(re.sub(r"[\s*：:]|[（(].*?[）)]", "", cell).lower()) for cell in row]
        if {"title", "answer"} <= set(keys):
            header = [key if keys.index(key) == place else None for place, key in enumerate(keys)]
            report.unused += [c for c, key in zip(row, header, strict=True) if c and key is None]
        elif number > 5:
            break
    if not header:
        seen = "、".join(c for c in first if c) or "空的"
        raise BadRequest(
            f"{table.name} 没有认出表头：要有“问题”和“答案”两列，第一行是：{seen[:100]}", code="no_header"
        )


def _objects(table: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, row in sheets.read_objects(table):
        yield (
            number,
            {NAMES.get(key.lower(), key): value for key, value in row.items() if value not in (None, "")},
        )


class _Desk:
    """Makes drafts from rows one by one, and knows the existing ids and titles.

    Args:
        folder: the knowledge folder.
        defaults: values for fields that a row does not contain.
    """

    def __init__(self, folder: Path, defaults: Defaults) -> None:
        self._folder, self._defaults = folder, defaults
        parsed, _ = read_folder(folder) if folder.is_dir() else ([], [])
        self._pipeline = TextPipeline.from_folder(folder)
        self._ids = {item.entry.id: item.file for item in parsed}
        self._asked = {self._key(q): item.file for item in parsed for q in item.entry.questions}
        for file, title in _unfinished(folder, {item.file for item in parsed}):
            self._asked.setdefault(self._key(title), file)
        places = Counter((item.entry.department, Path(item.file).parent.as_posix()) for item in parsed)
        self._places = {department: place for (department, place), _ in reversed(places.most_common())}

    def _key(self, question: str) -> str:
        return re.sub(r"[^\w]", "", self._pipeline.normalise(question))

    def take(self, number: int, cells: Mapping[str, Any], *, write: bool) -> Taken:
        """Makes a draft from a row; raises a :class:`WenbanError` with the reason when it can't."""
        notes: list[str] = []
        data = self._data(cells, notes)
        question = data["title"]
        if not self._key(question):
            raise BadRequest("问题里没有文字", code="no_question")
        if self._key(question) in self._asked:
            raise BadRequest(f"这个问题已经有了：{self._asked[self._key(question)]}", code="question_exists")
        if data["id"] in self._ids:
            raise BadRequest(f"编号 {data['id']} 已经有了：{self._ids[data['id']]}", code="entry_exists")
        entry_id = data["id"] = data["id"] or self._new_id(data["department"], question)
        path = place_of(self._folder, entry_id)
        self._validate(data)
        text = to_markdown(data, data["notes"])
        if len(as_bytes(text)) > MAX_BYTES:
            raise BadRequest(f"内容太长，超过 {MAX_BYTES // 1000} KB", code="too_long")
        if write:
            write_new(path, text, self._folder)
        elif path.exists():
            raise BadRequest(f"文件已经有了：{path.relative_to(self._folder)}", code="entry_exists")
        file = path.relative_to(self._folder).as_posix()
        self._ids[entry_id] = file
        self._asked[self._key(question)] = file
        return Taken(number, file, entry_id, tuple(notes))

    def _data(self, cells: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
        """The fields of an entry; unknown dates stay None."""
        for key, name in REQUIRED.items():
            if not cells.get(key) and not (key == "department" and self._defaults.department):
                raise BadRequest(f"没有写{name}", code="missing")
        text = {key: str(cells.get(key, "")).strip() for key in COLUMNS}
        reviewed = date_of(text["reviewed"], "核对日期", notes) or self._defaults.reviewed
        sections = cells.get("sections") or {name: text[name] for name in OPTIONAL_SECTIONS if text[name]}
        sources = sources_of(cells, reviewed, notes)
        effective = date_of(text["effective"], "生效日期", notes)
        if effective is None:
            effective = next((s["date"] for s in sources if s.get("date")), None) or dt.date.today()
            notes.append(f"没有写生效日期，按 {effective} 填的，请核对")
        if reviewed is None:
            notes.append("没有写核对日期，对照来源核对后补上")
        return {
            "id": text["id"],
            "title": one_line(text["title"]),
            "department": one_line(text["department"]) or self._defaults.department,
            "topic": one_line(text["topic"] or text["department"] or self._defaults.department),
            "regions": listed(cells, "regions", SEPARATOR) or list(self._defaults.regions),
            "tags": listed(cells, "tags", SEPARATOR),
            "basis": basis_of(cells.get("basis"), notes),
            "sources": sources,
            "effective": effective,
            "expires": date_of(text["expires"], "失效日期", notes),
            "reviewed": reviewed,
            "variants": listed(cells, "variants", LONG_SEPARATOR),
            "answer": text["answer"],
            "sections": sections,
            "notes": text["notes"],
        }

    def _validate(self, data: dict[str, Any]) -> None:
        """Refuses a row with invalid values. Missing dates are allowed; the editor adds them to the draft."""
        day = dt.date.today()
        known = {**data, "reviewed": data["reviewed"] or day}
        known["sources"] = [{**source, "opened": source.get("opened") or day} for source in data["sources"]]
        known.pop("notes")
        try:
            Entry.model_validate(known)
        except ValidationError as error:
            first = error.errors()[0]
            key = str(first["loc"][0]) if first["loc"] else ""
            name = (COLUMNS.get(key) or (key,))[0]
            limit = first.get("ctx", {}).get("max_length")
            reason = f"超过 {limit} 个字" if limit else first["msg"].removeprefix("Value error, ")
            raise BadRequest(f"“{name}”不能用：{reason}", code="invalid") from error

    def _new_id(self, department: str, question: str) -> str:
        """A new id: ``<department's folder>-<pinyin of the question's beginning>``, numbered when in use."""
        prefix = self._places.get(department, ".")
        if prefix == ".":
            prefix = "".join(_syllables(department))[:20] or "import"
        stem = f"{prefix.replace('/', '-')}-{'-'.join(_syllables(question)[:8]) or 'entry'}"[:70].rstrip("-")
        names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 10_000))
        return next(n for n in names if n not in self._ids and not place_of(self._folder, n).exists())


def _unfinished(folder: Path, known: set[str]) -> Iterator[tuple[str, str]]:
    """(file, title) of drafts and of entries with errors, so that a second import does not repeat them."""
    for path in sorted(folder.rglob("*.md")):
        file = path.relative_to(folder).as_posix()
        if file not in known and path.is_file():
            found = re.search(r"^title:(.*)$", path.read_text("utf-8", errors="replace"), re.MULTILINE)
            if found:
                yield file, found[1]


def _syllables(text: str) -> list[str]:
    know_phrases()
    return [s for item in lazy_pinyin(text) if (s := re.sub(r"[^a-z0-9]", "", item.lower()))]
