"""However many clauses a text has, the part of the judge that takes long reads a bounded number of them."""

from __future__ import annotations

import random

import pytest

from bot.understanding.danger import beside
from bot.understanding.danger.judging import Judge, Judgement
from bot.understanding.encoding import tail
from bot.understanding.encoding.reading import clauses, stretches
from bot.understanding.encoding.tail import _batches

_MOST = 48


def _characters(number: int) -> str:
    chance = random.Random(3)
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(number))


def test_what_has_no_words_of_a_matter_is_not_judged_by_its_clauses() -> None:
    """4,000 characters in any order took 160 readings of the tail, and with them 3 s of a processor, now 1.2 s."""
    judged: list[str] = []
    assert beside.live(_characters(4_000), lambda part: judged.append(part) or 1.0) is None
    assert len(judged) <= _MOST


@pytest.mark.parametrize("said", ["路灯坏了没人修，", "垃圾没人清，", "法院判了我不服，下水道堵了，"])
def test_a_letter_of_hundreds_of_clauses_is_read_in_a_bounded_number_of_parts(said: str) -> None:
    text = "".join(f"{number}号{said}" for number in range(400))[:4_000]
    judged: list[str] = []
    beside.live(text, lambda part: judged.append(part) or 0.0)
    assert len(judged) <= _MOST
    assert "".join(judged) == "".join(clauses(text)) or not judged, "and nothing is left out"


def test_scope_too(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judge(encoder=None)
    judged: list[str] = []

    def judgement(text: str) -> Judgement:
        judged.append(text)
        return Judgement((0.0, "fire"), (judge.numbers.scope - 0.001, "petition"))

    monkeypatch.setattr(judge, "judgement", judgement)
    judge.scope("路灯坏了，" * 700)
    assert 1 < len(judged) <= _MOST + 1


def test_few_clauses_stay_apart() -> None:
    text = "公积金怎么取?我老公躺地上没有呼吸了。另外社保怎么查?"
    assert stretches(text) == clauses(text)


def test_a_batch_has_a_bound_and_every_text_is_in_one() -> None:
    chance = random.Random(1)
    for _ in range(200):
        lengths = [chance.randint(1, 512) for _ in range(chance.randint(1, 40))]
        batches = list(_batches(lengths))
        assert sorted(place for part in batches for place in part) == list(range(len(lengths)))
        for part in batches:
            assert len(part) == 1 or len(part) * max(lengths[place] for place in part) <= tail._BATCH
