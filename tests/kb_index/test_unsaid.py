"""An entry that says nothing of what is asked is not given, however alike the words are otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import ROOT
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder
from kb_index.language.unsaid import missing
from kb_index.publishing.build import build
from kb_index.search.unsaid import unsaid
from kb_index.service import KnowledgeBase
from tests.kb_index.conftest import MODEL
from tests.knowledge import begin_with_what_is_at_hand

HOME = ["全国", "安徽", "淮南"]
SURE = 0.9


@pytest.fixture(scope="module")
def shipped() -> dict[str, Entry]:
    return {parsed.entry.id: parsed.entry for parsed in load_folder(ROOT / "knowledge_base")[0]}


@pytest.mark.parametrize(
    ("asked", "text", "found"),
    [
        ("优待证怎么注销", "优待证怎么申请，带身份证去服务站", ("close",)),
        ("助学贷款能提前还清吗", "助学贷款每人每年最高2万元", ("early",)),
        ("职工医保呢", "居民医保按年交", ("employees' insurance",)),
        ("摩托车呢", "非机动车要登记", ("motorcycle",)),
        ("96119是干嘛的", "被骗了打96110", ("96119",)),
        ("96110是干嘛的", "被骗了打96110", ()),
        ("欠我96110元怎么要", "去劳动监察投诉", ()),
        ("伤情鉴定去哪做", "工伤伤残等级去哪里鉴定", ("hurt by others",)),
        ("伤情鉴定去哪做", "挨打了打110，做伤情鉴定", ()),
        ("优待证丢了咋办", "优待证遗失了去补领", ()),
        ("没离婚能再登记不", "有配偶的不能登记", ()),
    ],
)
def test_what_a_text_never_mentions(asked: str, text: str, found: tuple[str, ...]) -> None:
    assert missing(asked, text) == found


def test_a_story_names_much_in_passing() -> None:
    story = (
        "我去年把驾驶证弄丢了，一直在外地打工没顾上，今年想回来开出租，听人家讲要先有健康证才行，这个要怎么办"
    )
    assert missing(story, "健康证在疾控中心办") == ()


@pytest.mark.parametrize(
    ("entry", "asked", "doubted"),
    [
        ("veterans-card-apply", "退役军人优待证怎么注销", True),
        ("veterans-card-apply", "退役军人优待证怎么申请", False),
        ("realestate-mortgage-cancel", "车子贷款还清了怎么解除抵押", True),
        ("realestate-mortgage-cancel", "房贷还清了怎么解除抵押", False),
        ("justice-notary", "公证处公证一份遗嘱收多少钱", True),
        ("police-id-card-fee", "补身份证多少钱", False),
        ("business-capital", "公司注册资本怎么减少", True),
        ("hrss-work-injury-commuting", "送外卖的骑手撞伤了算工伤吗", True),
    ],
)
def test_entries_that_ship(shipped: dict[str, Entry], entry: str, asked: str, doubted: bool) -> None:
    assert unsaid(asked, shipped[entry]) is doubted


@pytest.mark.slow
async def test_a_near_miss_is_asked_about_and_its_neighbour_is_given(tmp_path: Path) -> None:
    index = tmp_path / "index"
    begin_with_what_is_at_hand(index)
    build(ROOT / "knowledge_base", index, MODEL)
    async with KnowledgeBase(index, MODEL, answer_at=SURE) as base:
        for near, right in (
            ("异地就医备案怎么取消", "异地就医备案怎么办"),
            ("助学贷款能延期还吗", "助学贷款怎么申请"),
        ):
            doubted, given = await base.search(near, HOME), await base.search(right, HOME)
            assert given.outcome == "answer", right
            assert doubted.hits[0].entry.id == given.hits[0].entry.id, "likeness alone finds the same entry"
            assert doubted.outcome == "ask_back", near
            assert max(hit.probability for hit in doubted.hits) == doubted.hits[0].probability
