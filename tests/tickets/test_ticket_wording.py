"""What citizens read: labels, progress, suggested categories."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.understanding.category import suggest
from core.errors import ConfigurationError
from tests.cities import HUAINAN
from tickets import catalog
from tickets.progress import progress_text
from tickets.service import Tickets
from tickets.states import State
from tickets.types import TicketDraft


@pytest.mark.parametrize("state", list(State))
async def test_progress_says_where_it_stands_and_promises_nothing(
    tickets: Tickets, draft: TicketDraft, state: State
) -> None:
    ticket = replace(
        await tickets.file(draft, "k"),
        state=state,
        created_at=datetime(2026, 11, 23, 10, 5, tzinfo=UTC),
        department="某某局",
    )
    text = progress_text(ticket)
    assert text == tickets.progress_text(ticket)
    assert ticket.number in text and f"“{state.label}”" in text and "投诉工单" in text
    assert "2026 年 11 月 23 日 18:05" in text
    assert ticket.query_code not in text and "13800000000" not in text
    assert not any(promise in text for promise in ("一定", "保证", "马上", "尽快", "{"))


def test_states_have_labels_of_their_own() -> None:
    assert len({s.label for s in State}) == len(State) == 14
    assert all(State.parse(s.label) is s for s in State)
    assert State.parse("没有") is None


@pytest.mark.parametrize(
    ("story", "category"),
    [
        ("小区门口的路灯坏了三天了", "市政设施/路灯照明"),
        ("干了三个月，老板不发工资", "劳动与就业/拖欠工资"),
        ("楼下广场舞音响开到半夜，吵得睡不着", "生态环境/噪声扰民"),
        ("家里停水两天了，打自来水公司电话也没人接", "供水供电供气供热/供水"),
        ("物业费涨了，物业公司什么都不管", "住房与物业/物业服务"),
        ("超市卖过期的食品", "市场监管/食品安全"),
        ("107路公交车司机甩站", "交通出行/公交出行"),
        ("我家宅基地被占了", "农业农村/宅基地与建房"),
    ],
)
def test_a_story_is_given_a_category(story: str, category: str) -> None:
    found = suggest(story)
    assert found is not None and found.category == category
    assert 0 < found.confidence <= 1


def test_no_keyword_no_guess() -> None:
    assert suggest("您好") is None
    assert suggest("") is None


def test_a_keyword_inside_a_longer_one_counts_once() -> None:
    """Else 公交 and 公交站 would both speak for a category that has both."""
    assert catalog._score("公交站没有棚", ("公交站", "公交", "棚")) == 3**2 + 1
    assert catalog._score("公交站没有棚", ("公交站", "地铁")) == 3**2


def test_a_clear_story_is_suggested_with_more_confidence_than_a_vague_one() -> None:
    vague, clear = suggest("这事拖了好久没人解决，材料也交了"), suggest("路灯坏了，路灯不亮")
    assert clear is not None and clear.confidence > 0.8
    assert vague is None or vague.confidence < clear.confidence


def test_every_category_has_a_lead_department_and_written_examples() -> None:
    said = catalog.examples()
    for category in catalog.categories():
        for leaf in category.children:
            assert HUAINAN.lead(f"{category.name}/{leaf.name}")
            assert len(said[category.name, leaf.name]) >= 3, leaf.name


def test_examples_of_an_unknown_category_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "examples.yml"
    path.write_text("没有的类: {没有的小类: [某事]}", "utf-8")
    with pytest.raises(ConfigurationError, match="没有的类/没有的小类"):
        catalog.examples(path)


def test_the_catalogue_has_fifteen_categories_that_fit_their_column() -> None:
    found = catalog.categories()
    assert len(found) >= 15
    assert all(len(category.children) >= 8 for category in found)
    assert all(len(f"{c.name}/{leaf.name}") <= 80 for c in found for leaf in c.children)


@pytest.mark.parametrize(
    "text",
    [
        "- name: 甲类",
        "- {name: 甲类, children: [{name: 子类, keywords: []}]}",
        "- {name: 甲/类, children: [{name: 子类, keywords: [词]}]}",
        "- {name: 甲类, children: [{name: 子类, keywords: [词, 词]}]}",
        "- {name: 甲类, children: [{name: 子类, keywords: [词]}, {name: 子类, keywords: [字]}]}",
        "- {name: 甲类, children: [{name: 子类, keywords: [词], 多余: 1}]}",
        "[",
    ],
)
def test_a_broken_catalogue_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "categories.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=r"categories\.yml"):
        catalog.load(path)
