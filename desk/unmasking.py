"""Puts numbers back into texts that an agent edits: the page shows them masked, and they must be stored whole.

An agent who files a ticket sees 138****1234 in the story, and need not see the number to file it. What is saved holds it all
the same, because whoever handles the ticket needs it. The agent is shown nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import BadRequest
from core.masking import UNSEEN, Kind, hidden, numbers


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

    Args:
        text: what the agent sent.
        masks: what :func:`known` gave.
        label: what agents call the field.

    Raises:
        BadRequest: code ``which_number``; a masked form may stand for two numbers.

    >>> restored("骗子用138****1234打来", known(["骗子用13800001234打来"]), "诉求内容")
    '骗子用13800001234打来'
    """
    for mask in sorted(masks, key=len, reverse=True):
        if mask not in text:
            continue
        whole = masks[mask]
        if len(whole) > 1:
            raise BadRequest(
                f"{label}里的 {mask} 可能是两个不同的号码，请把号码写全（点“查看号码”可以看到）",
                code="which_number",
            )
        text = text.replace(mask, whole[0])
    return text
