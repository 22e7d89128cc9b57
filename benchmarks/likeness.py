"""Compares how likeness is judged by pairs of characters and by the encoder: of stories, and of an answer and its matter.

``python -m benchmarks.likeness`` prints, for each kind of pair of tests/tickets/matters.yml, how many pass each bar, with the first half,
on which the bars were chosen, and the second half, which says what they are worth; and what a text costs.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from core import yaml_loader
from kb_index.language.pretrained import shipped_encoder
from tickets import catalog, meaning

MATTERS = Path(__file__).resolve().parents[1] / "tests" / "tickets" / "matters.yml"
BY_ALONE = 0.45
"""Likeness of the stories alone from which they count as one matter: the same citizen's."""
BY_PLACE = 0.083
"""The same where category and place are the same: another citizen's."""


Pair = tuple[str, str, str]
"""Two texts, and the category of the first."""


def pairs(matters: list[dict[str, Any]], half: int) -> dict[str, list[Pair]]:
    """The pairs of a half (0 or 1) by kind: the first two kinds of stories and answers are alike, the others are not."""
    found: dict[str, list[Pair]] = {}
    for nth in range(half, len(matters), 2):
        one = matters[nth]
        other, far = (matters[(nth + step) % len(matters)] for step in (1, 6))
        same, near = one["same"], one["near"]
        made = {
            "same, told again": [(same[0], one["again"])],
            "same, by others": [(same[0], same[1]), (same[0], same[2])],
            "near, by an edit": [(same[0], near[0])],
            "near, in other words": [(same[0], near[1])],
            "another matter": [(same[0], other["same"][1])],
            "answer to it": list(zip(same, one["replies"], strict=True)),
            "answer to a near one": list(zip(near, one["replies"], strict=True)),
            "answer to another": list(zip(same, far["replies"], strict=True)),
        }
        # A near matter is compared as if it had the same category, which makes it as near as it can be.
        made["answer to any other"] = [
            (story, answer)
            for far in matters[half::2]
            if far["category"] != one["category"]
            for story in same
            for answer in far["replies"]
        ]
        for kind, some in made.items():
            found.setdefault(kind, []).extend((*pair, one["category"]) for pair in some)
    return found


async def passed(some: list[Pair], kind: str) -> tuple[float, ...]:
    """The shares of pairs that pass each bar."""
    if kind.startswith("answer"):
        taken = [await meaning.about(one, other, catalog.keywords(category)) for one, other, category in some]
        return (sum(taken) / len(some),)
    likenesses = [(await meaning.stories(one, [other]))[0] for one, other, _ in some]
    return tuple(sum(one >= bar for one in likenesses) / len(some) for bar in (BY_ALONE, BY_PLACE))


async def main() -> None:
    """Print the figures."""
    matters = yaml_loader.load(MATTERS.read_text("utf-8"))
    for name, encode in (("pairs of characters", None), ("encoder", shipped_encoder().encode)):
        meaning.use(encode)
        for half in (0, 1):
            for kind, some in pairs(matters, half).items():
                shares = ", ".join(f"{share:.0%}" for share in await passed(some, kind))
                print(f"{name}, half {half + 1}, {kind} ({len(some)}): {shares}")
    texts = [text for one in matters for text in one["replies"]]
    began = time.process_time()
    shipped_encoder().encode(texts)
    print(f"{(time.process_time() - began) / len(texts) * 1000:.1f} ms of a processor for a text")


if __name__ == "__main__":
    asyncio.run(main())
