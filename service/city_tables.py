"""Tables of a city's offices and values: departments fill them in with a spreadsheet (``wenban city export|import``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError
from pypinyin import lazy_pinyin

from core.city import City
from core.city.facts.facts import bare
from core.city.facts.kinds import office_kinds
from core.city.facts.models import Office, Value
from core.city.facts.reading import Read, files_in, read_file
from core.clock import local, now
from core.errors import BadRequest
from core.expected import expected
from kb_index.tables import sheets

Part = Literal["offices", "values"]
"""What a table holds."""
IMPORTED = "imported.yml"
"""The file of each place to which new rows are added."""
_LIST, _LINES = "；", "\n"
_PROOF = {
    "依据文件": "document", "文号": "number", "发文单位": "issuer", "依据网址": "address",
    "核对人": "verified_by", "核对日期": "verified_on", "有效期": "until",
}  # fmt: skip
_PLAIN: dict[Part, dict[str, str]] = {
    "offices": {"单位名称": "name", "地址": "address", "网上办理": "online", "维护单位": "department"},
    "values": {
        "名称": "name", "条目": "entry", "数额": "amount", "计量单位": "unit", "条件": "conditions",
        "从哪天": "from", "到哪天": "until", "维护单位": "department",
    },
}  # fmt: skip
_LISTS = {"种类": "kinds", "别名": "aliases", "办什么": "asked_for"}
_HOURS = ("上班时间", "节假日", "不上班的日子", "时间说明")
_COLUMNS: dict[Part, tuple[str, ...]] = {
    "offices": (
        "县区", "单位名称", *_LISTS, "电话", "地址", *_HOURS, "地图位置", "网上办理", "表格", "维护单位", *_PROOF,
    ),
    "values": ("县区", *_PLAIN["values"], *_PROOF),
}  # fmt: skip
_HOLIDAYS = {"休息": "closed", "照常": "open", "": None}
_NAMED = re.compile(r"(?P<head>[^（(]+)(?:[（(](?P<note>[^（()）]*)[）)])?")
_OPENING = re.compile(
    r"(?P<days>工作日|每天|(?:周[一二三四五六日][、，,]?){1,7})\s*(?P<spans>[\d:：\-、，,\s]+)(?:[（(](?P<season>\d\d-\d\d)至(?P<to>\d\d-\d\d)[）)])?"
)


@dataclass(frozen=True)
class Refused:
    """A row that was not taken, and why.

    Args:
        row: its number in the spreadsheet.
        reason: in the words of whoever filled it in.
    """

    row: int
    reason: str


@dataclass
class Report:
    """What an import did.

    Args:
        added, replaced: names of what is new, and of what was put in place of something else.
        same: how many rows say what is there already.
        refused: the rows that were not taken.
        files: the files that were written.
    """

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: int = 0
    refused: list[Refused] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def export_table(table: Path, folder: Path, city: City, part: Part, department: str = "") -> int:
    """Write the offices or values to a new table.

    Args:
        table: the new CSV or XLSX file.
        folder: the city's folder of facts.
        city: the city.
        part: what to write.
        department: only what this department keeps; "" for all.

    Returns:
        How many rows were written; with none the table has its header only, to be filled in.

    Raises:
        BadRequest: the table exists or can't be written.
        ConfigurationError: a file of facts is wrong.
    """
    rows = [
        _cells(part, one.facts.district, fact)
        for one in (read_file(path, folder, city) for path in files_in(folder))
        for fact in getattr(one.facts, part)
        if not department or department in (fact.department, fact.proof.issuer)
    ]
    columns = _COLUMNS[part]
    cells = [[row.get(name, "") for name in columns] for row in rows]
    sheets.write_rows(table, columns, cells, title="单位" if part == "offices" else "数额")
    return len(rows)


def import_table(
    table: Path, folder: Path, city: City, part: Part, *, replace: bool = False, dry_run: bool = False
) -> Report:
    """Take the rows of a table into the folder of facts.

    What is there already with other content is never overwritten silently: such a row is refused unless ``replace`` is set,
    and then the file as it was is kept beside the new one.

    Args:
        table: a CSV or XLSX file with the columns of :func:`export_table`.
        folder: the city's folder of facts.
        city: the city.
        part: what the table holds.
        replace: put rows in place of what is there with other content.
        dry_run: only report.

    Raises:
        BadRequest: the table can't be read, or lacks a column.
        ConfigurationError: a file of facts is wrong.
    """
    numbered = list(sheets.read_rows(table))
    if not numbered:
        raise BadRequest(f"{table.name} 是空的", code="empty_table")
    header = [name.strip() for name in numbered[0][1]]
    needed = {"单位名称" if part == "offices" else "名称", "依据文件", "核对人"}
    if lacking := [name for name in _COLUMNS[part] if name in needed and name not in header]:
        raise BadRequest(
            f"{table.name} 没有这几列：{'、'.join(lacking)}；请先用 wenban city export 导出一张",
            code="bad_columns",
        )
    read = [read_file(path, folder, city) for path in files_in(folder)]
    report, changes = Report(), _Changes(folder, read, part)
    seen: dict[tuple[str, str], int] = {}
    for number, cells in numbered[1:]:
        row = dict(zip(header, cells, strict=False))
        try:
            district, fact = _fact(part, row, city)
            key = (district, _key(fact))
            if key in seen:
                raise BadRequest(f"和第 {seen[key]} 行重复", code="row_twice")
            seen[key] = number
            changes.take(district, fact, report, replace=replace)
        except BadRequest as error:
            report.refused.append(Refused(number, error.message))
    if not dry_run:
        report.files = changes.save(city)
    return report


class _Changes:
    """What an import changes: facts by file."""

    def __init__(self, folder: Path, read: Sequence[Read], part: Part) -> None:
        self._folder, self._part = folder, part
        self._read = {one.path: one for one in read}
        self._rows: dict[Path, list[Office | Value]] = {}
        self._district: dict[Path, str] = {one.path: one.facts.district for one in read}

    def take(self, district: str, fact: Office | Value, report: Report, *, replace: bool) -> None:
        for path, one in self._read.items():
            rows = self._rows.get(path, list(getattr(one.facts, self._part)))
            for place, there in enumerate(rows):
                if one.facts.district != district or _key(there) != _key(fact):
                    continue
                if there == fact:
                    report.same += 1
                    return
                if not replace:
                    raise BadRequest(
                        f"{fact.name} 已经有了，内容不一样（{_difference(there, fact)}）；没有覆盖，确实要改请加 --replace",
                        code="there_already",
                    )
                rows[place] = fact
                self._rows[path] = rows
                report.replaced.append(fact.name)
                return
        path = self._home(district)
        self._rows.setdefault(
            path, list(getattr(self._read[path].facts, self._part)) if path in self._read else []
        )
        self._rows[path].append(fact)
        report.added.append(fact.name)

    def save(self, city: City) -> list[Path]:
        """Write the changed files, each whole or not at all.

        Raises:
            BadRequest: the folder can't be written to.
        """
        for path, rows in self._rows.items():
            before = self._read.get(path)
            said = _written(before.facts) if before else {}
            district = self._district.get(path, "")
            said = {
                **({"district": district} if district else {}),
                **said,
                self._part: [_written(row) for row in rows],
            }
            text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=120)
            fresh = path.with_suffix(".new")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                fresh.write_text(text, "utf-8")
                if before:
                    path.with_suffix(f".{local(now()):%Y%m%d-%H%M%S}.old").write_bytes(path.read_bytes())
                fresh.replace(path)
            except OSError as error:
                raise BadRequest(
                    f"{path} 写不进去：{error.strerror or error}。程序的文件夹只读时，把 WENBAN_FACTS_DIR 设成能写的文件夹",
                    code="not_writable",
                ) from error
            read_file(path, self._folder, city)
        return sorted(self._rows)

    def _home(self, district: str) -> Path:
        """The file to which a place's new rows are added."""
        if not district:
            path = self._folder / IMPORTED
        else:
            there = [
                p.parent for p, d in self._district.items() if d == district and p.parent != self._folder
            ]
            path = (there[0] if there else self._folder / "".join(lazy_pinyin(district))) / IMPORTED
        self._district.setdefault(path, district)
        return path


