"""A ticket's whole life through the desk's addresses: who may do what, in which state, and what is told when not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from desk.models import DeskAudit
from tests.desk.conftest import Office, Person, on_both
from tickets.models import TicketEventRow, TicketRow
from tickets.types import Actor, Ticket, TicketDraft

DRAFT = TicketDraft(
    "投诉",
    "小区门口的路灯坏了三天了，晚上老人出门看不见路。",
    "市政设施/路灯照明",
    "田家庵区",
    "某某路 1 号",
    contact_name="张某某",
    contact_phone="13800000000",
)
ANSWER = "您反映的小区门口路灯，已于 11 月 29 日更换灯泡和线路，恢复照明。"


@dataclass
class Hall:
    """An agent, a supervisor, and two departments with an account each."""

    office: Office
    agent: Person
    boss: Person
    lamps: Person
    roads: Person
    ids: dict[str, str]

    async def file(self, key: str = "k") -> str:
        return (await self.office.tickets.file(DRAFT, key)).number

    async def version(self, number: str) -> int:
        async with self.office.database.read() as session:
            found = await session.scalar(select(TicketRow.version).where(TicketRow.number == number))
        assert found is not None
        return found

    async def act(
        self, who: Person, number: str, action: str, status: int = 200, **fields: Any
    ) -> dict[str, Any]:
        version = await self.version(number)
        body = {"action": action, "version": version, "fields": fields}
        return await who.post(f"/tickets/{number}/act", body, status)

    async def state(self, number: str) -> str:
        return str((await self.agent.get(f"/tickets/{number}"))["ticket"]["state"])

    async def handled(self, key: str = "k") -> str:
        """A ticket that the department for lamps has signed for."""
        number = await self.file(key)
        await self.act(self.agent, number, "accept")
        await self.act(self.agent, number, "dispatch", department=self.ids["lamps"])
        await self.act(self.lamps, number, "sign")
        return number


@pytest.fixture
async def hall(office: Office) -> Hall:
    ids = {
        "lamps": await office.department("市城市管理行政执法局"),
        "roads": await office.department("市住房和城乡建设局"),
    }
    return Hall(
        office,
        await office.hire("a1", name="坐席 1 号"),
        await office.hire("s1", "supervisor", name="班长 1 号"),
        await office.hire("d1", "department", department=ids["lamps"]),
        await office.hire("d2", "department", department=ids["roads"]),
        ids,
    )


@on_both
async def test_from_filing_to_the_archive_with_a_return_an_extension_and_a_redo(hall: Hall) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept", note="已核对")
    page = await hall.agent.get(f"/tickets/{number}")
    best = page["suggestions"][0]
    assert (best["name"], best["reason"]) == ("市城市管理行政执法局", "牵头单位")
    await hall.act(
        hall.agent, number, "dispatch", department=hall.ids["roads"], assisting=[hall.ids["lamps"]]
    )
    await hall.act(hall.roads, number, "ask_return", reason="路灯归城管管", department=hall.ids["lamps"])
    assert await hall.state(number) == "退单审核"
    await hall.act(hall.agent, number, "grant_return")
    await hall.roads.get(f"/tickets/{number}", 404)
    again = await hall.agent.get(f"/tickets/{number}")
    assert [one["name"] for one in again["suggestions"]] == ["市城市管理行政执法局"]
    await hall.act(hall.agent, number, "dispatch", department=hall.ids["lamps"])
    await hall.act(hall.lamps, number, "sign")
    await hall.act(hall.lamps, number, "contact", reached=True, text="已电话联系，说明天上门")
    before = (await hall.agent.get(f"/tickets/{number}"))["ticket"]["due"]["next"]["at"]
    await hall.act(hall.lamps, number, "ask_extension", days=3, reason="等灯杆配件")
    await hall.act(hall.boss, number, "grant_extension", days=2)
    after = (await hall.agent.get(f"/tickets/{number}"))["ticket"]
    assert after["due"]["next"]["at"] > before and after["added_days"] == 2
    await hall.act(hall.lamps, number, "reply", public=ANSWER, confidential="灯杆老化，建议整批换")
    await hall.act(hall.agent, number, "approve")
    assert await hall.state(number) == "待回访"
    await hall.act(hall.agent, number, "callback", reached=False)
    await hall.act(hall.agent, number, "callback", solved=False, satisfied=1, why="又灭了")
    redone = (await hall.agent.get(f"/tickets/{number}"))["ticket"]
    assert redone["state"] == "办理中" and redone["supervised"] and redone["rounds"]["redos"] == 1
    await hall.act(hall.lamps, number, "reply", public=ANSWER)
    await hall.act(hall.agent, number, "approve")
    await hall.act(hall.agent, number, "callback", solved=True, satisfied=5)
    end = await hall.agent.get(f"/tickets/{number}")
    assert end["ticket"]["state"] == "办结归档" and end["ticket"]["closed_at"] and end["may"] == []
    assert end["ticket"]["callback"]["satisfied"] == 5
    async with hall.office.database.read() as session:
        audited = list(
            await session.scalars(
                select(DeskAudit.reason)
                .where(
                    DeskAudit.action == "move_ticket",
                    DeskAudit.subject == number,
                    DeskAudit.result == "allowed",
                )
                .order_by(DeskAudit.seq)
            )
        )
        events = list(await session.scalars(select(TicketEventRow.action)))
    by_people = [one["action"] for one in end["events"] if one["actor"] not in ("群众", "系统")]
    assert audited == [f"操作：{action}" for action in by_people], "a record for each, in order"
    assert events.count("redo") == events.count("supervise") == 1


@on_both
async def test_whoever_saw_an_older_version_overwrites_nothing(hall: Hall) -> None:
    number = await hall.file()
    seen = await hall.version(number)
    await hall.act(hall.boss, number, "accept")
    said = {"action": "decline", "version": seen, "fields": {"basis": "不归热线", "route": "请找法院"}}
    refused = await hall.agent.post(f"/tickets/{number}/act", said, 409)
    error = refused["error"]
    assert error["code"] == "stale" and error["details"]["by"] == "班长 1 号"
    assert "班长 1 号“受理”" in error["message"] and error["details"]["version"] == seen + 1
    assert await hall.state(number) == "待派单"


@on_both
async def test_what_only_adds_to_a_ticket_disturbs_nobody_who_is_writing(hall: Hall) -> None:
    number = await hall.handled()
    seen = await hall.version(number)
    await hall.office.tickets.urge(number, "三天了还没人来", key="turn-1")
    await hall.office.tickets.note(number, Actor("citizen", "群众"), "灯杆上写着 12 号", key="turn-2")
    await hall.act(hall.agent, number, "urge", note="来电催")
    await hall.act(hall.boss, number, "supervise", note="三天内办结")
    await hall.act(hall.agent, number, "note", text="已告诉群众在等配件")
    assert await hall.version(number) == seen
    said = {"action": "reply", "version": seen, "fields": {"public": ANSWER}}
    await hall.lamps.post(f"/tickets/{number}/act", said)
    # And what only adds is taken whatever its writer saw before.
    late = {"action": "note", "version": seen, "fields": {"text": "现场照片已存档"}}
    await hall.lamps.post(f"/tickets/{number}/act", late)
    assert await hall.state(number) == "待审核"


async def test_what_the_state_does_not_allow_is_told_in_a_plain_sentence(hall: Hall) -> None:
    number = await hall.file()
    refused = await hall.act(hall.agent, number, "approve", status=409)
    assert refused["error"] == {
        "code": "not_now",
        "message": "这张工单现在是“待受理”，不能审核通过。",
        "details": {},
    }
    assert (await hall.act(hall.agent, number, "nonsense", status=404))["error"]["message"] == "没有这种操作"
    assert (await hall.act(hall.agent, number, "sign", status=403))["error"]["code"] == "not_yours"
    await hall.act(hall.lamps, number, "sign", status=404)
    await hall.act(hall.agent, number, "decline", status=400, basis="不归热线")


async def test_the_page_offers_what_the_account_may_do_and_says_why_not(hall: Hall) -> None:
    number = await hall.handled()
    may = {one["action"]: one for one in (await hall.lamps.get(f"/tickets/{number}"))["may"]}
    assert list(may) == ["ask_return", "ask_extension", "note", "contact", "suspend", "reply"]
    assert all(one["why_not"] is None for one in may.values())
    assert [f["name"] for f in may["reply"]["fields"]] == ["public", "confidential", "override"]
    await hall.act(hall.lamps, number, "ask_extension", days=2, reason="等配件")
    await hall.act(hall.boss, number, "grant_extension")
    may = {one["action"]: one for one in (await hall.lamps.get(f"/tickets/{number}"))["may"]}
    assert may["ask_extension"]["why_not"] == "这张工单已经延期过 1 次，不能再延。"
    refused = await hall.act(hall.lamps, number, "ask_extension", status=409, days=1, reason="还要等")
    assert refused["error"]["message"] == may["ask_extension"]["why_not"]


async def test_a_ticket_returned_twice_is_dispatched_by_a_supervisor_only(hall: Hall) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept")
    for name, who in (("roads", hall.roads), ("lamps", hall.lamps)):
        await hall.act(hall.agent, number, "dispatch", department=hall.ids[name])
        await hall.act(who, number, "ask_return", reason="不归我们管")
        await hall.act(hall.agent, number, "grant_return")
    refused = await hall.act(hall.agent, number, "dispatch", status=409, department=hall.ids["lamps"])
    assert refused["error"]["message"] == "这张工单已经退过 2 次，要由班长决定。"
    await hall.act(hall.boss, number, "dispatch", department=hall.ids["lamps"])


async def test_an_answer_that_says_nothing_goes_to_review_with_a_reason_only(hall: Hall) -> None:
    number = await hall.handled()
    refused = await hall.act(hall.lamps, number, "reply", status=400, public="已转相关部门处理。")
    assert refused["error"]["code"] == "reply_warnings"
    assert {one["code"] for one in refused["error"]["details"]["warnings"]} == {
        "short",
        "boilerplate",
        "off_matter",
    }
    await hall.act(hall.lamps, number, "reply", public="已转相关部门处理。", override="电话里已经说清楚了")
    events = (await hall.agent.get(f"/tickets/{number}"))["events"]
    assert "仍提交的理由：电话里已经说清楚了" in events[-1]["note"]


async def test_a_department_that_assists_sees_and_notes_but_does_not_answer(hall: Hall) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept")
    await hall.act(
        hall.agent, number, "dispatch", department=hall.ids["lamps"], assisting=[hall.ids["roads"]]
    )
    assert [one["number"] for one in (await hall.roads.get("/tickets"))["tickets"]] == [number]
    page = await hall.roads.get(f"/tickets/{number}")
    assert [one["action"] for one in page["may"]] == ["note"]
    assert page["ticket"]["assisting"] == ["市住房和城乡建设局"]
    await hall.act(hall.roads, number, "note", text="路面部分我们来补")
    assert (await hall.act(hall.roads, number, "sign", status=403))["error"]["code"] == "not_yours"


async def test_what_a_department_tells_the_hotline_is_read_by_no_other_department(hall: Hall) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept")
    both = {"department": hall.ids["lamps"], "assisting": [hall.ids["roads"]]}
    await hall.act(hall.agent, number, "dispatch", **both)
    await hall.act(hall.lamps, number, "sign")
    secret = "灯杆是违建，领导说先压一压"
    await hall.act(hall.lamps, number, "reply", public=ANSWER, confidential=secret)

    async def reads(who: Person) -> tuple[bool, bool]:
        page = str(await who.get(f"/tickets/{number}"))
        return ANSWER in page, secret in page

    assert await reads(hall.lamps) == await reads(hall.agent) == (True, True)
    assert await reads(hall.roads) == (False, False), "it assists, and nobody has reviewed the answer"
    await hall.act(hall.agent, number, "reject", reason="没有写清楚")
    await hall.act(hall.lamps, number, "ask_return", reason="其实归住建局管")
    await hall.act(hall.agent, number, "grant_return")
    await hall.act(hall.agent, number, "dispatch", department=hall.ids["roads"])
    assert await reads(hall.roads) == (False, False), "it is the next one"
    await hall.act(hall.roads, number, "sign")
    await hall.act(hall.roads, number, "reply", public=ANSWER, confidential="另一句内部话")
    page = str(await hall.roads.get(f"/tickets/{number}"))
    assert ANSWER in page and "另一句内部话" in page and secret not in page


@on_both
@pytest.mark.parametrize("odd", ["\0", "\ud800"])
async def test_what_no_database_takes_is_refused_in_every_field(hall: Hall, odd: str) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept")
    lamps = hall.ids["lamps"]
    for fields in (
        {"department": odd},
        {"department": lamps, "assisting": [odd]},
        {"department": lamps, odd: 1},
    ):
        refused = await hall.act(hall.agent, number, "dispatch", status=400, **fields)
        assert refused["error"]["code"] == "bad_characters"
    await hall.act(hall.agent, number, "dispatch", department=lamps)
    await hall.act(hall.lamps, number, "ask_return", status=400, reason="不归我们管", department=odd)


async def test_several_are_dispatched_at_once_each_for_itself(hall: Hall) -> None:
    first, second = await hall.file("1"), await hall.file("2")
    await hall.act(hall.agent, first, "accept")
    listed = [{"number": one, "version": await hall.version(one)} for one in (first, second)]
    said = {"tickets": listed, "fields": {"department": hall.ids["lamps"]}}
    done = (await hall.agent.post("/tickets/dispatch", said))["tickets"]
    assert [(one["number"], one["ok"]) for one in done] == [(first, True), (second, False)]
    assert done[1]["error"]["message"] == "这张工单现在是“待受理”，不能派单。"
    await hall.agent.post("/tickets/dispatch", {"tickets": listed, "fields": {"department": "nobody"}})
    await hall.act(hall.agent, second, "approve", status=409)
    async with hall.office.database.read() as session:
        of_batches = select(DeskAudit.action, DeskAudit.subject, DeskAudit.result, DeskAudit.reason)
        kept = list(
            await session.execute(
                of_batches.where(DeskAudit.action.in_(("dispatch_tickets", "move_ticket"))).order_by(
                    DeskAudit.seq
                )
            )
        )
    dispatched = [tuple(one)[1:] for one in kept if one.action == "dispatch_tickets"]
    assert dispatched == [
        (first, "allowed", "操作：派单"),
        *[(one, "refused", "操作：派单") for one in (second, first, second)],
    ]
    assert tuple(kept[-1])[1:] == (second, "refused", "操作：审核通过")
    choices = await hall.lamps.get("/departments")
    assert [one["name"] for one in choices["departments"]] == ["市城市管理行政执法局", "市住房和城乡建设局"]
    assert "市政设施/路灯照明" in choices["categories"] and "田家庵区" in choices["districts"]


async def test_lists_can_be_narrowed_in_every_way(hall: Hall) -> None:
    number = await hall.handled("1")
    other = await hall.office.tickets.file(TicketDraft("建议", "公园里多放几把椅子", district="凤台县"), "2")
    await hall.act(hall.boss, number, "supervise", note="三天内办结")

    async def found(**query: Any) -> list[str]:
        return [one["number"] for one in (await hall.agent.get("/tickets", **query))["tickets"]]

    both = [other.number, number]
    assert await found() == await found(state="open") == both
    assert await found(department=hall.ids["lamps"]) == [number]
    assert await found(department=hall.ids["roads"]) == []
    assert await found(category="市政设施") == await found(category="市政设施/路灯照明") == [number]
    assert await found(district="凤台县") == [other.number]
    assert await found(type="建议") == [other.number]
    assert await found(supervised="1") == [number]
    assert await found(due="overdue") == await found(urgent="1") == await found(disputed="1") == []
    assert await found(order="due") == [other.number, number], "signing is due before settling"
    page = await hall.agent.get("/tickets", order="due", limit=1)
    rest = await hall.agent.get("/tickets", order="due", limit=1, before=page["next"])
    assert [one["number"] for one in (*page["tickets"], *rest["tickets"])] == [other.number, number]
    await hall.agent.get("/tickets", 400, order="due", before="nonsense")
    for extreme in ("0001-01-01T00:00:00+14:00 x", "9999-12-31T23:59:59-14:00 x"):
        await hall.agent.get("/tickets", 400, order="due", before=extreme)
    await hall.agent.get("/tickets", 400, due="sometime")
    [line] = [one for one in (await hall.agent.get("/tickets"))["tickets"] if one["number"] == number]
    assert line["department"] == "市城市管理行政执法局" and line["supervised"] and line["version"] == 4


async def test_open_tickets_are_counted_as_the_lists_show_them(hall: Hall) -> None:
    first, second, third = await hall.handled("1"), await hall.file("2"), await hall.file("3")
    await hall.act(hall.boss, first, "supervise", note="三天内办结")
    await hall.act(hall.agent, second, "accept", urgent=True)
    await hall.act(hall.agent, third, "decline", basis="不归热线", route="请找法院")
    fourth = await hall.file("4")
    await hall.act(hall.agent, fourth, "accept")
    both = {"department": hall.ids["roads"], "assisting": [hall.ids["lamps"]]}
    await hall.act(hall.agent, fourth, "dispatch", **both)
    filters = {
        "open": {"state": "open"},
        "overdue": {"state": "open", "due": "overdue"},
        "soon": {"state": "open", "due": "soon"},
        "urgent": {"state": "open", "urgent": "1"},
        "supervised": {"state": "open", "supervised": "1"},
        "disputed": {"disputed": "1"},
        "returned": {"state": "open", "returned": "1"},
    }
    for who in (hall.agent, hall.lamps, hall.roads):
        counts = await who.get("/tickets/counts")
        for name, query in filters.items():
            assert counts[name] == len((await who.get("/tickets", **query))["tickets"]), name
        for state, number in counts["states"].items():
            assert number == len((await who.get("/tickets", state=state))["tickets"]), state
    assert (await hall.agent.get("/tickets/counts"))["states"] == {"办理中": 1, "待派单": 1, "待签收": 1}
    assert (await hall.lamps.get("/tickets/counts"))["open"] == 2, "one to handle, one to assist with"
    assert (await hall.agent.get("/tickets/counts", department=hall.ids["roads"]))["open"] == 1


async def test_what_was_returned_so_often_that_a_supervisor_decides_can_be_listed(hall: Hall) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept")

    async def listed() -> list[str]:
        return [one["number"] for one in (await hall.boss.get("/tickets", returned="1"))["tickets"]]

    for _ in range(2):
        assert await listed() == []
        await hall.act(hall.agent, number, "dispatch", department=hall.ids["roads"])
        await hall.act(hall.roads, number, "ask_return", reason="不归我们管")
        await hall.act(hall.agent, number, "grant_return")
    assert await listed() == [number]


async def test_merged_tickets_keep_their_reporter_and_end_with_the_other(hall: Hall) -> None:
    first, second = await hall.handled("1"), await hall.file("2")
    refused = await hall.act(hall.agent, second, "merge", status=400, into=second)
    assert "没有这张可以并入的工单" in refused["error"]["message"]
    await hall.act(hall.agent, second, "merge", into=first)
    merged: Ticket = await hall.office.tickets.get(second)
    assert (merged.state.label, merged.merged_into) == ("并单", first)
    assert (await hall.office.tickets.contact(second, Actor("agent", "坐席"), "核实")).phone == "13800000000"
    refused = await hall.act(hall.agent, first, "withdraw", status=409, reason="群众说好了")
    assert refused["error"]["message"] == "还有 1 张工单并在这张里一起办，不能撤回。"
