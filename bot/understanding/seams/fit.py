"""Trains the judge of seams, with torch. The app never runs this.

Three kinds of messages are learned from: those that several hands wrote, with the beginning of each further matter; the
narrative complaints of the decision's examples, as single matters; and pairs of these from different categories, joined,
with as many whose own clauses are joined by the same words.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.seams import views as seen
from bot.understanding.seams.features import MARKS, Seam, marks, seams
from bot.understanding.seams.judging import BRIEF, COMPARED, Judge
from kb_index.language.pretrained import shipped_encoder

EXAMPLES = Path(__file__).parents[1] / "slots" / "examples"
"""The folder of the messages with one and more matters, one JSON lines file for each author (see the README there)."""
COMPLAINTS = Path(__file__).parents[1] / "examples" / "matters.jsonl"
"""Narrative complaints with their categories."""
NETS, EPOCHS, BATCH, RATE = 3, 8, 24, 4e-3
"""Networks whose probabilities are averaged, times every message is seen, messages in a batch, highest learning rate (no unit)."""
AXES, NARROW, OF_WORDS, INNER = 72, 40, 24, 64
"""Widths: principal axes of the states that are kept, of a stretch, of the words' values, of the inner layer."""
PAIRS, BRIEF_PAIRS = 1_500, 900
"""Number of complaints joined in pairs; the same of brief ones."""
_BRIEF_COMPLAINT = 22
"""Most characters of a brief complaint."""
_OFTEN = 4
"""Times a written message counts in a pass."""
_OF_PAIR, _OF_SINGLE = 0.3, 0.25
"""What a joined pair, and a single complaint that nobody read for further matters, counts against a written message."""
_TOPIC = 0.3
"""What the topics' loss counts against that of the seams."""
_SINGLE = {True: 0.95, False: 0.92}
"""Share (0 to 1) of the brief and of the longer single messages that must stay whole. Most brief ones are single."""
_PART = 0.98
"""The same of the parts of messages cut already."""
_FOLDS = 3
"""Groups of authors, each of which is held back once."""
_SLACK = 4
"""Most characters between the labelled beginning of a matter and the seam that stands for it."""
_JOINTS = (
    *[""] * 9,
    *(
        "还有",
        "另外",
        "还有就是",
        "再一个",
        "顺便说下",
        "对了",
        "另外还有个事",
        "第二",
        "还有一个事",
        "再就是",
        "其次",
        "2、",
        "二是",
    ),
)
_JOINS = " ，,：:、"
_STOPS = (*"。。。，，；！", "\n")


@dataclass(frozen=True)
class Example:
    """A message with the places where further matters begin.

    Args:
        text: the message.
        begins: the first characters of each further matter.
        hand: who wrote it.
        weight: what it counts.
    """

    text: str
    begins: tuple[tuple[int, int], ...]
    hand: str
    weight: float = 1.0


@dataclass(frozen=True)
class _Seen:
    states: Floats
    marks: Floats
    wanted: tuple[int, ...]
    weight: float


def written(folder: Path = EXAMPLES) -> list[Example]:
    """The messages of the authors who marked where a second and a third matter begins.

    Raises:
        ValueError: the first words of a matter are not in the text.
    """
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for row in map(json.loads, file.read_text("utf-8").splitlines()):
            if "second" not in row:
                continue  # an author who marked the words of slots alone
            begins, at = [], 0
            for further in filter(None, (row["second"], row.get("third"))):
                first = row["text"].index(further["starts"], at)
                joint = further["joined"]
                beside = bool(joint) and row["text"][:first].rstrip(_JOINS).endswith(joint.rstrip(_JOINS))
                begins.append((first - len(joint) if beside else first, first))
                at = first + 1
            found.append(Example(row["text"], tuple(begins), file.stem))
    return found


