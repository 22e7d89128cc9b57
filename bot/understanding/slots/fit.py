"""Makes tagger, choosers and thresholds anew from the annotated stories, with torch. The app never runs this."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import plain
from bot.understanding.mine import readings
from bot.understanding.slots import fit_chooser, fit_tagger, fit_types
from bot.understanding.slots.candidates import CHOSEN, WORDED, candidates
from bot.understanding.slots.choosing import (
    SHORT,
    Calibration,
    Chooser,
    best,
    means,
    of_rules,
    summed,
    together,
)
from bot.understanding.slots.examples import Story, labels, stories
from bot.understanding.slots.features import Context, agrees, described, key_of
from bot.understanding.slots.fit_chooser import Lesson
from bot.understanding.slots.signals import Readings, Signals, signals
from bot.understanding.slots.tagging import Tagger
from bot.understanding.slots.types import TYPES, TypeModel, case, features
from core.city import City
from kb_index.language.pretrained import shipped_encoder
from tickets.types import TicketType

PARTS = 4
"""Number of parts, each with the stories of whole authors, that are held back once."""
_OF_SPANS = 0.4
"""How much a story counts whose author marked all words of a kind, and not the main ones."""


@dataclass(frozen=True)
class Seen:
    """A story, its plain text, what the rules read, what the tagger sees, and the part in which it is held back."""

    story: Story
    read: str
    said: Readings
    signals: Signals
    part: int


@dataclass(frozen=True)
class Judged:
    """What was chosen for a field of a story that nothing had been trained on.

    Args:
        share: the chooser's probability; 0 when there was no candidate.
        right: whether the choice agrees with the label.
        wanted: whether the story tells the field.
        length: characters of the text.
        alone: whether it is a whole message of one matter.
        ruled: whether what the rules chose agrees with the choice.
    """

    share: float
    right: bool
    wanted: bool
    length: int
    alone: bool = True
    ruled: bool = False


def renewed(
    folder: Path, now: datetime, city: City, store: float, each: float, short: float, ask: float
) -> Iterator[str]:
    """Train everything anew and write it into a folder.

    Every choice that a threshold is fitted on was made by a tagger and a chooser that had seen no story of its author.

    Args:
        folder: where ``tagger.npz``, ``chooser.npz`` and ``numbers.json`` are written.
        now: the moment at which the stories are told.
        city: the city whose places the rules know.
        store: share (0 to 1) that must be right of all that is stored.
        each: the same of each field, which keeps a weak one from being carried by the others.
        short: the same of what rules and chooser agree on in a short message: hardly more than the matter is told there,
            and the summary shows at a glance what is wrong.
        ask: least calibrated probability of what is asked about.

    Yields:
        Lines that tell how many choices are right on stories held back.
    """
    context = Context(now, city)
    told = seen(stories(), context)
    shares = held_back_shares(told)
    choosers: dict[str, NDArray[np.float16]] = {}
    judged = {}
    for kind in CHOSEN:
        found = lessons(kind, told, shares, context)
        judged[kind] = held_back_choices(kind, told, found, context)
        trained = fit_chooser.train([one for one in found if one is not None])
        choosers |= {f"{kind}.{name}": array for name, array in trained.items()}
    lines = calibrated(judged, store, each, short, ask)
    numbers: dict[str, Any] = {kind: asdict(line) for kind, line in lines.items()}
    for kind, line in lines.items():
        yield f"{kind}: {figures(judged[kind], line)}"
    bars, weights = types(told, store)
    numbers["type"] = {"bars": bars}
    choosers |= {f"type.{name}": array for name, array in weights.items()}
    yield "type: " + ", ".join(f"{name} from {bar}" for name, bar in bars.items())
    alone = [one for one in told if not one.story.several]
    tagger = fit_tagger.train([one.signals for one in alone], [labels(one.read, one.story) for one in alone])
    np.savez_compressed(folder / "tagger.npz", **tagger)  # type: ignore[arg-type]
    np.savez_compressed(folder / "chooser.npz", **choosers)  # type: ignore[arg-type]
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


def seen(told: Sequence[Story], context: Context) -> list[Seen]:
    """The stories as tagger and rules see them. All stories of an author are in one part."""
    encoder = shipped_encoder()
    of_values = sorted({one.author for one in told if one.main})
    of_spans = sorted({one.author for one in told} - set(of_values))
    part = {name: n % PARTS for names in (of_values, of_spans) for n, name in enumerate(names)}
    found = []
    for story in told:
        read = plain(story.text)
        said = readings(story.text, context.now, context.city)
        found.append(Seen(story, read, said, signals(read, said, encoder), part[story.author]))
    return found


def held_back_shares(told: Sequence[Seen]) -> list[Floats]:
    """The tagger's probabilities for each story, by a tagger that has not seen its author."""
    found: dict[int, Floats] = {}
    for part in range(PARTS):
        kept = [one for one in told if one.part != part and not one.story.several]
        tagger = Tagger(
            fit_tagger.train([one.signals for one in kept], [labels(one.read, one.story) for one in kept])
        )
        found |= {n: tagger.shares(one.signals) for n, one in enumerate(told) if one.part == part}
    return [found[n] for n in range(len(told))]