def _key(fact: Office | Value) -> str:
    return (
        bare(fact.name)
        if isinstance(fact, Office)
        else bare(f"{fact.name}{fact.since or ''}{fact.conditions}")
    )


def _difference(there: BaseModel, fact: BaseModel) -> str:
    names = {**{v: k for k, v in _LISTS.items()}, "phones": "电话", "hours": "上班时间", "proof": "依据", "address": "地址",
             "online": "网上办理", "amount": "数额", "until": "到哪天", "unit": "计量单位", "point": "地图位置"}  # fmt: skip
    return "、".join(
        names.get(name, name)
        for name in type(fact).model_fields
        if getattr(there, name) != getattr(fact, name)
    )


def _written(model: BaseModel) -> dict[str, Any]:
    """A fact as it is written in a file: without what is empty."""
    said: dict[str, Any] = _lists(model.model_dump(by_alias=True, exclude_defaults=True))
    return said


def _lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _lists(one) for key, one in value.items()}
    return [_lists(one) for one in value] if isinstance(value, tuple | list) else value


def _cells(part: Part, district: str, fact: Office | Value) -> dict[str, str]:
    """A fact as a row of the table."""
    said = fact.model_dump(by_alias=True)
    row = {"县区": district}
    row |= {column: _text(said[key]) for column, key in _PLAIN[part].items()}
    row |= {column: _text(said["proof"][key]) for column, key in _PROOF.items()}
    if isinstance(fact, Office):
        row |= {column: _LIST.join(said[key]) for column, key in _LISTS.items()}
        row["电话"] = _LIST.join(f"{p.number}（{p.note}）" if p.note else p.number for p in fact.phones)
        row["表格"] = _LINES.join(f"{form.name} {form.address}" for form in fact.forms)
        row["地图位置"] = f"{fact.point.lat},{fact.point.lon}" if fact.point else ""
        if fact.hours:
            row["上班时间"] = _LIST.join(
                f"{o.days if isinstance(o.days, str) else '、'.join(o.days)} {'、'.join(o.spans)}"
                + (f"（{o.season[0]}至{o.season[1]}）" if o.season else "")
                for o in fact.hours.openings
            )
            row["节假日"] = {"closed": "休息", "open": "照常", None: ""}[fact.hours.holidays]
            row["不上班的日子"] = _LIST.join(map(str, fact.hours.closed))
            row["时间说明"] = fact.hours.note
    return row


