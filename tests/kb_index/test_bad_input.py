"""Whatever lies in the folder or is typed: said plainly, through the command line, and nothing is lost."""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.kb_index.conftest import ID_CARD, MODEL, PENSION, Write, entry_text
from tests.kb_index.test_cli import as_json, run

GOOD = entry_text(*PENSION)


@pytest.mark.parametrize(
    ("raw", "line", "code", "word"),
    [
        (GOOD.replace("title: ", "title: [").encode(), 4, "front_matter_yaml", "引号"),
        (GOOD.replace("---\n", "", 1).encode(), 1, "front_matter_missing", "wenban kb new"),
        (b"\xef\xbb\xbf" + GOOD.encode() * 15_000, 1, "file_too_large", "一个文件只写一个问题"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), 1, "file_binary", "Markdown"),
        (GOOD.encode("gb18030"), 3, "encoding_gbk", "wenban kb convert hrss/pension-years.md"),
        (GOOD.encode("utf-16"), 1, "encoding_utf16", "wenban kb convert hrss/pension-years.md"),
        (
            GOOD.replace("您可以", "<<<<<<< HEAD\n甲\n=======\n乙\n>>>>>>> b\n您可以").encode(),
            23,
            "conflict_marker",
            "留下",
        ),
        (b"", 1, "front_matter_missing", "---"),
        (b"---\n" + b"[" * 50_000, 1, "front_matter_missing", "---"),
        (b"---\n" + b"a: [" * 20_000 + b"\n---\n", 2, "front_matter_yaml", "YAML"),
        (b"---\na: " + b"- " * 2_000 + b"\n---\n", 2, "front_matter_yaml", "YAML"),
        (b"---\na: " + b"[" * 900 + b"]" * 900 + b"\n---\n", 2, "front_matter_yaml", "YAML"),
        (
            b"---\na: &a [x, x]\nb: &b [*a, *a]\nid: *b\n---\n## \xe7\xad\x94\xe6\xa1\x88\nx\n",
            2,
            "front_matter_yaml",
            "写全",
        ),
    ],
)
def test_a_broken_file_is_named_and_the_version_in_service_stays(
    folder: Path, index: Path, raw: bytes, line: int, code: str, word: str
) -> None:
    path = folder / "hrss" / "pension-years.md"
    path.write_bytes(raw)
    problems = as_json("check", "--dir", folder, "--no-compare", code=1)["problems"]
    own = [p for p in problems if p["file"] == "hrss/pension-years.md" and p["severity"] == "error"]
    assert (own[0]["line"], own[0]["code"]) == (line, code)
    assert word in own[0]["message"] + own[0]["mend"]
    assert "没有发布" in run("build", "--dir", folder, "--index", index, "--model", MODEL, code=2).output
    assert as_json("search", PENSION[1], "--index", index, "--model", MODEL)["hits"][0]["id"] == PENSION[0]
    assert path.read_bytes() == raw


def test_what_convert_rewrites_can_be_published(folder: Path, index: Path) -> None:
    for encoding in ("gb18030", "utf-16"):
        (folder / "hrss" / "pension-years.md").write_bytes(GOOD.encode(encoding))
        run("convert", "hrss/pension-years.md", "--dir", folder)
        run("build", "--dir", folder, "--index", index, "--model", MODEL)


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[点我](javascript:alert(1))",
        "<iframe src='https://a.gov.cn'></iframe>", "![x](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)  # fmt: skip
def test_html_and_script_in_an_answer_reach_the_widget_as_harmless_text(
    folder: Path, write: Write, bad: str
) -> None:
    write(*PENSION, answer=f"满15年。{bad}", body=f"## 办理材料\n- {bad}\n")
    if bad.startswith("<"):
        problems = as_json("check", "--dir", folder, "--no-compare")["problems"]
        assert sum(p["code"] == "html" and p["severity"] == "warning" for p in problems) == 2
    html = run("preview", PENSION[0], "--html", "--dir", folder).stdout
    card = as_json("preview", PENSION[0], "--dir", folder)["html"]
    for shown in (html, card):
        assert "满15年。" in shown
        assert not any(
            tag in shown for tag in ("<script", "<img", "<iframe", 'javascript:"', 'href="javascript')
        )


