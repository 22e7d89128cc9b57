import datetime as dt
import json
import threading
from pathlib import Path

import pytest

from kb_index.index.versions import current_version
from kb_index.statutes.build import build
from kb_index.statutes.laws import LAWS_URL, RULES_URL, in_force, read_articles, read_statute
from kb_index.statutes.numbers import FEATURES, StatuteNumbers
from kb_index.statutes.service import Statutes
from kb_index.statutes.shelf import StatuteShelf
from tests.kb_index.conftest import MODEL, Write
from tests.kb_index.laws import write_laws
from tests.kb_index.test_cli import as_json, run

DAY = dt.date(2026, 11, 23)
GENEROUS = StatuteNumbers(weights=(0.0,) * len(FEATURES), bias=9.0, show_at=0.5)
"""Numbers under which every question is shown an article: to see which."""
LEASH = "不牵犬绳罚款多少"


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    return write_laws(tmp_path)


@pytest.fixture
def index(tmp_path: Path, laws: Path) -> Path:
    build(laws, tmp_path / "index", tmp_path, MODEL, today=DAY)
    return tmp_path / "index"


def test_articles_keep_their_paragraphs_number_and_chapter() -> None:
    text = "# 某法\n<!-- INFO END -->\n## 第一章 总则\n第一条 甲。\n\n乙。\n第二条 丙。\n## 第二章 分则\n第三条之一 丁。\n"
    assert [(a.number, a.chapter, a.text) for a in read_articles(text)] == [
        ("第一条", "总则", "甲。\n乙。"),
        ("第二条", "总则", "丙。"),
        ("第三条之一", "分则", "丁。"),
    ]


def test_a_document_tells_its_title_dates_region_and_where_it_is_published(laws: Path) -> None:
    pets = read_statute(laws / "社会法/某宠物管理法(2010-03-01).md")
    assert (pets.name, pets.title) == ("某宠物管理法", "中华人民共和国某宠物管理法")
    assert (pets.version, pets.effective) == (dt.date(2010, 3, 1), dt.date(2011, 1, 1))
    assert (pets.region, pets.url, pets.repealed) == ("全国", LAWS_URL, False)
    assert pets.repeals == {"某养犬暂行条例"}
    assert read_statute(laws / "部门规章/某部/某渡船乘坐规定(2015-06-01).md").url == RULES_URL
    assert read_statute(laws / "地方性法规/上海市某共享单车停放条例(2018-01-01).md").region == "上海"


def test_only_what_is_in_force_is_kept(laws: Path) -> None:
    statutes = [read_statute(path) for path in sorted(laws.rglob("*.md"))]
    held = {(s.name, s.version) for s in in_force(statutes, DAY)}
    assert held == {
        ("某宠物管理法", dt.date(2010, 3, 1)),  # neither the older version nor one that is not in force yet
        ("某渡船乘坐规定", dt.date(2015, 6, 1)),
        ("上海市某共享单车停放条例", dt.date(2018, 1, 1)),
    }
    before = {s.name for s in in_force(statutes, dt.date(1999, 1, 1))}
    assert before == {"某养犬暂行条例"}


def test_the_right_article_is_found_with_document_date_and_region(index: Path) -> None:
    shelf = StatuteShelf(index, MODEL, GENEROUS)
    first = shelf.related(LEASH, ["全国", "安徽"])[0]
    assert (first.title, first.number) == ("中华人民共和国某宠物管理法", "第三条之一")
    assert (first.date, first.region, first.url) == ("2010-03-01", "全国", LAWS_URL)
    assert "五百元" in first.text
    assert len(shelf.related(LEASH)) <= 2
    ferry = shelf.related("渡船超员了能不能不坐", ["全国"])[0]
    assert (ferry.document, ferry.number) == ("某渡船乘坐规定", "第一条")


def test_rules_of_other_places_are_not_shown(index: Path) -> None:
    shelf = StatuteShelf(index, MODEL, GENEROUS)
    question = "共享单车乱停放谁来清理"
    assert shelf.related(question, ["全国", "上海"])[0].region == "上海"
    assert all(a.region == "全国" for a in shelf.rank(question, ["全国", "安徽", "淮南"], 50))


def test_below_the_threshold_nothing_is_shown(index: Path) -> None:
    strict = StatuteShelf(index, MODEL, StatuteNumbers(bias=-1.0, show_at=0.9))
    assert strict.related(LEASH) == () and strict.rank(LEASH)
    shelf = StatuteShelf(index, MODEL, GENEROUS)
    assert shelf.related("？！。，") == () and shelf.related("") == ()
    assert len(shelf.related("犬" * 10_000)) <= 2


def test_with_the_shipped_numbers_chit_chat_is_shown_nothing(index: Path) -> None:
    shelf = StatuteShelf(index, MODEL)
    for question in ("今天天气怎么样", "讲个笑话", "你是谁", "啊啊啊撒旦法"):
        assert shelf.related(question) == ()


