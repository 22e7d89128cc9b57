"""Hostile texts for readers, pumped from the parts of a regular expression, and the processor time that a reader takes."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import re._constants as kinds  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parent.parent
FRAGMENTS = (
    *("1 ", " ", "1", "ﷺ", "﷽", "的", "第一", "。", "，", "\n", "1 \n", "1-", "我", "不", "路", "年", "月", "点", "a", "号"),
    *("1号", "一", "13800000000 ", "13800000000" + " " * 900, "人", "没", "了", "，的", "没有", "还有，", "请问", "哦", "给我"),
    *("en", "妈妈", "1、", "\n1、", "谁", "吗？", "\u200b", "e\u0301", "&#25937;", "是不是", "昨天晚上8点", "3号楼", "那我就"),
)  # fmt: skip
"""What is repeated in a text whoever reads it."""
TRIES = 6
"""Runs after which a reader that was slow in each is slow."""
_METHODS = ("fullmatch", "match", "search", "sub", "subn", "finditer", "findall", "split")
_OTHERS = "的一1a 。，\n我xyz天"


class TooSlow(BaseException):
    """The reader took longer than was allowed."""


def seconds(read: Callable[[str], object], text: str, most: float = 0.25) -> float:
    """Processor seconds that a reader takes for a text; infinite when there are more than ``most``."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    began = time.process_time()
    try:
        read(text)
    except TooSlow:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - began


def least(read: Callable[[str], object], text: str, enough: float, most: float = 0.25) -> float:
    """The least processor seconds of up to :data:`TRIES` runs, ended as soon as one took no more than ``enough``.

    A busy machine makes a run slower, never faster: only what is slow in each run is slow.
    """
    taken = float("inf")
    for _ in range(TRIES):
        taken = min(taken, seconds(read, text, most))
        if taken <= enough:
            break
    return taken


