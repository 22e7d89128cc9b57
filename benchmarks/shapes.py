"""Knowledge bases of other kinds than ours, made from freely usable texts, to measure how well search does on them.

Each base comes in two halves without a common entry: one for fitting the weights, the other only for measuring. The
base made from LCQMC only has the half for measuring. Nothing of these texts is copied into the project.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pypinyin import lazy_pinyin

from core.settings import ROOT
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder
from kb_index.measure.evaluate import Labelled, foreign_entry, read_questions
from kb_index.statutes.laws import newest_laws, read_articles
from kb_index.training.material import FRAMES, noisy

Half = Literal["fit", "test"]
"""The half of a base for fitting the weights, or the half for measuring."""
T = TypeVar("T")
"""The type of the items :func:`_some` chooses from."""

MOST = 500
"""Largest number of questions chosen from a larger set; of statutes and LCQMC, at most twice as many entries are made."""

KNOWLEDGE = ROOT / "knowledge_base"
"""Folder of the shipped knowledge base."""

TOLD = ROOT / "bot" / "understanding" / "examples" / "questions.jsonl"
"""Questions in the words of citizens who tell a story, each labelled with its entry of ours."""

HELD_OUT = ROOT / "bot" / "evaluation" / "answers.jsonl"
"""Questions whose author wrote none of the training texts."""

_CLAUSE = re.compile(r"[，。；：、,;:\s]+")
_SENTENCE = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True)
class Shape:
    """A knowledge base and questions to ask it.

    Args:
        name: what is asked, and what is searched.
        entries: the base's entries.
        questions: the questions; each is labelled with the entry that answers it.
        foreign: whether the pretrained encoder was trained on none of its entries.
        foreign_to_static: whether the static model was trained on none of its texts.
    """

    name: str
    entries: list[Entry]
    questions: list[Labelled]
    foreign: bool = True
    foreign_to_static: bool = False


def shapes(data: Path, half: Half) -> Iterator[Shape]:
    """Every shape that can be made; those whose source file or folder is missing are left out.

    Args:
        data: folder with ``toyhom_medical/``, ``cmrc2018/``, ``laws/`` and ``lcqmc_dev/``, each optional.
        half: ``fit`` for fitting, ``test`` for measuring.
    """
    makers: list[tuple[Path, Callable[[Path, Half], Iterator[Shape]]]] = [
        (data / "toyhom_medical" / "neike_sample.jsonl", _medical),
        (data / "cmrc2018" / "dev.jsonl", _passages),
        (data / "laws", _statutes),
        (data / "lcqmc_dev" / "dev.jsonl", _paraphrases),
        (KNOWLEDGE, _own),
    ]
    for source, make in makers:
        if source.exists():
            yield from make(source, half)


def _medical(file: Path, half: Half) -> Iterator[Shape]:
    rows = [row for row in _jsonl(file) if len(row["title"]) >= 5 and len(row["answer"]) >= 30]
    rows = list({row["title"]: row for row in rows if _half(row["title"]) == half}.values())
    rows = _some(rows, MOST)
    ids = [f"m{number}" for number in range(len(rows))]
    asked = [Labelled(row["title"], i) for i, row in zip(ids, rows, strict=True)]
    opening = [
        foreign_entry(i, _opening(r["answer"]), (), r["answer"]) for i, r in zip(ids, rows, strict=True)
    ]
    yield Shape("question → long reply", opening, asked)
    yield Shape(
        "question → untitled reply", [entry.model_copy(update={"title": ""}) for entry in opening], asked
    )
    faq = [foreign_entry(i, r["title"], (), r["answer"]) for i, r in zip(ids, rows, strict=True)]
    told = [Labelled(row["ask"], i) for i, row in zip(ids, rows, strict=True) if len(row["ask"]) >= 10]
    yield Shape("story → FAQ without variants", faq, told)
    yield Shape("a title as it stands → its entry", faq, asked[::5])


def _passages(file: Path, half: Half) -> Iterator[Shape]:
    held: dict[str, str] = {}
    asked = []
    for row in _jsonl(file):
        text = str(row["context"])
        if _half(text) == half:
            name = held.setdefault(text, f"p{len(held)}")
            asked.append(Labelled(str(row["question"]), name))
    entries = [foreign_entry(i, _opening(text), (), text) for text, i in held.items()]
    yield Shape("question → passage", entries, _some(asked, MOST), foreign_to_static=True)


def _statutes(folder: Path, half: Half) -> Iterator[Shape]:
    """Articles of the documents our entries rest on: asked with our labelled questions, and with one of their clauses."""
    basis: dict[str, set[tuple[str, str]]] = {}
    for item in load_folder(KNOWLEDGE)[0]:
        named = {(b.document.split("(")[0], a) for b in item.entry.basis for a in b.articles}
        if len(named) == 1:
            basis[item.entry.id] = named
    wanted = {pair for pairs in basis.values() for pair in pairs}
    documents = {name for name, _ in wanted if _half(name) == half}
    articles = []
    for path in newest_laws(folder):
        name = path.stem.split("(")[0]
        if name in documents:
            articles += [
                (name, a.number, a.text) for a in read_articles(path.read_text("utf-8", errors="ignore"))
            ]
    asked_for = {pair for pair in wanted if pair[0] in documents}
    others = _some([a for a in articles if a[:2] not in asked_for], 2 * MOST - len(asked_for))
    chosen = [a for a in articles if a[:2] in asked_for] + others
    chosen = list({a[:2]: a for a in chosen}.values())
    ids = {a[:2]: f"s{number}" for number, a in enumerate(chosen)}
    entries = [foreign_entry(ids[a[:2]], f"{a[0]}{a[1]}", (), a[2]) for a in chosen]
    labelled = [
        q for file in (KNOWLEDGE / "questions.jsonl", TOLD) for q in read_questions(file) if q.entry in basis
    ]
    pairs = [(q.question, next(iter(basis[q.entry]))) for q in labelled if q.entry is not None]
    questions = [Labelled(text, ids[pair]) for text, pair in pairs if pair in ids]
    yield Shape("question → article of law", entries, _some(questions, MOST))
    chance = random.Random(7)
    frames = [frame for kind in FRAMES.values() for frame in kind]
    clauses = []
    for name, number, text in _some(chosen, MOST):
        parts = [part for part in _CLAUSE.split(text) if 6 <= len(part) <= 24]
        if parts:
            words = chance.choice(frames).format(chance.choice(parts))
            clauses.append(Labelled(noisy(words, chance), ids[(name, number)]))
    yield Shape("a clause, noisy → its article", entries, clauses)


def _paraphrases(file: Path, half: Half) -> Iterator[Shape]:
    if half == "fit":
        return
    pairs = [(row["s1"], row["s2"]) for row in _jsonl(file) if str(row["label"]) == "1"]
    names: dict[str, str] = {}
    for _, second in pairs:
        names.setdefault(second, f"q{len(names)}")
    questions = _some([Labelled(first, names[second]) for first, second in pairs], MOST)
    asked_for = {q.entry for q in questions}
    others = set(_some([i for i in names.values() if i not in asked_for], 2 * MOST - len(asked_for)))
    entries = [foreign_entry(i, text, (), "") for text, i in names.items() if i in asked_for | others]
    yield Shape("paraphrase → bare question", entries, questions, foreign_to_static=True)


def _own(folder: Path, half: Half) -> Iterator[Shape]:
    entries = [item.entry for item in load_folder(folder)[0]]
    labelled = [q for q in read_questions(folder / "questions.jsonl") if q.entry is not None]
    bare = [entry.model_copy(update={"variants": ()}) for entry in entries]
    mine = [q for q in labelled if _half(q.entry or "") == half]
    if half == "test":
        chance = random.Random(11)
        held_out = [q for q in read_questions(HELD_OUT) if q.entry is not None]
        typed = [Labelled(noisy(q.question, chance), q.entry) for q in labelled]
        heard = [Labelled(_misheard(q.question, chance), q.entry) for q in labelled]
        yield Shape("our own base, short questions", entries, labelled, foreign=False)
        yield Shape("our own base, held-out stories", entries, held_out, foreign=False)
        yield Shape("our own base, typing noise", entries, _some(typed, MOST), foreign=False)
        yield Shape("our own base, homophones", entries, _some(heard, MOST), foreign=False)
        yield _twins(entries)
    yield Shape("our own base without variants", bare, mine, foreign=False)
    yield Shape(
        "our own titles alone",
        [entry.model_copy(update={"answer": "", "sections": {}, "tags": ()}) for entry in bare],
        mine,
        foreign=False,
    )


def _twins(entries: Sequence[Entry]) -> Shape:
    """Entries that are easily confused: they share a subject and differ only in what is asked about it."""
    chance = random.Random(13)
    subjects = list(dict.fromkeys(entry.tags[0] for entry in entries if entry.tags))[:60]
    twins, asked = [], []
    for subject in subjects:
        for frames in FRAMES.values():
            title, question = chance.sample(frames, 2)
            name = f"t{len(twins)}"
            twins.append(foreign_entry(name, title.format(subject), (), ""))
            asked.append(Labelled(question.format(subject), name))
    return Shape("hard negatives: one subject, other matters", twins, asked, foreign=False)


def _misheard(text: str, chance: random.Random) -> str:
    """The text with about one character in eight replaced by one that sounds the same."""
    return "".join(
        chance.choice(_sounding().get(sound, [c])) if chance.random() < 1 / 8 and (sound := _sound(c)) else c
        for c in text
    )


@cache
def _sounding() -> dict[str, list[str]]:
    """Pinyin without tone → the common characters read that way."""
    found: dict[str, list[str]] = {}
    for point in range(0x4E00, 0x9FA6):
        character = chr(point)
        try:
            common = character.encode("gb2312")[0] < 0xD8  # the first level: 3,755 common characters
        except UnicodeEncodeError:
            continue
        if common:
            found.setdefault(_sound(character), []).append(character)
    return found


@cache
def _sound(character: str) -> str:
    read: list[str] = lazy_pinyin(character, errors="ignore")
    return read[0] if read else ""


def _opening(text: str) -> str:
    """The first sentence, cut to 40 characters, as a stand-in for a title."""
    return next((part.strip() for part in _SENTENCE.split(text) if part.strip()), text)[:40]


def _jsonl(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def _half(name: str) -> Half:
    return "fit" if zlib.crc32(name.encode()) % 2 else "test"


def _some(items: Sequence[T], count: int) -> list[T]:
    """At most ``count`` of the items, chosen at random but always the same ones, in their order."""
    if len(items) <= count:
        return list(items)
    return [items[i] for i in sorted(random.Random(5).sample(range(len(items)), max(count, 0)))]
