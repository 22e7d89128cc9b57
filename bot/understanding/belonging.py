"""Judges whether a message right after a filing tells more of the ticket's matter, or something else (another matter, a question).

Words like 老板叫什么 or 昨晚又倒了 name no ticket, and without it they would tell a matter of their own. So both are compared: by
meaning, words, category and place; beside that counts how the message begins, how long it is, and what the reader of talk
about tickets says of it. A logistic regression weighs this. :mod:`bot.understanding.belonging_fit` fits it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from bot.understanding.asking import asks
from bot.understanding.category import likely, suggest_by_words
from bot.understanding.faults import is_fault
from bot.understanding.lasting import may_be_time
from bot.understanding.place import place
from bot.understanding.requests import is_question, reproaches, subject_words
from bot.understanding.ticket_reader import TicketReader, Vector
from core.city import City
from core.phone import find
from core.simplified import simplified
from core.text import plain

WEIGHTS = Path(__file__).with_name("belonging.json")
"""The file with the fitted weights."""
SURE = 0.7
"""Probability (0 to 1) from which words are added to the ticket, and said back. Of 62 lines beside unseen tickets above it 3 did not belong."""
MAY = 0.4
"""Probability (0 to 1) from which it is asked whether they belong to it."""
LONGEST = 60
"""Most characters of a message that tells more of a ticket's matter; a longer one tells its own."""
_SHORT = 16
"""Most characters of a message that may be nothing but a time."""
_POINTS_BACK = re.compile(
    "[他她它]|对方|人家|老板|店长|店家|商家|房东|物业|中介|单位|公司|校方|司机|经理|[这那也又还]"
)
"""How a message begins that points back at whom or what was told."""
_GOES_ON = re.compile(r"(?:哦|噢|嗯|啊|那个)?(?:对了|还有|另外|再|忘|漏|补充|想起来)")
"""How a message begins that says more."""
_NEW_MATTER = re.compile(
    r"(?:我|俺|咱)?(?:们)?(?:还|也|再|另外|又)(?:想|要|得)?(?:再)?(?:反映|投诉|举报|上报)"
)
"""How a message begins that announces another matter."""
_SUM = re.compile(r"[\d一二三四五六七八九十百千两万]{1,12}多?(?:块|元|万|千|百|毛)")


@dataclass(frozen=True)
class Matter:
    """The matter of a ticket.

    Args:
        content: the citizen's words.
        fields: its place, time and accused, and the like; empty ones may be among them.
        district: name of its district; "" when it is not known.
    """

    content: str
    fields: tuple[str, ...] = ()
    district: str = ""


class Belonging:
    """The fitted model.

    Args:
        weights: weight of each piece of evidence (:func:`evidence`).
        bias: the bias.
    """

    def __init__(self, weights: Mapping[str, float], bias: float) -> None:
        self._weights, self._bias = dict(weights), bias

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> Belonging:
        """Read fitted weights.

        Raises:
            OSError, KeyError, ValueError: when the file is missing or is not such a model.
        """
        saved = json.loads(file.read_text("utf-8"))
        return cls(saved["weights"], saved["bias"])

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights."""
        saved = {
            "weights": {name: round(weight, 4) for name, weight in self._weights.items()},
            "bias": round(self._bias, 4),
        }
        file.write_text(json.dumps(saved, indent=1) + "\n", "utf-8")

    def probability(self, found: Mapping[str, float]) -> float:
        """How likely a message tells more of the ticket's matter, 0 to 1, by its evidence; 0 when it announces another matter."""
        if found["new_matter"]:
            return 0.0
        score = self._bias + sum(weight * found[name] for name, weight in self._weights.items())
        return 1 / (1 + math.exp(-score))


@cache
def shipped() -> Belonging:
    """The shipped model."""
    return Belonging.load()


def evidence(
    text: str,
    matter: Matter,
    states: tuple[Vector, Vector],
    reader: TicketReader,
    city: City,
) -> dict[str, float]:
    """What speaks for and against it that a message tells more of a matter.

    Args:
        text: the message.
        matter: the matter of the ticket.
        states: the encoder's states of the message and of the matter's content.
        reader: the reader of talk about tickets.
        city: the city whose places are recognised.
    """
    words = simplified(text)
    told = simplified("，".join((matter.content, *matter.fields)))
    half, said = len(reader.mean) // 2, reader.shares(states[0])
    of_text, of_told = subject_words(words), subject_words(told)
    kinds, others = _first_levels(words), _first_levels(simplified(matter.content))
    where = place(words, city)
    return {
        **{name: _log_odds(said[name]) for name in ("add", "change", "same", "none")},
        "meaning": _alike(states, reader.mean, slice(half)),
        "meaning_below": _alike(states, reader.mean, slice(half, None)),
        "words": len(of_text & of_told) / max(1, len(of_text)),
        "any_word": float(bool(of_text & of_told)),
        "category": sum(share * others.get(level, 0.0) for level, share in kinds.items()),
        "own_category": max(kinds.values(), default=0.0),
        "category_by_words": _agreement(words, simplified(matter.content)),
        "address": float(bool(where.address)),
        "same_address": float(any(where.address[i : i + 2] in told for i in range(len(where.address) - 1))),
        "other_district": float(bool(where.district) and where.district != matter.district),
        "length": math.log(1 + len(plain(words))) - 2.3,
        "points_back": float(_POINTS_BACK.match(plain(words)) is not None),
        "goes_on": float(_GOES_ON.match(words) is not None),
        "asks": float(asks(words)),
        "question": float(is_question(words)),
        "fault": float(is_fault(words)),
        "reproach": float(reproaches(words)),
        "phone": float(bool(find(words))),
        "sum": float(_SUM.search(words) is not None),
        "new_matter": float(_NEW_MATTER.match(words) is not None),
        "time": float(len(words) < _SHORT and may_be_time(words)),
    }


def _log_odds(share: float) -> float:
    return math.log(max(share, 1e-3) / (1 - min(share, 0.999)))


def _alike(states: tuple[Vector, Vector], mean: Vector, part: slice) -> float:
    """How alike the meanings are, -1 to 1."""
    first, second = (one[part] - mean[part] for one in states)
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-9))


@lru_cache(maxsize=256)
def _first_levels(text: str) -> Mapping[str, float]:
    """First level of the catalogue → how probable it is by a text."""
    shares: dict[str, float] = {}
    for category, share in likely(text).items():
        level = category.partition("/")[0]
        shares[level] = shares.get(level, 0.0) + share
    return shares


def _agreement(first: str, second: str) -> float:
    """Confidence that the catalogue's words give both texts the same first level; negative for another one, 0 for none."""
    ours, theirs = suggest_by_words(first), suggest_by_words(second)
    if ours is None or theirs is None:
        return 0.0
    return ours.confidence if ours.level1 == theirs.level1 else -ours.confidence