def repeated(before: str, fragment: str, length: int) -> str:
    """``before`` and a fragment again and again, and at the end what nothing expects."""
    return (before + fragment * (length // len(fragment) + 1))[:length] + "\x01"


def pumps(pattern: re.Pattern[str], rounds: int = 2) -> list[tuple[str, str]]:
    """(beginning, fragment) from the parts of a pattern: each of its repeats, and the words it is made of."""
    tree, chance = parser.parse(pattern.pattern, pattern.flags), random.Random(1)
    found = {("", fragment) for fragment in FRAGMENTS}
    for _ in range(rounds):
        repeats: list[tuple[str, str, int]] = []
        whole = _written(tree, chance, repeats)
        found |= {("", whole), ("", whole[:-1]), ("", whole[:1])}
        for before, body, most in repeats:
            if most > 4:
                found |= {(before, body), ("", before + body), ("", before)}
    return sorted((before, fragment) for before, fragment in found if fragment)


def _written(tree: Any, chance: random.Random, repeats: list[tuple[str, str, int]]) -> str:
    """Words that a part of a pattern matches, and its repeats as (what stands before, what is repeated, how often)."""
    out: list[str] = []
    for kind, of in tree:
        if kind is kinds.LITERAL:
            out.append(chr(of))
        elif kind is kinds.NOT_LITERAL:
            out.append("一" if of == ord("的") else "的")
        elif kind is kinds.ANY:
            out.append(chance.choice("的1 "))
        elif kind is kinds.IN:
            out.append(_one_of(of, chance))
        elif kind is kinds.BRANCH:
            out.append(_written(chance.choice(of[1]), chance, repeats))
        elif kind is kinds.SUBPATTERN:
            out.append(_written(of[3], chance, repeats))
        elif kind is kinds.ATOMIC_GROUP:
            out.append(_written(of, chance, repeats))
        elif kind is kinds.ASSERT and of[0] > 0:
            _written(of[1], chance, repeats)
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            least, most, body = of
            words = _written(body, chance, repeats)
            repeats.append(("".join(out), words, int(most)))
            out.append(words * (least or (chance.choice((0, 1)) if most else 0)))
    return "".join(out)


def _one_of(items: Any, chance: random.Random) -> str:
    if items[0][0] is kinds.NEGATE:
        refused = re.compile("".join(_as_class(items)))
        return next((char for char in _OTHERS if refused.match(char)), "〇")
    places = {kinds.CATEGORY_DIGIT: "1", kinds.CATEGORY_SPACE: " ", kinds.CATEGORY_WORD: "的"}
    choices: list[str] = []
    for kind, of in items:
        if kind is kinds.LITERAL:
            choices.append(chr(of))
        elif kind is kinds.RANGE:
            choices += [chr(of[0]), chr(of[1])]
        elif kind is kinds.CATEGORY:
            choices.append(places.get(of, "，"))
    return chance.choice(choices)


def _as_class(items: Any) -> Iterator[str]:
    names = {kinds.CATEGORY_DIGIT: r"\d", kinds.CATEGORY_SPACE: r"\s", kinds.CATEGORY_WORD: r"\w",
             kinds.CATEGORY_NOT_DIGIT: r"\D", kinds.CATEGORY_NOT_SPACE: r"\S", kinds.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
    yield "[^"
    for kind, of in items[1:]:
        if kind is kinds.LITERAL:
            yield re.escape(chr(of))
        elif kind is kinds.RANGE:
            yield f"{re.escape(chr(of[0]))}-{re.escape(chr(of[1]))}"
        elif kind is kinds.CATEGORY:
            yield names[of]
    yield "]"


def modules(packages: tuple[str, ...]) -> list[Any]:
    """All modules of packages, but those that only Rasa's process or a command line imports."""
    found = []
    for package in packages:
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not any(part in each.name for part in ("rasa_", "components", "__main__")):
                found.append(importlib.import_module(each.name))
    return found


def patterns(found: list[Any], besides: dict[str, object]) -> dict[str, re.Pattern[str]]:
    """Each compiled pattern of modules and of other values, by its place. The same pattern is named once."""
    places: dict[tuple[str, int], tuple[str, re.Pattern[str]]] = {}

    def look(value: object, place: str, depth: int = 0) -> None:
        if isinstance(value, re.Pattern):
            if isinstance(value.pattern, str):
                places.setdefault((value.pattern, value.flags), (place, value))
        elif depth > 5:
            return
        elif isinstance(value, dict):
            for part in (*value.keys(), *value.values()):
                look(part, place, depth + 1)
        elif isinstance(value, list | tuple | set | frozenset):
            for part in value:
                look(part, place, depth + 1)
        elif is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                look(getattr(value, field.name), place, depth + 1)

    for module in found:
        for name, value in vars(module).items():
            look(value, f"{module.__name__}.{name}")
    for name, value in besides.items():
        look(value, name)
    named: dict[str, re.Pattern[str]] = {}
    for place, pattern in places.values():
        nth = sum(other.partition(" ")[0] == place for other in named)
        named[f"{place} {nth + 1}" if nth else place] = pattern
    return named


def uses(place: str) -> set[str]:
    """How the code uses the pattern with this name: ``fullmatch``, ``match``, ``search`` or ``finditer``."""
    module, _, name = place.partition(" ")[0].rpartition(".")
    held = sys.modules.get(module)
    found: set[str] = set()
    if held is not None and held.__file__:
        source = Path(held.__file__).read_text("utf-8")
        found = set(re.findall(rf"\b{name}(?:\[[^]]*\])?\.({'|'.join(_METHODS)})\(", source))
        # A pattern within a table is used by another name.
        found = found or set(re.findall(rf"\.({'|'.join(_METHODS[:-1])})\(", source))
    if not name.startswith("_"):
        found |= {"search"}
    found = {"finditer" if one in _METHODS[3:] else one for one in found or {"search"}}
    for stronger, weaker in (("finditer", {"search", "match"}), ("search", {"match"})):
        if stronger in found:
            found -= weaker
    return found


def reads(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    """The reader of a text with one method of a pattern."""
    if method == "finditer":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    used: Callable[[str], object] = getattr(pattern, method)
    return used
