"""What can be heard after an alarm, and what is surely heard by the probabilities of a learned reader."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

DONE_WITH = ("over", "arrived", "past", "gone")
"""What is heard (values of :class:`Heard`) when the danger is not open any more."""


class Heard(StrEnum):
    """What a message says about the open danger."""

    OVER = "over"
    """The danger is over."""
    ARRIVED = "arrived"
    """The people who help are there."""
    PAST = "past"
    """It was on a day before, or is not of this moment."""
    GONE = "gone"
    """The one who was in danger has gone, or has died."""
    CALLED = "called"
    """Somebody has called for help, or help is on its way."""
    BLOCKED = "blocked"
    """The call does not get through, or the citizen can't speak."""
    MUTE = "mute"
    """The citizen can't phone at all."""
    HIDING = "hiding"
    """The citizen hides."""
    EASED = "eased"
    """It is better, or over, but not surely for all."""
    ABOUT = "about"
    """Something else about the danger: how things are, where it is, what to do now, only yes or no."""


ENDS = {
    "over": Heard.OVER,
    "arrived": Heard.ARRIVED,
    "past": Heard.PAST,
    "gone": Heard.GONE,
    "joke": Heard.PAST,
}
"""Sequel (:meth:`conversations.danger.Judge.after`) that ends an alarm → what is heard."""
GOES_ON = {
    "called": Heard.CALLED,
    "blocked": Heard.BLOCKED,
    "partly": Heard.EASED,
    **dict.fromkeys(("worse", "detail", "what_now"), Heard.ABOUT),
}
"""Sequel with which the danger goes on → what is heard."""
ENDING = frozenset(ENDS.values())
_ENDS_FROM, _EASED_FROM, _GOES_ON_FROM = 0.9, 0.6, 0.7
"""Probabilities (0 to 1) of all sequels that end an alarm together, from which they are believed and from which the citizen is
asked whether all are safe; and of all sequels with which it goes on, from which they are believed."""
_DOUBT = 0.05
"""Probability (0 to 1) of all sequels that end an alarm under which words that seem to end it don't."""


def goes_on(shares: Mapping[str, float]) -> bool:
    """Whether the danger surely goes on, by the probabilities of the sequels, whatever the words seem to say."""
    ends, on = _sums(shares)
    return on >= _GOES_ON_FROM and ends < _DOUBT


def from_shares(shares: Mapping[str, float]) -> Heard | None:
    """What is surely heard by the probabilities of the sequels; None when nothing is.

    >>> from_shares({"over": 0.95, "worse": 0.02}), from_shares({"over": 0.7, "worse": 0.3}), from_shares({})
    (<Heard.OVER: 'over'>, <Heard.EASED: 'eased'>, None)
    """
    ends, on = _sums(shares)
    if ends >= _ENDS_FROM:
        return _likeliest(ENDS, shares)
    if ends >= _EASED_FROM:
        return Heard.EASED
    return _likeliest(GOES_ON, shares) if on >= _GOES_ON_FROM else None


def _sums(shares: Mapping[str, float]) -> tuple[float, float]:
    ends, on = (sum(shares.get(one, 0.0) for one in kinds) for kinds in (ENDS, GOES_ON))
    return ends, on


def _likeliest(kinds: Mapping[str, Heard], shares: Mapping[str, float]) -> Heard:
    return kinds[max(kinds, key=lambda one: shares.get(one, 0.0))]
