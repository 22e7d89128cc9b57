import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kb_index.cli.commands import app
from kb_index.search.calibration import AGAINST
from tests.kb_index.conftest import FUND, ID_CARD, MODEL, NOISE, PENSION, Write

KEYS = {
    "questions", "recall_at_1", "recall_at_3", "recall_at_10", "mrr", "wrong_answer_share",
    "unanswerable_answered_share", "answered_share", "calibration_error", "latency_ms", "bm25", "dense",
}  # fmt: skip
RECALL = {"recall_at_1", "recall_at_3", "recall_at_10"}


def run(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def as_json(*arguments: str | Path, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_check_reports_and_its_exit_code_suits_a_hook(folder: Path, tmp_path: Path) -> None:
    assert as_json("check", "--dir", folder)["errors"] == 0
    (folder / "police" / "id-lost.md").write_bytes("坏".encode("gb18030") * 9)
    found = as_json("check", "--dir", folder, code=1)
    (problem,) = [p for p in found["problems"] if p["severity"] == "error"]
    assert (problem["file"], problem["line"], problem["code"]) == ("police/id-lost.md", 1, "encoding_gbk")
    assert "wenban kb convert" in problem["mend"]
    assert "police/id-lost.md:1" in run("check", "--dir", folder, code=1).stdout
    run("check", "--dir", tmp_path / "nowhere", code=2)


def test_build_search_and_rollback(folder: Path, tmp_path: Path, write: Write) -> None:
    index = tmp_path / "index"
    run("search", ID_CARD[1], "--index", index, code=2)
    assert "4 个条目" in run("build", "--dir", folder, "--index", index, "--model", MODEL).stdout
    found = as_json("search", ID_CARD[2][0], "--index", index, "--model", MODEL)
    hit = found["hits"][0]
    assert hit["id"] == ID_CARD[0]
    assert {"probability", "fused", "lexical", "dense", "whole", "variant", "title"} <= set(hit)
    assert ID_CARD[0] in run("search", ID_CARD[2][0], "--index", index, "--model", MODEL).stdout
    write(*ID_CARD, answer="新的")
    run("build", "--dir", folder, "--index", index, "--model", MODEL)
    assert found["version"] in run("rollback", "--index", index).stdout
    run("rollback", "--index", index, code=2)
    (folder / "police" / "id-lost.md").write_text("坏了", "utf-8")
    assert "没有发布" in run("build", "--dir", folder, "--index", index, "--model", MODEL, code=2).output
    assert (
        "police/id-lost.md"
        in run("build", "--dir", folder, "--index", index, "--model", MODEL, "--skip-broken").output
    )


def test_stats(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert as_json("stats", "--dir", folder, "--index", index)["index"] is None
    run("build", "--dir", folder, "--index", index, "--model", MODEL)
    data = as_json("stats", "--dir", folder, "--index", index)
    assert (data["entries"], data["variants"], data["by_region"], data["errors"]) == (4, 8, {"全国": 4}, 0)
    assert (data["departments"], data["sources"], data["synonym_groups"]) == (1, 1, 2)
    assert (data["questions"], data["unanswerable"]) == (0, 0)
    jsonl(
        folder / "questions.jsonl",
        [{"question": "丢了", "entry": ID_CARD[0]}, {"question": "?", "entry": None}],
    )
    data = as_json("stats", "--dir", folder, "--index", index)
    assert (data["questions"], data["unanswerable"]) == (2, 1)
    assert data["index"]["entries"] == 4 and data["index"]["up_to_date"] is True
    (folder / "police" / "id-lost.md").unlink()
    assert as_json("stats", "--dir", folder, "--index", index)["index"]["up_to_date"] is False


def test_the_table_of_departments_goes_between_the_markers_of_a_document(
    folder: Path, tmp_path: Path
) -> None:
    row = "| 某某局 | 4 | 2026-11-01 | 2026-11-01 | 1 |"
    assert row in run("stats", "--table", "--dir", folder).stdout
    document = tmp_path / "doc.md"
    document.write_text("前\n<!-- kb stats: begin -->\n旧\n<!-- kb stats: end -->\n后\n", "utf-8")
    run("stats", "--write", document, "--dir", folder)
    text = document.read_text("utf-8")
    assert row in text and "旧" not in text and text.startswith("前\n") and text.endswith("\n后\n")
    document.write_text("没有标记", "utf-8")
    assert "标记" in run("stats", "--write", document, "--dir", folder, code=2).output
    assert document.read_text("utf-8") == "没有标记"


def test_a_new_draft_is_an_entry_that_still_needs_its_answer(folder: Path) -> None:
    run("new", "tax-test", "--title", "个税: 怎么“退”？", "--department", "税务局", "--dir", folder)
    draft = folder / "tax" / "test.md"
    found = as_json("check", "--dir", folder)
    codes = {p["code"] for p in found["problems"] if p["file"] == "tax/test.md"}
    assert codes == {"draft", "answer_missing"}
    held = draft.read_text("utf-8")
    for slip in ("draft: yes", 'draft: "true"', "draft: true # 待核", "draft : True", "draft: 是"):
        draft.write_text(held.replace("draft: true", slip), "utf-8")
        assert "draft" in {p["code"] for p in as_json("check", "--dir", folder)["problems"]}, slip
    draft.write_text(held.replace("draft: true\n", "draft: false\n"), "utf-8")
    found = as_json("check", "--dir", folder, code=1)
    errors = {p["code"] for p in found["problems"] if p["severity"] == "error"}
    assert errors == {"answer_missing"}
    run("new", "tax-test", "--title", "又一次", "--department", "税务局", "--dir", folder, code=2)
    run("new", "../evil", "--title", "越界", "--department", "税务局", "--dir", folder, code=2)


def test_a_new_draft_goes_into_the_folder_its_department_has(folder: Path) -> None:
    (folder / "medical-insurance").mkdir()
    run(
        "new",
        "medical-insurance-card-lost",
        "--title",
        "医保卡丢了",
        "--department",
        "医疗保障局",
        "--dir",
        folder,
    )
    assert (folder / "medical-insurance" / "card-lost.md").is_file()


def test_convert(folder: Path) -> None:
    path = folder / "police" / "id-lost.md"
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    run("check", "--dir", folder, code=1)
    run("convert", "police/id-lost.md", "--dir", folder)
    run("check", "--dir", folder)
    run("convert", "police/id-lost.md", "--dir", folder, code=2)


def test_evaluate_over_a_corpus_prints_the_agreed_keys(tmp_path: Path) -> None:
    corpus = jsonl(
        tmp_path / "c.jsonl",
        [
            {"id": f"任意 id {n}", "title": title, "variants": variants, "answer": "x"}
            for n, (_, title, variants) in enumerate((PENSION, ID_CARD, NOISE, FUND))
        ],
    )
    questions = jsonl(
        tmp_path / "q.jsonl",
        [
            {"question": "退休金要交几年社保", "entry": "任意 id 0"},
            {"question": "身份证弄丢了", "entry": "任意 id 1"},
            {"question": "身份证弄丢了怎么办", "entry": "任意 id 3"},
            {"question": "明天会下雨吗", "entry": None},
        ],
    )
    data = as_json("evaluate", "--questions", questions, "--corpus", corpus, "--model", MODEL)
    assert set(data) >= KEYS
    assert set(data["bm25"]) == set(data["dense"]) == RECALL
    assert set(data["latency_ms"]) == {"p50", "p95"}
    assert data["questions"] == 4
    assert data["recall_at_1"] == pytest.approx(2 / 3, abs=1e-3)
    assert data["recall_at_10"] == 1
    assert (
        "recall_at_1"
        in run("evaluate", "--questions", questions, "--corpus", corpus, "--model", MODEL).stdout
    )


def test_evaluate_names_the_bad_row(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    for text in ('{"question": "好", "entry": null}\n不是', '\n{"question": 5, "entry": null}'):
        path.write_text(text, "utf-8")
        assert "q.jsonl:2" in run("evaluate", "--questions", path, "--dir", folder, code=2).output
    assert run("evaluate", "--questions", tmp_path / "none", "--dir", folder, code=2).output


@pytest.mark.slow
def test_fit_needs_enough_questions_and_saves_what_it_found(folder: Path, tmp_path: Path) -> None:
    few = jsonl(tmp_path / "few.jsonl", [{"question": "身份证", "entry": None}])
    out = tmp_path / "calibration.json"
    run("evaluate", "--questions", few, "--dir", folder, "--model", MODEL, "--fit", "--out", out, code=2)
    assert not out.exists()
    starts = ["", "请问", "你好我想问", "麻烦问一下", "那个"]
    rows = [
        {"question": start + question, "entry": entry}
        for entry, _, questions in (PENSION, ID_CARD, NOISE, FUND)
        for question in questions
        for start in starts
    ]
    rows += [
        {"question": f"{start}{matter}", "entry": None}
        for matter in ("今天下雨吗", "讲个笑话", "股票涨不涨", "电影几点开始")
        for start in starts
    ]
    many = jsonl(tmp_path / "many.jsonl", rows)
    data = as_json("evaluate", "--questions", many, "--dir", folder, "--model", MODEL, "--fit", "--out", out)
    saved = json.loads(out.read_text("utf-8"))
    assert data["wrong_answer_share"] <= 0.02
    assert all((weight <= 0) if name in AGAINST else (weight >= 0) for name, weight in saved["rank"].items())
    assert 1 > saved["answer_at"] >= saved["ask_at"] > 0
    assert saved["report"]["out_of_fold"]["recall_at_1"] == data["recall_at_1"]
