"""``wenban kb import`` and ``export``: entries from and to the tables editors already keep.

A row is an entry. Only 问题, 答案 and 承办单位 are needed; every other column is optional, and what export writes
import reads back without loss. Nothing is ever overwritten, and what a row does not say is not made up: a date of
review that is missing stays empty in the draft, and ``wenban kb check`` asks for it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pypinyin import lazy_pinyin

from core.errors import BadRequest, WenbanError
from kb_index.entries.draft import write_new
from kb_index.entries.entry import NOTES, OPTIONAL_SECTIONS, Entry, ParsedEntry
from kb_index.entries.folder import read_folder
from kb_index.entries.reading import MAX_BYTES
from kb_index.entries.writing import one_line, place_of, to_markdown
from kb_index.language.text import TextPipeline
from kb_index.tables import sheets

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
"""Columns by field, with the headers they are known by; the first is the one export writes."""

REQUIRED = {"title": "问题", "answer": "答案", "department": "承办单位"}
_NAMES = {name.lower(): key for key, names in COLUMNS.items() for name in (key, *names)}
_DATE = re.compile(r"^(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})\D*(?:\d.*)?$")
_URL = re.compile(r"https?://[^\s，。；、）》]+")
_BASIS = re.compile(r"^(.+?)[：:\s]\s*([^：:]+)$")
_SEPARATOR = re.compile(r"[\n；;|、，,]")
_LONG_SEPARATOR = re.compile(r"[\n；;|]")


@dataclass(frozen=True)
class Taken:
    """A row that became a draft: its number, the file, and what an editor should look at."""

    row: int
    file: str
    id: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A row that could not be taken, and why."""

    row: int
    reason: str


@dataclass
class ImportReport:
    """What became of each row.

    Args:
        taken: rows that became drafts.
        refused: rows that did not.
        unused: columns nothing was taken from.
    """

    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A JSON-safe form for ``--json``."""
        return asdict(self)


@dataclass(frozen=True)
class Defaults:
    """What a table without that column means.

    Args:
        department: 承办单位.
        regions: where the entries hold.
        reviewed: day the rows were compared with their sources; None leaves it to the editors.
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
        table: CSV, XLSX or JSON lines.
        folder: the knowledge folder.
        defaults: for what the table does not say.
        dry_run: only report.
        progress: called with (rows done, rows in all).

    Raises:
        BadRequest: when the table can't be read, or has no column for question or answer.
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


def export_table(
    table: Path, folder: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[int, list[str]]:
    """Writes every entry as a row.

    Args:
        table: a new CSV, XLSX or JSON lines file.
        folder: the knowledge folder.
        progress: called with (files read, files in all).

    Returns:
        How many entries were written, and the files left out because they have errors.

    Raises:
        BadRequest: when the file is there already or has another extension.
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
    """An entry as cells, in the order of :data:`COLUMNS`."""
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
    return "\n".join([*values, ""]) if any(map(_SEPARATOR.search, values)) else "、".join(values)


def _split(cell: str, separator: re.Pattern[str]) -> list[str]:
    """The items of a cell: one a line when it has lines, else between separators."""
    found = cell.split("\n") if "\n" in cell else separator.split(cell)
    return [text for item in found if (text := one_line(item))]


def _records(table: Path, report: ImportReport) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows below the header, which is the first row that names a question and an answer."""
    header: list[str | None] = []
    first: list[str] = []
    for number, row in sheets.read_rows(table):
        if header:
            cells = {key: cell for key, cell in zip(header, row, strict=False) if key and cell}
            if cells:
                yield number, cells
            continue
        first = first or row
        keys = [_NAMES.get(re.sub(r"[\s*：:]|[（(].*?[）)]", "", cell).lower()) for cell in row]
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
            {_NAMES.get(key.lower(), key): value for key, value in row.items() if value not in (None, "")},
        )


