"""End-to-end figures of whole talks: compares what citizens saw in each turn with what they should have seen."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.figures import latency, share
from bot.evaluation.rows import Expected, TalkRow
from bot.evaluation.seen import Seen
from conversations.event_kinds import Result

RIGHT = "right_at_once"
"""What a turn is counted as that got what is expected."""
QUESTIONS = (RIGHT, "offered", "unknown", "form", "wrong", "other")
"""What an answerable question can be counted as."""
_NOT_KNOWN = (Result.UNKNOWN, Result.NOT_UNDERSTOOD)
_ONLY_NAMES = (*_NOT_KNOWN, Result.ASKED_BACK)
"""Results of replies that may name what is asked for (a title to choose, the question), and do not tell it."""
_NOT_READ = re.compile(r"[\s*]+|(?<=\d),(?=\d{3})")
"""What is left out before wordings are compared: blanks, marks of bold type, commas in large numbers."""


@dataclass(frozen=True)
class Judged:
    """A turn that was judged.

    Args:
        talk: id of its talk.
        place: its place in the talk, from 1.
        before: what the citizen said in the turn before; "" in the first turn.
        said: what the citizen said.
        expected: what it should get.
        seen: what the citizen saw.
        counted: a value of :data:`QUESTIONS`; of other turns :data:`RIGHT`, ``wrong`` (a question without an answer
            was answered) or ``other``.
        follows: whether a judged turn of the talk came before it.
    """

    talk: str
    place: int
    before: str
    said: str
    expected: Expected
    seen: Seen
    counted: str
    follows: bool


def wrong_in(entries: Collection[str]) -> Callable[[TalkRow], str | None]:
    """What :func:`bot.evaluation.rows.read` asks of each talk: a new id, and only entries that exist.

    Args:
        entries: ids of all entries.
    """
    ids: set[str] = set()

    def wrong(row: TalkRow) -> str | None:
        if row.id in ids:
            return f"id {row.id} 前面已经用过"
        ids.add(row.id)
        for place, turn in enumerate(row.turns, 1):
            for entry in (turn.expect.entry, *turn.expect.also):
                if entry is not None and entry not in entries:
                    return f"第 {place} 句：知识库里没有 {entry}"
        return None

    return wrong


def talks(rows: Sequence[TalkRow], seen: Sequence[Sequence[Seen]]) -> dict[str, Any]:
    """Figures of talks. A share (0 to 1) of nothing is None.

    - ``right_at_once``, ``offered``, ``unknown``, ``form``, ``wrong``, ``other``: shares of the answerable questions,
      in ``first`` those of the first judged turn of each talk, in ``follow_up`` those of the later ones.
    - ``unanswerable_right``, ``unanswerable_answered``: shares of the questions that nothing answers. Right is "I don't
      know" with a way on.
    - ``form_recall``, ``danger_recall``, ``declined_recall``: shares of the turns that expect these.
    - ``talks_all_right``: the share of talks in which every judged turn is right.
    - ``misses``: the judged turns that are not right, with the turn before.

    Args:
        rows: the talks.
        seen: what the citizen saw in each turn, for each talk.
    """
    judged = [list(_judged(row, turns)) for row, turns in zip(rows, seen, strict=True)]
    turns = [turn for talk in judged for turn in talk]
    asked = [turn for turn in turns if turn.expected.wanted == "answer"]
    nothing = [turn.counted for turn in turns if turn.expected.wanted == "unknown"]
    whole = [all(turn.counted == RIGHT for turn in talk) for talk in judged]
    return {
        "talks": len(rows),
        "turns": sum(len(row.turns) for row in rows),
        "judged": len(turns),
        "talks_all_right": share(sum(whole), len(whole)),
        **_shares(asked),
        "first": _shares([turn for turn in asked if not turn.follows]),
        "follow_up": _shares([turn for turn in asked if turn.follows]),
        "unanswerable": len(nothing),
        "unanswerable_right": share(nothing.count(RIGHT), len(nothing)),
        "unanswerable_answered": share(nothing.count("wrong"), len(nothing)),
        **_recalls(turns),
        "latency_ms": latency([one.took_ms for talk in seen for one in talk]),
        "misses": [_miss(turn) for turn in turns if turn.counted != RIGHT],
    }


def counted(expected: Expected, one: Seen) -> str:
    """What a turn is counted as; see :attr:`Judged.counted`.

    An answerable question is answered (right or wrong), else offered, else not known, else put into the form.
    """
    if expected.wanted == "answer":
        return _of_question(expected, one)
    if expected.wanted == "unknown":
        if one.answered_from:
            return "wrong"
        return RIGHT if one.result is Result.UNKNOWN and one.ways_on else "other"
    reached = {"form": one.form, "danger": one.danger, "declined": one.kind == "declined"}
    return RIGHT if reached[expected.wanted] else "other"


def _of_question(expected: Expected, one: Seen) -> str:
    right = {expected.entry, *expected.also} - {None}
    told = all(says(one.text, wording) for wording in expected.says)
    if one.answered_from:
        return RIGHT if told and (not right or right & set(one.answered_from)) else "wrong"
    if not right and told and one.result not in _ONLY_NAMES:
        return RIGHT
    if right & set(one.choices):
        return "offered"
    if one.result in _NOT_KNOWN:
        return "unknown"
    return "form" if one.form else "other"


def says(text: str, wording: str) -> bool:
    """Whether a text contains a wording, or one of its alternatives parted by ``|``.

    Blanks, full-width forms, case, bold type and commas within numbers make no difference. A number must be whole.

    >>> says("自受理之日起１0 个工作日内办结", "10个工作日|十个工作日")
    True
    >>> says("补贴 1,500元", "1500元"), says("补贴 1500元", "500元"), says("免收契税", "免征契税")
    (True, False, False)
    """
    read = _plain(text)
    return any(_pattern(_plain(one)).search(read) for one in wording.split("|"))


def _plain(text: str) -> str:
    return _NOT_READ.sub("", unicodedata.normalize("NFKC", text).lower())


def _pattern(wording: str) -> re.Pattern[str]:
    before = r"(?<!\d)(?<!\d\.)" if wording[:1].isdigit() else ""
    after = r"(?!\.?\d)" if wording[-1:].isdigit() else ""
    return re.compile(before + re.escape(wording) + after)


def _judged(row: TalkRow, seen: Sequence[Seen]) -> Iterator[Judged]:
    before, follows = "", False
    for place, (turn, one) in enumerate(zip(row.turns, seen, strict=True), 1):
        if turn.expect.wanted != "any":
            found = counted(turn.expect, one)
            yield Judged(row.id, place, before, turn.say, turn.expect, one, found, follows)
            follows = True
        before = turn.say


def _shares(asked: Sequence[Judged]) -> dict[str, Any]:
    found = Counter(turn.counted for turn in asked)
    return {"questions": len(asked), **{name: share(found[name], len(asked)) for name in QUESTIONS}}


def _recalls(turns: Sequence[Judged]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for wanted, name in (("form", "forms"), ("danger", "dangers"), ("declined", "declined")):
        right = [turn.counted == RIGHT for turn in turns if turn.expected.wanted == wanted]
        found |= {name: len(right), f"{wanted}_recall": share(sum(right), len(right))}
    return found


def _miss(turn: Judged) -> dict[str, Any]:
    """A turn that is not right, JSON-safe; ``missing``: the key wordings that an answer lacks."""
    expected, one = turn.expected, turn.seen
    return {
        "talk": turn.talk,
        "turn": turn.place,
        "before": turn.before,
        "text": turn.said,
        "counted": turn.counted,
        "expected": expected.entry or expected.wanted,
        "missing": [wording for wording in expected.says if not says(one.text, wording)],
        "kind": one.kind,
        "got": list(one.answered_from or one.choices),
    }