def _fact(part: Part, row: Mapping[str, str], city: City) -> tuple[str, Office | Value]:
    """The place and the fact of a row.

    Raises:
        BadRequest: the row breaks a rule; the message names the column.
    """
    district = row.get("县区", "").strip()
    if district and all(district != one.name for one in city.districts):
        raise BadRequest(f"县区：没有“{district}”这个县区，市里的留空", code="bad_row")
    said: dict[str, Any] = {key: row[column] for column, key in _PLAIN[part].items() if row.get(column)}
    said["proof"] = {key: row[column] for column, key in _PROOF.items() if row.get(column)}
    if part == "offices":
        said |= {key: _split(row[column]) for column, key in _LISTS.items() if row.get(column)}
        said |= {key: found for key, found in _office_parts(row).items() if found}
        for kind in said.get("kinds", ()):
            if kind not in office_kinds():
                raise BadRequest(f"种类：没有 {kind} 这种单位，见 core/city/offices.yml", code="bad_row")
    model: type[Office] | type[Value] = Office if part == "offices" else Value
    try:
        return district, model.model_validate(said)
    except ValidationError as error:
        raise BadRequest(
            "；".join(dict.fromkeys(_reason(one, part) for one in error.errors())), code="bad_row"
        ) from error


def _office_parts(row: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    named = [_NAMED.fullmatch(one) for one in _split(row.get("电话", ""))]
    found["phones"] = [{"number": m["head"].strip(), "note": (m["note"] or "").strip()} for m in named if m]
    if row.get("电话") and len(found["phones"]) != len(_split(row["电话"])):
        raise BadRequest("电话：要写成 0554-1234567（做什么用的），几个之间用；隔开", code="bad_row")
    forms = [line.rsplit(" ", 1) for line in row.get("表格", "").splitlines() if line.strip()]
    if any(len(form) != 2 for form in forms):
        raise BadRequest("表格：每行写“名称 网址”，中间空一格", code="bad_row")
    found["forms"] = [{"name": name, "address": address} for name, address in forms]
    if row.get("地图位置"):
        try:
            lat, lon = (float(one) for one in re.split("[,，]", row["地图位置"]))
        except ValueError as error:
            raise BadRequest("地图位置：要写成“纬度,经度”，如 32.63,116.99", code="bad_row") from error
        found["point"] = {"lat": lat, "lon": lon}
    found["hours"] = _hours(row)
    return found


def _hours(row: Mapping[str, str]) -> dict[str, Any] | None:
    if not row.get("上班时间"):
        return None
    openings = []
    for one in _split(row["上班时间"]):
        match = _OPENING.fullmatch(one.strip())
        if match is None:
            raise BadRequest(
                f"上班时间：“{one}”看不懂，要写成“工作日 08:30-12:00、14:00-17:30”，几种日子之间用；隔开",
                code="bad_row",
            )
        days = match["days"] if match["days"] in ("工作日", "每天") else re.findall("周.", match["days"])
        spans = [span for span in re.split(r"[、，,\s]+", match["spans"].replace("：", ":")) if span]
        opening: dict[str, Any] = {"days": days, "spans": spans}
        if match["season"]:
            opening["season"] = [match["season"], match["to"]]
        openings.append(opening)
    if row.get("节假日", "") not in _HOLIDAYS:
        raise BadRequest("节假日：只能填 休息、照常，不知道就留空", code="bad_row")
    hours: dict[str, Any] = {"openings": openings, "holidays": _HOLIDAYS[row.get("节假日", "")]}
    if row.get("不上班的日子"):
        hours["closed"] = _split(row["不上班的日子"])
    if row.get("时间说明"):
        hours["note"] = row["时间说明"]
    return hours


def _split(cell: str) -> list[str]:
    return [one.strip() for one in re.split("[；;\n]", cell) if one.strip()]


def _reason(error: Any, part: Part) -> str:
    columns = {key: column for column, key in {**_PLAIN[part], **_LISTS}.items()}
    proof = {key: column for column, key in _PROOF.items()}
    others = {"phones": "电话", "hours": "上班时间", "forms": "表格", "point": "地图位置", "since": "从哪天"}
    path = [step for step in error["loc"] if isinstance(step, str)]
    if path[:1] == ["proof"]:
        column = proof.get(path[1], path[1]) if len(path) > 1 else "依据"
    else:
        column = {**columns, **others}.get(path[0], path[0]) if path else ""
    words = expected(error)
    if error["type"] == "missing":
        words = "没有填"
    elif error["type"] == "string_pattern_mismatch":
        words = "格式不对"
    return f"{column}：{words}" if column else words


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