def lessons(
    kind: str, told: Sequence[Seen], shares: Sequence[Floats], context: Context
) -> list[Lesson | None]:
    """For each story the candidates of a kind and which are right; None when its author did not annotate the kind."""
    found: list[Lesson | None] = []
    for one, tags in zip(told, shares, strict=True):
        truths = _truths(kind, one.story, context)
        if truths is None:
            found.append(None)
            continue
        some = candidates(one.read, one.said, tags, context.city)[kind]
        all_of_it = described(kind, one.read, some, tags, context)
        right = [any(agrees(kind, key, truth) for truth in truths) for key in all_of_it.keys]
        found.append(
            Lesson(
                all_of_it,
                means(summed(one.signals.states), all_of_it.stretches),
                np.array(right, bool),
                1.0 if one.story.main else _OF_SPANS,
            )
        )
    return found


def _truths(kind: str, story: Story, context: Context) -> list[str] | None:
    """The values that a field may hold; None when the author of the story did not say."""
    if kind not in WORDED:
        value = story.told.get(kind)
        return None if value is None else [key_of(kind, value, context)] if value else []
    if story.main:
        if not story.main[kind] and (story.several or not story.told):
            return None  # of several matters, words that tell one may stand beside another
        words = [story.main[kind]] if story.main[kind] else []
    else:
        words = [story.text[start:end] for of, start, end in story.spans if of == kind]
    return [key_of(kind, plain(one), context) for one in words]


def held_back_choices(
    kind: str, told: Sequence[Seen], found: Sequence[Lesson | None], context: Context
) -> list[Judged]:
    """The choices for the stories with main values, by a chooser that has not seen their author."""
    judged = []
    for part in range(PARTS):
        kept = [one for one, of in zip(found, told, strict=True) if one is not None and of.part != part]
        held = [
            (one, of)
            for one, of in zip(found, told, strict=True)
            if one is not None and of.part == part and of.story.main
        ]
        if not held:
            continue
        chooser = Chooser(fit_chooser.train(kept))
        for one, of in held:
            wanted = bool(_truths(kind, of.story, context))
            alone = bool(of.story.told) and not of.story.several
            if not len(one.right):
                judged.append(Judged(0.0, False, wanted, len(of.read), alone))
                continue
            shares = chooser.shares(one.found, one.means)
            every = together(kind, one.found, shares)
            number, rules = best(every, shares), of_rules(one.found)
            judged.append(
                Judged(
                    float(every[number]),
                    bool(one.right[number]),
                    wanted,
                    len(of.read),
                    alone,
                    rules is not None and agrees(kind, one.found.keys[rules], one.found.keys[number]),
                )
            )
    return judged


