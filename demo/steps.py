"""Who does what next with a made-up ticket, and when: agents around the clock, departments in office hours."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.city import LOCAL, City
from core.clock import local
from core.holidays import is_working_day
from demo.lives import DISPUTED, RETURNED, Life
from demo.matters import MARK
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import CITIZEN, Actor
from tickets.working_time import after_working_hours

_OVERRIDE = "示例数据"


@dataclass(frozen=True)
class Step:
    """A move to be made.

    Args:
        at: when.
        action: its code.
        fields: its fields.
        actor: who makes it.
    """

    at: datetime
    action: str
    fields: Mapping[str, Any]
    actor: Actor


class Office:
    """The staff of the made-up hotline and of its departments.

    Args:
        city: has the rules, and names the departments.
        departments: name → id of the departments.
        agents: the agents; each step is done by one of them.
        supervisor: the supervisor.
        chance: chooses.
    """

    def __init__(
        self,
        city: City,
        departments: Mapping[str, str],
        agents: tuple[Actor, ...],
        supervisor: Actor,
        chance: random.Random,
    ) -> None:
        self._city = city
        self._departments = departments
        self._agents = agents
        self._supervisor = supervisor
        self._chance = chance
        hours = city.deadlines.office_hours
        self._spans = hours.times if hours else ()

    def next(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step | None:
        """What is done next with a ticket; None: nothing, except by the clock."""
        state = State(row.state)
        if state.is_final or life.stop == state or (life.stop == DISPUTED and row.disputed):
            return None
        if life.stop == RETURNED and state is State.PENDING_DISPATCH and row.returns >= life.returns:
            return None
        return _NEXT[state](self, row, life, answer, now)

    def _agent(self) -> Actor:
        return self._chance.choice(self._agents)

    def _clerk(self, row: TicketRow) -> Actor:
        return Actor("department", "示例经办", None, row.department_id)

    def _soon(self, life: Life, now: datetime, low: float, high: float) -> datetime:
        """A while of so many minutes later."""
        return now + timedelta(minutes=low if life.hurried else self._chance.uniform(low, high))

    def _worked(self, life: Life, now: datetime, hours: float) -> datetime:
        """So many hours of office time later; of who hurries, as many minutes."""
        if life.hurried or not self._spans:
            return now + timedelta(minutes=max(hours, 1))
        whole = max(1, round(hours))
        at = after_working_hours(now, whole, self._spans).at
        return at - timedelta(minutes=self._chance.uniform(0, 50))

    def _pending_acceptance(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        at = self._soon(life, now, 3, 90)
        if life.ends == "declined":
            basis = {"basis": "这件事正在法院审理，热线不再受理（示例）", "route": "请向审理的法院反映"}
            return Step(at, "decline", basis, self._agent())
        if life.ends == "answered":
            words = MARK + "您咨询的事，办事指南里有完整的材料和流程，已经电话告诉您，请按指南办理。"
            return Step(at, "answer", {"text": words}, self._agent())
        if life.ends == "merged":
            return Step(at, "merge", {"into": life.into}, self._agent())
        return Step(at, "accept", {}, self._agent())

    def _pending_dispatch(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        right = self._right(row)
        wrong = row.returns < life.returns or life.return_refused
        to = self._chance.choice([one for one in self._departments if one != right]) if wrong else right
        who = self._supervisor if row.returns else self._agent()
        fields = {"department": self._departments[to], "note": "请核实办理并联系群众"}
        if not wrong and self._chance.random() < 0.1 and (local_name := self._local(row)) not in (None, to):
            fields["assisting"] = [self._departments[str(local_name)]]  # type: ignore[assignment]
        return Step(self._soon(life, now, 2, 60), "dispatch", fields, who)

    def _pending_sign(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        if row.returns < life.returns or (life.return_refused and "return" not in life.done):
            life.done.add("return")
            reason = {"reason": "这件事不在本单位职责范围内，请转主管部门"}
            return Step(self._worked(life, now, 3), "ask_return", reason, self._clerk(row))
        return Step(self._worked(life, now, 14 if life.slow else 2), "sign", {}, self._clerk(row))

    def _handling(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        clerk, redone = self._clerk(row), row.redos > 0
        if "contact" not in life.done:
            life.done.add("contact")
            told = {"reached": self._chance.random() < 0.9, "text": "已电话联系，约好到现场查看"}
            return Step(self._worked(life, now, 1), "contact", told, clerk)
        if life.suspends and "suspend" not in life.done:
            life.done.add("suspend")
            asked = {"reason": "具体是哪一栋、哪一个单元", "days": 3}
            return Step(self._worked(life, now, 1), "suspend", asked, clerk)
        if life.extends and "extend" not in life.done:
            life.done.add("extend")
            asked = {"days": 5, "reason": "配件要从外地采购"}
            return Step(self._worked(life, now, 6), "ask_extension", asked, clerk)
        if life.withdrawn and "withdraw" not in life.done:
            life.done.add("withdraw")
            return Step(self._soon(life, now, 60, 600), "withdraw", {"reason": "问题已经自己解决了"}, CITIZEN)
        if "note" not in life.done and not life.hurried:
            life.done.add("note")
            return Step(self._worked(life, now, 4), "note", {"text": "已到现场查看，正在安排"}, clerk)
        hours = 6.5 * (min(life.work, 3.0) if redone else life.work)
        at = self._worked(life, now, hours)
        done_on = local(at)
        public = answer.replace("{day}", f"{done_on.month} 月 {done_on.day} 日")
        if redone:
            public += "这次又到现场复查过，请您放心。"
        given = {
            "public": public,
            "confidential": "示例：现场照片已存",
            "override": _OVERRIDE,
        }
        return Step(at, "reply", given, clerk)

    def _return_review(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        who = self._supervisor if row.returns else self._agent()
        if life.return_refused:
            reason = {"reason": "按派单目录，这件事由贵单位主办"}
            return Step(self._soon(life, now, 10, 200), "refuse_return", reason, who)
        return Step(self._soon(life, now, 10, 200), "grant_return", {}, who)

    def _extension_review(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        at = self._soon(life, now, 20, 300)
        if life.extends == "refused":
            return Step(at, "refuse_extension", {"reason": "本地可以采购到，请按期办理"}, self._supervisor)
        return Step(at, "grant_extension", {}, self._supervisor)

    def _suspended(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step | None:
        if not life.resumes:
            return None
        return Step(self._soon(life, now, 60, 2_000), "resume", {"note": "群众补充了情况"}, CITIZEN)

    def _pending_review(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step:
        at = self._soon(life, now, 10, 300)
        if life.rejected and "reject" not in life.done:
            life.done.add("reject")
            return Step(at, "reject", {"reason": "没有写清办理的时间"}, self._agent())
        return Step(at, "approve", {}, self._agent())

    def _pending_callback(self, row: TicketRow, life: Life, answer: str, now: datetime) -> Step | None:
        at = self._soon(life, now, 30, 1_500)
        if row.disputed:
            reason = {"reason": "已向群众当面说明，现场核实办理属实"}
            return Step(self._soon(life, now, 300, 3_000), "archive", reason, self._supervisor)
        if life.mood == "silent":
            return None
        if life.mood == "unreached":
            if row.unreached >= 2:
                return None
            return Step(at, "callback", {"reached": False}, self._agent())
        unhappy = life.mood == "unhappy twice" or (life.mood == "unhappy" and not row.redos)
        who = CITIZEN if self._chance.random() < 0.7 else self._agent()
        if unhappy:
            given = {"solved": False, "satisfied": self._chance.choice((1, 2)), "why": life.why}
            return Step(at, "callback", given, who)
        return Step(at, "callback", {"solved": True, "satisfied": life.mark}, who)

    def _right(self, row: TicketRow) -> str:
        """The department that handles a ticket by the city's rules."""
        rule = self._city.handling.directed(row.category, row.district)
        lead = self._city.lead(row.category)
        named = rule.lead if rule is not None else lead.name if lead is not None else LOCAL
        return (self._local(row) or next(iter(self._departments))) if named == LOCAL else named

    def _local(self, row: TicketRow) -> str | None:
        found = self._city.local(row.district)
        return found.name if found else None


_NEXT = {
    State.PENDING_ACCEPTANCE: Office._pending_acceptance,
    State.PENDING_DISPATCH: Office._pending_dispatch,
    State.PENDING_SIGN: Office._pending_sign,
    State.HANDLING: Office._handling,
    State.RETURN_REVIEW: Office._return_review,
    State.EXTENSION_REVIEW: Office._extension_review,
    State.SUSPENDED: Office._suspended,
    State.PENDING_REVIEW: Office._pending_review,
    State.PENDING_CALLBACK: Office._pending_callback,
}


def busy(day: datetime) -> float:
    """How many tickets come on a day, against others."""
    return 1.0 if is_working_day(local(day).date()) else 0.55
