"""Beside "I don't know" stands only a near question that is likely enough, and at most one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.actions.policy.answer import NEAR_FROM, near_entries, search
from tests.bot.parts import build_of_shipped, small_city

NAMES = (
    "agri/married-woman-land", "police/spouse-household", "edu/dropout", "agri/abandoned", "fraud/lend-card",
    "marriage/foreign-spouse", "elder/high-age-allowance", "pdpf/certificate", "police/residence-permit-apply",
)  # fmt: skip


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over some shipped entries."""
    return build_of_shipped(tmp_path_factory.mktemp("near"), NAMES)


@pytest.mark.parametrize("said", ["俺户口在凤台，人住田家庵闺女家，归哪管", "修路耽误我生意，能赔我钱不"])
async def test_what_hardly_fits_is_not_offered(tmp_path: Path, some: Path, said: str) -> None:
    async with small_city(tmp_path, some):
        result = await search(said)
        assert result.outcome == "unknown"
        assert near_entries(result, said) == []


async def test_what_is_likely_enough_is_offered_alone(tmp_path: Path, some: Path) -> None:
    said = "老寿星的补贴一个月能拿几个钱"
    async with small_city(tmp_path, some):
        result = await search(said)
        assert result.hits[0].probability >= NEAR_FROM
        assert [entry.id for entry in near_entries(result, said)] == ["elder-high-age-allowance"]
