"""A county with its facts filled in: fifty questions through the web channel and Rasa, and gone once the facts have ended."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.clock import local, now
from tests.cities import QINGWU_FOLDER
from tests.citizen import Citizen
from tests.system import System, started
from tests.waiting import until

QUESTIONS: list[dict[str, Any]] = yaml.safe_load((QINGWU_FOLDER.parent / "county.yml").read_text("utf-8"))[
    "questions"
]
_DAY = re.compile(r"\d+月\d+日")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up city, whose facts hold until next year, whatever today is."""
    folder = tmp_path_factory.mktemp("profile") / "qingwu"
    shutil.copytree(QINGWU_FOLDER, folder)
    _hold_until(folder, 300)
    return folder


@pytest.fixture(scope="module")
def qingwu(tmp_path_factory: pytest.TempPathFactory, profile: Path) -> Iterator[System]:
    with started(tmp_path_factory.mktemp("county"), WENBAN_CITY_PROFILE=str(profile)) as running:
        yield running


def _hold_until(folder: Path, days: int) -> None:
    """Let all facts end so many days from today."""
    today = local(now()).date()
    for path in (folder / "facts").rglob("*.yml"):
        text = re.sub(
            r"verified_on: \S+", f"verified_on: {today - timedelta(days=400)}", path.read_text("utf-8")
        )
        text = re.sub(r"until: \S+", f"until: {today + timedelta(days=days)}", text)
        path.write_text(text, "utf-8")


async def test_fifty_questions_are_answered_right_and_gone_when_their_end_has_passed(
    qingwu: System, profile: Path
) -> None:
    wrong = []
    for row in QUESTIONS:
        said = Citizen(qingwu.url).say(row["say"])
        # Which day the coming Saturday is depends on today; the hours that hold on it do not.
        held = [part for part in _DAY.split(row["hold"]) if part][-1].partition("）")[2] or row["hold"]
        if not (said and held in said and "依据：" in said):
            wrong.append((row["say"], said))
    assert len(QUESTIONS) == 50 and wrong == []
    _hold_until(profile, -1)
    await until(lambda: "我这里没有登记" in Citizen(qingwu.url).say("澜水县自来水公司电话"), within_s=60)
    for row in QUESTIONS[:8]:
        assert not re.search(r"(?:555|666)\d{4}", Citizen(qingwu.url).say(row["say"])), row
