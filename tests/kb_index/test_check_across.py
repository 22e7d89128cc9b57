"""What ``wenban kb check`` finds between entries, through the command line."""

from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT
from tests.kb_index.conftest import FUND, ID_CARD, MODEL, NOISE, PENSION, Write, entry_text
from tests.kb_index.test_cli import as_json, run

PASSPORT = ("police-passport-lost", "护照丢了怎么补办？", ["护照掉了去哪里补", "补办护照要什么材料"])


def found(folder: Path, code: str, *options: str, exit_code: int = 0) -> list[dict[str, Any]]:
    problems = as_json("check", "--dir", folder, "--model", MODEL, *options, code=exit_code)["problems"]
    assert all(p["mend"] and p["message"] for p in problems)
    return [p for p in problems if p["code"] == code]


def line_of(path: Path, text: str) -> int:
    return path.read_text("utf-8").split("\n").index(text) + 1


@pytest.mark.parametrize(
    "question", ["请问养老保险交满多少年才能按月领养老金", "养老保险要交满多少年才可以按月领养老金呢"]
)
def test_nearly_the_same_question_in_two_entries_is_a_reminder(
    folder: Path, write: Write, question: str
) -> None:
    path = write("zz-other", "退休手续去哪里办？", ["退休办手续", question])
    (problem,) = found(folder, "question_nearly_twice")
    assert (problem["file"], problem["severity"]) == ("zz/other.md", "warning")
    assert problem["line"] == line_of(path, f"- {question}") and "hrss/pension-years.md" in problem["message"]
    assert found(folder, "question_nearly_twice", "--no-compare") == []


@pytest.mark.parametrize(
    "question",
    ["养老保险要交满20年才能按月领养老金吗？", "养老保险一个月能领多少养老金？", "护照丢了怎么补办？"],
)
def test_another_figure_another_aspect_or_another_thing_is_another_question(
    folder: Path, write: Write, question: str
) -> None:
    write("zz-other", question, ["退休办手续"])
    assert found(folder, "question_nearly_twice") == []


def test_nearly_the_same_question_may_stand_in_two_places(folder: Path, write: Write) -> None:
    write("zz-shou", "请问公积金什么情况下可以提取", ["公积金取"], regions="[寿县]")
    write(*FUND, regions="[凤台县]")
    assert found(folder, "question_nearly_twice") == []


def test_a_variant_that_fits_another_entry_better_is_a_reminder(folder: Path, write: Write) -> None:
    write(*NOISE[:2], [*NOISE[2], "夜间施工扰民", "养老金要交多少年才能领"])
    path = folder / "eco" / "night-work.md"
    (problem,) = found(folder, "variant_elsewhere")
    assert (problem["file"], problem["severity"]) == ("eco/night-work.md", "warning")
    assert problem["line"] == line_of(path, "- 养老金要交多少年才能领")
    assert "hrss/pension-years.md" in problem["message"]


def test_a_model_that_cannot_be_loaded_leaves_the_other_checks(folder: Path, tmp_path: Path) -> None:
    result = run("check", "--dir", folder, "--model", tmp_path / "none")
    assert "没有比较各条目的问法" in result.output and "0 处错误" in result.output


@pytest.mark.parametrize(
    ("regions", "question", "contradicts"),
    [
        ("[淮南]", "合肥公积金怎么取", True),
        ("[寿县]", "凤台县公积金怎么取", True),
        ("[安徽]", "江苏公积金怎么取", True),
        ("[淮南]", "寿县公积金怎么取", False),
        ("[寿县]", "淮南市公积金怎么取", False),
        ("[安徽]", "合肥公积金怎么取", False),
        ("[淮南]", "公积金从合肥转到淮南怎么办", False),
        ("[淮南]", "南京路上的公积金网点", False),
        ("[全国]", "合肥公积金怎么取", False),
    ],
)
def test_a_question_that_names_another_place_contradicts_the_regions(
    folder: Path, write: Write, regions: str, question: str, contradicts: bool
) -> None:
    (folder / "places.yml").write_text("淮南: [寿县, 凤台县]\n", "utf-8")
    path = write(*FUND[:2], [*FUND[2], question], regions=regions)
    problems = found(folder, "region_contradiction", "--no-compare")
    assert [p["line"] for p in problems] == ([line_of(path, f"- {question}")] if contradicts else [])


