"""我的工单: the tickets that were filed in this conversation, and how to look up others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.actions.complaint import kept
from bot.actions.progress import added, codes
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, COMPLAIN, HUMAN, choice, clip
from conversations.event_kinds import Result
from core.clock import local
from core.masking import hide
from core.text import plain
from tickets.corrected import is_correction
from tickets.types import Ticket

_BEGINNING = 60
"""Most characters of a line of the content that are shown."""
MOST = 10
"""Most tickets that are listed, newest first."""
_ASKS = re.compile(
    r"(?:我想|我要|帮我|给我|请|麻烦|想|要|看|查|看看|查查|查看|查询|一下|下|列|列出|显示)*(?:我|俺)(?:的|名下的?|在这里?|在这儿|以前|之前|都|总共|一共|所有的?|全部的?)*"
    r"(?:(?:工单|单子|诉求|投诉|举报|反映|登记|案件)(?:记录|列表|清单|号)?(?:有哪些|都有哪些|有几[个张件]|有多少|呢|都在哪|在哪里?看?|列表)?|"
    r"(?:登记|投诉|反映|举报|报|提交|提)(?:过|了)(?:哪些|几[个张件]|多少|什么)(?:工单|单子|诉求|投诉|问题|事情?|东西)?(?:了)?)(?:啊|呀|呢|吧)?|"
    r"(?:查看?|看)?(?:全部|所有)(?:的)?(?:工单|单子|诉求)(?:列表)?|(?:我)?(?:投诉|工单|诉求|历史)(?:记录|列表|清单)(?:在哪里?看?)?|"
    r"(?:用|凭|按|拿)?(?:我的?)?(?:手机号?|电话号?码?)(?:能|可以|怎么|咋)*查(?:到)?(?:我的)?(?:工单|单子|进度|投诉)?(?:吗|么|不)?"
)
_HOW = (
    "不在这里登记的，把工单号和查询码一起发给我就能查，比如“{example} AC3D9KXQ”；"
    "现在还不能用手机号查，号找不到了可以转人工，坐席核实后帮您查。"
)


def asks(text: str) -> bool:
    """Whether a message asks for all tickets of one's own, and not for one of them.

    >>> [asks(said) for said in ("我的工单", "我登记过哪些事", "用手机号能查吗", "我的工单怎么还没办", "查工单")]
    [True, True, True, False, False]
    """
    return _ASKS.fullmatch(re.sub(r"[，,。.！!？?、\s]", "", plain(text))) is not None


async def answer(turn: Turn) -> bool:
    """List the tickets of this conversation when the message asks for them; False for any other message."""
    if turn.pressed or not asks(turn.text):
        return False
    if not await tell(turn):
        how = _how()
        draft = await kept.left(turn)
        if draft is not None:
            kept.offer(turn, draft)
            turn.say(f"已经提交的，这里还没有。{how}", [HUMAN])
        else:
            turn.say(f"您在这里还没有登记过。{how}", [COMPLAIN, HUMAN])
        turn.set("misses", 0)
        turn.outcome(Result.TICKET)
    return True


async def tell(turn: Turn) -> bool:
    """Show the ticket of this conversation, or list its tickets; False when there is none."""
    own = await parts().tickets.of_conversation(turn.conversation_id, MOST)
    if len(own) == 1:
        await _tell(turn, own[0])
    elif own:
        turn.say(
            f"您在这里登记过 {len(own)} 件：\n{await _lines_with_added(own)}\n要看哪一件办到哪一步，点工单号，或者把号发给我。{_how()}",
            [*(choice(t.number, "ask_progress", slot="ticket", value=t.number) for t in own), HUMAN],
        )
        turn.set("misses", 0)
        turn.outcome(Result.TICKET)
    return bool(own)


def _how() -> str:
    return _HOW.format(example=parts().city.example_number)


async def _tell(turn: Turn, ticket: Ticket) -> None:
    """Show the only ticket of this conversation: how it stands, what is written in it, and what was added afterwards."""
    ways = [] if ticket.state.is_final else [Choice("催办", "/urge"), Choice("补充情况", "/add_to_ticket")]
    stands = parts().tickets.progress_text(ticket).removeprefix("您好，")
    turn.say("\n".join([stands, *written(ticket), *await added.shown(ticket)]), [*ways, HUMAN])
    turn.set_all({"seen_number": ticket.number, "seen_code": codes.kept(turn, ticket), "misses": 0})
    turn.outcome(Result.TICKET, about=ticket.number)


def written(ticket: Ticket) -> list[str]:
    """What is written in a ticket, as its citizen may read it: place, time, accused, masked phone, and the content's
    beginning with what was corrected."""
    first, *more = ticket.content.split("\n")
    place = ticket.address if ticket.district in ticket.address else f"{ticket.district}{ticket.address}"
    values = (
        ("地点", place),
        ("时间", ticket.happened_at),
        ("涉及对象", ticket.subject),
        ("内容", clip(hide(first), _BEGINNING)),
    )
    told = [f"{label}：{hide(value)}" for label, value in values if value]
    if ticket.contact_phone:  # masked already
        told.insert(-1, f"联系电话：{ticket.contact_phone}")
    return [*told, *(clip(hide(line), _BEGINNING) for line in more if is_correction(line))]


async def _lines_with_added(own: Sequence[Ticket]) -> str:
    """:func:`lines`, each with how often something was added to the ticket afterwards."""
    told = [
        f"{line}{await added.counted(one)}" for one, line in zip(own, lines(own).split("\n"), strict=True)
    ]
    return "\n".join(told)


def which(turn: Turn, own: Sequence[Ticket]) -> None:
    """Ask which of several tickets of this conversation is meant."""
    turn.say(
        f"您在这里登记过这几件：\n{lines(own)}\n要看哪一张？也可以发别的工单号和查询码。",
        [*(choice(t.number, "ask_progress", slot="ticket", value=t.number) for t in own), CANCEL],
    )
    turn.set("requested_slot", "ticket_number")


def lines(own: Sequence[Ticket]) -> str:
    """A line for each ticket: number, state, day, and what it is about."""
    return "\n".join(
        f"{t.number}（{t.state.label}，{local(t.created_at):%m月%d日}）{clip(hide(t.summary), 20)}"
        for t in own
    )
