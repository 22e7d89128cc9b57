"""All time limits of the WeChat channel. They are in one place, so that tests can run the same code faster."""

from __future__ import annotations

from dataclasses import dataclass

LAST = 3
"""Number of the platform's last delivery of a message.

When it is not answered, the platform shows 该公众号暂时无法提供服务 to the citizen.
"""


@dataclass(frozen=True)
class Pace:
    """Time limits, all in seconds.

    Args:
        patience_s: time for which one delivery of a message waits for the reply.
        typing_s: time without a reply after which 对方正在输入 is shown.
        every_s: time after which the platform drops a delivery and makes the next one.
        hold_s: longest time for which a connection is held, when the platform does not drop it.
        send_s: longest time of one call to the platform.
        retry_s: first pause between two tries of one call, roughly. It doubles each time.
        record_first_s: age of an unclear push at which the platform's record is first read.
        record_again_s: age from which an unclear push that is not in the record counts as not sent.
        record_last_s: age from which an unclear push becomes doubtful, when the record can't tell.
        again_s: pause until a citizen is tried again after a fault that concerns only this citizen. It doubles each
            time.
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
        """Seconds after a message's arrival during which the answer to one of its deliveries can hold the reply."""
        return 3.2 * self.every_s

    @property
    def settled_s(self) -> float:
        """Seconds after an answer within which the platform repeats the message when the answer did not arrive."""
        return 1.6 * self.every_s

    @property
    def settle_s(self) -> float:
        """Seconds between two looks for texts with an unknown outcome, while there are any."""
        return self.record_first_s / 4

    @property
    def idle_s(self) -> float:
        """The same while there are none. These looks find texts of processes that died.

        After a push without an answer, the next look comes sooner.
        """
        return 2 * self.record_first_s

    @property
    def claim_s(self) -> float:
        """Seconds for which an answer claims its parts of the outbox."""
        return self.passive_s + self.settled_s + 2 * self.every_s
