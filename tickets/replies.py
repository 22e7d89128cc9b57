"""Checks of a department's answer before it is reviewed: what a careful reader at the hotline would ask about.

Each warning must be answered by a better text, or overridden with a reason. Plain patterns, bounded and of one reading each;
whether it is about the matter by :func:`tickets.meaning.about`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.masking import hide
from core.text import written
from tickets import catalog, meaning
from tickets.models import TicketRow

SHORT = 15
"""Fewest visible characters of an answer that says something."""
_BOILERPLATE = re.compile(
    r"已经?(?:将|把|由)?(?:您的?|此|该|问题|诉求|情况|工单){0,4}(?:转|交|反馈|反映|上报|移交)[至给到由交]{0,2}(?:相关|有关|职能|责任|辖区)(?:部门|单位|科室|人员)"
    r"|(?:相关|有关|职能)(?:部门|单位)(?:会|将|正在?)(?:尽快|及时|抓紧|依法)?(?:处理|核实|办理|调查)"
)
_PROMISE = re.compile(r"(?:将|会|计划|拟|预计|争取|尽快|近期|下一步|后续|稍后|过几天|适时)")
_DATE = re.compile(
    r"\d{1,4}\s{0,2}[年月日号天周]|[一二三四五六七八九十两]{1,3}(?:个)?(?:工作日|天|日内|周|月)|今天|明天|后天|本周|下周|月底|年底|已于|已经?(?:完成|修复|更换|恢复|清理|处理完)"
)
_DONE = re.compile(
    r"已经?(?:于.{0,12})?(?:完成|修复|修好|更换|恢复|清理|清除|整改|处理完|办结|解决|退还|发放|拆除)"
)


@dataclass(frozen=True)
class Warned:
    """Something about an answer that its writer should look at.

    Args:
        code: ``short``, ``boilerplate``, ``off_matter``, ``no_date`` or ``personal``.
        text: what is wrong, in plain words.
    """

    code: str
    text: str

    def to_json(self) -> dict[str, str]:
        """The JSON form for the desk."""
        return {"code": self.code, "text": self.text}


async def warnings(row: TicketRow, text: str) -> tuple[Warned, ...]:
    """What is doubtful about the public answer to a ticket; nothing when it reads well.

    >>> import asyncio
    >>> found = asyncio.run(warnings(TicketRow(content="小区路灯不亮", subject=""), "您的诉求已转相关部门处理。"))
    >>> [one.code for one in found]
    ['short', 'boilerplate', 'off_matter']
    """
    found = []
    if written(text) < SHORT:
        found.append(Warned("short", "太短，没有说清怎么办的"))
    if _BOILERPLATE.search(text):
        found.append(Warned("boilerplate", "只说转给别的单位，没有说办得怎么样"))
    matter = f"{row.content} {row.subject or ''}".strip()
    if not await meaning.about(matter, text, catalog.keywords(row.category)):
        found.append(Warned("off_matter", "没有提到群众反映的事"))
    if _PROMISE.search(text) and not _DATE.search(text) and not _DONE.search(text):
        found.append(Warned("no_date", "说了以后要办，没有说什么时候"))
    if hide(text) != text:
        found.append(Warned("personal", "里面有电话、证件号这类个人信息"))
    return tuple(found)
