"""A ticket becomes urgent by words that tell of a hurt or a danger which has come about here, and by no others; and not without end."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.newly_urgent import makes_urgent
from conversations.sources import RAISED_OF_ONE
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tickets.types import URGENT, TicketDraft

STATUS = "validate_status_form"
NOT_HAPPENED = (
    "希望别等砸到人才来修", "前面说有人摔伤是我看错了", "没见冒烟，就是打不着灯", "前年有人在这儿摔断过腿", "有人触电的话你们赔吗",
    "谁摔伤谁负责", "我的心都受伤了", "电视上说外地有人触电", "再不管就会有人摔伤了", "还好没有人被砸到", "不是说有人触电，是怕有人触电",
    "非得有人摔断腿才修吗", "雪天老人容易滑倒摔伤", "要是漏电了怎么办",
)  # fmt: skip
HAPPENED = (
    "今早一个老太太在那儿摔伤了", "上次报了没人管，今天孩子摔断胳膊了", "箱子在往外冒烟", "昨天有人触电了", "没人来修，刚才砸到一个人",
)  # fmt: skip


@pytest.mark.parametrize("said", NOT_HAPPENED)
def test_what_has_not_happened_here_raises_nothing(said: str) -> None:
    assert not makes_urgent(said)


@pytest.mark.parametrize("said", HAPPENED)
def test_what_has_happened_does(said: str) -> None:
    assert makes_urgent(said)


async def test_only_so_many_tickets_are_raised_by_one_citizen(rasa: Rasa, city: SmallCity) -> None:
    who = await city.visitor()
    numbers = []
    for nth in range(RAISED_OF_ONE + 1):
        draft = TicketDraft("投诉", f"第{nth}个路口的窨井盖翘起来了", conversation_id=who)
        numbers.append((await city.tickets.file(draft, f"k{nth}")).number)
    for nth, number in enumerate(numbers):
        slots = {"requested_slot": "supplement", "ticket_number": number, "seen_number": number}
        more: dict[str, Any] = {"conversation": who, "slots": slots, "turn": f"t-{nth}"}
        quiet = await rasa.run(STATUS, "补充：没有人摔伤，就是怕", "inform", **more)
        assert "紧急" not in quiet.text
        assert (await city.tickets.get(number)).urgency is None
        more["turn"] = f"u-{nth}"
        told = await rasa.run(STATUS, "补充：刚才有个大爷在这儿摔伤了", "inform", **more)
        assert "120" in told.text
    tickets = [await city.tickets.get(number) for number in numbers]
    assert [one.urgency for one in tickets] == [*[URGENT] * RAISED_OF_ONE, None]
    assert any("请核实后定级" in one.note for one in await city.tickets.events(numbers[-1]))
