"""Answers what is asked of an entry as a whole: its sources, the department that it is up to, or more of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.actions.policy import feedback, offices
from bot.actions.policy.answer import source_line
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, choice, plain
from bot.understanding.fillers import beside_question
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_WHO = r"找谁|找哪|谁(?:给|来|负责|能给?)?(?:办|弄|发)"
_WHERE = r"(?:在|去|到|上)哪(?:里|儿|边)?(?:办|申请|申领|交|弄|问|领)?"
_DEPARTMENT = re.compile(rf"部门|单位|归谁|谁管|电话|{_WHO}|{_WHERE}")
_SOURCE = re.compile(r"依据|规定|文件|哪条|第几条|法律|出处|来源")
_MORE = re.compile(
    r"(?:那|还有|然后|详细|具体|继续|多说|展开|点|一些|别的|其他|什么|啥|说说|讲讲|呢|吗|么|的|一?下|再|请){1,8}"
)
_AROUND = (
    r"(?:那|这|这个|这些|这事|这种|事情?|你们?|您|刚才|上面|前面|说|讲|答|回答|给|请问|我|俺|想|问|看|知道|能|可以|有没有|有|是|的|到底|都|在|"
    r"吗|么|呢|啊|呀|吧|不|没有?|哪|里|儿|来|个|条|一|份|部|啥|什么|怎么|谁|多少|写|出|自|从){0,8}"
)
_ONLY_SOURCE = re.compile(
    rf"{_AROUND}(?:法律|政策|官方|文件|书面)?(?:依据|根据|出处|来源|文件|法条|条文)(?:名称|名字|原文)?{_AROUND}|"
    rf"{_AROUND}(?:根据|依据|按照?|照着?)(?:的)?(?:哪|什么|啥)[个条部份一]{{0,2}}(?:法律?|法规|规定|文件|政策|条例|条文)?{_AROUND}|"
    rf"{_AROUND}(?:哪|什么|啥)[个条部份一]{{0,2}}(?:法律?|法规|文件|条例|政策)(?:里|上)?(?:规定)?{_AROUND}|{_AROUND}(?:谁|哪里|哪儿)规定{_AROUND}|{_AROUND}第几条{_AROUND}"
)
"""A message that asks for the sources of what was said, and names nothing else (有依据吗, 哪个文件规定的)."""
_ONLY_DEPARTMENT = re.compile(
    rf"{_AROUND}(?:归|由|是|找|去|到|该|应该|属于)?(?:哪|什么|啥)一?个?(?:部门|单位|局)(?:来)?(?:的)?(?:管|负责|办|主管|受理|处理|管理)?{_AROUND}|"
    rf"{_AROUND}(?:归|属)谁(?:来)?(?:管|负责)?{_AROUND}|{_AROUND}谁(?:来|在)?(?:主管|管|负责|受理)(?:这个?|这事|这块)?{_AROUND}|"
    rf"{_AROUND}(?:主管|负责|承办|管)的?(?:部门|单位)(?:是|叫)?{_AROUND}"
)
"""A message that asks which department it is up to, and names nothing else (是哪个部门管, 归谁管)."""
_LONGEST = 20
"""Most characters of a message that asks for the department alone; a longer one tells more."""


def only_of_whole(text: str) -> bool:
    """Whether a message asks for the sources or the department of what was said, and names nothing of its own.

    >>> [only_of_whole(said) for said in ("有依据吗", "哪个文件规定的", "你说的根据是啥", "是哪个部门管", "这事归谁管")]
    [True, True, True, True, True]
    >>> [only_of_whole(said) for said in ("那孩子归谁", "单位几天内要报", "违反规定怎么办", "要带什么文件", "单位不给办找谁")]
    [False, False, False, False, False]
    """
    return _asks_source(text) or asks_department(text)


def _asks_source(text: str) -> bool:
    said = plain(text)
    return len(said) <= _LONGEST and _ONLY_SOURCE.fullmatch(said) is not None and "带" not in said


def asks_department(text: str) -> bool:
    """Whether a message asks which department it is up to, and names nothing of its own."""
    said = plain(text)
    return len(said) <= _LONGEST and _ONLY_DEPARTMENT.fullmatch(said) is not None


def _names_department(text: str) -> bool:
    """Whether a question has a word for who is in charge and hardly names anything else (那孩子归谁 does)."""
    said = plain(text)
    rest = beside_question(_DEPARTMENT.sub("", said))
    return _DEPARTMENT.search(said) is not None and (len(rest) <= 1 or "电话" in said)


def answer(turn: Turn, entry: Entry, *, only: bool = False) -> bool:
    """Answer what is asked of an entry as a whole; False for anything else.

    Args:
        only: answer only what names nothing of its own (:func:`only_of_whole`), before any sentence of the entry is said.
    """
    rest = [choice(name, "follow_up", section=name) for name in entry.sections]
    source = _asks_source(turn.text) if only else _SOURCE.search(turn.text) is not None
    department = asks_department(turn.text) or (not only and _names_department(turn.text))
    if source and source_line(entry):
        turn.say(source_line(entry), [*rest, *feedback.rating_again(turn), HUMAN])
        turn.outcome(Result.ANSWERED, entry=entry.id, about="依据")
    elif department and not asks_department(turn.text) and offices.of_department(turn, entry):
        pass
    elif department:
        turn.say(
            f"这件事由{entry.department}负责。窗口和电话我这里没有登记，需要的话帮您转人工问。",
            [*rest, HUMAN],
        )
        turn.offer("human")
        turn.outcome(Result.ANSWERED, entry=entry.id, about="承办单位")
    elif not only and _MORE.fullmatch(plain(turn.text)) and entry.sections:
        turn.say(f"关于“{entry.title}”，您还可以看下面这些：", [*rest, HUMAN])
        turn.outcome(Result.ASKED_BACK, entry=entry.id)
    else:
        return False
    return True
