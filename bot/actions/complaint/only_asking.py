"""Recognises a question at any question of the form, and citizens who only ask and file nothing."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint.hearing import hear
from bot.actions.complaint.moves import named
from bot.actions.complaint.questions import GOES_ON
from bot.actions.policy.aspects import only_follows
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import choice
from bot.actions.talk.asked import kinds_of
from bot.understanding.elliptic import asks_to_be_told, may_ask, names_what_it_asks
from bot.understanding.whereabouts import is_whereabouts

LEAVE = choice("先不登记了，只问问题", "cancel")
"""Button that closes the form and keeps what is filled."""
LEAVE_OR_GO_ON = f"{GOES_ON}只想问问题的话，点“{LEAVE.title}”，填过的给您留着。"
"""Said in its place after several questions in a row."""
OFTEN = 3
"""Number of questions in a row after which leaving the form is offered."""
_LIKELY = 0.5
"""Probability (0 to 1) of a question from which a message in the form is one."""
_FIRMLY = 0.6
"""The same where any words may be the answer."""
_NOT_KNOWN = re.compile(
    r"(?:我|俺|也|都|真|就){0,3}(?:不(?:知道|清楚|晓得|记得|确定)|[说记弄搞](?:不|得不)(?:清|准|上来))"
)
"""Begins an answer that one does not know (不清楚是哪个区)."""
_ANY_WORDS = frozenset({"address", "subject", "contact_name", "happened_at"})
"""Slots whose answer may be read from the words of a question."""


def asks(turn: Turn, slot: str) -> bool:
    """Whether a message in the form is a question and answers nothing.

    The form's own reading is no evidence against it where any words may be an answer (合肥能办不 is no name). The story
    itself may be a question, because questions can be filed.

    Args:
        slot: the slot that was asked for.
    """
    kinds = kinds_of(turn)
    if slot in ("district", "address") and is_whereabouts(turn.text, parts().city):
        return False
    if turn.pressed or slot not in (*drafts.LABELS, drafts.CONFIRM) or slot == "content" or kinds is None:
        return False
    # The kinds alone say little here: of first messages, which they learned from, 姓邵 or 龙湖路36号 are topics.
    if (
        _NOT_KNOWN.match(turn.text)
        or not (may_ask(turn.text) and may_ask(turn.text, kinds))
        or named(turn.text) is not None
    ):
        return False
    question = float(kinds["question"])
    plainly = any(form(turn.text) for form in (only_follows, asks_to_be_told, names_what_it_asks))
    if not plainly and not (question >= _LIKELY and question > float(kinds["matter"]) + float(kinds["both"])):
        return False
    heard = hear(turn.text, slot, turn.slots)
    own = slot in heard.values and not (slot in _ANY_WORDS and (plainly or question >= _FIRMLY))
    return not (own or heard.wishes or set(heard.values) - {slot, *_ANY_WORDS})


def row(turn: Turn) -> int:
    """Number of messages in a row, this one included, after which the form had to be taken up again."""
    count, resumed, users = 1, False, 0
    for event in reversed(turn.events):
        if event.get("event") == "bot" and users:
            resumed = resumed or GOES_ON in str(event.get("text") or "")
        elif event.get("event") == "user":
            users += 1
            if users == 1:
                continue
            if not resumed:
                break
            count, resumed = count + 1, False
    return count
