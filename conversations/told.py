"""Fills in, for the citizen alone, the query codes that no stored message holds (:mod:`core.codes`)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from core.codes import PLACE

CodesOf = Callable[[str, Collection[str]], Awaitable[Mapping[str, str]]]
"""(conversation's id, numbers of tickets) → number and code of those of them that were filed in the conversation."""
UNKNOWN = "********"
"""What a citizen reads for the code of a ticket that was not filed in this conversation."""


async def no_codes(conversation_id: str, numbers: Collection[str]) -> dict[str, str]:
    """No codes: for conversations without tickets."""
    return {}


class Told:
    """Fills the places for codes in what one conversation's citizen is shown.

    Args:
        codes_of: looks codes up.
    """

    def __init__(self, codes_of: CodesOf = no_codes) -> None:
        self._codes_of = codes_of

    async def text(self, conversation_id: str, text: str) -> str:
        """A text as its citizen reads it."""
        numbers = {found[1] for found in PLACE.finditer(text)}
        if not numbers:
            return text
        codes = await self._codes_of(conversation_id, numbers)
        return PLACE.sub(lambda found: codes.get(found[1], UNKNOWN), text)

    async def messages(self, conversation_id: str, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The JSON of messages as their citizen reads them; cards too."""
        written = json.dumps(messages, ensure_ascii=False)
        if PLACE.search(written) is None:
            return messages
        # A code has letters and figures only, so it needs no escape in JSON.
        filled: list[dict[str, Any]] = json.loads(await self.text(conversation_id, written))
        return filled
