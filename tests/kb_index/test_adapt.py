"""Weights that suit the base: small synthetic bases of several shapes, built and searched as a city would."""

import json
import random
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.settings import ROOT
from kb_index.cli.commands import app
from kb_index.index import meanings
from kb_index.index.versions import current_version, manifest
from kb_index.publishing.build import build
from kb_index.search.calibration import SAFE, Calibration
from kb_index.search.loading import load_searcher
from kb_index.search.ranking import Part
from kb_index.search.searcher import Searcher
from tests.kb_index.conftest import MODEL, Write

THINGS = [
    "水表",
    "电表",
    "路灯",
    "井盖",
    "公交卡",
    "老年证",
    "残疾证",
    "准生证",
    "居住证",
    "驾驶证",
    "行驶证",
    "营业执照",
    "卫生许可证",
    "林权证",
    "渔业证",
    "护照",
    "学籍",
    "医保卡",
    "社保卡",
    "公积金",
    "低保",
    "廉租房",
    "宅基地",
    "承包地",
    "鱼塘",
    "果园",
    "大棚",
    "农机",
    "化肥",
    "种子",
    "电梯",
    "车位",
    "围墙",
    "烟囱",
    "油烟",
    "噪声",
]
DEEDS = ("补办", "注销", "变更姓名")
FRAMES = ("{}怎么{}", "我想问{}咋{}", "{}{}要带什么", "去哪里能把{}{}了", "{}{}流程", "请问{}可以网上{}吗")
PAIRS = [(thing, deed) for thing in THINGS for deed in DEEDS]


@pytest.fixture
def without_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a base too large for the encoder, which would cost seconds here."""
    monkeypatch.setattr(meanings, "MOST", 0)


def served(index: Path) -> Searcher:
    return load_searcher(index, current_version(index) or "", MODEL)


def found(searcher: Searcher, asked: list[tuple[str, str]], part: Part, first: int) -> int:
    """How many questions have their entry among the first ones."""
    store = searcher.shelf.store
    return sum(
        entry in [store.ids[p] for p in searcher.rank(question, part=part).places[:first]]
        for question, entry in asked
    )


def with_variants(write: Write, count: int) -> Path:
    """A base with five variants an entry."""
    for number, (thing, deed) in enumerate(PAIRS[:count]):
        title, *variants = (frame.format(thing, deed) for frame in FRAMES)
        path = write(f"city-e{number}", title, variants, answer=f"{thing}{deed}请到窗口，当场办结。")
    return path.parent.parent


@pytest.mark.slow
def test_a_base_with_variants_is_fitted_to_them_and_the_build_says_so(
    write: Write, tmp_path: Path, without_encoder: None
) -> None:
    folder, index = with_variants(write, 90), tmp_path / "index"
    said = CliRunner().invoke(app, ["build", "--dir", str(folder), "--index", str(index), "--model", MODEL])
    assert said.exit_code == 0, said.output
    searcher = served(index)
    numbers = searcher.calibration
    report = numbers.report or {}
    assert numbers.source == "variants" and numbers.model == searcher.encoder.fingerprint
    assert report["variants"] >= 150 and f"留出 {report['variants']} 条" in said.output
    best = report[report["weights"]]
    assert best["recall_at_1"] >= max(report["safe"]["recall_at_1"], report["words"]["recall_at_1"])
    asked = [(f"{thing}想{deed}找谁", f"city-e{n}") for n, (thing, deed) in enumerate(PAIRS[:90])]
    for first in (1, 3):
        assert found(searcher, asked, "fused", first) >= found(searcher, asked, "lexical", first)
    assert found(searcher, asked, "fused", 1) >= 80

    (folder / "city" / "e0.md").write_text((folder / "city" / "e0.md").read_text("utf-8") + "\n", "utf-8")
    report_again = build(folder, index, MODEL)
    assert report_again.numbers == numbers  # one change of ninety is no reason to fit again
    assert manifest(index, report_again.version)["numbers"]["changed"] == 1
    for number in range(12):
        path = folder / "city" / f"e{number}.md"
        path.write_text(path.read_text("utf-8").replace("- 我想问", "- 麻烦问下", 1), "utf-8")
    build(folder, index, MODEL)
    assert manifest(index, current_version(index) or "")["numbers"]["changed"] == 0


@pytest.mark.slow
def test_articles_of_law_without_variants_are_found_at_least_as_well_as_by_words(
    write: Write, tmp_path: Path
) -> None:
    chance = random.Random(3)
    asked = []
    for number, (thing, deed) in enumerate(chance.sample(PAIRS, 24)):
        path = write(
            f"law-a{number}", f"某某管理条例第{number + 1}条", [],
            answer=f"单位或者个人申请{thing}{deed}的，主管部门应当自受理之日起十日内办理，并书面告知申请人。",
        )  # fmt: skip
        asked.append((f"我家{thing}要{deed}，几天能办好", f"law-a{number}"))
    index = tmp_path / "index"
    said = CliRunner().invoke(
        app, ["build", "--dir", str(path.parent.parent), "--index", str(index), "--model", MODEL]
    )
    assert "稳妥的通用一套" in said.output, said.output
    searcher = served(index)
    assert searcher.calibration.rank == Calibration.load(SAFE).rank
    for first in (1, 3):
        assert found(searcher, asked, "fused", first) >= found(searcher, asked, "lexical", first)
    # The beginning of the answer has vectors, but no words of its own: those are in the index already.
    opening = int(searcher.shelf.starts[0]) + 1
    assert (
        searcher.shelf.counts.tolist() == [2] * 24 and len(searcher.shelf.question_tokens.row(opening)) == 0
    )
    hit = searcher.search("十天之内答复申请", limit=1).hits[0]
    assert hit.dense > 0.2


def test_an_entry_asked_by_its_title_is_answered_on_any_base(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "index", MODEL)
    searcher = served(tmp_path / "index")
    assert searcher.calibration.source == "safe"
    for place in range(len(searcher.shelf.store)):
        entry = searcher.shelf.store.at(place)
        result = searcher.search(entry.title)
        assert (result.outcome, result.hits[0].entry.id) == ("answer", entry.id)
    assert searcher.search("今天天气怎么样").outcome != "answer"


@pytest.mark.slow
def test_the_shipped_entries_keep_the_numbers_fitted_to_labelled_questions(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(ROOT / "knowledge_base" / "marriage", folder / "marriage")
    assert build(folder, tmp_path / "index", MODEL).numbers.source == "labelled"


def test_a_foreign_corpus_is_measured_with_weights_of_its_own(tmp_path: Path, without_encoder: None) -> None:
    rows = [
        {"id": f"r{n}", "title": "", "variants": [], "answer": f"关于{thing}{deed}一事，现答复如下。"}
        for n, (thing, deed) in enumerate(PAIRS[:40])
    ]
    asked = [{"question": f"{t}可以{d}不", "entry": f"r{n}"} for n, (t, d) in enumerate(PAIRS[:40])]
    for name, lines in (("corpus", rows), ("asked", asked)):
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        (tmp_path / name).write_text(text, "utf-8")
    said = CliRunner().invoke(
        app,
        ["evaluate", "--corpus", str(tmp_path / "corpus"), "--questions", str(tmp_path / "asked"), "--json"],
    )
    figures = json.loads(said.stdout)
    assert figures["weights"] == "safe"
    assert figures["recall_at_1"] >= figures["bm25"]["recall_at_1"] > 0.8
