"""Answers whether and how the citizen is contacted (会打电话给我不), and writes wishes about it into the ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.actions.progress import adding
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, clip
from bot.understanding.contacted import Contacted, contacted
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from tickets.types import Ticket

_HERE = "办到哪一步、怎么答复的，在这个聊天窗口里随时能看"
_UNSURE = "具体哪天打，我说不准。"
_CALLED = "留了电话的，工作人员核实和办好以后会跟您联系；"
_UNCALLED = f"不留电话也能登记，只是没法给您回电；{_HERE}，也可以凭工单号和查询码查。"
_MISSED = (
    f"没接到也不要紧：{_HERE}；办完以后问您解决了没有，直接在这里回就行，不一定要接电话。"
    "方便接电话的时间，跟我说一句（比如“晚上七点以后打”），我写进工单，能不能照这个时间打要看工作人员。"
)
_FIRST = (
    "办理的单位动手之前可以先打电话联系您，打不打、哪天打，我替他们说不准。"
    "想让他们先打电话，说一句“来之前给我打个电话”，我写进工单，办的人看得到。"
)
_WRITTEN = f"{_HERE}，问您解决了没有也在这里，打字回就行，不用接电话。"
_IN_WRITING = (
    f"可以不打电话。{_WRITTEN}登记的时候再说一句“别打电话，发短信”，我就写进工单；"
    "短信由办理的工作人员发，我这里发不了，发不发得到我不敢打包票。"
)
"""Sources: docs/citizen.md on phone, progress and the window; docs/glossary.md on 先行联系; docs/desk.md on 回访."""
_SHOWN = 40
"""Most characters of the citizen's words that are said back."""
_WRITTEN_DOWN = frozenset({Contacted.CALL_FIRST, Contacted.IN_WRITING})
"""What is written into the ticket of this conversation."""


def first(action: Action) -> Action:
    """Wraps an action: what is said about being contacted is answered first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not await answered(turn):
            await action(turn)

    return run


async def answered(turn: Turn) -> bool:
    """Answer outside the complaint form; False when the message is about something else."""
    said = None if turn.pressed else contacted(turn.text)
    if said is None:
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id, 1)
    ticket = own[0] if own and not own[0].state.is_final else None
    if ticket is not None:
        await _of_ticket(turn, said, ticket)
    else:
        turn.say(general(said), [COMPLAIN, PROGRESS, HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TICKET if ticket else Result.TALK, about=ticket.number if ticket else "filing")
    return True


def within_form(turn: Turn) -> bool:
    """Answer a question within a form, which then goes on; False for anything else, wishes included: the form keeps those."""
    said = None if turn.pressed else contacted(turn.text)
    if said in (None, Contacted.CALL_FIRST):
        return False
    turn.say(general(said))
    turn.outcome(Result.TALK, about="filing")
    return True


def general(said: Contacted | None) -> str:
    """What to say when nothing is filed yet."""
    if said is Contacted.MISSED:
        return _MISSED
    if said is Contacted.FIRST:
        return _FIRST
    if said is Contacted.CALL_FIRST:
        return "好的。先说说是什么事、在哪里，登记的时候我把这一句也写进工单，办的人看得到；照不照做，要看办理的单位。"
    if said is Contacted.IN_WRITING:
        return _IN_WRITING
    return f"{_CALLED}{_UNSURE}{_UNCALLED}"


async def _of_ticket(turn: Turn, said: Contacted, ticket: Ticket) -> None:
    """Answer for the ticket that was filed here."""
    ways = [PROGRESS, Choice("催办", "/urge"), HUMAN]
    if said in _WRITTEN_DOWN:
        if await adding.contact(turn, ticket, turn.text):
            return
        await adding.note(turn, ticket, turn.text)
        noted = f"“{clip(turn.text, _SHOWN)}”写进工单 {ticket.number} 了，办的人看得到。"
        limits = (
            f"{_WRITTEN}短信由办理的工作人员发，发不发得到我不敢打包票。"
            if said is Contacted.IN_WRITING
            else "照不照做，要看办理的单位，我不敢替他们答应。"
        )
        turn.say(f"{noted}{limits}", ways)
    elif said is Contacted.MISSED:
        turn.say(_MISSED, ways)
    elif said is Contacted.FIRST:
        turn.say(_FIRST if ticket.contact_phone else f"{_no_phone(ticket)}", ways)
    else:
        turn.say(f"{_phone(ticket)}{_UNSURE}" if ticket.contact_phone else _no_phone(ticket), ways)


def _phone(ticket: Ticket) -> str:
    """Who calls which number. A department does not see the number of who wants secrecy."""
    who = "热线的工作人员" if ticket.confidential else "工作人员"
    secret = "您选了保密，号码不给承办单位看；" if ticket.confidential else ""
    return (
        f"{secret}需要核实的时候，{who}会打您留的号码（{ticket.contact_phone}）。{_HERE}。"
        "号码换了，把新号码发给我就改。"
    )


def _no_phone(ticket: Ticket) -> str:
    return (
        f"工单 {ticket.number} 上没有留电话，没法打给您；{_HERE}，也可以凭工单号和查询码查。"
        "想让人打给您，把号码发给我，我写进工单。"
    )
