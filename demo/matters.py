"""The made-up matters (``matters.yml``), and the drafts of tickets that are made of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from core.city import City
from core.clock import local
from core.yaml_loader import SafeLoader
from tickets.types import TicketDraft

MARK = "【示例】"
"""Begins every content and every answer, so that nobody takes one for real."""
PHONE = "13800000000"
"""The number of every made-up citizen."""
_CHANNELS = ("web", "web", "phone")
_ESTATES = ["金桂", "银杏", "紫薇", "翠竹", "海棠", "丁香", "青松", "白杨", "玉兰", "碧桃"]
_ALL_YEAR = tuple(range(1, 13))


class Matter(BaseModel):
    """One kind of matter; what the keys mean stands at the head of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str
    type: str
    content: str
    answer: str
    often: Annotated[int, Field(ge=1, le=10)] = 1
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = _ALL_YEAR


@dataclass(frozen=True)
class Made:
    """A made-up ticket before it is filed.

    Args:
        draft: what is filed.
        answer: the answer of its department, with a place ``{day}`` for the day on which it was done.
    """

    draft: TicketDraft
    answer: str


@cache
def matters() -> tuple[Matter, ...]:
    """All matters of the file."""
    text = Path(__file__).with_name("matters.yml").read_text("utf-8")
    listed = yaml.load(text, SafeLoader)  # noqa: S506  (it makes no objects)
    return tuple(Matter.model_validate(one) for one in listed)


def make(city: City, at: datetime, chance: random.Random) -> Made:
    """A made-up ticket of a moment. Who called left :data:`PHONE`, unless with 保密, so that there is somebody to call back; no other number and no
    name of a person stands in any.

    Args:
        city: gives the districts.
        at: when it is filed; some matters come in some months only.
        chance: chooses.
    """
    month = local(at).month
    fitting = [one for one in matters() if month in one.months]
    matter = chance.choices(fitting, [one.often for one in fitting])[0]
    where = {
        "street": f"示例{chance.randint(1, 40)}路 {chance.randint(1, 199)} 号",
        "estate": f"示例{chance.choice(_ESTATES)}小区{chance.choice(('', '东区', '西区', '南区', '北区'))}",
        "n": str(chance.randint(2, 9)),
        "day": "{day}",
    }
    channel, confidential = chance.choice(_CHANNELS), chance.random() < 0.08
    draft = TicketDraft(
        type=matter.type,
        content=MARK + matter.content.format(**where),
        category=matter.category,
        district=chance.choice(city.districts).name,
        address=where["estate"] if "{estate}" in matter.content else where["street"],
        happened_at="今天" if chance.random() < 0.6 else "最近几天",
        confidential=confidential,
        channel=channel,
        urgent=chance.random() < 0.03,
    )
    if channel == "phone" and not confidential:
        draft = by_phone(draft)
    return Made(draft, MARK + matter.answer.format(**where))


def by_phone(draft: TicketDraft) -> TicketDraft:
    """The same as somebody would tell it who calls, and who leaves :data:`PHONE`."""
    return replace(draft, channel="phone", contact_name="示例市民", contact_phone=PHONE, confidential=False)
