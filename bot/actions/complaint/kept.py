"""The unfinished complaint: stored with the conversation, and offered to the citizen again.

Rasa forgets its slots after two days of silence (``session_expiration_time``). The conversation does not forget.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bot.actions.complaint import draft as drafts
from bot.actions.complaint.answers import read_mined
from bot.actions.complaint.hearing import hear
from bot.actions.complaint.leaving import takes_up_again, without_again
from bot.actions.complaint.moves import Move, named
from bot.actions.complaint.unfinished import OFFER as OFFER
from bot.actions.complaint.unfinished import in_one_line as in_one_line
from bot.actions.complaint.unfinished import offer as offer
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding.clauses import clauses, may_be_place, only_place
from bot.understanding.faults import is_fault
from bot.understanding.lasting import only_time
from bot.understanding.requests import is_question, reproaches
from core.errors import NotFound
from kb_index.language.text import simplified

FACT = "draft"
"""Key under which a conversation stores the slots of the unfinished complaint."""
SHOWN = "draft_shown"
"""Key under which a conversation stores the same for the desk: label → value."""
_LONGEST = 40
"""Most characters of a message that asks about the unfinished complaint."""
_SHORT = 14
"""Most characters of a clause that says where or when, and nothing of another matter."""
_WHERE_WHEN = frozenset({"district", "town", "address", "happened_at"})
_REGISTER = re.compile(
    r"(?:那|好的?|行|嗯|对|就|请|麻烦|你们?|您|帮我|给我|我|俺|要|想|需要|把)*(?:它|这个|那个|这件事|那件事)?"
    r"(?:登记|提交|接着填|填完)(?:一下|下来|上|吧|这个|这件事|它|啊|呀|了)*"
)
_ASKS = re.compile(
    r"(?:登记|提交|登|报|交|填|记)(?:上去?|成功?|好|下来|进去|完)?(?:了)?(?:没有?|吗|么|不)(?:啊|呀|呢)?[?？]?$|"
    r"(?:登记|提交|填)(?:得|的)?(?:怎么样|咋样|如何|到哪)|还(?:在|留着|有)(?:吗|么|不|没)|没(?:登记|提交|填)(?:完|上|成)|填(?:了)?一半"
)


async def left(turn: Turn) -> dict[str, Any] | None:
    """The slots of the unfinished complaint; None when there is none, and while the form is filling it."""
    kept = turn.slot(drafts.KEPT)
    if turn.slot("content"):
        return None
    if not isinstance(kept, dict):
        kept = (await parts().conversations.recall(turn.conversation_id)).get(FACT)
    return dict(kept) if isinstance(kept, dict) and kept.get("content") else None


async def after_step(turn: Turn, shown: tuple[str, Any], *, ran: bool) -> None:
    """Store the unfinished complaint after a step of the form, together with what the desk shows.

    Args:
        shown: key and value of what the desk shows.
        ran: whether the form ran before this step.
    """
    known = await parts().conversations.recall(turn.conversation_id)
    facts: dict[str, Any] = {shown[0]: shown[1]}
    if turn.requested:
        saved = drafts.saved(turn.slots)
        facts[FACT] = saved if saved.get("content") else known.get(FACT)
    elif turn.slot(drafts.CONFIRM) is not True:  # filing follows a confirmation, and forgets the draft
        kept = turn.slot(drafts.KEPT)
        facts[FACT] = kept if isinstance(kept, dict) or ran else known.get(FACT)
    if FACT in facts:
        facts[SHOWN] = drafts.for_agent(facts[FACT]) if facts[FACT] else None
    if any(known.get(name) != value for name, value in facts.items()):
        with suppress(NotFound):  # the message came to Rasa without the app
            await parts().conversations.remember_all(turn.conversation_id, facts)


async def forget(turn: Turn) -> None:
    """Forget the unfinished complaint, because it was filed or the citizen does not want it kept."""
    turn.set(drafts.KEPT, None)
    with suppress(NotFound):
        await parts().conversations.remember_all(turn.conversation_id, {FACT: None, SHOWN: None})


def go_on(turn: Turn, draft: Mapping[str, Any]) -> None:
    """Open the form with the draft if the message asks for that (:func:`wants`); otherwise offer it."""
    if wants(turn):
        turn.set(drafts.KEPT, dict(draft))
        turn.follow_up("complaint_form")
    else:
        offer(turn, draft)


def asks(text: str) -> bool:
    """Whether a message asks what became of the unfinished complaint.

    >>> asks("那我刚才说的健身器材的事登记了没"), asks("刚才那个还在吗"), asks("公积金怎么取")
    (True, True, False)
    """
    return len(text) <= _LONGEST and _ASKS.search(re.sub(r"[。.！!~～\s]+$", "", text)) is not None


def wants(turn: Turn) -> bool:
    """Whether a message asks to continue the unfinished complaint, or accepts the offer to continue it."""
    if turn.pressed:
        return turn.entities.get("slot") == "draft" or (turn.offered == OFFER and turn.intent == "affirm")
    if takes_up_again(turn.text):
        return True
    said = plain(turn.text)
    first = plain(re.split(r"[，,。；;！!\s]", turn.text.strip(), maxsplit=1)[0])
    if turn.offered != OFFER:
        return False
    if named(said) is Move.AFFIRM or turn.intent == "affirm" or _REGISTER.fullmatch(first):
        return True
    return not is_question(turn.text) and all(map(_where_or_when, clauses(simplified(turn.text))))


def _where_or_when(clause: str) -> bool:
    """Whether a clause only says where or when. 井盖丢了 beside a place is another matter."""
    city = parts().city
    if only_place(clause, city) or only_time(clause):
        return True
    placed = bool(_WHERE_WHEN & set(read_mined(clause, {}))) or may_be_place(clause, city) is True
    return placed and len(clause) <= _SHORT and not is_fault(clause) and not reproaches(clause)


def take_up(turn: Turn, draft: Mapping[str, Any]) -> str:
    """Fill the form from the draft, and from what the message says besides; return what to tell the citizen."""
    turn.set_all({**draft, drafts.KEPT: None})
    beside = "" if turn.pressed else simplified(without_again(turn.text))
    if beside and not asks(beside) and not _REGISTER.fullmatch(plain(beside)):
        asked = drafts.next_missing(turn.slots)
        heard = hear(beside, "address" if turn.slot("address") is None else asked, turn.slots)
        turn.set_all({name: value for name, value in heard.values.items() if turn.slot(name) is None})
    return "好的，刚才填的都还在，我们接着来。"
