"""Handles talk about the ticket that was just filed or shown: 登记成功没, 查询码是啥, 催一下, 补充, 改地址, 撤了吧.

Such words name no ticket. They mean the ticket shown last, so the citizen is not asked for its number again.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.actions.complaint import kept
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, clip, plain
from bot.understanding.ticket import find_number
from conversations.event_kinds import Result
from core.errors import Conflict, RateLimited
from tickets.service import MAX_NOTE
from tickets.types import CITIZEN, Ticket

SEEN_NUMBER, SEEN_CODE = "seen_number", "seen_code"
"""Slots with number and query code of the ticket that was filed or shown last."""
_LONGEST = 30
"""Most characters of a message that only asks about the ticket, or wants something done with it."""
_SHOWN = 40


class Said(StrEnum):
    """What a message says about the ticket."""

    FILED = "filed"
    """It asks whether the ticket was filed."""
    CODE = "code"
    """It asks for number or query code."""
    URGE = "urge"
    """It urges the ticket."""
    ADD = "add"
    """It adds something to the ticket."""
    CHANGE = "change"
    """It corrects something in the ticket."""
    WITHDRAW = "withdraw"
    """It withdraws the ticket."""


_LEAD = (
    r"(?:那|那个|我|俺|我们|刚才|刚刚|刚|的|这个|这张|这件|那件|单子|工单|投诉|诉求|事|件|你们|您|请|麻烦|帮我?|给我?|再|又|想|要|问一?下|"
    r"对了|等等|哦|算了|，|,|\s)*"
)
_END = r"(?:了|吧|啊|呀|呢|哈|吗|么|嘛|来着|一下|下|谢谢|，|,|\s)*"
_WORDS: tuple[tuple[Said, re.Pattern[str]], ...] = (
    (
        Said.FILED,
        re.compile(
            rf"{_LEAD}(?:登记|提交|投诉|报|交)(?:上去?|成功?|好|进去|下来)?(?:了)?(?:没有?|没成功|吗|么|没){_END}|"
            rf"{_LEAD}(?:登记|提交|投诉)?(?:成功|成)(?:了)?(?:没有?|吗|么){_END}|{_LEAD}(?:算|是)?(?:登记|提交)(?:好|成功|上)了(?:吗|么|没有?|吧){_END}"
        ),
    ),
    (
        Said.CODE,
        re.compile(
            rf"{_LEAD}(?:工单号|单号|编号|查询码|号码?|码)(?:和查询码|跟查询码|、查询码)?"
            rf"(?:是|叫)?(?:啥|什么|多少|几|哪个|哪几个|忘(?:记)?|没(?:记|看)(?:住|清|到)?|找不(?:到|着)|再(?:说|发|报)(?:一)?(?:遍|次|下)?){_END}|"
            rf"{_LEAD}(?:再)?(?:说|发|报|告诉)(?:一?[下遍次])?(?:我)?(?:工单号|单号|编号|查询码)(?:和查询码)?{_END}"
        ),
    ),
    (
        Said.URGE,
        re.compile(
            rf"{_LEAD}催(?:一催|催|办|促|一?下)?(?:他们|一下)?{_END}|{_LEAD}(?:咋|怎么|为啥|为什么)?(?:还|都|一直)*没(?:有)?(?:个)?(?:动静|消息|进展|反应|人联系我?|回音|下文)"
            rf"{_END}(?:[?？，,]*{_LEAD}催(?:一催|催|办|促|一?下)?{_END})?[?？]*"
        ),
    ),
    (
        Said.URGE,
        re.compile(
            rf"{_LEAD}(?:咋|怎么|为啥|为什么|到底)?(?:还|都|一直)*(?:没|不)(?:有)?(?:个)?(?:人)?(?:来)?(?:修好|修|来|管|弄好|弄|处理|解决|办好|办|给办)(?:人|他们)?{_END}|"
            rf"{_LEAD}(?:到底|究竟)?(?P<verb>修|管|办|来)不(?P=verb){_END}|{_LEAD}(?:都|已经)?等了(?:好)?.{{1,4}}[天月年周](?:了|啦){_END}|{_LEAD}(?:好)?急{_END}"
        ),
    ),
    (
        Said.FILED,
        re.compile(
            rf"{_LEAD}有(?:没有)?(?:个)?(?:消息|进展|结果|回音|回复|下文)(?:了)?(?:没有?|吗|么)?{_END}|{_LEAD}(?:现在)?(?:是)?(?:啥|什么|个啥)情况{_END}|"
            rf"{_LEAD}(?:现在)?(?:办|处理|弄|搞)?(?:得|的|到)?(?:咋样|怎么样|怎样|哪一?步|哪儿?){_END}"
        ),
    ),
    (
        Said.WITHDRAW,
        re.compile(
            rf"{_LEAD}(?:撤(?:销|回|掉|单|诉|案)?|不(?:想|要|打算)?(?:再)?(?:投诉|追究|反映|举报|告|登记|报))(?:了|啦|掉)*{_END}"
            rf"(?:(?:撤(?:销|回|掉|单)?|不(?:想|要)?(?:再)?(?:投诉|追究|反映|告)|我|俺|给我|帮我|把它?|取消){_END})*|"
            rf"{_LEAD}(?:取消|撤销|撤回)(?:这个|这张|那个|刚才的?|我的|那张)*(?:工单|投诉|单子|登记|诉求){_END}"
        ),
    ),
)
_ADD = re.compile(
    rf"^{_LEAD}(?:补充(?:说明)?(?:一?[下句点条个]|情况|内容|[，,：:])|加上?一?[句条点]|(?:加|补|留|添)(?:上|个|一个|一下)?(?:我的?)?(?=(?:联系)?(?:电话|手机号?|号码)))(?:情况|内容|话)?{_END}[，,：:。\s]*(?:就?是)?(?P<told>.*)$",
    re.DOTALL,
)
_CHANGE = re.compile(
    rf"^{_LEAD}(?:把)?{_LEAD}(?:里的?|上的?)?(?:具体)?(?:地址|位置|地点|时间|电话号?码?|手机号?码?|号码|名字|称呼|内容|涉及对象)"
    r"(?:得|要)?(?:改成|改为|换成|改到|应该是|更正为|说错了|写错了|填错了|不对)[，,：:。\s]*\S"
)
_ASKED = re.compile(r"怎么|咋|材料|哪里|哪儿|手续|流程|多少钱|[?？]$|吗$|么$|呢$")
_LEAST_TOLD = 3
"""Fewest characters that add something to the ticket."""


def first(action: Action) -> Action:
    """Wraps an action: a message about the ticket filed or shown last is handled first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not await answer(turn):
            await action(turn)

    return run


