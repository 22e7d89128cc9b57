from pathlib import Path

import pytest

from kb_index.entries.entry import Entry, parse_file
from kb_index.entries.problems import Problem
from kb_index.entries.reading import convert_to_utf8
from tests.kb_index.conftest import PENSION, Write, entry_text


def parse(path: Path) -> tuple[Entry | None, list[Problem]]:
    parsed, problems = parse_file(path, path.parent)
    return (parsed.entry if parsed else None), problems


def test_a_good_file_becomes_an_entry_and_its_notes_stay_out(write: Write) -> None:
    path = write(
        *PENSION,
        answer="满**15年**。",
        notes="> 《社会保险法》第十六条：保密的备注",
        body="## 办理材料\n- 身份证\n",
    )
    entry, problems = parse(path)
    assert problems == []
    assert entry is not None
    assert (entry.title, entry.answer) == (PENSION[1], "满**15年**。")
    assert entry.variants == tuple(PENSION[2])
    assert entry.sections == {"办理材料": "- 身份证"}
    assert "保密的备注" not in entry.model_dump_json()


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + entry_text(*PENSION).replace("\n", "\r\n").encode())
    entry, problems = parse(path)
    assert problems == [] and entry is not None and entry.variants == tuple(PENSION[2])


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("title: ", "title: [", "front_matter_yaml", 4),
        ("---\nid", "id", "front_matter_missing", 1),
        ("topic: 某类", "topik: 某类", "schema", 5),
        ("tags: [标签]", "tags: [标签]\ntags: [又一个]", "duplicate_key", 8),
        ("effective: 2020-01-01", "effective: 明年", "schema", 14),
        ("expires: null", "expires: 2019-01-01", "schema", 15),
        ("id: hrss-pension-years", "id: HRSS 养老", "schema", 2),
        ("regions: [全国]", "regions: 全国", "schema", 6),
        ("    url: https://flk.npc.gov.cn/detail?id=1\n", "", "schema", 10),
        ("## 答案", "## 回答", "section_unknown", 22),
        ("## 答案\n您可以到窗口办理。", "## 答案", "answer_missing", 22),
        ("## 编辑备注", "## 答案", "section_twice", 25),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, before: str, after: str, code: str, line: int
) -> None:
    text = entry_text(*PENSION)
    assert before in text
    path = tmp_path / "a.md"
    path.write_text(text.replace(before, after, 1), "utf-8")
    _, problems = parse(path)
    assert (code, line) in [(p.code, p.line) for p in problems], problems
    assert all(p.mend and p.message and p.severity == "error" for p in problems if p.code == code)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (entry_text(*PENSION).encode("gb18030"), "encoding_gbk"),
        (entry_text(*PENSION).encode("utf-16"), "encoding_utf16"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "file_binary"),
        (b"---\nid: a\x00b\n---\n", "file_binary"),
        (b"x" * 5_000_000, "file_too_large"),
        (b"", "front_matter_missing"),
    ],
)
def test_what_is_not_utf8_markdown_is_said_plainly(tmp_path: Path, raw: bytes, code: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(raw)
    entry, problems = parse(path)
    assert entry is None
    assert [p.code for p in problems] == [code]


def test_conflict_markers_are_found_on_their_lines(tmp_path: Path) -> None:
    text = entry_text(*PENSION, answer="<<<<<<< HEAD\n满15年。\n=======\n满20年。\n>>>>>>> other")
    path = tmp_path / "a.md"
    path.write_text(text, "utf-8")
    entry, problems = parse(path)
    assert entry is None
    assert [(p.code, p.line) for p in problems] == [("conflict_marker", n) for n in (23, 25, 27)]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_file_in_another_encoding_can_be_converted(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(entry_text(*PENSION).encode(encoding))
    convert_to_utf8(path)
    entry, problems = parse(path)
    assert problems == [] and entry is not None and entry.title == PENSION[1]