def types(told: Sequence[Seen], store: float) -> tuple[dict[str, float], dict[str, NDArray[np.float16]]]:
    """From which probability on each group of types is right in a share, and the weights of the model for all.

    As for the other fields, only whole messages of one matter by authors held back count there.

    Args:
        store: share (0 to 1) that must be right of the types of a group that are stored.
    """
    known = [
        (one, features(one.story.text, one.signals.states), TicketType.parse(one.story.told["type"]))
        for one in told
        if one.story.told
    ]
    rows = [
        (one.part, one.story.text, seen_, kind, not one.story.several)
        for one, seen_, kind in known
        if kind is not None
    ]
    judged = []
    for part in range(PARTS):
        kept = [row for row in rows if row[0] != part]
        model = TypeModel(fit_types.train([row[2] for row in kept], [row[3] for row in kept]))
        for _, text, seen_, kind, alone in (row for row in rows if row[0] == part):
            shares = model.shares(seen_)
            if alone:
                right = TYPES[int(shares.argmax())] is kind
                judged.append((case(shares, text), float(shares.max()), right))
    weights = fit_types.train([row[2] for row in rows], [row[3] for row in rows])
    return fit_types.bars(judged, store), weights


def calibrated(
    judged: Mapping[str, Sequence[Judged]], store: float, each: float, short: float, ask: float
) -> dict[str, Calibration]:
    """The calibration of each kind's choices, and the thresholds above which enough of them are right.

    Only whole messages of one matter count. Nearly half of the annotated texts are messages of several matters or
    parts of them, because these are hard; of real first messages few are.

    What is stored of all kinds together is right in a share ``store``, with one threshold for all, above which as much
    as possible is stored; a kind of which less than ``each`` would be right has a higher one. Calibrated
    probabilities are counted, not the few that were right or wrong near a threshold: so another run or a few
    other stories move it little. For what the rules chose, too, in a short message there is one threshold for all
    words, because a field alone has too few of them.
    """
    lines = {}
    scores = {}
    agreed: list[tuple[float, bool]] = []
    for kind, some in judged.items():
        made = [one for one in some if one.share and one.alone]
        slope, offset = fit_chooser.calibrated([one.share for one in made], [one.right for one in made])
        lines[kind] = Calibration(round(slope, 4), round(offset, 4), ask=ask)
        scores[kind] = np.array([lines[kind](one.share) for one in made])
        if kind in WORDED:
            agreed += [
                (lines[kind](one.share), one.right) for one in made if one.ruled and one.length <= SHORT
            ]
    floors = {kind: fit_chooser.bar(some.tolist(), each) for kind, some in scores.items()}
    common = next(t for t in np.arange(0.5, 1.0, 0.005) if _right(scores, floors, t) >= store)
    least = fit_chooser.bar_of(agreed, short)
    return {
        kind: replace(line, store=round(max(float(common), floors[kind]), 4), short=least)
        for kind, line in lines.items()
    }


def _right(scores: Mapping[str, Floats], floors: Mapping[str, float], common: float) -> float:
    """The share that is right of all choices above the thresholds; 1 when there is none."""
    kept = [some[some >= max(common, floors[kind])] for kind, some in scores.items()]
    every = np.concatenate(kept)
    return float(every.mean()) if len(every) else 1.0


def figures(judged: Sequence[Judged], calibration: Calibration) -> str:
    """How many of the held-back choices for whole messages of one matter would be stored, and are right."""
    judged = [one for one in judged if one.alone]
    stored = [one for one in judged if one.share and calibration(one.share) >= calibration.store]
    right, wanted = sum(one.right for one in stored), sum(one.wanted for one in judged)
    return f"{right} of {len(stored)} stored are right, {right} of {wanted} wanted are stored"
