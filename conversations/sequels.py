"""What can be heard after an alarm, and what is surely heard by the probabilities of a learned reader."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


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
DONE_WITH = frozenset(ENDS.values())
"""What is heard when the danger is not open any more."""
GOES_ON = {
    "called": Heard.CALLED,
    "blocked": Heard.BLOCKED,
    "partly": Heard.EASED,
    **dict.fromkeys(("worse", "detail", "what_now"), Heard.ABOUT),
}
"""Sequel with which the danger goes on → what is heard."""
_ENDS_FROM, _EASED_FROM, _GOES_ON_FROM = 0.9, 0.6, 0.7
"""Probabilities (0 to 1) of all sequels that end an alarm together, from which they are believed and from which the citizen is
asked whether all are safe; and of all sequels with which it goes on, from which they are believed."""
_STAYS_FROM = 0.7
"""Probability of both together from which a message stays within the danger."""
_WORSE_FROM, _PARTLY_FROM = 0.5, 0.8
"""Probabilities of ``worse`` and of ``partly`` from which a danger that was over is not."""
_NEWS_FROM, _SOME_FROM = 0.75, 0.6
"""Probabilities from which a message is good news for all, and for some."""
_BESIDE_NEWS = ("medical", "crime", "domestic_violence", "child_abuse", "self_harm")
"""Kinds of danger that good news about another one may bring up (火灭了，我妈不动了; 爸救过来了，妈说不活了)."""
WHAT_NOW_FROM = 0.7
"""Probability of ``what_now`` from which a question is about the danger."""


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
    if on >= _GOES_ON_FROM:
        return _likeliest(GOES_ON, shares)
    return (Heard.EASED if ends > on else Heard.ABOUT) if ends + on >= _STAYS_FROM else None


def ends(shares: Mapping[str, float]) -> bool:
    """Whether it is likelier than not that a message says that the danger is over, or that there is good news."""
    return _sums(shares)[0] + shares.get("partly", 0.0) - shares.get("gone", 0.0) > 0.5


def back(shares: Mapping[str, float]) -> bool:
    """Whether a message says that a danger that was over is not over."""
    return shares.get("worse", 0.0) >= _WORSE_FROM or shares.get("partly", 0.0) >= _PARTLY_FROM


def good_news(shares: Mapping[str, float], kind: str) -> bool:
    """Whether a message is good news, for all or for some, so that it is not taken for a danger of another kind.

    Args:
        kind: the kind of danger that the message sounds like. Somebody may be hurt, or attacked, beside good news.
    """
    over, some = shares.get("over", 0.0), shares.get("partly", 0.0) + shares.get("arrived", 0.0)
    return over >= _NEWS_FROM or (kind not in _BESIDE_NEWS and over + some >= _SOME_FROM)


def asks_now(shares: Mapping[str, float]) -> bool:
    """Whether a message surely asks what to do in the danger."""
    return shares.get("what_now", 0.0) >= WHAT_NOW_FROM


def within(shares: Mapping[str, float]) -> bool:
    """Whether a message surely only tells more of the danger, or asks what to do in it."""
    return shares.get("detail", 0.0) + shares.get("what_now", 0.0) >= _GOES_ON_FROM


def _sums(shares: Mapping[str, float]) -> tuple[float, float]:
    ends, on = (sum(shares.get(one, 0.0) for one in kinds) for kinds in (ENDS, GOES_ON))
    return ends, on


def _likeliest(kinds: Mapping[str, Heard], shares: Mapping[str, float]) -> Heard:
    return kinds[max(kinds, key=lambda one: shares.get(one, 0.0))]
