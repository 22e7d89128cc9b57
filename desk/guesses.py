"""How many numbers an account may try: whoever sees 138****1234 must not find the rest by trying all that fit.

Wherever an agent puts in a whole number and is told whether it is known (the caller of a call, the search, like tickets, an
edit), it is counted. Nobody at work meets many numbers with the same beginning and end; a guesser needs thousands.
"""

from __future__ import annotations

import logging

from core.errors import Forbidden
from core.masking import Kind, Span, hidden, numbers
from core.phone import canonical, everywhere
from core.rates import Rates
from core.sealing import lookup_keys
from core.text import clean, without_pictures
from desk.users import User

log = logging.getLogger(__name__)

ALIKE_A_DAY = 5
"""Most different numbers with the same mask that one account may put in within a day."""
LOOKED_UP_A_DAY = 400
"""Most different numbers that one account may look up within a day: more calls than anybody answers."""
_DAY_S = 24 * 3600.0
_KINDS = (Kind.PHONE, Kind.IDENTITY, Kind.CARD)


class Guesses:
    """Counts the numbers that accounts put in.

    Args:
        rates: counts for all processes, or within this one.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates

    async def typed(self, user: User, *texts: str) -> None:
        """Count the whole numbers in what somebody typed.

        Raises:
            Forbidden: code ``number_budget``; more than :data:`ALIKE_A_DAY` of them, today, look the same when masked.
        """
        found = {(hidden(one), one.digits) for text in texts for one in numbers(text) if one.kind in _KINDS}
        found |= {(_mask(number), number) for text in texts if (number := canonical(text)) is not None}
        for mask, number in sorted(found):
            await self._count(user, "desk-alike", mask, number, ALIKE_A_DAY)

    async def looked_up(self, user: User, asked: str) -> None:
        """Count the telephone numbers for which somebody searches, by each word of a search as the search reads it.

        Args:
            user: who searches.
            asked: what was typed.

        Raises:
            Forbidden: code ``number_budget``; see :meth:`typed`, or there are more than :data:`LOOKED_UP_A_DAY` today.
        """
        words = {*asked.split(), *without_pictures(clean(asked)).split()}
        found = {one.number for word in words for one in everywhere(word) if not one.service}
        if whole := canonical(asked):
            found.add(whole)
        for number in sorted(found):
            await self._count(user, "desk-alike", _mask(number), number, ALIKE_A_DAY)
            await self._count(user, "desk-looked-up", "", number, LOOKED_UP_A_DAY)

    async def _count(self, user: User, kind: str, mask: str, number: str, most: int) -> None:
        # A digest, because Redis may keep it: neither the number nor its mask leaves the process.
        key, member = (lookup_keys(one)[0] for one in (f"{user.id} {mask}", number))
        if await self._rates.place(kind, key, member, _DAY_S) > most:
            log.warning("account %s has tried more numbers than it may (%s)", user.id, kind)
            raise Forbidden(
                "今天查的号码太多了，明天再查；确实要用，请找班长。"
                if kind == "desk-looked-up"
                else "这样开头和结尾的号码，您今天已经试了好几个，不能再试了。要看完整号码，请点“查看号码”。",
                code="number_budget",
            )


def _mask(number: str) -> str:
    return hidden(Span(0, len(number), Kind.PHONE, number))
