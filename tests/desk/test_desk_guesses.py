"""Nobody at the desk works out the hidden figures of a number: not by what is refused, nor by trying all that fit."""

from __future__ import annotations

import json
import random
import time

import pytest

from bot.actions.complaint import for_desk
from core.errors import BadRequest
from desk.assistant import Assistant
from desk.guesses import ALIKE_A_DAY
from desk.unmasking import known, restored
from tests.cities import HUAINAN
from tests.desk.conftest import MakeOffice, Office, Person
from tests.desk.test_desk_filing import WANTED, _taken, _tells

BESIDE = [
    *((f"路灯 62222{one} ", "") for one in range(10)),
    *((f"路灯 6222{one} ", " 1") for one in range(10)),
    *((f"路灯 622{one} ", " 11") for one in range(10)),
    *((f"路灯 62{one}", " 111") for one in range(10)),
    *(("路灯 340 ", " 1"), ("34", ".11"), ("3-", "-111"), ("34040 ", " 01"), ("340404 19 ", ""), ("", " 2024.5.6")),
    *(("+", ""), ("+1 ", ""), ("00 ", ""), ("零零", ""), ("3一16零0、", "/"), ("86 ", ""), ("查询码", ""), ("QQ", "")),
    *(("幺三", ""), ("", " 三X"), ("卡号12 ", ""), ("6", "转12"), ("", "元"), ("66,", ",12"), ("", "-1"), ("0,0", "")),
]  # fmt: skip
"""What an agent puts before and behind a mask, so that the answer might tell something of the hidden figures."""


def _mobile(chance: random.Random) -> str:
    return f"138{chance.randrange(10_000):04d}1234"


def _landline(chance: random.Random) -> str:
    return f"055{chance.choice('14')}{chance.choice('2356')}{chance.randrange(100):02d}1234"


def _identity(chance: random.Random) -> str:
    born = f"{chance.randrange(1940, 2010)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    return f"340{chance.randrange(1000):03d}{born}{chance.randrange(100):02d}1X"


@pytest.mark.parametrize(("make", "few"), [(_mobile, 30), (_landline, 20), (_identity, 10)])
def test_what_is_refused_tells_nothing_of_the_hidden_figures(make: object, few: int) -> None:
    """54 such questions left 60 of 10,000 numbers (2026-11-30)."""
    assert callable(make)
    chance = random.Random(7)
    told = [found for _ in range(2 * few) if (found := known([f"我的号码{make(chance)}，"]))][:few]
    (mask,) = {one for found in told for one in found}
    for before, behind in BESIDE:
        answers = set()
        for found in told:
            try:
                answers.add(
                    restored(before + mask + behind, found, "诉求内容").replace(found[mask][0], "whole")
                )
            except BadRequest as error:
                answers.add(error.code)
        assert len(answers) == 1, (before, behind, answers)


@pytest.mark.parametrize(
    "said",
    [
        "电话{}，3号楼501室",
        "打{}或139****5678",
        "{} 139****5678",
        "{}/139****5678",
        "2号楼{}（李女士）",
        "手机{}、家里055****0000",
        "身份证340*************1X，{}",
        "卡号**** **** **** 0006，{}",
        "{}。",
    ],
)
def test_what_agents_usually_write_beside_a_number_is_taken(said: str) -> None:
    source = "我13800001234，他13911115678，家05542660000，身份证34040019900101001X，卡6222021234500006"
    whole = restored(said.format("138****1234"), known([source]), "诉求内容")
    assert "13800001234" in whole and "*" not in whole


def test_many_masks_hold_nobody_up() -> None:
    """300 masks took 134 ms of the event loop when each was tried."""
    source = known(["我13800001234"])
    with pytest.raises(BadRequest):
        restored("138****1234，" * 300, source, "诉求内容")
    began = time.process_time()
    assert restored("138****1234，" * 40, source, "诉求内容").count("13800001234") == 40
    assert time.process_time() - began < 0.1


@pytest.fixture
async def office(make_office: MakeOffice) -> Office:
    return await make_office(assistant=Assistant(for_desk.reader(HUAINAN), _tells))


async def _tries(agent: Person, path: str, numbers: list[str], field: str, more: dict[str, object]) -> str:
    """The number whose answer is the first to be refused; empty when all were answered."""
    for number in numbers:
        response = await agent.client.post(
            f"/api/desk{path}", json={**more, field: number}, headers={"X-Requested-With": "wenban"}
        )
        if response.status == 403:
            assert (await response.json())["error"]["code"] == "number_budget"
            return number
    return ""


async def test_a_hidden_number_is_not_found_by_trying_all_that_fit(office: Office) -> None:
    agent, other = await office.hire("agent1"), await office.hire("agent2")
    one = await _taken(office, agent, "路灯坏了")
    sent = {**WANTED, "contact_phone": "13800004567"}
    number = (await agent.post(f"/conversations/{one}/tickets", sent))["number"]
    fits = [f"138{one:04d}4567" for one in range(40, 60)]
    assert await _tries(other, "/phone/caller", fits, "phone", {}) == fits[ALIKE_A_DAY]
    # The other ways to ask the same are shut with it, and the words that were asked before still answer.
    draft = {name: value for name, value in WANTED.items() if name != "key"}
    assert await _tries(other, "/tickets/like", fits[10:], "contact_phone", draft) == fits[10]
    assert await _tries(other, f"/tickets/{number}/edit", fits[10:], "content", {"version": 1}) == fits[10]
    for path in ("/tickets", "/conversations"):
        for said in (
            fits[11],
            f"138😀{fits[11][3:7]}😀4567" if path != "/tickets" else fits[11],
            f"水表号 {fits[11]}",
        ):
            refused = await other.get(path, 403, q=said)
            assert refused["error"]["code"] == "number_budget"
    noted = {"key": "key-000001", "phone": fits[12]}
    assert (await other.post("/phone/calls", noted, 403))["error"]["code"] == "number_budget"
    await other.post("/phone/caller", {"phone": fits[0]})
    # A colleague, and other numbers, are not touched by it.
    assert number in json.dumps(await agent.post("/phone/caller", {"phone": "13800004567"}))
    await other.post("/phone/caller", {"phone": "13911112222"})
