"""``wenban kb import`` and ``export``, through the command line."""

import csv
import io
import json
import re
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.errors import BadRequest
from core.settings import ROOT
from kb_index.entries.entry import ParsedEntry
from kb_index.entries.folder import read_folder
from kb_index.tables import sheets
from tests.kb_index.conftest import ID_CARD, PENSION, Write
from tests.kb_index.test_cli import as_json, run

SHEET = (
    "常见问题汇总,,,,\n"
    "问题,答案,承办单位,来源,更新日期,序号\n"
    '公租房怎么申请？,"带身份证。\n## 注意\n- 本人来",住建局,《公租房办法》 https://www.gov.cn/a.htm,2026年11月20日,1\n'
    ",只有答案,住建局,,,2\n"
    "老年大学怎么报名？,,民政局,,,3\n"
    "图书馆几点开门？,九点,,,,4\n"
    "公租房怎么申请,又一次,住建局,,,5\n"
    f"{ID_CARD[1]},去派出所,公安局,,,6\n"
)


def entries(folder: Path) -> dict[str, ParsedEntry]:
    """Entries by id, drafts taken as finished."""
    for path in folder.rglob("*.md"):
        path.write_text(path.read_text("utf-8").replace("draft: true\n", "", 1), "utf-8")
    return {item.entry.id: item for item in read_folder(folder)[0]}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_what_export_writes_import_reads_back(tmp_path: Path, suffix: str) -> None:
    table, copy = tmp_path / f"kb.{suffix}", tmp_path / "copy"
    copy.mkdir()
    run("export", table, "--dir", ROOT / "knowledge_base")
    report = as_json("import", table, "--dir", copy)
    assert report["refused"] == [] and report["unused"] == []
    before, after = {i.entry.id: i for i in read_folder(ROOT / "knowledge_base")[0]}, entries(copy)
    assert len(before) > 200
    assert {i: (e.entry, e.notes) for i, e in before.items()} == {
        i: (e.entry, e.notes) for i, e in after.items()
    }


def test_text_that_looks_like_syntax_survives_the_round_trip(tmp_path: Path, write: Write) -> None:
    write(
        "aa-b",
        '"2026-01-01 起: 怎么“办”？"',
        ["甲；乙|丙，丁", "- 减号", "true"],
        answer="- =1+1\n- 'x\n\n| a | b |",
    )
    write("aa-c", '"[单个]？"', ["只有；一个"], regions="[全国, '安徽，淮南']", answer="=cmd")
    before = {i.entry.id: (i.entry, i.notes) for i in read_folder(tmp_path / "kb")[0]}
    for suffix in ("csv", "xlsx"):
        copy = tmp_path / suffix
        copy.mkdir()
        run("export", tmp_path / f"t.{suffix}", "--dir", tmp_path / "kb")
        run("import", tmp_path / f"t.{suffix}", "--dir", copy)
        assert {i: (e.entry, e.notes) for i, e in entries(copy).items()} == before


def test_an_exported_cell_is_never_a_formula(tmp_path: Path, write: Write) -> None:
    write("aa-b", "标题？", ["问法一"], answer="=HYPERLINK(1)")
    run("export", tmp_path / "t.csv", "--dir", tmp_path / "kb")
    run("export", tmp_path / "t.xlsx", "--dir", tmp_path / "kb")
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # spreadsheets take a CSV for UTF-8 by its byte order mark
    cells = [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) for cell in row]
    assert "'=HYPERLINK(1)" in cells and not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_messy_sheet_becomes_drafts_and_every_row_left_out_is_named(
    folder: Path, tmp_path: Path, encoding: str
) -> None:
    table = tmp_path / "s.csv"
    table.write_bytes(SHEET.encode(encoding))
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    trial = as_json("import", table, "--dir", folder, "--dry-run", code=1)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    report = as_json("import", table, "--dir", folder, code=1)
    assert trial["taken"] == report["taken"] and trial["dry_run"] is True
    assert {p: p.read_bytes() for p in before} == before
    ((taken),) = report["taken"]
    assert taken["row"] == 3 and report["unused"] == ["序号"]
    reasons = {r["row"]: r["reason"] for r in report["refused"]}
    assert set(reasons) == {4, 5, 6, 7, 8}
    for row, word in (
        (4, "问题"),
        (5, "答案"),
        (6, "承办单位"),
        (7, taken["file"]),
        (8, "police/id-lost.md"),
    ):
        assert word in reasons[row]
    text = (folder / taken["file"]).read_text("utf-8")
    for part in (
        "draft: true\n",
        "reviewed: 2026-11-20\n",
        "url: https://www.gov.cn/a.htm\n",
        "\n### 注意\n",
    ):
        assert part in text
    found = as_json("check", "--dir", folder)
    assert [p["code"] for p in found["problems"] if p["file"] == taken["file"]] == ["draft"]
    again = as_json("import", table, "--dir", folder, code=1)
    assert again["taken"] == [] and {r["row"] for r in again["refused"]} == {3, 4, 5, 6, 7, 8}


