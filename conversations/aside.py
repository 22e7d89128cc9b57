"""Reads whether what is said after an alarm leaves the danger aside: a harmless question about something else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from conversations import after_alarm, during
from conversations.danger import Danger
from conversations.danger_state import FRESH, known_of_late
from core.clock import now

WEAK = 0.8
"""Probability (0 to 1) of a doubt under which what was said before counts more."""
STRONG = 0.95
"""Probability (0 to 1) of a clear danger from which it is asked about even if the talk before it tells of none."""
_ASKS_ON = 24
"""Most characters of a question that goes on with the one before it."""
_FRAGMENT = 40
"""Most characters of a message that may go on with a talk, and tell little by itself."""
_LONGEST_WISH = 40
"""Most characters of a message that only asks to have something filed."""
_ELSEWHERE = re.compile(
    r"匿名|举报|投诉|反映|保密|留名|实名|隐私|工单|[缴交](?:的|了|过|满|多少|几)|签字|代办|代领|办理|申请|窗口|政策|条件|标准|工伤|理赔|保险|补[办贴助卡]|"
    r"[合离落过]户|外地|户籍|职工|单位|学校|上班|电话(?:是|号码)?多少|归(?:谁|哪)|哪个部门|什么部门|几点|哪天|多少钱|疫苗|几针|转院|转诊|"
    r"违法|犯法|去?哪里?(?:儿)?告(?!诉)|告(?:他们?|它们?)|起诉|催收|催债|讨债|网贷|欠款|利息|(?:谁|我|我们|他们?)(?:出|付|掏|拿|交)钱|花钱|收钱|要钱|(?:多少|几)年|使用年限|安检"
)
"""Words of a question about something else, besides those of :func:`conversations.after_alarm.apart`."""
_OF_THE_DANGER = re.compile(
    r"怎么(?:办|做|弄|救|还不|没)|咋(?:办|弄|整|救)|来了吗|来吗|到了吗|多久(?:能)?[来到]|有没有人|人呢|在吗|危险|死|活|120|119|110|12356|急救|救[人命我他她]|消防|警察|民警|医生(?!说|让|叫|建议|要求)"
)
"""Words of a question about the danger itself, or about the help."""


def elsewhere(text: str) -> bool:
    """Whether a message only asks about something else than the danger, and tells of no sign of it.

    >>> elsewhere("以后能匿名举报吗"), elsewhere("我对象是在合肥交的，行不行"), elsewhere("医保卡丢了怎么补")
    (True, True, True)
    >>> elsewhere("医生说要转院要办什么手续"), elsewhere("一共要打几针")
    (True, True)
    >>> elsewhere("救护车怎么还不来"), elsewhere("他会不会死"), elsewhere("他又在砸门，能匿名举报吗")
    (False, False, False)
    """
    said = after_alarm.plain(text)
    return (
        after_alarm.asks(text)
        and during.sign(text) is None
        and _OF_THE_DANGER.search(said) is None
        and (_ELSEWHERE.search(said) is not None or after_alarm.names_a_rule(said))
    )


_ANOTHER = re.compile(
    r"(?:怎么|咋|如何|怎样|在哪|去哪|上哪|到哪)(?:里|儿|能|才能|可以)?(?:办理|办个|申请|申领|查|交|缴|换|补|开(?!门|窗|锁)|提取|取|报名|预约|领|落户|上户|转入|转出|迁)|几点(?:上班|下班|开门|关门)|"
    r"(?:什么|啥)时候(?:开|发|交|报名|放)|需要(?:什么|哪些)(?:材料|手续|条件)"
)
"""Questions about how to get something done at an office."""


_FILES = re.compile(
    r"(?:能|可以|想|要|帮我|给我|帮俺|给俺|替我|在[你您恁这])[^，,。；;！!？?]{0,8}(?:登记|立案|投诉|举报|反映|记下来|报上去)"
)
"""Words that ask to have a matter filed."""


def asks_to_file(text: str) -> bool:
    """Whether a short message asks to have something filed, and tells of no sign of the danger.

    >>> asks_to_file("那催收的我能在你这登记吗"), asks_to_file("我想投诉那个催收公司"), asks_to_file("登记个啥，死了算了")
    (True, True, False)
    """
    said = after_alarm.plain(text)
    return (
        len(text) <= _LONGEST_WISH
        and _FILES.search(said) is not None
        and during.sign(text) is None
        and _OF_THE_DANGER.search(said) is None
    )


def another_question(text: str) -> bool:
    """Whether a message, instead of an answer, asks something that has nothing to do with a danger.

    >>> another_question("公积金怎么提取"), another_question("驾照怎么换"), another_question("我该怎么办")
    (True, True, False)
    """
    said = after_alarm.plain(text)
    office = _ANOTHER.search(said) is not None and during.sign(text) is None
    return elsewhere(text) or (office and _OF_THE_DANGER.search(said) is None)


def fragment(text: str) -> bool:
    """Whether a message is short and has no sign of a danger, so that the talk before it tells what it means.

    >>> fragment("我一个人去行不行"), fragment("他说电脑里查不着"), fragment("我爸叫不醒了，行不行")
    (True, True, False)
    """
    if len(text) > _FRAGMENT:
        return False
    return during.sign(text) is None and _OF_THE_DANGER.search(after_alarm.plain(text)) is None


def doubted(text: str, found: Danger) -> bool:
    """Whether a danger is only a weak doubt about a short question without a sign of danger (我一个人去行不行).

    >>> doubted("我一个人去行不行", Danger("self_harm", 0.7, clear=False))
    True
    >>> doubted("我爸叫不醒了，行不行", Danger("medical", 0.7, clear=False))
    False
    """
    weak = not found.clear and found.probability < WEAK
    return weak and len(text) <= _ASKS_ON and after_alarm.asks(text) and fragment(text)


def let_go(text: str, found: Danger, fact: dict[str, Any]) -> bool:
    """Whether a doubt is let go, because there was an alarm of late and the words only ask something."""
    return known_of_late(fact) and doubted(text, found)


def since(fact: dict[str, Any]) -> datetime:
    """From when on messages are judged together: not those about a danger that was dealt with."""
    begin = now() - FRESH
    if fact.get("state") not in ("over", "passed"):
        return begin
    # A message is stored some milliseconds before what it changes.
    return max(begin, datetime.fromisoformat(str(fact["at"])) + timedelta(milliseconds=1))
