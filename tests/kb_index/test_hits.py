"""``wenban kb test``: a batch of questions, alone and against an earlier version."""

from pathlib import Path

import pytest

from tests.kb_index.conftest import FUND, ID_CARD, MODEL, NOISE, PENSION, Write
from tests.kb_index.test_cli import as_json, jsonl, run

ROWS = [
    {"question": PENSION[1], "entry": PENSION[0]},
    {"question": ID_CARD[2][0], "entry": ID_CARD[0]},
    {"question": NOISE[1], "entry": FUND[0]},  # expects the wrong entry: a miss
    {"question": "股票怎么开户", "entry": None},
]


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Path:
    run("build", "--dir", folder, "--index", tmp_path / "index", "--model", MODEL)
    return tmp_path / "index"


def test_misses_are_listed_with_what_was_found_instead(index: Path, tmp_path: Path) -> None:
    cases = jsonl(tmp_path / "q.jsonl", ROWS)
    data = as_json("test", cases, "--index", index, "--model", MODEL)
    assert (data["questions"], data["hits"], data["missing_entries"]) == (4, 3, [])
    (miss,) = data["misses"]
    assert (miss["row"], miss["expected"], miss["found"][0]) == (3, FUND[0], NOISE[0])
    printed = run("test", cases, "--index", index, "--model", MODEL).stdout
    assert (
        "第 3 行" in printed and NOISE[0] in printed and "命中 3 条" in printed and "第 2 行" not in printed
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_does_as_well(index: Path, tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "q.csv"
    lines = ["问题,条目", *(f"{row['question']},{row['entry'] or ''}" for row in ROWS), ""]
    table.write_bytes("\n".join(lines).encode(encoding))
    data = as_json("test", table, "--index", index, "--model", MODEL)
    assert (data["questions"], data["hits"], data["misses"][0]["row"]) == (4, 3, 4)


@pytest.mark.slow
def test_what_got_worse_and_better_since_a_version(
    folder: Path, index: Path, tmp_path: Path, write: Write
) -> None:
    cases = jsonl(tmp_path / "q.jsonl", ROWS)
    before = as_json("test", cases, "--index", index, "--model", MODEL)["version"]
    run("test", cases, "--baseline", before, "--index", index, "--model", MODEL)
    write("police-id-lost", "结婚登记要带什么？", ["领结婚证的材料"])
    write(*FUND[:2], [*FUND[2], NOISE[1].replace("怎么办", "咋办")])
    (folder / "eco" / "night-work.md").unlink()
    run("build", "--dir", folder, "--index", index, "--model", MODEL)
    for baseline in (before, index / "versions" / before):
        data = as_json("test", cases, "--baseline", baseline, "--index", index, "--model", MODEL, code=1)
        assert 2 in [pair["after"]["row"] for pair in data["worse"]]
        assert [pair["after"]["row"] for pair in data["better"]] == [3]
        assert data["baseline"]["version"] == before != data["version"]
    printed = run("test", cases, "--baseline", before, "--index", index, "--model", MODEL, code=1).stdout
    assert "变差：第 2 行" in printed and "变好：第 3 行" in printed
    back = as_json("test", cases, "--version", before, "--index", index, "--model", MODEL)
    assert back["version"] == before


def test_another_index_folder_is_a_baseline_too(folder: Path, index: Path, tmp_path: Path) -> None:
    cases = jsonl(tmp_path / "q.jsonl", ROWS)
    other = tmp_path / "other"
    run("build", "--dir", folder, "--index", other, "--model", MODEL)
    data = as_json("test", cases, "--baseline", other, "--index", index, "--model", MODEL)
    assert (data["worse"], data["better"]) == ([], [])


def test_an_entry_the_version_does_not_hold_is_named(index: Path, tmp_path: Path) -> None:
    cases = jsonl(tmp_path / "q.jsonl", [{"question": "身份证丢了", "entry": "police-gone"}])
    result = run("test", cases, "--index", index, "--model", MODEL)
    assert "police-gone" in result.stderr and "命中 0 条" in result.stdout


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("q.jsonl", '{"question": "好", "entry": null}\n{"question": 5, "entry": null}\n', "第 2 行"),
        ("q.jsonl", '{"question": "好"}\n[]\n', "第 2 行"),
        ("q.csv", "甲,乙\n1,2\n", "表头"),
        ("q.csv", "问题,条目\n", "没有问题"),
        ("q.txt", "好", ".csv"),
    ],
)
def test_a_file_that_is_no_test_is_said_plainly(
    index: Path, tmp_path: Path, name: str, text: str, word: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert word in run("test", tmp_path / name, "--index", index, "--model", MODEL, code=2).output


def test_a_baseline_that_is_not_there_is_said(index: Path, tmp_path: Path) -> None:
    cases = jsonl(tmp_path / "q.jsonl", ROWS)
    for baseline in ("20200101T000000Z-00000000", tmp_path / "none"):
        result = run("test", cases, "--baseline", baseline, "--index", index, "--model", MODEL, code=2)
        assert "没有知识库版本" in result.output
