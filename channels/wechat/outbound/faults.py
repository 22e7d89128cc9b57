"""What a failed push means: a fault of its citizen alone, or of the whole account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from channels.wechat.api.errors import NotSent, Refused
from channels.wechat.outbound import quota
from channels.wechat.pace import Pace

NO_PLATFORM = timedelta(seconds=5)
"""How long an account pauses when the platform can't be reached."""
BUSY = timedelta(seconds=60)
"""How long an account, or a citizen, waits after a limit or several passing faults."""
FORBIDDEN = timedelta(minutes=10)
"""How long an account pauses that may not push."""
_LONGEST = timedelta(minutes=10)
"""Longest pause between two tries for one citizen."""
_LIMITS = frozenset({45009, 45011})
"""``errcode``: too many calls. The platform uses it for limits of an account and of a citizen alike."""
LIMIT_CITIZENS = 2
"""Citizens in a row whose push met a limit, from which the limit counts as the account's."""
FAULT_CITIZENS = 3
"""The same for a passing fault: ``errcode`` -1, or a fresh token called bad."""


@dataclass(frozen=True)
class Fault:
    """What follows from a push that did not go out.

    Args:
        why: the reason, stored with the push.
        again: pause until this citizen is tried again; None: not before the citizen writes.
        pause: how long the account pushes nothing to anybody; None: others are not concerned.
    """

    why: str
    again: timedelta | None
    pause: timedelta | None = None


class Faults:
    """Tells a citizen's faults from an account's.

    What could be either counts as the citizen's at first. Only when several citizens in a row meet it, and no
    push goes out between, the account pauses.
    """

    def __init__(self, pace: Pace) -> None:
        self._again = timedelta(seconds=pace.again_s)
        self._in_a_row: dict[str, set[str]] = {}

    def went_out(self, account: str) -> None:
        """Something went out: the account is well."""
        self._in_a_row.pop(account, None)

    def judge(self, account: str, openid: str, error: Refused | NotSent, tries: int) -> Fault:
        """What follows from one failed push.

        Args:
            account: the account's name.
            openid: the citizen it was for.
            error: what the call raised.
            tries: times this push was tried before.
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
