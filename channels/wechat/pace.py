"""All time limits of the WeChat channel, in one place, so that tests can run the same code faster."""

from __future__ import annotations

from dataclasses import dataclass

LAST = 3
"""Number of the platform's last delivery of a message. A citizen whose last delivery is not answered is shown
该公众号暂时无法提供服务 by the platform."""


@dataclass(frozen=True)
class Pace:
    """Time limits; all in seconds.

    Args:
        patience_s: how long one delivery of a message waits for its reply.
        typing_s: how long without a reply until 对方正在输入 is shown.
        every_s: after how long the platform drops a delivery and makes the next.
        hold_s: how long a connection is held at most, when the platform is slow to drop it.
        send_s: how long one call to the platform may take.
        retry_s: first pause between two attempts at one call, about; it doubles each time.
        record_first_s: from an unclear push until the platform's record is consulted for the first time.
        record_again_s: age at which an unclear push that the record does not show counts as not made.
        record_last_s: age at which an unclear push without any record is given up as unknown.
        again_s: pause until a citizen is tried again after a fault of theirs alone; it doubles each time.
    """

    patience_s: float = 4.6
    typing_s: float = 1.2
    every_s: float = 5.0
    hold_s: float = 6.5
    send_s: float = 10.0
    retry_s: float = 0.5
    record_first_s: float = 8.0
    record_again_s: float = 30.0
    record_last_s: float = 90.0
    again_s: float = 5.0

    @property
    def passive_s(self) -> float:
        """Seconds from a message's arrival until none of its deliveries can carry the reply any more."""
        return 3.2 * self.every_s

    @property
    def settled_s(self) -> float:
        """Seconds after an answer within which the platform repeats the message if it did not arrive."""
        return 1.6 * self.every_s

    @property
    def settle_s(self) -> float:
        """Between two looks for messages nobody said anything of, while there are any."""
        return self.record_first_s / 4

    @property
    def idle_s(self) -> float:
        """The same while there are none, for one that a process leaves by dying; who hears nothing of a push asks sooner."""
        return 2 * self.record_first_s

    @property
    def claim_s(self) -> float:
        """Seconds for which outbox rows in an answer under way are claimed by it."""
        return self.passive_s + self.settled_s + 2 * self.every_s
