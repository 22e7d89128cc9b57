"""No text of a citizen holds the process up: every pattern and every reader takes time in proportion to the length.

A regular expression never lets another thread work, so a slow one stops all conversations. Readers that need the encoder
run in threads, and are measured with the whole app (``python -m benchmarks.hostile``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import pytest

from bot.actions.complaint.answers import without_own
from bot.understanding.danger import foreign as danger_foreign
from bot.understanding.encoding.reading import clauses, pieces, plain
from bot.understanding.when import moment, moments
from conversations import attachments, buttons, danger, during, foreign, scope, waiting
from core import masking, phone, privacy, redaction, text
from core.city import City, load_city
from core.clock import local, now
from core.text import legible
from tests import pumping

pytestmark = pytest.mark.slow

CITIZENS = ("bot", "channels", "conversations", "core", "tickets", "desk", "gaps")
"""Packages whose patterns read what citizens and agents write. The knowledge base's own are those of ``language``."""
LENGTH = 4_000
"""Most characters of a citizen's message."""
PATTERN_S, READER_S = 0.05, 0.1
"""Most processor seconds that one pattern, and one reader, may take for a text of :data:`LENGTH` characters."""
NO_READERS = frozenset(
    f"{module}.{name}"
    for module, names in {
        "core.privacy": ("lookup_key",),
        "conversations.danger": ("advice",),
        "conversations.scope": ("kind",),
        "bot.understanding.requests": ("split",),
        "bot.understanding.danger.judging": ("judge", "scope", "live"),
    }.items()
    for name in names
)
"""Functions of a text that read no citizen's words, or that need the encoder and so run in threads."""
SHORT = {
    "bot.understanding.assent._WHOLE": 20,
    "bot.understanding.human_wish._CALLS": 40,
    "bot.understanding.human_wish._NOT_BUT": 40,
    "bot.understanding.looks._NEARBY": 24,
    "bot.understanding.looks._ONLY_KINDS": 24,
    "bot.understanding.told_anew._WRITE_NOT": 100,
    "bot.understanding.when_background._SIGNED": 12,
    "conversations.parting._ONLY_THANKS": 40,
    "conversations.waiting._GOODBYE": 16,
    "conversations.waiting._OF_COURTESY": 16,
}
"""Patterns that only get short texts → most characters. What calls them cuts or refuses longer ones."""


def test_every_pattern_takes_time_in_proportion_to_the_text() -> None:
    besides = {
        "danger in other languages": danger_foreign._read(),
        "advice": danger.advices(),
        "scope": scope.kinds(),
        "languages": foreign._rows(),
    }
    found = pumping.patterns([*pumping.modules(CITIZENS), *pumping.modules(("kb_index.language",))], besides)
    assert len(found) > 500 and set(SHORT) <= set(found)
    slow = []
    for place, pattern in found.items():
        most = SHORT.get(place, LENGTH)
        for method in sorted(pumping.uses(place)):
            read = pumping.reads(pattern, method)
            for before, fragment in pumping.pumps(pattern):
                # A tenth of the length shows whether the whole is worth measuring: time in proportion is a tenth.
                short = pumping.seconds(read, pumping.repeated(before, fragment, most // 10))
                if short * 10 <= PATTERN_S / 10:
                    continue
                took = pumping.least(read, pumping.repeated(before, fragment, most), PATTERN_S)
                if took > PATTERN_S:
                    slow.append(
                        f"{place}.{method}: {took * 1000:.0f} ms for {before[:12]!r} and {fragment[:12]!r}"
                    )
                    break
    assert not slow, "\n".join(slow)


def readers(city: City) -> dict[str, Callable[[str], object]]:
    """All public functions of one text in the modules that read what citizens write; and a few with more arguments."""
    found: dict[str, Callable[[str], object]] = {
        "when.moments": lambda text: list(moments(text, local(now()))),
        "when.moment": lambda text: moment(text, local(now())),
        "reading": lambda text: (pieces(plain(text)), clauses(plain(text))),
        "complaint.answers": lambda text: without_own(text, {}),
    }
    understood = [
        one
        for one in pumping.modules(("bot.understanding",))
        if not re.search(r"cli|fit|tuning", one.__name__)
    ]
    for module in (
        *understood,
        danger,
        during,
        waiting,
        scope,
        foreign,
        buttons,
        attachments,
        text,
        phone,
        privacy,
        masking,
        redaction,
    ):
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
                continue
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            if f"{module.__name__}.{name}" in NO_READERS:
                continue
            wanted = [
                str(one.annotation)
                for one in inspect.signature(function).parameters.values()
                if one.default is one.empty
            ]
            if wanted in (["str"], ["str", "str"], ["str", "City"]):
                found[f"{module.__name__}.{name}"] = _called(function, wanted[1:], city)
    return found


def _called(function: Callable[..., object], further: list[str], city: City) -> Callable[[str], object]:
    return lambda said: function(said, *(city if one == "City" else said for one in further))


def test_every_reader_takes_time_in_proportion_to_the_text() -> None:
    found = readers(load_city("huainan"))
    assert len(found) > 100
    slow = []
    for name, read in found.items():
        read("小区门口的路灯坏了三天")  # loads what it needs
        for fragment in pumping.FRAGMENTS:
            tenth, whole = (legible(pumping.repeated("", fragment, most)) for most in (LENGTH // 10, LENGTH))
            if pumping.seconds(read, tenth) * 10 <= READER_S / 5:
                continue
            took = pumping.least(read, whole, READER_S, 1.0)
            if took > READER_S:
                slow.append(f"{name}: {took * 1000:.0f} ms for {fragment[:12]!r}")
                break
    assert not slow, "\n".join(slow)