def test_a_national_entry_whose_title_names_a_city_holds_too_widely(folder: Path, write: Write) -> None:
    write(FUND[0], "合肥的公积金怎么提取？", FUND[2])
    (problem,) = found(folder, "region_too_wide", "--no-compare")
    assert (problem["file"], problem["line"]) == ("gjj/withdraw.md", 3) and "合肥" in problem["mend"]


def test_a_dead_reference_is_an_error_and_a_live_one_reads_as_a_title(folder: Path, write: Write) -> None:
    answer = "先报案。\n\n也可以看[[police-id-lost]]和[[police-gone]]。"
    path = write(*PENSION, answer=answer)
    (problem,) = found(folder, "dead_reference", "--no-compare", exit_code=1)
    assert problem["line"] == line_of(path, answer.split("\n")[-1]) and "police-gone" in problem["message"]
    shown = run("preview", PENSION[0], "--dir", folder).stdout
    assert f"也可以看“{ID_CARD[1]}”和。" in shown and "[[" not in shown
    write(*PENSION, answer="看[[hrss-pension-years]]")
    assert "自己" in found(folder, "dead_reference", "--no-compare", exit_code=1)[0]["message"]


def test_what_is_published_shows_the_title_and_never_the_id(
    folder: Path, tmp_path: Path, write: Write
) -> None:
    import json

    write(*PENSION, answer="也可以看[[police-id-lost]]。")
    run("build", "--dir", folder, "--index", tmp_path / "index", "--model", MODEL)
    (entries,) = (tmp_path / "index" / "versions").glob("*/entries.jsonl")
    rows = {row["id"]: row for row in map(json.loads, entries.read_text("utf-8").splitlines())}
    assert rows[PENSION[0]]["answer"] == f"也可以看“{ID_CARD[1]}”。"


def test_a_labelled_question_must_name_an_entry_that_is_there(folder: Path) -> None:
    (folder / "questions.jsonl").write_text(
        '{"question": "丢了", "entry": "police-gone"}\n不是\n{"question": "好", "entry": null}\n', "utf-8"
    )
    problems = as_json("check", "--dir", folder, "--no-compare", code=1)["problems"]
    own = [(p["line"], p["code"]) for p in problems if p["file"] == "questions.jsonl"]
    assert own == [(1, "dead_reference"), (2, "question_row")]


@pytest.mark.parametrize(
    "url",
    [
        "https://192.168.1.5/a",
        "https://a.gov.cn/附件 1",
        "https://user@a.gov.cn/",
        "https://",
        "http://a.example.com/",
    ],
)
def test_an_address_that_looks_unreachable_is_an_error(folder: Path, write: Write, url: str) -> None:
    write(*PENSION, sources=f"\n  - document: 某某办法\n    url: '{url}'\n    opened: 2026-11-01")
    assert [p["line"] for p in found(folder, "source_url", "--no-compare", exit_code=1)] == [11]


@pytest.mark.parametrize(
    ("url", "reminded"),
    [
        ("https://flk.npc.gov.cn", True),
        ("https://flk.npc.gov.cn/", True),
        ("https://flk.npc.gov.cn/detail?id=1", False),
        ("https://flk.npc.gov.cn/?id=1", False),
        ("https://www.ndrc.gov.cn/#/notice/1", False),
    ],
)
def test_an_address_that_is_only_a_front_page_is_a_reminder(
    folder: Path, write: Write, url: str, reminded: bool
) -> None:
    write(*PENSION, sources=f"\n  - document: 某某办法\n    url: '{url}'\n    opened: 2026-11-01")
    assert [p["line"] for p in found(folder, "source_front_page", "--no-compare")] == [11] * reminded


@pytest.mark.slow
def test_the_shipped_base_is_clean_but_for_a_few_reminders() -> None:
    data = as_json("check", "--dir", ROOT / "knowledge_base")
    assert data["errors"] == 0
    across = [p for p in data["problems"] if p["code"] in {"question_nearly_twice", "variant_elsewhere"}]
    assert len(across) <= 10, across  # few enough to be read at every commit


def test_problems_name_file_and_line_as_editors_expect(folder: Path) -> None:
    (folder / "zz.md").write_text(entry_text("zz-a", "好？", ["问"]).replace("topic", "topik"), "utf-8")
    assert "zz.md:5: 错误 [schema]" in run("check", "--dir", folder, "--no-compare", code=1).stdout