def complaints(file: Path = COMPLAINTS) -> tuple[list[Example], list[str]]:
    """Single complaints, and the level 1 of the category of each."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["kind"] == "matter" and row.get("category")]
    return [Example(row["text"], (), "", _OF_SINGLE) for row in rows], [
        row["category"].partition("/")[0] for row in rows
    ]


def joined(single: Sequence[Example], topics: Sequence[str]) -> list[Example]:
    """Complaints of different categories joined in pairs, some with only the first clauses of the second one."""
    chance = random.Random(5)  # noqa: S311
    both = list(zip(single, topics, strict=True))
    firsts = [one for one in both if len(one[0].text) <= 300]
    seconds = [one for one in both if len(one[0].text) <= 110 and not re.match("尊敬|您好|你好", one[0].text)]
    brief = [one for one in both if len(one[0].text) <= _BRIEF_COMPLAINT]
    sources = [(firsts, seconds, 0.4)] * PAIRS + [(brief, brief, 0.0)] * BRIEF_PAIRS
    found: list[Example] = []
    while len(found) < len(sources):
        of_first, of_second, shortened = sources[len(found)]
        (first, topic), (second, other) = chance.choice(of_first), chance.choice(of_second)
        if topic == other:
            continue
        told = second.text
        if chance.random() < shortened:
            told = "".join(re.split("(?<=[，。！？；])", told)[: chance.randint(1, 3)]).rstrip("，")
        joint = chance.choice(_JOINTS)
        before = first.text.rstrip("。！!？?；; \n") + chance.choice(_STOPS)
        between = joint + (chance.choice(("，", "", "")) if joint else "")
        begins = ((len(before), len(before) + len(between)),)
        found.append(Example(before + between + told, begins, "", _OF_PAIR))
    return found


def continued(single: Sequence[Example]) -> list[Example]:
    """Single complaints, or the first clauses of longer ones, with joining words before one of their own clauses.

    Without them the networks would take every 还有 for the beginning of another matter.
    """
    chance = random.Random(6)  # noqa: S311
    joints = [one for one in _JOINTS if one]
    found = []
    for example in single:
        clauses = re.split("(?<=[，。！？；])", example.text)
        if chance.random() < 0.5:
            clauses = clauses[: chance.randint(2, 4)]
        if len(clauses) < 2:
            continue
        at = chance.randrange(1, len(clauses))
        clauses[at] = chance.choice(joints) + clauses[at]
        found.append(Example("".join(clauses).rstrip("，"), (), "", _OF_PAIR))
    return found


def places_of(example: Example, found: Sequence[Seam]) -> tuple[int, ...] | None:
    """The seams at which the further matters of an example begin; None when one begins at no seam."""
    wanted = []
    for joint, first in example.begins:
        near = [min(abs(one.start - joint), abs(one.start - first), abs(one.told - first)) for one in found]
        if not near or min(near) > _SLACK:
            return None
        wanted.append(near.index(min(near)))
    return tuple(wanted)


def _seen(example: Example) -> _Seen | None:
    found = seams(example.text)
    wanted = places_of(example, found)
    if wanted is None or not found:
        return None
    states = seen.views(example.text, found, shipped_encoder())
    return _Seen(states, marks(example.text, found), wanted, example.weight)


def axes(states: Floats) -> tuple[Floats, Floats]:
    """The mean and the principal axes of states, scaled so that the first ones do not drown the others."""
    mean: Floats = states.mean(axis=0)
    _, spread, turned = np.linalg.svd((states - mean)[::3], full_matrices=False)
    deviation = spread[:AXES] / np.sqrt(len(states) / 3)
    return mean, (turned[:AXES].T / np.sqrt(deviation + 1e-3)).astype(np.float32)


def train(
    told: Sequence[_Seen], topics: tuple[Floats, NDArray[np.int64]], seed: int
) -> dict[str, NDArray[np.float32]]:
    """The weights of one network.

    Args:
        told: the messages; states already turned to the principal axes, marks standardised.
        topics: [texts, AXES] and [texts], states of single complaints and the places of their topics.
        seed: seed of the weights and of the order.
    """
    import torch

    torch.set_num_threads(1)  # more threads wait for each other on a busy machine
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311
    states_of, topic_of = torch.from_numpy(topics[0]), torch.from_numpy(topics[1])
    width = OF_WORDS + (seen.VIEWS + 4) * NARROW + len(COMPARED)
    net: Any = torch.nn.ModuleDict(
        {
            "narrow": torch.nn.Linear(AXES, NARROW),
            "topics": torch.nn.Linear(NARROW, int(topics[1].max()) + 1),
            "words": torch.nn.Linear(MARKS, OF_WORDS),
            "inner": torch.nn.Linear(width, INNER),
            "score": torch.nn.Linear(INNER, 1),
        }
    )
    steps = EPOCHS * -(-len(told) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), RATE / 2, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.15)

    def drop(x: Any) -> Any:
        return torch.nn.functional.dropout(x, 0.3)

    def scores(states: Any, words: Any) -> Any:
        bare = net["narrow"](states)
        shares, x = torch.softmax(net["topics"](bare), -1), torch.tanh(bare)
        parts = [
            torch.tanh(net["words"](words)),
            x.flatten(1),
            (x[:, seen.NEAR_BEFORE] - x[:, seen.NEAR_NEXT]).abs(),
            (x[:, seen.BEFORE] - x[:, seen.AFTER]).abs(),
            x[:, seen.LAST] * x[:, seen.NEXT],
            x[:, seen.BEFORE] * x[:, seen.NEAR_NEXT],
        ]
        alike = torch.stack([(shares[:, a] * shares[:, b]).sum(-1) for a, b in COMPARED], -1)
        inner = torch.relu(net["inner"](torch.cat([*map(drop, parts), alike], -1)))
        return net["score"](drop(inner))[:, 0]

    order = list(range(len(told)))
    for _ in range(EPOCHS):
        chance.shuffle(order)
        for begin in range(0, len(order), BATCH):
            part = [told[place] for place in order[begin : begin + BATCH]]
            found = scores(
                torch.from_numpy(np.concatenate([one.states for one in part])),
                torch.from_numpy(np.concatenate([one.marks for one in part])),
            )
            loss: Any = 0
            for one, own in zip(part, found.split([len(one.states) for one in part]), strict=True):
                shares = torch.log_softmax(torch.cat([torch.zeros(1), own]), 0)
                wanted = [place + 1 for place in one.wanted] or [0]
                loss = loss - one.weight * torch.logsumexp(shares[wanted], 0)
            some = chance.sample(range(len(states_of)), 64)
            guessed = net["topics"](net["narrow"](states_of[some]))
            loss = loss / sum(one.weight for one in part)
            loss = loss + _TOPIC * torch.nn.functional.cross_entropy(guessed, topic_of[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return {name.replace(".", "_"): value.detach().numpy() for name, value in net.state_dict().items()}


class Fitting:
    """All messages as the networks see them, computed once.

    Args:
        examples: the written messages.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples
        self.written = [_seen(one) for one in examples]
        single, topics = complaints()
        seen_single = [
            (one, topic) for text, topic in zip(single, topics, strict=True) if (one := _seen(text))
        ]
        made = (*joined(single, topics), *continued(single))
        pairs = [one for example in made if (one := _seen(example))]
        names = sorted(set(topics))
        ends = [
            one.states[place, view]
            for one, _ in seen_single
            for place in (0, -1)
            for view in (seen.BEFORE, seen.AFTER)
        ]
        states = np.array(ends, np.float32)
        places = np.array([names.index(topic) for _, topic in seen_single for _ in range(4)])
        mean, turned = axes(states)
        rows = np.concatenate([one.marks for one in self.written if one])
        self.shared = {
            "mean": mean,
            "axes": turned,
            "marks_mean": rows.mean(axis=0),
            "marks_scale": rows.std(axis=0) + np.float32(0.1),
        }
        self._topics = (((states - mean) @ turned).astype(np.float32), places)
        self._always = [self._turned(one) for one in (*(one for one, _ in seen_single), *pairs)]

    def _turned(self, one: _Seen) -> _Seen:
        held = self.shared
        return replace(
            one,
            states=(one.states - held["mean"]) @ held["axes"],
            marks=((one.marks - held["marks_mean"]) / held["marks_scale"]).astype(np.float32),
        )

    def weights(self, without: Sequence[str] = (), nets: int = NETS) -> dict[str, NDArray[np.float32]]:
        """The weights of networks trained on all messages but those of some authors."""
        told = [
            self._turned(one)
            for example, one in zip(self.examples, self.written, strict=True)
            if one and example.hand not in without
        ]
        trained = [train(told * _OFTEN + self._always, self._topics, seed) for seed in range(nets)]
        found = {name: np.stack([one[name] for one in trained]) for name in trained[0]}
        return {**self.shared, **found, "bars": np.ones(3, np.float32)}


