"""What plain words decide where the scores can't: each reader knows one kind of danger, or of talk that only sounds like one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.understanding.danger import clues, death, injured, looked_after, lost, phoned, swindle, threat

BY_PEOPLE = ("crime", "domestic_violence", "child_abuse")
"""Kinds of danger that people do to others. A wound by violence stays with them, so that the police come too."""


_BODY = ("medical", "electric", "water", "traffic", "crowd")
"""Kinds of danger in which somebody in hospital is helped."""


@dataclass(frozen=True)
class Sure:
    """A reader whose words make a danger clear.

    Args:
        kind: the kind of danger.
        tells: whether a plain text tells of it.
        least: probability (0 to 1) by the scores from which the words count.
        yields: whether violence that the scores see keeps its own kind.
        overrules: whether the words count against scores that are sure of another kind.
    """

    kind: str
    tells: Callable[[str], bool]
    least: float = 0.0
    yields: bool = False
    overrules: bool = True


@dataclass(frozen=True)
class Harmless:
    """A reader whose words show that a danger which the scores see is none.

    Args:
        kinds: the kinds of danger that it knows; empty for all.
        tells: whether a plain text is such talk, by the text, the kind, and whether the scores are sure.
    """

    kinds: tuple[str, ...]
    tells: Callable[[str, str, bool], bool]


SURE = (
    Sure("gas", clues.smells_of_gas),
    # Of all harmless examples with words of a hurt head, or of blood that does not stop, none has more than 0.01.
    Sure("medical", injured.hurt, least=0.1, yields=True),
    Sure("crime", swindle.under_way, overrules=False),
    Sure("crime", lost.under_way, overrules=False),
    Sure("crime", threat.told, overrules=False),
)
"""Tried in this order."""
HARMLESS = (
    Harmless((), lambda read, kind, _: clues.good_news(read, kind)),
    Harmless(("self_harm",), lambda read, *_: clues.only_protests(read)),
    Harmless((), lambda read, *_: clues.calls_the_window(read)),
    Harmless(("water", "medical", "gas"), lambda read, *_: looked_after.tap_water(read)),
    Harmless(_BODY, lambda read, *_: looked_after.in_care(read)),
    # A landlord's changed lock is a matter to file, and no blows at home.
    Harmless(("domestic_violence", "crime"), lambda read, *_: clues.locked_out(read)),
    Harmless(("domestic_violence", "crime"), lambda read, *_: threat.only_law(read)),
    Harmless(("domestic_violence", "child_abuse"), lambda read, *_: phoned.only_phoned(read)),
    Harmless(
        ("self_harm", "medical", "water"), lambda read, kind, clear: death.of_estate(read, kind, clear=clear)
    ),
)
"""All are tried."""


def surely(read: str, probability: float, kind: str, *, likely: bool, clear: bool) -> str | None:
    """The kind of danger of which the words of a plain text are sure; None when no reader is.

    Args:
        read: the plain text.
        probability, kind: the danger that the scores see in it.
        likely, clear: whether the scores would ask about it, or act on it at once.

    >>> surely("家里有臭鸡蛋味一上午了", 0.0, "gas", likely=False, clear=False)
    'gas'
    >>> surely("摔着后脑勺了,老犯困", 0.05, "medical", likely=False, clear=False) is None
    True
    """
    for one in SURE:
        if probability < one.least or (clear and not one.overrules) or not one.tells(read):
            continue
        return kind if one.yields and kind in BY_PEOPLE and likely else one.kind
    return None


def is_harmless(read: str, kind: str, *, clear: bool) -> bool:
    """Whether the words of a plain text show that a danger of this kind is none.

    >>> is_harmless("不处理我就去市政府门口坐着", "self_harm", clear=True), is_harmless("不处理我就死", "self_harm", clear=True)
    (True, False)
    """
    return any((not one.kinds or kind in one.kinds) and one.tells(read, kind, clear) for one in HARMLESS)
