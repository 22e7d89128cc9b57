"""The times everything here goes by; one place, so that tests can run the same at another speed."""

from __future__ import annotations

from dataclasses import dataclass

LAST = 3
"""The platform's last try; whoever has no answer then is shown 该公众号暂时无法提供服务 by the platform."""


@dataclass(frozen=True)
class Pace:
    """Seconds.

    Args:
        patience_s: one delivery waits so long for its reply.
        typing_s: after that long without a reply 对方正在输入 is shown.
        every_s: the platform drops a delivery and makes the next.
        hold_s: a connection is kept at most so long, should the platform be slow to let go.
        poll_s: between two looks for something to push.
        send_s: one call to the platform may take.
        record_first_s: after an unclear push until the platform's record is consulted.
        record_again_s: after which a push the record does not show was not made.
        record_last_s: after which, without a record, nobody will know.
        again_s: after a fault that is one citizen's, until that one is tried again; it doubles.
    """

    patience_s: float = 4.6
    typing_s: float = 1.2
    every_s: float = 5.0
    hold_s: float = 6.5
    poll_s: float = 0.5
    send_s: float = 10.0
    record_first_s: float = 8.0
    record_again_s: float = 30.0
    record_last_s: float = 90.0
    again_s: float = 5.0

    @property
    def passive_s(self) -> float:
        """From a message's arrival until no delivery of it can still bring its reply."""
        return 3.2 * self.every_s

    @property
    def settled_s(self) -> float:
        """From an answer's going out until the platform would have repeated, had it not arrived."""
        return 1.6 * self.every_s

    @property
    def claim_s(self) -> float:
        """For how long what is being handed over is nobody else's."""
        return self.passive_s + self.settled_s + 2 * self.every_s