class _Desk:
    """Takes rows one after the other, knowing what is there already.

    Args:
        folder: the knowledge folder.
        defaults: for what a row does not say.
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
        """Makes a draft of a row; raises a :class:`WenbanError` that says why when it can't."""
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
        if len(text.encode()) > MAX_BYTES:
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
        """The fields of an entry; dates that are not known stay None."""
        for key, name in REQUIRED.items():
            if not cells.get(key) and not (key == "department" and self._defaults.department):
                raise BadRequest(f"没有写{name}", code="missing")
        text = {key: str(cells.get(key, "")).strip() for key in COLUMNS}
        reviewed = _date(text["reviewed"], "核对日期", notes) or self._defaults.reviewed
        sections = cells.get("sections") or {name: text[name] for name in OPTIONAL_SECTIONS if text[name]}
        sources = _sources(cells, reviewed, notes)
        effective = _date(text["effective"], "生效日期", notes)
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
            "regions": _list(cells, "regions", _SEPARATOR) or list(self._defaults.regions),
            "tags": _list(cells, "tags", _SEPARATOR),
            "basis": _basis(cells.get("basis"), notes),
            "sources": sources,
            "effective": effective,
            "expires": _date(text["expires"], "失效日期", notes),
            "reviewed": reviewed,
            "variants": _list(cells, "variants", _LONG_SEPARATOR),
            "answer": text["answer"],
            "sections": sections,
            "notes": text["notes"],
        }

    def _validate(self, data: dict[str, Any]) -> None:
        """Refuses what no editing of the draft should have to repair; missing dates are the draft's business."""
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
        """``<department's folder>-<pinyin of the question's beginning>``, numbered when it is taken."""
        prefix = self._places.get(department, ".")
        if prefix == ".":
            prefix = "".join(_syllables(department))[:20] or "import"
        stem = f"{prefix.replace('/', '-')}-{'-'.join(_syllables(question)[:8]) or 'entry'}"[:70].rstrip("-")
        names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 10_000))
        return next(n for n in names if n not in self._ids and not place_of(self._folder, n).exists())


def _unfinished(folder: Path, known: set[str]) -> Iterator[tuple[str, str]]:
    """File and title of drafts and of entries with errors, so that a second import does not repeat them."""
    for path in sorted(folder.rglob("*.md")):
        file = path.relative_to(folder).as_posix()
        if file not in known and path.is_file():
            found = re.search(r"^title:(.*)$", path.read_text("utf-8", errors="replace"), re.MULTILINE)
            if found:
                yield file, found[1]


def _syllables(text: str) -> list[str]:
    return [s for item in lazy_pinyin(text) if (s := re.sub(r"[^a-z0-9]", "", item.lower()))]


def _list(cells: Mapping[str, Any], key: str, separator: re.Pattern[str]) -> list[str]:
    value = cells.get(key) or []
    return [one_line(str(v)) for v in value] if isinstance(value, list) else _split(str(value), separator)


def _date(cell: str, name: str, notes: list[str]) -> dt.date | None:
    """A date as people write it: 2026-01-31, 2026/1/31, 2026年1月31日, 20260131; a note when it is none."""
    if not cell or cell == "-":
        return None
    match = _DATE.match(cell)
    if match:
        with contextlib.suppress(ValueError):
            return dt.date(*map(int, match.groups()))
    notes.append(f"{name}“{cell[:20]}”认不出来，没有填")
    return None


def _sources(cells: Mapping[str, Any], reviewed: dt.date | None, notes: list[str]) -> list[dict[str, Any]]:
    """Sources of a row: one a line, in parallel columns; an address inside the name is taken out of it."""
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
                "date": _date(cell["date"], "发文日期", notes),
                "url": url or "https://",
                "opened": _date(cell["opened"], "打开日期", notes) or reviewed,
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


def _basis(value: Any, notes: list[str]) -> list[dict[str, Any]]:
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
