"""What a push that did not go out means: for its citizen alone, or for the whole account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from channels.wechat.api.errors import NotSent, Refused
from channels.wechat.outbound import quota
from channels.wechat.pace import Pace

NO_PLATFORM = timedelta(seconds=5)
BUSY = timedelta(seconds=60)
FORBIDDEN = timedelta(minutes=10)
_LONGEST = timedelta(minutes=10)
"""Between two tries for one citizen."""
_LIMITS = frozenset({45009, 45011})
"""Too many calls. The platform counts some of its limits for an account and some for a citizen, under one number."""
LIMIT_CITIZENS = 2
"""So many citizens in a row hear of a limit, then it is the account's."""
FAULT_CITIZENS = 3
"""The same for a fault that passes (-1) or a token called bad though it is fresh."""


@dataclass(frozen=True)
class Fault:
    """What follows from a push that did not go out.

    Args:
        why: kept with the push.
        again: after that long this citizen is tried again; None: when the citizen has written.
        pause: for so long the account sends nothing by itself; None: others are not concerned.
    """

    why: str
    again: timedelta | None
    pause: timedelta | None = None


class Faults:
    """Tells a citizen's faults from an account's.

    What could be either is the citizen's at first. Only when several citizens in a row hear it, and nothing goes out
    between, the account pauses.
    """

    def __init__(self, pace: Pace) -> None:
        self._again = timedelta(seconds=pace.again_s)
        self._in_a_row: dict[str, set[str]] = {}

    def went_out(self, account: str) -> None:
        """Something went out: the account is well."""
        self._in_a_row.pop(account, None)

    def judge(self, account: str, openid: str, error: Refused | NotSent, tries: int) -> Fault:
        """What follows.

        Args:
            tries: how often what was to go out has been tried before.
        """
        if isinstance(error, NotSent):
            return Fault(error.message, NO_PLATFORM, NO_PLATFORM)
        if error.number in Refused.CLOSED:
            return Fault(quota.CLOSED, None)
        if error.number in Refused.NOT_ALLOWED:
            return Fault(error.message, FORBIDDEN, FORBIDDEN)
        if error.number in Refused.BUSY or error.number in Refused.STALE:
            limit = error.number in _LIMITS
            heard = self._in_a_row.setdefault(account, set())
            heard.add(openid)
            if len(heard) >= (LIMIT_CITIZENS if limit else FAULT_CITIZENS):
                heard.clear()
                return Fault(error.message, BUSY, BUSY)
            return Fault(error.message, BUSY if limit else min(self._again * 2**tries, _LONGEST))
        return Fault(error.message, None)
