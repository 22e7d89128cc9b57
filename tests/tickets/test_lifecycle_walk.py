"""Whatever is tried with a ticket, by whomever, in whatever order and however late the clock runs: its life stays in order."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import now
from core.database import Database
from core.errors import WenbanError
from core.events import LocalEvents
from core.jobs import Jobs
from tests.cities import HUAINAN
from tests.conftest import Clock
from tickets import rows, watches
from tickets.models import Department, TicketEventRow, TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.sweep import Sweep
from tickets.types import CITIZEN, Actor, Ticket, TicketDraft

LAMPS, ROADS = "市城市管理行政执法局", "市住房和城乡建设局"
ANSWER = "小区门口的路灯已于昨天修好，恢复照明了。"
# Written by hand from the rules, not read from the code's table: what the states may lead to.
EDGES = {
    "待受理": "待派单 不予受理 直接答复 并单 已撤回",
    "待派单": "待签收 不予受理 直接答复 并单 已撤回",
    "待签收": "办理中 退单审核 并单 已撤回",
    "办理中": "退单审核 延期审核 挂起 待审核 并单 已撤回",
    "退单审核": "待派单 待签收 办理中 已撤回",
    "延期审核": "办理中 已撤回",
    "挂起": "办理中 已撤回",
    "待审核": "待回访 办理中",
    "待回访": "办结归档 办理中",
    "办结归档": "",
    "不予受理": "",
    "直接答复": "",
    "并单": "",
    "已撤回": "",
}
GIVEN: dict[str, list[dict[str, Any]]] = {
    "accept": [{}, {"urgent": True}],
    "decline": [{"basis": "由法院管", "route": "向法院反映"}],
    "answer": [{"text": "路灯由城管部门负责，已告知电话"}],
    "dispatch": [{"department": LAMPS, "assisting": [ROADS]}, {"department": ROADS}],
    "sign": [{}],
    "ask_return": [{"reason": "不归我们管"}],
    "grant_return": [{}],
    "refuse_return": [{"reason": "归你们管"}],
    "ask_extension": [{"days": 3, "reason": "等配件"}, {"days": 50, "reason": "等很久"}],
    "grant_extension": [{}, {"days": 1}],
    "refuse_extension": [{"reason": "不用等"}],
    "note": [{"text": "正在看"}],
    "contact": [{"reached": False, "text": "没人接"}],
    "suspend": [{"reason": "缺编号", "days": 2}],
    "resume": [{}],
    "reply": [{"public": ANSWER}, {"public": "已转相关部门"}],
    "approve": [{}],
    "reject": [{"reason": "没写清楚"}],
    "callback": [{"reached": False}, {"solved": True}, {"solved": True, "satisfied": 5}, {"solved": False, "satisfied": 1, "why": "又灭了"}],
    "redo": [{"reason": "没修好"}],
    "archive": [{"reason": "已经问过"}],
    "withdraw": [{"reason": "不用了"}],
    "urge": [{}],
    "supervise": [{"note": "抓紧办"}],
}  # fmt: skip
ADDS = {"note", "contact", "urge", "supervise"}
"""What only adds to a ticket, and leaves its version."""
ON = {
    "待受理": ("accept",),
    "待派单": ("dispatch",),
    "待签收": ("sign", "sign", "sign", "ask_return"),
    "办理中": ("reply", "reply", "reply", "ask_extension", "suspend", "ask_return"),
    "退单审核": ("grant_return", "refuse_return"),
    "延期审核": ("grant_extension", "refuse_extension"),
    "挂起": ("resume",),
    "待审核": ("approve", "approve", "reject"),
    "待回访": ("callback", "callback", "callback", "redo"),
}
"""State → what usually comes next: with these steps walks come far."""
ANYTHING = sorted(set(GIVEN) - {"withdraw", "decline", "answer", "archive"}) * 3 + sorted(GIVEN)
WHO = {"agent": "坐席", "supervisor": "班长", LAMPS: "经办甲", ROADS: "经办乙", "citizen": "群众"}
RIGHT = {"sign": LAMPS, "reply": LAMPS, "ask_return": LAMPS, "ask_extension": LAMPS, "suspend": LAMPS}
ONWARD = st.tuples(st.just("on"), st.integers(0, 11), st.just("right"))
STEPS = st.one_of(
    ONWARD,
    ONWARD,
    st.tuples(st.sampled_from(ANYTHING), st.integers(0, 2), st.sampled_from(["right", *WHO])),
    st.tuples(st.just("time"), st.sampled_from([1, 5, 26, 80]), st.booleans()),
)
RANDOM = partial(
    settings,
    derandomize=True,  # the same walks each time: what fails in one place can be looked at in another
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WALKS = st.lists(STEPS, min_size=15, max_size=40)
_KEYS = iter(range(1_000_000))


class Walk:
    """One ticket and all who may try something with it."""

    def __init__(self, database: Database, clock: Clock, ids: dict[str, str]) -> None:
        self.database, self.clock, self.ids = database, clock, ids
        self.tickets = Tickets(database, LocalEvents(), HUAINAN)
        self.sweep = Sweep(database, LocalEvents(), HUAINAN, Jobs(database))
        self.number = ""
        self.owed: set[str] = set()
        """Keys of missed deadlines that must stand in the history in the end, although the job was late."""

    def actor(self, who: str) -> Actor:
        if who == "citizen":
            return CITIZEN
        kind = who if who in ("agent", "supervisor") else "department"
        return Actor(kind, WHO[who], "u", self.ids.get(who))

    async def standing(self) -> tuple[Ticket, list[TicketEventRow]]:
        async with self.database.read() as session:
            row = await session.scalar(select(TicketRow).where(TicketRow.number == self.number))
            assert row is not None
            found = await session.scalars(
                select(TicketEventRow).where(TicketEventRow.ticket_id == row.id).order_by(TicketEventRow.id)
            )
            return await self.tickets.get(self.number), list(found)

    async def step(self, action: str, which: int, who: Any) -> None:
        before, events = await self.standing()
        if action == "time":
            await self.let_pass(which, sweeps=who, before=before)
            return
        if action == "on":
            usual = ON.get(before.state.label, ("note",))
            action, which = usual[which % len(usual)], which // len(usual)
        given = dict(GIVEN[action][which % len(GIVEN[action])])
        for name in ("department", "assisting"):
            if name in given:
                named = given[name]
                given[name] = self.ids[named] if isinstance(named, str) else [self.ids[one] for one in named]
        if who == "right":
            lead = next((name for name, key in self.ids.items() if key == before.department_id), LAMPS)
            who = lead if action in RIGHT else "supervisor"
        try:
            after = await self.tickets.moves.act(
                self.number, action, given, self.actor(who), version=before.version
            )
        except WenbanError as error:
            assert error.status in (400, 403, 404, 409), error
            same, still = await self.standing()
            assert same == before and len(still) == len(events), "what is refused changes nothing"
            return
        _, more = await self.standing()
        own = [one for one in more[len(events) :] if one.action == action and one.actor_kind != "system"]
        assert len(own) == 1 and own[0].actor == self.actor(who).name, "one line for each move"
        assert after.version > before.version or action in ADDS

    async def let_pass(self, hours: int, *, sweeps: bool, before: Ticket) -> None:
        """Time goes by; with ``sweeps`` the job looks afterwards, otherwise it is late."""
        since = now()
        self.clock.forward(hours=hours)
        if before.state not in (State.SUSPENDED, State.PENDING_CALLBACK):
            self.owed |= {
                f"at {step.code} {step.at.isoformat()}"
                for step in before.due.left(before.state)
                if since < step.at <= now()
            }
        if not sweeps:
            return
        await self.sweep.run()
        after, events = await self.standing()
        if before.state in (State.SUSPENDED, State.PENDING_CALLBACK):
            return  # what ends by itself is looked at below
        for step in before.due.left(before.state):
            key = f"at {step.code} {step.at.isoformat()}"
            said = [one for one in events if one.action == "overdue" and one.key == key]
            if since < step.at <= now():
                assert len(said) == 1, "missed or doubled"
            elif step.at > now():
                assert said == [], "too early"
        assert after.state is before.state, "no deadline moves a ticket on"


@pytest.fixture
async def ids(database: Database) -> dict[str, str]:
    async with database.write() as session:
        found = {}
        for name in (LAMPS, ROADS):
            session.add(row := Department(name=name))
            await session.flush()
            found[name] = row.id
    return found


@RANDOM(max_examples=25)
@given(steps=WALKS)
@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_sequence_leaves_the_order(
    database: Database, clock: Clock, ids: dict[str, str], steps: list[tuple[str, int, Any]]
) -> None:
    await _in_order(database, clock, ids, steps)


@RANDOM(max_examples=8)  # the rules are the same code; a walk costs three times as much here
@given(steps=WALKS)
@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nor_does_any_on_postgresql(
    database: Database, clock: Clock, ids: dict[str, str], steps: list[tuple[str, int, Any]]
) -> None:
    await _in_order(database, clock, ids, steps)


async def _in_order(
    database: Database, clock: Clock, ids: dict[str, str], steps: list[tuple[str, int, Any]]
) -> None:
    walk = Walk(database, clock, ids)
    draft = TicketDraft("投诉", "小区门口的路灯坏了三天", "市政设施/路灯照明", "田家庵区")
    walk.number = (await walk.tickets.file(draft, f"walk-{next(_KEYS)}")).number
    for step in steps:
        await walk.step(*step)
    clock.forward(days=40)
    await walk.sweep.run()
    looked_again = await walk.sweep.run()
    ticket, events = await walk.standing()
    state = "待受理"
    for one in events:
        if one.from_state is None:
            continue
        came, went = State(one.from_state).label, State(str(one.to_state)).label
        assert came == state and went in EDGES[state].split(), f"{one.action}: {came} → {went}"
        state = went
    assert ticket.state.label == state, "the history makes the state"
    assert ticket.state not in (State.SUSPENDED, State.PENDING_CALLBACK) or ticket.disputed, (
        "the clock ends these"
    )
    keys = Counter(one.key for one in events if one.key)
    assert all(count == 1 for count in keys.values())
    assert walk.owed <= set(keys), "a late job, or a move before it, missed a deadline"
    assert looked_again == 0, "what is done is not looked at again"
    if ticket.state.is_final:
        assert ticket.closed_at is not None
    else:
        overdue = [one for one in events if one.action == "overdue" and one.key]
        for left in ticket.due.left(ticket.state):
            assert [o.key for o in overdue].count(f"at {left.code} {left.at.isoformat()}") == 1
    assert ticket.version == 1 + sum(one.action in set(GIVEN) - ADDS for one in events)
    async with database.read() as session:
        row = await rows.wanted(session, walk.number)
        assert await watches.at(session, row.id) is None
