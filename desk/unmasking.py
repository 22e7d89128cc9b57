"""Puts numbers back into texts that an agent edits: the page shows them masked, and they must be stored whole.

An agent who files a ticket sees 138****1234 in the story, and need not see the number to file it. What is saved holds it all
the same, because whoever handles the ticket needs it. The agent is shown nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from core.errors import BadRequest
from core.masking import UNSEEN, Kind, hidden, hide, numbers
from core.phone import fold
from desk import stand_ins

MOST = 40
"""Most masked numbers in one text: each is tried on the event loop, which no message may hold for long."""


def known(sources: Iterable[str]) -> dict[str, list[str]]:
    """The numbers in texts: masked form → what it may stand for, in the order of the texts.

    Args:
        sources: the texts in clear. Query codes in them are left out, because no agent may write one.

    >>> known(["我13800001234", "打 138 0000 1234 或 13911112222"])
    {'138****1234': ['13800001234'], '139****2222': ['13911112222']}
    """
    found: dict[str, dict[str, str]] = {}
    for source in sources:
        clear = source.translate(UNSEEN)
        for one in numbers(clear):
            if one.kind is not Kind.CODE:
                found.setdefault(hidden(one), {}).setdefault(one.digits, clear[one.start : one.end])
    return {mask: list(whole.values()) for mask, whole in found.items()}


def restored(text: str, masks: Mapping[str, list[str]], label: str) -> str:
    """A text with the masked numbers whole again. Masked forms that stand for nothing known stay as they are.

    The agent never reads more by it than before. Beside words with which nobody takes the number for one of a person
    (水表号138****1234), it would be shown whole; that is refused. Whether a text is refused is told by what the agent sent
    alone, never by the hidden figures: otherwise an agent who puts figures beside a mask, so that both may be a bank card
    with a fitting check digit, would have the number by asking a few dozen times (:mod:`desk.stand_ins`).

    Args:
        text: what the agent sent; full-width figures and stars count as well.
        masks: what :func:`known` gave.
        label: what agents call the field.

    Raises:
        BadRequest: code ``which_number``; a masked form may stand for two numbers, or would not be masked any more; or there are more than :data:`MOST`.

    >>> restored("骗子用138****1234打来", known(["骗子用13800001234打来"]), "诉求内容")
    '骗子用13800001234打来'
    """
    found: list[tuple[int, int, str]] = []
    plain = fold(text)
    for mask in sorted(masks, key=len, reverse=True):
        for match in re.finditer(rf"(?<![\d*]){re.escape(mask)}(?![\d*])", plain):
            if any(match.start() < end and start < match.end() for start, end, _ in found):
                continue  # part of a longer one
            if len(masks[mask]) > 1:
                raise _unclear(f"{label}里的 {mask} 可能是两个不同的号码")
            found.append((*match.span(), masks[mask][0]))
    if len(found) > MOST:
        raise BadRequest(f"{label}里遮住的号码太多了，一次最多 {MOST} 个", code="which_number")
    found.sort()
    if not stand_ins.stays_masked(plain, [(start, end) for start, end, _ in found]):
        raise _unclear(f"{label}里的 {plain[found[0][0] : found[0][1]]} 和前后的字连在一起，认不准")
    whole = text
    for start, end, number in reversed(found):
        whole = whole[:start] + number + whole[end:]
    # Only a form of writing that no stand-in has may come here. It stays masked: a refusal would tell of the number.
    return whole if not found or hide(fold(whole)) == hide(plain) else text


def _unclear(why: str) -> BadRequest:
    return BadRequest(f"{why}，请把号码写全（点“查看号码”可以看到）", code="which_number")