def said_of(text: str) -> Said | None:
    """What a message says about a ticket; None when it says none of these.

    >>> [str(said_of(text)) for text in ("我刚才那个登记成功没", "查询码是啥来着", "咋还没动静?催一下", "撤了吧我不想追究了")]
    ['filed', 'code', 'urge', 'withdraw']
    >>> said_of("我想把地址改成菜市口南边"), said_of("再补充一句,是圆形的大井盖"), said_of("路灯坏了没人修")
    (<Said.CHANGE: 'change'>, <Said.ADD: 'add'>, None)
    """
    said = plain(text)
    if len(said) <= _LONGEST:
        bare = re.sub(r"[?？。.！!、]+", "，", said).strip("，,")
        for kind, pattern in _WORDS:
            if pattern.fullmatch(bare):
                return kind
    if _ASKED.search(said):
        return None
    if _ADD.match(text.strip()) and len(_told(text)) >= _LEAST_TOLD:
        return Said.ADD
    return Said.CHANGE if len(said) <= 2 * _LONGEST and _CHANGE.search(text) else None


def remember(turn: Turn, ticket: Ticket) -> None:
    """Store a ticket as the one that was filed or shown last."""
    turn.set_all({SEEN_NUMBER: ticket.number, SEEN_CODE: ticket.query_code})


async def answer(turn: Turn) -> bool:
    """Handle a message about the ticket filed or shown last; False when the message is about something else."""
    if turn.pressed or find_number(turn.text) or not turn.slot(SEEN_NUMBER):
        return False
    said = said_of(turn.text)
    if said is None or (said is Said.WITHDRAW and await kept.left(turn) is not None):
        return False  # 撤了吧 then means the unfinished complaint, not the ticket
    try:
        ticket = await parts().tickets.by_number_and_code(
            str(turn.slot(SEEN_NUMBER)), str(turn.slot(SEEN_CODE))
        )
        if ticket is None:
            return False
        await _do(turn, said, ticket)
    except (RateLimited, Conflict) as error:
        turn.say(error.message, [HUMAN])
    turn.outcome(Result.TICKET, about=str(turn.slot(SEEN_NUMBER)))
    return True


async def _do(turn: Turn, said: Said, ticket: Ticket) -> None:
    tickets, number = parts().tickets, ticket.number
    if said is Said.FILED:
        stands = tickets.progress_text(ticket).removeprefix("您好，")
        turn.say(f"登记好了，工单号 {number}。\n{stands}", [PROGRESS, *_ways(ticket)])
    elif said is Said.CODE:
        turn.say(f"工单号：{number}\n查询码：{ticket.query_code}", [PROGRESS, *_ways(ticket)])
    elif said is Said.URGE:
        urged = await tickets.urge(number, ticket.query_code, key=turn.turn_id or None)
        stands = tickets.progress_text(urged or ticket).removeprefix("您好，")
        turn.say(f"已经给工单 {number} 记下催办，办理这件事的工作人员能看到。\n{stands}", [HUMAN])
    elif said is Said.WITHDRAW:
        await _note(turn, ticket, f"群众要求撤回：{turn.text}")
        turn.say(
            f"记下了：您想撤回工单 {number}。工作人员看到后会处理，可能会跟您核实一下。改主意了随时跟我说。",
            [HUMAN, COMPLAIN],
        )
    else:
        words = _told(turn.text) if said is Said.ADD else turn.text
        await _note(turn, ticket, words if said is Said.ADD else f"群众更正：{words}")
        turn.say(
            f"“{clip(words, _SHOWN)}”已经补充到工单 {number}，承办的工作人员能看到。",
            [PROGRESS, *_ways(ticket)],
        )


async def _note(turn: Turn, ticket: Ticket, words: str) -> None:
    await parts().tickets.note(ticket.number, CITIZEN, words[:MAX_NOTE], key=turn.turn_id or None)


def _told(text: str) -> str:
    """What a message adds to the ticket, without the words that announce it."""
    found = _ADD.match(text.strip())
    return found["told"].strip() if found else ""


def _ways(ticket: Ticket) -> list[Choice]:
    if ticket.state.is_final:
        return [HUMAN]
    return [Choice("催办", "/urge"), Choice("补充情况", "/add_to_ticket"), HUMAN]
