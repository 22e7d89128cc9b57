import datetime as dt
from pathlib import Path

import pytest

from kb_index.measure.workbench import searcher_over
from kb_index.search.calibration import Calibration
from kb_index.search.searcher import Searcher
from tests.kb_index.conftest import ID_CARD, MODEL, Write


@pytest.fixture
def searcher(folder: Path, write: Write) -> Searcher:
    write("zz-shou", "寿县老年卡在哪里办？", ["寿县 老年乘车卡", "寿县坐公交的卡去哪办"], regions="[寿县]")
    write("zz-old", "电影票补贴怎么领？", ["观影补贴 领取", "看电影有补贴吗"], expires="2026-06-30")
    write("zz-notes", "怎么养蚕？", ["养蚕 技术", "蚕宝宝怎么喂"], notes="桑叶采摘规程禁止外传")
    return searcher_over(folder, None, MODEL, Calibration())


def first(searcher: Searcher, question: str, **where: object) -> str | None:
    hits = searcher.search(question, **where).hits  # type: ignore[arg-type]
    return hits[0].entry.id if hits else None


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("养老保险要交满多少年才能按月领养老金？", "hrss-pension-years"),
        ("退休金要交几年社保", "hrss-pension-years"),
        ("我的身份証掉了", "police-id-lost"),
        ("身 份 证 丢 了", "police-id-lost"),
        ("房积金能拿出来吗", "gjj-withdraw"),
        ("工地半夜打樁", "eco-night-work"),
        (
            "老家那边工地天天夜里两三点还在干活轰隆轰隆的我妈有心脏病一宿一宿睡不着这事归谁管",
            "eco-night-work",
        ),
    ],
)
def test_the_right_entry_comes_first(searcher: Searcher, question: str, entry: str) -> None:
    assert first(searcher, question) == entry


def test_an_exact_question_is_the_surest_and_shows_the_question_that_hit(searcher: Searcher) -> None:
    hit = searcher.search(ID_CARD[2][0]).hits[0]
    assert hit.entry.id == ID_CARD[0]
    assert hit.variant == searcher.pipeline.normalise(ID_CARD[2][0])
    assert hit.lexical == pytest.approx(1, abs=0.65) and hit.dense == pytest.approx(1, abs=1e-3)
    assert hit.probability > searcher.search("今天天气怎么样").hits[0].probability


def test_hits_are_distinct_entries_in_falling_order(searcher: Searcher) -> None:
    hits = searcher.search("身份证 公积金 养老保险", limit=10).hits
    ids = [h.entry.id for h in hits]
    assert len(ids) == len(set(ids)) > 3
    assert [h.fused for h in hits] == sorted((h.fused for h in hits), reverse=True)
    assert all(0 <= h.probability <= hits[0].probability <= 1 for h in hits)


def test_regions_filter(searcher: Searcher) -> None:
    question = "寿县老年卡在哪里办？"
    assert first(searcher, question) == "zz-shou"
    assert first(searcher, question, regions=["安徽", "淮南", "寿县"]) == "zz-shou"
    found = searcher.search(question, regions=["全国", "安徽", "淮南"], limit=20).hits
    assert found and "zz-shou" not in [h.entry.id for h in found]


def test_an_expired_answer_is_not_found_after_its_last_day(searcher: Searcher) -> None:
    question = "电影票补贴怎么领？"
    assert first(searcher, question, on=dt.date(2026, 6, 30)) == "zz-old"
    found = searcher.search(question, on=dt.date(2026, 7, 1), limit=20).hits
    assert found and "zz-old" not in [h.entry.id for h in found]
    assert searcher.search(question, on=dt.date(2019, 12, 31)).hits == ()


def test_editorial_notes_are_not_searched(searcher: Searcher) -> None:
    silk = next(h for h in searcher.search("桑叶采摘规程", limit=20).hits if h.entry.id == "zz-notes")
    assert silk.lexical == 0 and silk.whole == 0


@pytest.mark.parametrize("question", ["", "   ", "？？？！", "😀😀", "\x00\ufeff", "…………"])
def test_nothing_to_search_for_is_unknown(searcher: Searcher, question: str) -> None:
    result = searcher.search(question)
    assert (result.outcome, result.hits) == ("unknown", ())


@pytest.mark.parametrize(
    "question", ["啊啊啊撒旦法", "asdfghjkl", "x" * 10_000, "天气" * 4000, "🀄中文 mixed １２３"]
)
def test_odd_questions_are_searched_without_an_answer_made_up(searcher: Searcher, question: str) -> None:
    assert searcher.search(question).outcome != "answer"