@pytest.mark.slow
def test_any_question_gets_an_answer_or_an_honest_no(index: Path) -> None:
    def ask(question: str) -> Any:
        run("search", "--index", index, "--model", MODEL, "--", question)
        return json.loads(run("search", "--json", "--index", index, "--model", MODEL, "--", question).stdout)

    assert ask("我身份证丢了" * 1700)["hits"][0]["id"] == ID_CARD[0]
    for question in (
        "？！。，…… ~~~ !!", "😀🎉👨‍👩‍👧", "", " \n\t", "\0\x1b[31m", "\udc80", "a" * 10_000, "%s%n{}[]()\\",
    ):  # fmt: skip
        assert ask(question)["outcome"] != "answer", question


def test_questions_without_words_or_without_end_are_found_in_entries(folder: Path, write: Write) -> None:
    path = write(*PENSION[:2], [*PENSION[2], "？？？", "😀", "长" * 10_000])
    problems = as_json("check", "--dir", folder)["problems"]
    lines = path.read_text("utf-8").split("\n")
    own = [(p["line"], p["code"]) for p in problems if p["code"].startswith("question_")]
    assert own == [
        (lines.index("- ？？？") + 1, "question_empty"),
        (lines.index("- 😀") + 1, "question_empty"),
        (lines.index("- " + "长" * 10_000) + 1, "question_long"),
    ]
    write(*PENSION[:1], "？？", PENSION[2])
    problems = as_json("check", "--dir", folder, "--no-compare", code=1)["problems"]
    assert ("question_empty", "error", 3) in [(p["code"], p["severity"], p["line"]) for p in problems]


def test_an_empty_folder_is_no_base(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    problems = as_json("check", "--dir", tmp_path / "empty", code=1)["problems"]
    assert [p["code"] for p in problems] == ["no_entries"]
    run("build", "--dir", tmp_path / "empty", "--index", tmp_path / "index", "--model", MODEL, code=2)
    run("export", tmp_path / "t.csv", "--dir", tmp_path / "empty")
    assert as_json("stats", "--dir", tmp_path / "empty", "--index", tmp_path / "index")["entries"] == 0


def test_links_that_lead_nowhere_or_in_circles_are_said_and_end(folder: Path) -> None:
    (folder / "hrss" / "self.md").symlink_to("self.md")
    (folder / "hrss" / "gone.md").symlink_to("/nowhere/x.md")
    (folder / "hrss" / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "hrss" / "pipe.md")
    problems = as_json("check", "--dir", folder, "--no-compare", code=1)["problems"]
    assert {(p["file"], p["code"]) for p in problems if p["code"] != "few_variants"} == {
        ("hrss/self.md", "file_unreadable"),
        ("hrss/gone.md", "file_unreadable"),
        ("hrss/pipe.md", "file_unreadable"),
        ("hrss/loop", "folder_link"),
    }


def test_a_file_nobody_may_read_is_said(folder: Path) -> None:
    run("check", "--no-compare", "--dir", folder)  # imports everything, which another user may not
    with tempfile.TemporaryDirectory() as open_place:
        Path(open_place).chmod(0o755)
        copy = Path(shutil.copytree(folder, Path(open_place) / "kb"))
        (copy / "hrss" / "pension-years.md").chmod(0)
        (copy / "police").chmod(0)
        was = os.geteuid()
        if was == 0:  # root reads everything
            os.seteuid(65534)
        try:
            problems = as_json("check", "--no-compare", "--dir", copy, code=1)["problems"]
        finally:
            os.seteuid(was)
            (copy / "police").chmod(0o755)
    unreadable = {p["file"] for p in problems if p["code"] == "file_unreadable"}
    assert unreadable == {"hrss/pension-years.md", "police"}


def test_what_an_editor_saved_in_the_wrong_form_is_not_passed_over(folder: Path) -> None:
    for name in ("身份证.docx", "新条目.txt", "表.xlsx", "大写.MD"):
        (folder / "police" / name).write_bytes(b"x")
    (folder / "words.txt").write_bytes("公积金\n".encode("gb18030"))
    problems = as_json("check", "--dir", folder, "--no-compare", code=1)["problems"]
    ignored = [p["file"] for p in problems if p["code"] == "file_ignored"]
    assert sorted(ignored) == sorted(
        f"police/{n}" for n in ("身份证.docx", "新条目.txt", "表.xlsx", "大写.MD")
    )
    assert ("words.txt", "encoding_gbk") in [(p["file"], p["code"]) for p in problems]