def test_options_stand_in_for_missing_columns(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "s.csv"
    table.write_text("Question,Answer,Source\n图书馆几点开门？,九点,公告 https://www.gov.cn/b.htm\n", "utf-8")
    options = ("--department", "文旅局", "--region", "淮南", "--reviewed", "2026-11-02")
    report = as_json("import", table, "--dir", folder, *options)
    added = entries(folder)[report["taken"][0]["id"]].entry
    assert (added.department, added.regions) == ("文旅局", ("淮南",))
    assert str(added.reviewed) == str(added.sources[0].opened) == "2026-11-02"
    assert added.sources[0].document == "公告"


def test_a_row_without_a_review_asks_for_one_before_it_can_be_published(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "s.csv"
    table.write_text("问题,答案,部门\n图书馆几点开门？,九点,文旅局\n", "utf-8")
    report = as_json("import", table, "--dir", folder)
    assert any("核对日期" in note for note in report["taken"][0]["notes"])
    path = folder / report["taken"][0]["file"]
    path.write_text(path.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
    found = as_json("check", "--dir", folder, code=1)
    (problem,) = [p for p in found["problems"] if p["file"] == report["taken"][0]["file"]]
    assert "reviewed" in problem["message"] and problem["severity"] == "error"


def test_dates_of_a_spreadsheet_are_read(folder: Path, tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["问题", "答案", "部门", "核对日期", "生效日期"],
        ["几点开门？", "九点", "文旅局", dt.date(2026, 11, 3), 20200102],
    ):
        sheet.append(row)
    book.save(tmp_path / "s.xlsx")
    report = as_json("import", tmp_path / "s.xlsx", "--dir", folder)
    added = entries(folder)[report["taken"][0]["id"]].entry
    assert (str(added.reviewed), str(added.effective)) == ("2026-11-03", "2020-01-02")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "另存为"),
        ("a.docx", b"PK", ".csv"),
        ("a.xlsx", b"not a zip", "打不开"),
        ("a.csv", b"\x89PNG\0\0\xff\xfe\xff", "不是文本"),
        ("a.csv", b"", "表头"),
        ("a.csv", "姓名,电话\n张三,13800001234\n".encode(), "表头"),
        ("a.csv", "问题,答案\n".encode(), "没有内容"),
        ("a.jsonl", b"{\n", "第 1 行"),
        ("none.csv", None, "没有这个文件"),
    ],
)
def test_what_is_no_table_is_said_plainly(
    folder: Path, tmp_path: Path, name: str, content: bytes | None, word: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert word in run("import", tmp_path / name, "--dir", folder, code=2).output


def test_a_table_that_unpacks_to_too_much_is_not_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("export", tmp_path / "t.xlsx", "--dir", folder)
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1000)
    assert "太大" in run("import", tmp_path / "t.xlsx", "--dir", folder, code=2).output


def test_export_never_overwrites_and_names_what_it_leaves_out(folder: Path, tmp_path: Path) -> None:
    (folder / "police" / "id-lost.md").write_text("坏了", "utf-8")
    table = tmp_path / "t.jsonl"
    result = run("export", table, "--dir", folder)
    assert "police/id-lost.md" in result.output and "3 个条目" in result.output
    rows = [json.loads(line) for line in table.read_text("utf-8").splitlines()]
    assert {"id", "title", "variants", "answer"} <= set(rows[0]) and PENSION[0] in {r["id"] for r in rows}
    assert "没有覆盖" in run("export", table, "--dir", folder, code=2).output
    run("export", tmp_path / "t.pdf", "--dir", folder, code=2)


def test_an_exported_base_is_a_corpus_to_evaluate(folder: Path, tmp_path: Path) -> None:
    from tests.kb_index.conftest import MODEL

    run("export", tmp_path / "t.jsonl", "--dir", folder)
    questions = tmp_path / "q.jsonl"
    questions.write_text(
        json.dumps({"question": ID_CARD[2][0], "entry": ID_CARD[0]}, ensure_ascii=False), "utf-8"
    )
    data = as_json("evaluate", "--questions", questions, "--corpus", tmp_path / "t.jsonl", "--model", MODEL)
    assert data["recall_at_1"] == 1


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 16_384), (1_048_576, 1), (2, 16_384), (20_001, 200)])
def test_one_cell_in_the_far_corner_is_refused_at_once(tmp_path: Path, row: int, column: int) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["问题", "答案"])
    book.worksheets[0].append(["怎么办证", "带身份证"])
    book.worksheets[0].cell(row, column).value = "x"
    book.save(tmp_path / "far.xlsx")
    began = time.process_time()
    with pytest.raises(BadRequest, match="很远的地方"):
        list(sheets.read_rows(tmp_path / "far.xlsx"))
    assert time.process_time() - began < 5


def test_a_stated_size_is_not_believed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["问题", "答案"], [None, None], ["怎么办证", "带身份证"]):
        book.worksheets[0].append(cells)
    book.save(tmp_path / "true.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "true.xlsx") as true,
        zipfile.ZipFile(tmp_path / "said.xlsx", "w") as said,
    ):
        for name in true.namelist():
            said.writestr(
                name, re.sub(rb'dimension ref="[^"]*"', b'dimension ref="A1:XFD1048576"', true.read(name))
            )
    began = time.process_time()
    rows = list(sheets.read_rows(tmp_path / "said.xlsx"))
    assert rows == [(1, ["问题", "答案"]), (3, ["怎么办证", "带身份证"])]
    assert time.process_time() - began < 5
