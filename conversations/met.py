"""Answers to what people mean to do, or ask, while a danger is open: what to do instead, each from a source."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from conversations import danger
from conversations.after_alarm import asks, plain
from conversations.danger import Advice, Source
from core import yaml_loader

_FILE = Path(__file__).with_name("met.yml")
_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
_DONE = re.compile("了$")
_BARE = 7
"""Most characters of a question that names nothing of its own (行不行, 这样可以吗)."""
_EITHER_OR = re.compile(r"([能要会可行好用该])不\1")
"""能不能 and the like, in which 不能 denies nothing."""


class Met(BaseModel):
    """An answer to one thing that people mean to do, or ask, in a danger.

    Args:
        dangers: names of the advices (keys of ``danger.yml``) in which it is said; empty for all.
        words: a regular expression that is searched in the plain message.
        asked: whether the message must ask something.
        never: the same for words with which the answer does not fit; None for none.
        told: the same, searched in the message and in what was told before; None when nothing more is needed.
        reply: the answer.
        sources: where it can be read; empty only for a reply that advises nothing of its own.
    """

    model_config = ConfigDict(extra="forbid")
    dangers: tuple[str, ...] = ()
    words: re.Pattern[str]
    asked: bool = False
    never: re.Pattern[str] | None = None
    told: re.Pattern[str] | None = None
    reply: str = Field(max_length=160)
    sources: list[Source]


@cache
def entries() -> dict[str, Met]:
    """All answers by name, in the order in which they are tried."""
    return TypeAdapter(dict[str, Met]).validate_python(yaml_loader.load(_FILE.read_text("utf-8")))


def answer(advice: Advice, text: str, told: str) -> Met | None:
    """The answer to a message while a danger is open; None when no answer is known.

    Args:
        advice: the advice that was given.
        text: the message.
        told: what was told of the danger so far.

    >>> gas = danger.advices()["gas"]
    >>> answer(gas, "我先开灯去看看是哪家", "楼道里一股臭鸡蛋味").reply.startswith("先别开灯")
    True
    >>> answer(gas, "灯没开", "楼道里一股臭鸡蛋味") is None
    True
    >>> answer(gas, "能不能开灯", "楼道里一股臭鸡蛋味").reply.startswith("先别开灯")
    True
    """
    name = next(name for name, one in danger.advices().items() if one.label == advice.label)
    said = plain(text)
    whole = plain(told) + said
    question = asked_part(text)
    for one in entries().values():
        if one.dangers and name not in one.dangers:
            continue
        if one.words.search(said) is None or (one.asked and one.words.search(question) is None):
            continue
        if one.never is not None and one.never.search(_EITHER_OR.sub(r"\1", said)):
            continue
        if one.told is None or one.told.search(whole):
            return one
    return None


def asked_part(text: str) -> str:
    """The plain words of a message that ask something; "" when none do.

    What is told as done, beside a long question, is not asked: 阀门关了，管子几年换一回 asks about the pipe alone.

    >>> asked_part("已经关阀门了,没味了,那我想问问燃气管子多少年换一回")
    '那我想问问燃气管子多少年换一回'
    >>> asked_part("我把阀门关了，行不行"), asked_part("我把阀门关了")
    ('我把阀门关了行不行', '')
    """
    if not asks(text):
        return ""
    parts = [one for one in _CLAUSES.split(text) if plain(one)]
    asking = [one for one in parts if asks(one)]
    if all(len(plain(one)) <= _BARE for one in asking):
        return plain(text)
    return plain("，".join(one for one in parts if one in asking or not _DONE.search(plain(one))))
