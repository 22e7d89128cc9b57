"""Files a confirmed complaint as a ticket, exactly once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import kept, later, promised
from bot.actions.progress import just_now
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS
from bot.understanding.open_hole import is_open_hole
from conversations import by_text
from conversations.emergency import going_on
from conversations.event_kinds import Result
from core.codes import place
from core.errors import BadRequest

if TYPE_CHECKING:
    from tickets.types import Ticket

FILED = "filed"
"""Key under which a conversation stores its last filing: turn and ticket number."""

_BY_TEXT = "群众听不见或说不了话，请用短信联系，不要打电话"
_SAYS_SO = re.compile("短信|不要打电话|别打电话|文字联系")
_SLOT_OF_FIELD = {"type": "complaint_type"}


async def file_ticket(turn: Turn) -> None:
    """File the complaint if it was confirmed, and forget the draft. Rasa runs this when the complaint form has ended."""
    if turn.slot(drafts.CONFIRM) is not True:
        return  # cancelled, handed over, or added to a ticket: the slots are already empty
    view = await parts().conversations.view(turn.conversation_id)
    known = await parts().conversations.recall(turn.conversation_id)
    text_only = by_text.wanted(known)
    draft = drafts.to_ticket(
        _in_writing(turn.slots) if text_only else turn.slots,
        channel=view.channel,
        conversation_id=turn.conversation_id,
        urgent=view.urgent or is_open_hole(str(turn.slots.get("content") or "")),
        emergency=view.urgent and going_on(view.facts),
    )
    try:
        ticket = await parts().tickets.file(draft, str(turn.slot("filing_key")))
    except BadRequest as error:
        _again(turn, error)
        return
    await parts().conversations.remember(
        turn.conversation_id, FILED, {"turn": turn.turn_id, "number": ticket.number}
    )
    tell_filed(turn, ticket, text_only=text_only)
    await promised.carry(turn, turn.slots, ticket)
    drafts.clear(turn)
    await kept.forget(turn)
    later.offer(turn)


def _in_writing(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots, with the wish to be reached in writing in the content when nothing there says so."""
    content = str(slots.get("content") or "")
    told = _SAYS_SO.search(content) is not None
    return dict(slots) if told else {**slots, "content": f"{content}\n补充：{_BY_TEXT}"}


def tell_filed(turn: Turn, ticket: Ticket, *, text_only: bool = False) -> None:
    """Tell the number, the query code, what happens next, and the deadlines that a document sets; promise no outcome.

    Args:
        text_only: whether the citizen can't hear or speak, and so is not called.
    """
    told = words(ticket, parts().tickets.deadline_lines(ticket), parts().progress_url, text_only=text_only)
    turn.say(told, [PROGRESS, HUMAN], ticket.card())
    just_now.remember(turn, ticket)
    turn.outcome(Result.FILED, about=ticket.number)


def words(
    ticket: Ticket, deadlines: Sequence[str], progress_url: str | None = None, *, text_only: bool = False
) -> str:
    """What a citizen is told of a ticket that was just filed, whether by the assistant or by an agent.

    Args:
        ticket: the ticket.
        deadlines: those that a document sets, each in a sentence.
        progress_url: the page on which its progress can be seen; None for none.
        text_only: whether the citizen can't hear or speak, and so is not called.
    """
    after = "工作人员核对后会转给承办单位办理"
    if text_only:
        after += "，工单上写明了请用短信联系您、不要打电话。"
    else:
        after += "，需要时会打您留的电话核实，请留意接听。" if ticket.contact_phone else "。"
    lines = [*deadlines, *([f"在网页上查也行：{progress_url}"] if progress_url else [])]
    return (
        f"已经登记好了。\n工单号：{ticket.number}\n查询码：{place(ticket.number)}\n"
        f"请记好这两个号，查进度、催办、补充情况都要用。{after}"
        "想知道办到哪一步了，随时在这里说“查工单进度”。" + "".join(f"\n{line}" for line in lines)
    )


def _again(turn: Turn, error: BadRequest) -> None:
    """Ask again for a field that the store refused, and keep all other fields."""
    fields = error.details.get("fields")
    names = [_SLOT_OF_FIELD.get(name, name) for name in fields] if isinstance(fields, dict) else []
    slots = [name for name in names if name in drafts.LABELS]
    if not slots:
        raise error
    turn.say(f"还不能提交：{error.message}。")
    turn.set_all(dict.fromkeys([*slots, drafts.CONFIRM]))
    turn.follow_up("complaint_form")
