"""Decides what a failed push means: something is wrong for one citizen, or for the whole account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from channels.wechat.api.errors import NotSent, Refused
from channels.wechat.outbound import quota
from channels.wechat.pace import Pace

NO_PLATFORM = timedelta(seconds=5)
"""Pause of an account when the platform can't be reached."""
BUSY = timedelta(seconds=60)
"""Pause of an account, or for a citizen, after a limit was met; also of an account after several passing faults."""
FORBIDDEN = timedelta(minutes=10)
"""Pause of an account that may not push."""
_LONGEST = timedelta(minutes=10)
"""Longest pause between two tries for one citizen."""
_LIMITS = frozenset({45009, 45011})
"""Values of ``errcode``: too many calls. The platform uses them for limits of an account and of a citizen."""
LIMIT_CITIZENS = 2
"""Number of citizens in a row whose pushes met a limit, from which the limit counts as the account's."""
FAULT_CITIZENS = 3
"""The same for a passing fault: ``errcode`` -1, or a new token that the platform refuses."""


@dataclass(frozen=True)
class Fault:
    """What follows from a push that was not sent.

    Args:
        why: the reason, stored with the push.
        again: time until this citizen is tried again; None: only after the citizen writes.
        pause: time for which the account pushes nothing to anybody; None: other citizens are not affected.
    """

    why: str
    again: timedelta | None
    pause: timedelta | None = None


class Faults:
    """Tells faults of one citizen from faults of an account.

    A fault that could be either counts as the citizen's at first. The account pauses only when several citizens meet
    it and no push succeeds in between.

    Args:
        pace: the time limits.
    """

    def __init__(self, pace: Pace) -> None:
        self._again = timedelta(seconds=pace.again_s)
        self._in_a_row: dict[str, set[str]] = {}

    def went_out(self, account: str) -> None:
        """Record that a push of the account was sent, so that earlier faults no longer count."""
        self._in_a_row.pop(account, None)

    def judge(self, account: str, openid: str, error: Refused | NotSent, tries: int) -> Fault:
        """What follows from one failed push.

        Args:
            account: the account's name.
            openid: the citizen.
            error: the error of the call.
            tries: number of earlier tries of this push.
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
