"""打我妈电话 is a call: no violence at home is read in it, but in blows beside it."""

from __future__ import annotations

import pytest

from bot.understanding.danger import shipped


@pytest.mark.parametrize(
    "words",
    [
        "催债的见天打我公公婆婆电话，亲戚都晓得了",
        "他们打遍了我同学的手机骂我",
        "一天到晚打我老公单位电话要账",
        "前夫老是打我妈电话烦她",
    ],
)
def test_calls_are_no_violence(words: str) -> None:
    found = shipped().judge(words)
    assert found is None or found.kind not in ("domestic_violence", "child_abuse"), found


@pytest.mark.parametrize(
    "words", ["他打我妈，我打了110电话", "老公打我还抢我手机不让打电话", "他又打我了，能不能帮我打电话报警"]
)
def test_blows_beside_a_call_are(words: str) -> None:
    found = shipped().judge(words)
    assert found is not None and found.clear, found
