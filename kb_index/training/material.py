"""Pairs of texts that mean the same or belong together, for training the embedded model.

Only texts that may be used freely: our own entries and synonyms, the statutes (without copyright in China,
Copyright Law art. 5) and, if present, an MIT-licensed set of medical questions. Nothing is downloaded.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb_index.statutes.laws import newest_laws, read_articles

Pair = tuple[str, str]
"""Two texts that mean the same or belong together."""

_SENTENCE = re.compile(r"[。；;!?！？\n]")

FRAMES: dict[str, tuple[str, ...]] = {
    "how": (
        "{}怎么办理",
        "请问{}怎么办",
        "我想办{}该怎么弄",
        "{}咋弄",
        "{}的办理流程是什么",
        "{}流程",
        "怎样{}",
    ),
    "where": ("{}去哪里办", "{}在哪办", "办{}要到哪个部门", "{}归哪个单位管", "{}找谁", "到哪块办{}"),
    "what": ("{}要什么材料", "办{}需要带什么", "{}需要哪些手续", "{}要带啥东西", "{}准备什么资料"),
    "when": ("{}要多久", "{}几天能办好", "办{}需要多长时间", "{}什么时候能下来", "{}多少个工作日"),
    "cost": ("{}收费吗", "{}要多少钱", "办{}要不要交钱", "{}的费用是多少", "{}免费不"),
    "may": ("{}需要什么条件", "什么人可以{}", "{}有什么要求", "我能{}吗", "符合什么条件才能{}"),
    "law": ("{}是怎么规定的", "{}有什么规定", "关于{}的政策", "{}政策", "国家对{}有啥说法"),
    "fine": ("{}罚多少钱", "{}怎么处罚", "{}会有什么后果", "{}要负什么责任", "{}违法吗"),
    "complain": ("{}没人管", "反映{}的问题", "{}去哪投诉", "举报{}", "{}投诉电话"),
}
"""Kind → frames of questions, in which ``{}`` is the subject.

Frames of one kind mean the same. Frames of different kinds do not, so they are hard negatives for each other: they
teach the model that "要什么材料" and "要多久" differ.
"""
FILLERS = (
    "请问",
    "你好",
    "您好请问一下",
    "我想问一下",
    "想咨询一下",
    "那个",
    "就是",
    "麻烦问下",
    "同志",
    "是这样的",
)
"""Words that :func:`noisy` puts before a question."""
ENDINGS = ("", "", "", "吗", "呢", "啊", "谢谢", "怎么回事", "能不能告诉我", "急")
"""Words that :func:`noisy` puts after a question."""


def statute_pairs(folder: Path, limit_chars: int = 120) -> Iterator[Pair]:
    """Pairs from statutes: two halves of an article; document and chapter, and an article's beginning."""
    for path in newest_laws(folder):
        name = path.stem.split("(")[0]
        for found in read_articles(path.read_text("utf-8", errors="ignore")):
            chapter, article = found.chapter, found.text.replace("\n", "")
            parts = [p.strip() for p in _SENTENCE.split(article) if len(p.strip()) >= 6]
            if len(parts) >= 2:
                middle = len(parts) // 2
                yield "，".join(parts[:middle])[:limit_chars], "，".join(parts[middle:])[:limit_chars]
            elif parts and "，" in parts[0] and len(parts[0]) > 20:
                clauses = parts[0].split("，")
                middle = max(1, len(clauses) // 2)
                yield "，".join(clauses[:middle]), "，".join(clauses[middle:])[:limit_chars]
            if parts:
                yield f"{name} {chapter}", "，".join(parts)[:limit_chars]


def medical_pairs(file: Path) -> Iterator[Pair]:
    """(short question, the same question told at length) from the MIT-licensed medical set."""
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        title, ask, answer = str(row["title"]), str(row["ask"]), str(row["answer"])
        if len(title) >= 4 and len(ask) >= 8:
            yield title, ask[:120]
        if len(ask) >= 8 and len(answer) >= 20:
            yield ask[:120], answer[:120]


def matters(texts: Iterable[str], limit: int, chance: random.Random) -> list[str]:
    """Short noun-like clauses of 3 to 12 characters: subjects to put into :data:`FRAMES`."""
    found: set[str] = set()
    for text in texts:
        for clause in re.split(r"[，。、；：,.;:\s（）()《》“”]+", text):
            if 3 <= len(clause) <= 12 and not re.search(r"[0-9A-Za-z]|^[的和或者并及其应当可以]", clause):
                found.add(clause)
    ordered = sorted(found)
    chance.shuffle(ordered)
    return ordered[:limit]


def framed(
    matter_list: list[str], chance: random.Random, per_matter: int = 2
) -> Iterator[tuple[str, str, str]]:
    """Triples (question, the same question in other words, a different question about the same subject)."""
    kinds = list(FRAMES)
    for matter in matter_list:
        for kind in chance.sample(kinds, per_matter):
            first, second = chance.sample(FRAMES[kind], 2)
            other = chance.choice([k for k in kinds if k != kind])
            yield first.format(matter), second.format(matter), chance.choice(FRAMES[other]).format(matter)


def noisy(text: str, chance: random.Random) -> str:
    """The text with typical noise of typing or dictation: missing characters, swapped parts, filler words."""
    characters = [c for c in text if c not in "，。？！、,.?! "]
    loss = chance.choice((0.08, 0.15, 0.3))
    kept = [c for c in characters if chance.random() > loss] or characters
    if len(kept) > 4 and chance.random() < 0.6:
        place = chance.randrange(1, len(kept) - 1)
        if chance.random() < 0.4:  # move the end to the front, as in speech
            kept = kept[place:] + kept[:place]
        else:
            kept[place - 1], kept[place] = kept[place], kept[place - 1]
    start = chance.choice(FILLERS) if chance.random() < 0.5 else ""
    return start + "".join(kept) + chance.choice(ENDINGS)


def entry_round(questions: list[tuple[list[str], str]], chance: random.Random) -> Iterator[Pair]:
    """One pair from each entry: two questions, or question and answer; a third begin with noisy text."""
    for group, answer in questions:
        first, second = chance.sample(group, 2) if len(group) > 1 else (group[0], answer[:120])
        if chance.random() < 0.25:
            second = answer[:120]
        yield noisy(first, chance) if chance.random() < 0.35 else first, second
