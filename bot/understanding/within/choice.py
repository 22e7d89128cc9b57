"""Chooses what a message after an answer is: told by that entry or by another one, a question of its own, told by none, or no question.

One model of logistic regressions makes the choice from all evidence at once: how surely each sentence of the entry answers, what
the search finds for the message alone and behind the topic and the words of before, the kinds of the message, and its form. It was
fitted to talks by several authors (:mod:`bot.understanding.within.fit_choice`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.understanding.elliptic import leans, may_ask, names_what_it_asks
from bot.understanding.within import points
from kb_index.entries.entry import Entry
from kb_index.language.unsaid import missing
from kb_index.search.searcher import Hit
from kb_index.search.unsaid import unsaid

WEIGHTS = Path(__file__).with_name("choice.json")
"""The file with the fitted weights and thresholds."""
Row = NDArray[np.float64]
"""Features, or probabilities."""
Kind = Literal["says", "other", "own", "none", "quiet"]
"""What a message is; see :class:`Choice`."""
KINDS: tuple[Kind, ...] = ("says", "other", "own", "none", "quiet")
"""All kinds, in the order of the weights."""
_SPOKEN = ("question", "matter", "both", "talk")
_BESIDE = 0.3
"""Share (0 to 1) of the best sentence's probability from which a second one is said, too."""
_DOUBT = 0.15
"""Probability of a part (0 to 1) at which the probability of its kind is halved: a kind is no use without a sentence or an entry."""
_READ = 3
"""Entries of each search that are read."""
_THANKS = re.compile("谢|好的|知道了|明白|晓得")
_TO_US = re.compile("帮我|你们|登记|投诉|反映|举报|派人|来看|管管")
_ANEW = re.compile("对了|另外|还有|顺便|再问")
_TELLS = ("了", "啊", "吧")
_ASKS = ("吗", "不", "呢", "没", "么")


@dataclass(frozen=True)
class Evidence:
    """The evidence about a message after an answer.

    Args:
        text: the message.
        entry: the entry given before.
        said: the entry's sentences.
        chances: the probability that each of them answers (:func:`bot.understanding.within.judging.probabilities`).
        alone: what the search finds for the message alone, best first.
        topical: the same for the message behind the entry's topic.
        opened: the same for the message behind the words with which the entry was asked for.
        kinds: kind → probability of the message alone (:data:`bot.understanding.decide.KINDS`); None: not known.
        foreign: whether it names a subject that the entry does not mention (:mod:`kb_index.search.unmentioned`), and one that
            its title, topic and tags do not.
    """

    text: str
    entry: Entry
    said: Sequence[str]
    chances: Row
    alone: Sequence[Hit]
    topical: Sequence[Hit]
    opened: Sequence[Hit]
    kinds: Mapping[str, float] | None = None
    foreign: tuple[bool, bool] = (False, False)


@dataclass(frozen=True)
class Choice:
    """What a message is.

    Args:
        kind: ``says``: the entry tells it; ``other``: another entry does; ``own``: it is a question of its own, to be searched
            alone; ``none``: it is about the entry, and nothing tells it; ``quiet``: it asks nothing.
        sure: whether the sentences surely answer, or the other entry surely does.
        says: probability (0 to 1) that the sentences answer.
        sentences: the likeliest sentences, one or two, in the entry's order.
        others: other entries that may tell it, with the probability that each does, best first.
        other: probability (0 to 1) that the first of them tells it.
    """

    kind: Kind
    sure: bool
    says: float
    sentences: tuple[str, ...]
    others: tuple[tuple[Entry, float], ...]
    other: float


