"""Who is there for citizens, who is not, and what becomes of the conversations of who is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from conversations.queued import JOB as AGENTS_GONE
from core.clock import use_clock
from desk.models import DeskAudit
from desk.presence import GONE_AFTER
from tests.conftest import Clock
from tests.desk.conftest import MakeOffice, Office, Person, on_both
from tests.desk.test_desk_live import connect, until
from tests.desk.test_desk_passing import taken


class Stopped(Clock):
    """A clock that moves only when a test puts it forward: on a busy machine nobody seems to have left."""

    def __init__(self) -> None:
        super().__init__()
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        return self._began + self.ahead


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    stopped = Stopped()
    use_clock(stopped.now)
    yield stopped
    use_clock(None)


@pytest.fixture
async def watched(make_office: MakeOffice) -> Office:
    return await make_office(watched=True)


async def look(office: Office) -> None:
    await (await office.conversations.jobs.run(AGENTS_GONE, "now"))


async def states(person: Person) -> dict[str, str]:
    return {one["id"]: one["state"] for one in (await person.get("/agents"))["agents"]}


async def test_an_open_page_without_a_person_is_away(watched: Office, clock: Clock) -> None:
    office = watched
    anne, bill = await office.hire("a1"), await office.hire("a2")
    socket = await connect(anne)
    one = await taken(office, anne)
    await anne.post(f"{one}/messages", {"client_id": "m1", "text": "您稍等"})
    for minutes in range(6):
        clock.forward(minutes=1)
        await socket.send_json({"type": "beat", "idle_s": minutes * 60})
        if minutes in (0, 5):
            await until(socket, "presence", state="away" if minutes else "online")
        await socket.send_json({"type": "ping"})
        await until(socket, "pong")  # the beat has been heard at this time, not later
    assert (await states(bill))[anne.id] == "away"
    await look(office)
    shown = (await bill.get(one))["conversation"]
    assert (shown["mode"], shown["transfer"]) == ("waiting", {"by": None, "note": "坐席离开"}), (
        "the system did it, and no colleague"
    )
    happened = (await bill.get(f"{one}/events"))["events"]
    assert [event["facts"]["why"] for event in happened if event["kind"] == "requeued"] == ["gone"]


async def test_who_chooses_away_gives_back_and_who_is_busy_keeps(watched: Office) -> None:
    office = watched
    anne, bill, carl = [await office.hire(f"a{n}", name=f"坐席 {n} 号") for n in range(3)]
    for one in (anne, bill, carl):
        await connect(one)
    hers, his = await taken(office, anne, "v1"), await taken(office, bill, "v2")
    assert await bill.post("/presence", {"state": "busy"}) == {"state": "busy", "chosen": "busy"}
    assert await anne.post("/presence", {"state": "away"}) == {"state": "away", "chosen": "away"}
    assert await states(carl) == {anne.id: "away", bill.id: "busy"}
    await look(office)
    assert (await carl.get(hers))["conversation"]["mode"] == "waiting"
    assert (await carl.get(his))["conversation"]["agent"]["id"] == bill.id
    mine = await taken(office, carl, "v3")
    for to, code, word in ((anne, "agent_away", "离开"), (bill, "agent_busy", "忙")):
        refused = (await carl.post(f"{mine}/transfer", {"to": to.id, "note": "给你"}, 409))["error"]
        assert refused["code"] == code and word in refused["message"]
    await carl.post("/presence", {"state": "gone"}, 400)
    # Who signs in again is online again.
    await anne.login("a0")
    await connect(anne)
    assert (await states(carl))[anne.id] == "online"


async def test_who_has_as_many_as_they_may_gets_no_more_but_may_take_one(office: Office) -> None:
    anne, bill, boss = await office.hire("a1"), await office.hire("a2"), await office.hire("s1", "supervisor")
    await connect(bill)
    await anne.post(f"/agents/{bill.id}/capacity", {"capacity": 1}, 403)
    await boss.post(f"/agents/{bill.id}/capacity", {"capacity": 1})
    for wrong in (0, 51, "2"):
        await boss.post(f"/agents/{bill.id}/capacity", {"capacity": wrong}, 400)
    one, two = await taken(office, anne, "v1"), await taken(office, anne, "v2")
    await anne.post(f"{one}/transfer", {"to": bill.id, "note": "给你"})
    refused = (await anne.post(f"{two}/transfer", {"to": bill.id, "note": "给你"}, 409))["error"]
    assert refused["code"] == "agent_full" and "已有 1 个" in refused["message"]
    [shown] = [each for each in (await anne.get("/agents"))["agents"] if each["id"] == bill.id]
    assert (shown["state"], shown["in_hand"], shown["capacity"]) == ("busy", 1, 1)
    await taken(office, bill, "v3")
    await boss.post(f"/agents/{bill.id}/capacity", {"capacity": None})
    await anne.post(f"{two}/transfer", {"to": bill.id, "note": "给你"})
    async with office.database.read() as session:
        audited = list(await session.scalars(select(DeskAudit).where(DeskAudit.action == "set_capacity")))
    assert [(row.result, row.subject) for row in audited].count(("allowed", bill.id)) == 2


async def test_a_process_that_has_just_started_calls_nobody_gone(
    make_office: MakeOffice, clock: Clock
) -> None:
    office = await make_office()
    anne = await office.hire("a1")
    await connect(anne)
    await taken(office, anne)
    clock.forward(minutes=10)
    again = await make_office()  # the pages need some seconds to connect again
    assert await again.presence.gone({anne.id}) == set()
    assert await again.presence.agents_online() == 0, "citizens are told what is known"
    clock.forward(seconds=GONE_AFTER.total_seconds())
    assert await again.presence.gone({anne.id}) == {anne.id}
    await anne.post("/logout")
    assert await (await make_office()).presence.gone({anne.id}) == {anne.id}, "who signs out leaves at once"


async def test_who_comes_again_is_offered_to_the_agent_they_know(office: Office, clock: Clock) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2")
    await connect(anne)
    one = await taken(office, anne)
    await anne.post(f"{one}/close")
    conversation = await office.waiting("v1")
    [shown] = (await bill.get("/conversations", mode="waiting"))["conversations"]
    assert (shown["id"], shown["offered"]) == (conversation, {"id": anne.id, "display_name": "坐席 1 号"})
    await anne.post("/presence", {"state": "busy"})
    await bill.post(f"{one}/take")
    await bill.post(f"{one}/close")
    await office.waiting("v1")
    [shown] = (await bill.get("/conversations", mode="waiting"))["conversations"]
    assert shown["offered"] is None, "the agent who had it last is not at the desk"


async def test_several_are_ended_at_once_each_for_itself(office: Office) -> None:
    anne, bill = await office.hire("a1"), await office.hire("a2", name="坐席 2 号")
    own = [(await taken(office, anne, f"v{n}")).split("/")[-1] for n in range(3)]
    other = (await taken(office, bill, "v9")).split("/")[-1]
    body = {"ids": [own[0], other, own[1], "nothing", own[0]]}
    done = (await anne.post("/conversations/close", body))["conversations"]
    assert [(one["id"], one["ok"]) for one in done] == [
        (own[0], True), (other, False), (own[1], True), ("nothing", False),
    ]  # fmt: skip
    assert "坐席 2 号" in done[1]["error"]["message"]
    assert (await anne.get("/conversations", mode="human", mine=1))["counts"]["mine"] == 1
    for wrong in ({"ids": []}, {"ids": [own[2]] * 51}, {}):
        await anne.post("/conversations/close", wrong, 400)
    async with office.database.read() as session:
        rows = await session.scalars(select(DeskAudit).where(DeskAudit.action == "close_many"))
        found = [(row.subject, row.result, row.code) for row in rows if row.subject]
    assert (own[0], "allowed", "") in found and (other, "refused", "not_yours") in found


@on_both
async def test_lists_are_narrowed_by_cause_channel_and_waiting_time_together(
    office: Office, clock: Clock
) -> None:
    agent = await office.hire("a1")
    asked = await office.waiting("v1")
    clock.forward(minutes=6)
    later = await office.waiting("v2")
    urgent = await office.waiting("v3", urgent=True)
    wechat = await office.says("v4", "我想找人工", "v4-1", channel="wechat")
    await office.conversations.request_human(wechat, "citizen_asked")

    async def found(**asked: str | int) -> list[str]:
        return [one["id"] for one in (await agent.get("/conversations", **asked))["conversations"]]

    assert await found(mode="waiting", kind="citizen_asked", channel="web", waited=5) == [asked]
    assert await found(mode="waiting", kind="citizen_asked", channel="web") == [asked, later]
    assert await found(mode="waiting", channel="wechat") == [wechat]
    assert await found(kind="urgent", channel="web") == [urgent]
    assert await found(waited=5) == [asked]
    assert await found(waited=5, channel="wechat") == []
    await agent.get("/conversations", 400, waited=-1)
    await agent.get("/conversations", 400, channel="x" * 21)