def test_command_line(laws: Path, folder: Path, tmp_path: Path) -> None:
    where = ("--index", tmp_path / "cli", "--model", MODEL)
    run("laws", "search", LEASH, *where, code=2)
    again = ("laws", "build", "--laws", laws, "--dir", folder, *where)
    (laws / "坏.md").write_bytes("第一条 坏".encode("gb18030"))
    built = run(*again)
    assert "3 部现行法规，7 条" in built.stdout and "坏.md" in built.stderr
    assert "内容没有变化" in run(*again).stdout
    found = as_json("laws", "search", LEASH, *where)
    assert found["articles"][0]["number"] == "第三条之一" and found["shown"] in (0, 1, 2)
    assert "《中华人民共和国某宠物管理法》第三条之一" in run("laws", "search", LEASH, *where).stdout
    run("laws", "build", "--laws", tmp_path / "nowhere", *where, code=2)
    empty = tmp_path / "empty"
    empty.mkdir()
    run("laws", "build", "--laws", empty, "--dir", folder, *where, code=2)
    assert as_json("laws", "search", LEASH, *where) == found, "a failed build leaves the index in service"


def test_fit_needs_enough_questions(index: Path, folder: Path, tmp_path: Path) -> None:
    rows = tmp_path / "q.jsonl"
    rows.write_text(json.dumps({"question": LEASH, "entry": None}) + "\n", "utf-8")
    out = tmp_path / "numbers.json"
    arguments = ("laws", "fit", "--questions", rows, "--out", out, "--dir", folder)
    assert "at least" in run(*arguments, "--index", index, "--model", MODEL, code=2).output
    assert not out.exists()


def test_fit_learns_when_articles_are_shown(index: Path, write: Write, tmp_path: Path) -> None:
    entries = {
        "zz-leash": (
            "某宠物管理法(2010-03-01)",
            "第三条之一",
            ("不牵犬绳", "没有犬绳", "违反犬绳", "犬绳罚款"),
        ),
        "zz-licence": (
            "某宠物管理法(2010-03-01)",
            "第三条",
            ("犬登记证", "狂犬病疫苗", "烈性犬嘴套", "犬申请登记"),
        ),
        "zz-ferry": ("某渡船乘坐规定", "第一条", ("渡船超员", "渡船救生衣", "乘坐渡船", "旅客渡船")),
    }
    rows: list[dict[str, str | None]] = []
    for name, (document, article, matters) in entries.items():
        basis = f"\n  - document: {document}\n    articles: [{article}]"
        write(name, f"{matters[0]}怎么办理？", [f"{m} 规定" for m in matters], basis=basis)
        rows += [{"question": m + tail, "entry": name} for m in matters for tail in "罚钱吗怎么处理呢啊要"]
    other = ["今天天气怎么样", "讲个笑话", "炒股", "唱首歌", "几点了", "电影票", "下雨吗", "哈哈哈"]
    rows += [{"question": question, "entry": None} for question in other * 5]
    questions = tmp_path / "q.jsonl"
    questions.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    out = tmp_path / "numbers.json"
    report = json.loads(
        run(
            "laws", "fit", "--questions", questions, "--out", out, "--dir", tmp_path / "kb",
            "--index", index, "--model", MODEL,
        ).stdout
    )  # fmt: skip
    assert report["questions_with_basis"] == 120
    assert report["unanswerable_shown_share"] <= 0.05
    assert report["shown_share"] > 0 and report["shown_right"] >= 0.75
    shelf = StatuteShelf(index, MODEL, StatuteNumbers.load(out))
    assert shelf.related(LEASH)[0].number == "第三条之一"
    assert shelf.related("讲个笑话") == ()


async def test_the_service_loads_at_need_and_follows_a_new_index(laws: Path, tmp_path: Path) -> None:
    index = tmp_path / "late"
    async with Statutes(index, MODEL, patience_s=60) as statutes:
        assert await statutes.related(LEASH) == (), "nothing is built: no article, and no error"
        for fine in ("五百元", "六百元"):
            pets = laws / "社会法" / "某宠物管理法(2010-03-01).md"
            pets.write_text(pets.read_text("utf-8").replace("五百元", fine), "utf-8")
            build(laws, index, tmp_path, MODEL, today=DAY)
            await statutes.related(LEASH)
            assert statutes._shelf is not None
            statutes._shelf.numbers = GENEROUS
            assert fine in (await statutes.related(LEASH))[0].text
        version = current_version(index)
        assert version is not None
        (index / "versions" / version / "manifest.json").write_text("{}", "utf-8")
    async with Statutes(index, MODEL, patience_s=60) as broken:
        assert await broken.related(LEASH) == ()


async def test_a_slow_start_is_not_waited_for(index: Path) -> None:
    async with Statutes(index, MODEL, patience_s=0) as statutes:
        started = threading.Event()
        statutes._threads.submit(
            started.wait
        )  # on a busy machine the small index is read before the loop looks
        assert await statutes.related(LEASH) == ()
        started.set()