@dataclass(frozen=True)
class Part:
    """A fitted regression: features are centred, divided by their spread, and weighed.

    Args:
        middle, spread: of the features, [features].
        weights: [outcomes, features].
        bias: [outcomes].
    """

    middle: Row
    spread: Row
    weights: Row
    bias: Row

    def scores(self, rows: Row) -> Row:
        """Scores (log-odds) of rows [rows, features] → [rows, outcomes]. A feature that is not known (NaN) counts nothing."""
        scaled = np.nan_to_num((rows - self.middle) / self.spread)
        found: Row = scaled @ self.weights.T + self.bias
        return found

    def to_json(self) -> dict[str, object]:
        """The JSON form, rounded."""
        return {name: np.round(getattr(self, name), 5).tolist() for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, held: Mapping[str, object]) -> Part:
        """The part that :meth:`to_json` wrote."""
        return cls(**{name: np.array(held[name], np.float64) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Chooser:
    """The fitted weights.

    Args:
        candidates: says whether another entry tells it.
        kinds: says what the message is.
        sure: probability (0 to 1) from which the sentences are said as the answer.
        likely: the same as what the entry has on it.
        other: probability from which another entry is given.
        other_sure: the same without the question whether it was meant.
    """

    candidates: Part
    kinds: Part
    sure: float
    likely: float
    other: float
    other_sure: float

    def choose(self, evidence: Evidence) -> Choice:
        """What the message is."""
        others = self.others(evidence)
        scores = self.kinds.scores(seen(evidence, others)[None])[0]
        powers = np.exp(scores - scores.max())
        return self.decided(evidence, others, powers / powers.sum())

    def others(self, evidence: Evidence) -> tuple[tuple[Entry, float], ...]:
        """The other entries that may tell it, with their probabilities, best first."""
        found = candidates(evidence)
        if not found:
            return ()
        scores = self.candidates.scores(np.array([row for _, row in found]))[:, 0]
        rated = [(entry, _probability(score)) for (entry, _), score in zip(found, scores, strict=True)]
        return tuple(sorted(rated, key=lambda one: -one[1]))

    def decided(
        self, evidence: Evidence, others: tuple[tuple[Entry, float], ...], chances: Sequence[float] | Row
    ) -> Choice:
        """The choice that follows from the probabilities of :data:`KINDS`.

        To a question that names a subject that the entry does not, only half of the sentences said as likely are right, and
        few when it names one that the title does not and the sentences tell of no point it asks for. So they are said only
        when they are sure.
        """
        of = dict(zip(KINDS, (float(one) for one in chances), strict=True))
        best, beside = float(evidence.chances.max()), others[0][1] if others else 0.0
        says, other = of["says"] * _sure_of(best), (of["other"] + of["own"]) * _sure_of(beside)
        sentences = picked(evidence.said, evidence.chances)
        if points.misses_prison(evidence.text, sentences):
            says = 0.0
        strange = evidence.foreign[0] or (evidence.foreign[1] and _misses_point(evidence.text, sentences))
        if of["quiet"] >= max(of.values()):
            kind: Kind = "quiet"
        elif says >= (self.sure if strange else self.likely) and says >= other:
            kind = "says"
        elif other >= self.other:
            kind = "other"
        else:
            alone = evidence.foreign[0] or of["own"] > max(of["says"], of["other"], of["none"])
            kind = "own" if alone else "none"
        sure = other >= self.other_sure if kind == "other" else says >= self.sure
        return Choice(kind, sure, says, sentences, others, other)


def picked(said: Sequence[str], chances: Row) -> tuple[str, ...]:
    """The likeliest sentence, and the second when it is nearly as likely, in the entry's order."""
    bar = float(chances.max()) * _BESIDE
    places = sorted(int(place) for place in np.argsort(-chances)[:2] if chances[place] >= bar)
    return tuple(said[place] for place in places)


def candidates(evidence: Evidence) -> list[tuple[Entry, Row]]:
    """The other entries that the searches found, each with its features."""
    found: dict[str, tuple[Entry, Row]] = {}
    for place, hits in enumerate((evidence.alone, evidence.topical, evidence.opened)):
        for rank, hit in enumerate(hits[:_READ]):
            if hit.entry.id != evidence.entry.id:
                _, columns = found.setdefault(hit.entry.id, (hit.entry, np.zeros((3, 3))))
                columns[place] = hit.probability, rank == 0, hit.dense
    leaning = float(leans(evidence.text))
    rows = []
    for entry, columns in found.values():
        near = akin(evidence.entry, entry)
        odds = [_odds(chance) for chance in columns[:, 0]]
        row = [*odds, *columns[:, 1], *columns[:, 2], *near, near[0] * odds[0], max(near[:2]) * odds[2]]
        row += [leaning, leaning * odds[0], max(odds), sum(odds) / 3, len(evidence.text) / 20]
        rows.append((entry, np.array(row, np.float64)))
    return rows


def akin(one: Entry, other: Entry) -> tuple[float, float, float]:
    """Whether two entries share the topic, a tag, and the field (the first part of the id); 1.0 or 0.0 each."""
    return (
        float(one.topic == other.topic),
        float(bool(set(one.tags) & set(other.tags))),
        float(one.id.split("-")[0] == other.id.split("-")[0]),
    )


def seen(evidence: Evidence, others: Sequence[tuple[Entry, float]]) -> Row:
    """The features of a message.

    Args:
        others: the other entries that may tell it, best first.
    """
    text, about = evidence.text, evidence.entry
    order = np.argsort(-evidence.chances)
    ranked = [float(evidence.chances[place]) for place in order[:2]]
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else 0.0
    said = evidence.said[int(order[0])]
    row = [_odds(best), _odds(second), best, _odds(1 - float(np.prod(1 - evidence.chances)))]
    for hits in (evidence.alone, evidence.topical, evidence.opened):
        same = max((hit.probability for hit in hits[:_READ] if hit.entry.id == about.id), default=0.0)
        rival = max((hit.probability for hit in hits[:_READ] if hit.entry.id != about.id), default=0.0)
        row += [_odds(same), _odds(rival)]
    first = evidence.alone[0] if evidence.alone else None
    row += [first.entry.id == about.id, first.lexical, first.dense] if first else [0, 0, 0]
    row += [_odds(others[place][1]) if len(others) > place else _odds(0) for place in (0, 1)]
    row += akin(about, others[0][0]) if others else (0, 0, 0)
    kinds = evidence.kinds
    spoken = [float(kinds[kind]) if kinds is not None else math.nan for kind in _SPOKEN]
    row += [*spoken, *(one if math.isnan(one) else _odds(one) for one in spoken)]
    row += _form(text, kinds)
    row += _asked(text, said, about)
    row += [*evidence.foreign, evidence.foreign[0] and bool(others) and others[0][1] >= _DOUBT]
    row += [len(evidence.said), len(set(text) & set(about.title)) / max(len(set(text)), 1)]
    return np.array([float(one) for one in row], np.float64)


def _form(text: str, kinds: Mapping[str, float] | None) -> list[float]:
    """The form of a message: its length, whether it leans and asks, and the words it ends with."""
    bare, size = text.rstrip("。！!？?～~ "), len(text)
    asks = [
        leans(text),
        may_ask(text),
        may_ask(text, kinds),
        names_what_it_asks(text),
        "？" in text or "?" in text,
    ]
    ends = [bare.endswith(_TELLS), bare.endswith(_ASKS)]
    words = [pattern.search(text) is not None for pattern in (_THANKS, _TO_US, _ANEW)]
    length = [min(size, 40) / 10, size <= 7, size > 20, math.log(max(size, 1))]
    return [float(one) for one in (*asks, *ends, *words, *length)]


def _asked(text: str, said: str, about: Entry) -> list[float]:
    """What a message asks for, and whether the likeliest sentence and the entry tell of it."""
    wanted, tells = np.array(points.asked(text)), np.array(points.told(said))
    number = points.wants_number(text)
    without = bool(missing(text, f"{about.title}\n{said}"))
    row = [
        number,
        number and not points.has_number(said),
        wanted.sum(),
        (wanted & tells).any(),
        not wanted.any(),
    ]
    return [float(one) for one in (*row, unsaid(text, about), without)]


def _misses_point(text: str, sentences: Sequence[str]) -> bool:
    """Whether a question asks for a point (a penalty, a time …), and sentences tell of none that it asks for."""
    wanted = np.array(points.asked(text))
    return bool(wanted.any()) and not any((wanted & np.array(points.told(one))).any() for one in sentences)


def _odds(chance: float) -> float:
    held = min(max(chance, 0.001), 0.999)
    return math.log(held / (1 - held))


def _probability(score: float) -> float:
    return 1 / (1 + math.exp(-float(score)))


def _sure_of(chance: float) -> float:
    return chance / (chance + _DOUBT)


@lru_cache(maxsize=1)
def shipped() -> Chooser:
    """The shipped weights."""
    held = json.loads(WEIGHTS.read_text("utf-8"))
    candidates, kinds = (Part.from_json(held[name]) for name in ("candidates", "kinds"))
    bars = [float(held[name]) for name in ("sure", "likely", "other", "other_sure")]
    return Chooser(candidates, kinds, *bars)
