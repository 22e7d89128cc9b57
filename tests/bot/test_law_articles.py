"""Articles of law beneath "I don't know", through the endpoint."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.actions.runtime.context import set_parts
from kb_index.statutes.build import build
from kb_index.statutes.service import Statutes
from tests.bot.calls import Rasa
from tests.bot.parts import MODEL, SmallCity
from tests.kb_index.laws import write_laws

FERRY = "某渡船乘坐规定 渡船超员的，旅客可以拒绝乘坐"
"""The article's own words: sure to be shown."""


@pytest.fixture
async def with_laws(city: SmallCity, tmp_path: Path) -> AsyncIterator[SmallCity]:
    laws = write_laws(tmp_path)
    long = laws / "社会法" / "某蜂群转场法(2020-01-01).md"
    clauses = "".join(f"蜂群转场第{n}日应当向沿途的蜂站报告蜂箱数量和去向。" for n in range(1, 30))
    long.write_text(f"# 某蜂群转场法\n<!-- INFO END -->\n第一条 {clauses}\n", "utf-8")
    build(laws, tmp_path / "laws_index", tmp_path, MODEL, today=dt.date(2026, 11, 23))
    async with Statutes(tmp_path / "laws_index", MODEL, patience_s=60) as statutes:
        set_parts(replace(city.parts, laws=statutes))
        yield city


async def ask(rasa: Rasa, visitor: str, text: str) -> tuple[str, dict[str, str], list[object]]:
    answer = await rasa.run("action_answer_policy", text, "ask_policy", conversation=visitor)
    return answer.text, answer.buttons, list(answer.cards)


async def test_an_article_is_added_for_reference_only(rasa: Rasa, visitor: str, with_laws: SmallCity) -> None:
    text, buttons, cards = await ask(rasa, visitor, FERRY)
    assert text.startswith("这个问题我没有把握")
    assert "可能相关的法律条文（只供参考，不是对您问题的答复" in text
    assert "《某渡船乘坐规定》第一条（2015年6月1日的版本，全国适用）：乘坐渡船的旅客应当穿救生衣" in text
    assert "https://www.gov.cn/zhengce/xxgk/gjgzk/" in text
    assert list(buttons)[:2] == ["登记这个问题", "转人工"]
    assert cards == [], "an article is never an answer card"
    assert "\n\n" not in text and len(text.encode()) < 2048, "one message, also in WeChat"


async def test_a_long_article_is_cut_to_what_can_be_read(
    rasa: Rasa, visitor: str, with_laws: SmallCity
) -> None:
    text, _, _ = await ask(rasa, visitor, "某蜂群转场法 蜂群转场应当向沿途的蜂站报告蜂箱数量和去向")
    (line,) = [row for row in text.split("\n") if row.startswith("・")]
    assert line.endswith("。……") and len(line) < 230
    assert len(text.encode()) < 2048


async def test_chit_chat_and_other_places_get_no_article(
    rasa: Rasa, visitor: str, with_laws: SmallCity
) -> None:
    for question in ("今天吃什么好呢", "共享单车乱停放由企业在两小时内清理"):
        text, _, _ = await ask(rasa, visitor, question)
        assert "没有把握" in text and "法律条文" not in text


async def test_without_the_setting_nothing_is_added(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    text, _, _ = await ask(rasa, visitor, FERRY)
    assert "没有把握" in text and "法律条文" not in text