def bars(shares: Sequence[tuple[bool, float]], least: float) -> float:
    """The lowest probability of a further matter from which a message is cut, so that enough single ones stay whole.

    Args:
        shares: whether a message is single, and the probability that it is not, from networks that have not seen its author.
        least: share (0 to 1) of the single ones that must stay whole.
    """
    single = sorted(share for alone, share in shares if alone)
    return round(float(single[min(int(np.ceil(least * len(single))), len(single) - 1)]) + 1e-4, 4)


def renewed(file: Path) -> Iterator[str]:
    """Train the judge anew and write it into a file.

    Yields:
        Lines that tell how many messages of an author whom the networks had not seen are counted right.
    """
    examples = written()
    fitting = Fitting(examples)
    whole: dict[bool, list[tuple[bool, float]]] = {True: [], False: []}
    parts: list[tuple[bool, float]] = []
    right: dict[bool, list[tuple[float, bool]]] = {True: [], False: []}
    hands = sorted({one.hand for one in examples})
    for held in (hands[at::_FOLDS] for at in range(_FOLDS)):
        judge = Judge(fitting.weights(without=held))
        for example in examples:
            if example.hand not in held:
                continue
            brief, found = len(example.text) <= BRIEF, seams(example.text)
            shares = judge.shares(example.text, found) if found else np.ones(1, np.float32)
            whole[brief].append((not example.begins, 1 - float(shares[0])))
            if example.begins:
                wanted = places_of(example, found) or ()
                right[brief].append(
                    (1 - float(shares[0]), int(shares[1:].argmax()) in wanted if found else False)
                )
            if len(example.begins) == 1:
                joint, first = example.begins[0]
                for half in (example.text[:joint], example.text[first:]):
                    own = seams(half)
                    parts.append((True, 1 - float(judge.shares(half, own)[0]) if own else 0.0))
    fitted = []
    for brief in (True, False):
        bar = bars(whole[brief], _SINGLE[brief])
        fitted.append(bar)
        kept = [share < bar for alone, share in whole[brief] if alone]
        cut = [share >= bar for share, _ in right[brief]]
        there = [share >= bar and hit for share, hit in right[brief]]
        yield (
            f"{'up to' if brief else 'over'} {BRIEF} characters: bar {bar}; single {np.mean(kept):.3f} of {len(kept)} whole, "
            f"double {np.mean(cut):.3f} of {len(cut)} cut, {np.mean(there):.3f} at the right place"
        )
    fitted.append(bars(parts, _PART))
    weights = {name: value.astype(np.float16) for name, value in fitting.weights().items()}
    np.savez_compressed(file, **{**weights, "bars": np.array(fitted, np.float32)})  # type: ignore[arg-type]
