"""垃圾桶那个是不是也报上去了, 垃圾桶那个你还没给我登: tells in which ticket a part of a story is, and offers one of its own for it."""

from __future__ import annotations

import re

from bot.actions.complaint import later
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS, clip, plain
from bot.understanding.requests import subject_words
from bot.understanding.splitting import split
from conversations.event_kinds import Result
from core.simplified import simplified
from tickets.types import Ticket

_SHOWN = 40
_ALONE = Choice("单独登记一张", "/start_complaint")
_LONGEST = 30
"""Most characters of such a message."""
_BACK = 30
"""Number of the newest messages of a conversation among which the words are looked for."""
_DONE = r"(?:报|登记|登|写|记|提交|反映|交)(?:上去|进去|上|进|下来)?"
_ASKS = re.compile(
    r"(?:那|还有|对了|我说的|我讲的|刚才的?|另外){0,2}(?P<what>[\u4e00-\u9fff]{2,8}?)(?:那[个件边]?|这[个件]|的)(?:事情?|问题|情况)?(?:呢|啊|[，,]){0,2}"
    rf"(?:(?:是不是|有没有|你们?|您|也|都|一起|一块|给我|帮我|给俺){{0,5}}{_DONE}了?(?:没有?|吗|么|不|吧)|(?:是不是|有没有)(?:也|都|一起|一块|给我|帮我){{0,3}}{_DONE}了?|"
    rf"(?:你们?|您|怎么|咋|还|也|都){{0,4}}(?:没有?|漏了?)(?:给我|帮我|给俺)?{_DONE}(?:啊|呀|呢|吧|上)?|(?:你们?|您)?(?:是不是)?(?:漏|忘)了?(?:吧|吗|没)?)"
)
"""Asks of a part of what was told whether it was filed, or says that it was not."""
_CLAUSES = re.compile(r"[，,。；;！!？?\n]")


async def answer(turn: Turn) -> bool:
    """Answer such a message; False for any other, and when nothing like it was told in this conversation."""
    found = (
        None
        if turn.pressed or turn.requested
        else _ASKS.fullmatch(plain(simplified(turn.text)).rstrip("?？"))
    )
    words = subject_words(found["what"]) if found and len(turn.text) <= _LONGEST else frozenset()
    if not words:
        return False
    for number, text in enumerate(later.texts(turn)):
        if words & subject_words(simplified(text)):
            await _waits(turn, number)
            return True
    offered = str(turn.slot("story") or "") if turn.offered == "complaint" else ""
    if words & subject_words(simplified(offered)):
        turn.say(
            f"“{clip(offered, _SHOWN)}”还没有登记。现在登记吗？",
            [later.NEXT, Choice("不用了", "/deny"), HUMAN],
        )
        turn.set("story", offered)
        turn.offer("complaint")
        return True
    own = await parts().tickets.of_conversation(turn.conversation_id)
    for ticket in own:
        told = _of_it(ticket.content, words)
        if told:
            _filed(turn, ticket, told, alone=_is_main(ticket, told[0]))
            return True
    said = await _said(turn, words) if own else ""
    if not said:
        return False
    turn.say(
        f"“{clip(said, _SHOWN)}”还没有登记。现在登记吗？", [Choice("登记这件", "/start_complaint"), HUMAN]
    )
    _offer(turn, said, own[0])
    return True


def _of_it(text: str, words: frozenset[str]) -> list[str]:
    """The parts of a text that tell of something: its matters, or else its clauses, so that nothing said with it is lost."""
    matters = [one.text for one in split(text)]
    pieces = matters if len(matters) > 1 else _CLAUSES.split(text)
    return [one for one in pieces if words & subject_words(simplified(one))]


async def _waits(turn: Turn, number: int) -> None:
    """The matter still waits behind the first one: it is offered now."""
    waiting = list(turn.slot(later.SLOT) or [])
    turn.set(later.SLOT, [waiting[number], *waiting[:number], *waiting[number + 1 :]])
    later.offer(turn)
    turn.outcome(Result.TICKET)


def _is_main(ticket: Ticket, clause: str) -> bool:
    """Whether a clause is what the ticket begins with, so that it needs no ticket of its own."""
    return ticket.content.strip().startswith(clause.strip())


def _filed(turn: Turn, ticket: Ticket, told: list[str], *, alone: bool) -> None:
    what = clip("，".join(one.strip() for one in told), _SHOWN)
    if alone:
        turn.say(f"“{what}”登记了，就是工单 {ticket.number}。", [PROGRESS, HUMAN])
    else:
        turn.say(
            f"“{what}”和别的写在同一张工单 {ticket.number} 里了。不归一个部门管的，分开登更快：点“单独登记一张”，地点给您带上。",
            [_ALONE, PROGRESS, HUMAN],
        )
        _offer(turn, "，".join(one.strip() for one in told), ticket)
    turn.set("seen_number", ticket.number)
    turn.outcome(Result.TICKET, about=ticket.number)


def _offer(turn: Turn, story: str, ticket: Ticket) -> None:
    """Offer to file words as a matter of their own, at the place of a ticket."""
    place = ticket.address if ticket.district in ticket.address else f"{ticket.district}{ticket.address}"
    turn.set("story", f"{story}，{place}" if place else story)
    turn.offer("complaint")


async def _said(turn: Turn, words: frozenset[str]) -> str:
    """What the citizen said of it in this conversation; "" when nothing."""
    history = await parts().conversations.history(turn.conversation_id, limit=_BACK)
    for message in reversed(history):
        if (
            message.direction == "in"
            and message.text.strip() != turn.text.strip()
            and not _ASKS.fullmatch(plain(message.text))
        ):
            told = _of_it(message.text, words)
            if told:
                return "，".join(one.strip() for one in told)
    return ""
