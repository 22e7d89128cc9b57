"""How well citizens are understood: the commands, the held-out sets, and the floors they must keep."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.evaluation import CATEGORIES, MESSAGES, STORIES
from bot.evaluation.cli import app
from bot.evaluation.rows import CategoryRow, MessageRow, StoryRow, read
from bot.parsing import parse
from bot.understanding.category import suggest
from bot.understanding.kind import suggest_type
from bot.understanding.mine import mine
from bot.understanding.when import moment
from core.errors import WenbanError
from core.settings import load_settings
from tests.bot.test_bot_data import EXAMPLES, _key
from tests.cities import HUAINAN
from tickets import catalog

NOW = datetime.fromisoformat("2026-11-24T14:00:00+08:00")


def nlu(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def figures(*arguments: str) -> dict[str, Any]:
    done = nlu(*arguments, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.end_to_end
def test_intents_of_the_held_out_messages() -> None:
    found = figures("evaluate")
    assert found["messages"] >= 500
    assert found["accuracy"] >= 0.93
    assert found["macro_f1"] >= 0.90
    assert all({"expected", "predicted", "count", "examples"} == set(pair) for pair in found["confusions"])


@pytest.mark.end_to_end
def test_no_number_decides_what_a_message_is() -> None:
    plain = [
        "阳光城{}栋{}单元电梯坏了{}天了",
        "{}路公交{}点以后就没有车了",
        "老板欠我{}块工资{}个月没发",
        "退休金{}岁能领多少",
        "我的电话是{}",
    ]
    told = [text.format(*numbers) for text in plain for numbers in ((3, 1, 5), (88, 88, 88), (12, 904, 31))]
    heard = parse(load_settings(), [*told, "88", "886"])
    intents = [str(one["intent"]) for one in heard]
    for at in range(0, len(told), 3):
        assert len(set(intents[at : at + 3])) == 1, told[at : at + 3]
    assert "goodbye" not in intents[: len(told)]
    assert intents[len(told) :] == ["goodbye", "goodbye"]


@pytest.mark.measured
def test_categories_of_the_held_out_stories() -> None:
    found = figures("classify")
    assert found["messages"] >= 300
    assert found["accuracy"] >= 0.85
    assert found["accuracy_level_2"] >= 0.80


@pytest.mark.slow
def test_slots_of_the_held_out_stories() -> None:
    found = figures("slots")
    assert found["messages"] >= 150
    assert found["precision"] >= 0.93
    # The type is seldom sure: only what is stored of it is judged.
    least = {"district": 0.95, "town": 0.95, "address": 0.75, "happened_at": 0.85, "subject": 0.7}
    for slot, f1 in least.items():
        assert found["per_slot"][slot]["f1"] >= f1, slot
    assert found["per_slot"]["complaint_type"]["precision"] >= 0.95


def test_what_must_not_be_read_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {
            "text": "望城管局来看看，八一路的摊子占道",
            "slots": {"address": "八一路"},
            "not": {"subject": "望城管局"},
        },
        {"text": "请交警队来疏导", "slots": {}, "not": {"address": "交警队"}},
        {"text": "厂商不给三包", "slots": {}, "not": {"subject": "厂"}},
        {"text": "田家庵区的路灯坏了", "slots": {}, "not": {"district": "田家庵区"}},
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    found = figures("slots", str(path))
    assert found["forbidden"] == 1 and found["per_slot"]["district"]["forbidden"] == 1


def test_held_out_texts_are_not_in_the_training_data() -> None:
    trained = {_key(text) for _, text in EXAMPLES}
    said = {_key(text) for texts in catalog.examples().values() for text in texts}
    for path, kind in ((MESSAGES, MessageRow), (CATEGORIES, CategoryRow), (STORIES, StoryRow)):
        keys = {_key(row.text) for row in read(path, kind)}
        assert keys & trained == set(), path.name
        assert keys & said == set(), path.name


def test_held_out_stories_cover_every_category() -> None:
    leaves = {f"{c.name}/{leaf.name}" for c in catalog.categories() for leaf in c.children}
    assert {row.category for row in read(CATEGORIES, CategoryRow)} == leaves


def test_a_level_1_label_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "路灯坏了没人修", "category": "市政设施"}), "utf-8")
    found = figures("classify", str(path))
    assert (found["messages"], found["accuracy"], found["accuracy_level_2"]) == (1, 1.0, None)


@pytest.mark.parametrize(
    ("command", "line", "problem"),
    [
        ("evaluate", "{", "JSON"),
        ("evaluate", '{"text": "停电了"}', "intent"),
        ("evaluate", '{"text": " ", "intent": "complain"}', "text"),
        ("classify", '{"text": "停电了", "category": "没有/这类"}', "没有这个分类"),
        ("slots", '{"text": "停电了", "slots": {"colour": "红"}}', "没有 colour"),
        ("requests", '{"text": "停电了", "matters": 0}', "matters"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, command: str, line: str, problem: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"\n{line}\n", "utf-8")
    done = nlu(command, str(path))
    assert isinstance(done.exception, WenbanError), done.output
    assert "第 2 行" in done.exception.message and problem in done.exception.message


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("上周三晚上十点多", "2026-11-18T22:00"),
        ("昨个晚黑九点半", "2026-11-23T21:30"),
        ("昨天夜里两点", "2026-11-24T02:00"),
        ("上个月15号", "2026-10-15T00:00"),
        ("12月3号", "2025-12-03T00:00"),
        ("三天前", "2026-11-21T00:00"),
        ("礼拜天下午三点一刻", "2026-11-22T15:15"),
        ("晚上十一点", "2026-11-23T23:00"),
    ],
)
def test_times(said: str, start: str) -> None:
    found = moment(f"俺家{said}停的水", NOW)
    assert found is not None and found.start is not None
    assert found.start.strftime("%Y-%m-%dT%H:%M") == start
    assert found.text == said


@pytest.mark.parametrize(
    "said",
    [
        "我住15号楼",
        "二月三十号",
        "提3点意见",
        "国庆路上",
        "有消息晚上八点以后给我回电",
        "上午九点到十一点联系我",
        "请督促整改。陈大明 2025年3月4日",
        "早上七点半到八点堵车",
    ],
)
def test_what_is_no_time(said: str) -> None:
    found = moment(said, NOW)
    assert found is None or found.start is None


def test_a_story_is_mined_for_everything() -> None:
    found = mine(
        "我要投诉，上周三晚上十点多，曹庵镇杨公路88号聚福饭店油烟大，电话幺三八零零零零幺二三四", NOW, HUAINAN
    )
    assert (found.complaint_type or found.unsure.complaint_type) == "投诉"
    assert (found.district, found.town) == ("田家庵区", "曹庵镇")
    assert (found.address, found.subject, found.phone) == ("杨公路88号", "聚福饭店", "13800001234")
    assert found.happened_at is not None and found.happened_at.start is not None


@pytest.mark.parametrize(
    "text", ["", " ", "。" * 5000, "路" * 5000, "1" * 5000, "\x00\ud800", "号楼栋单元" * 500]
)
def test_no_text_breaks_the_mining(text: str) -> None:
    mine(text, NOW, HUAINAN)
    suggest_type(text)
    suggest(text)


@pytest.mark.parametrize(
    ("story", "kind"),
    [
        ("我要举报有人卖假烟", "举报"),
        ("建议在路口装个红绿灯", "建议"),
        ("物业不作为，我要投诉", "投诉"),
        ("请问低保怎么申请", "咨询"),
        ("表扬公交司机扶老人过马路", "表扬"),
        ("求求你们帮我们协调一下工资的事", "求助"),
    ],
)
def test_types(story: str, kind: str) -> None:
    found = suggest_type(story)
    assert found is not None and found.type.label == kind
