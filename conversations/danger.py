"""The advice for people in danger, and the interface of the judge that recognises danger.

The judge is passed in (:class:`Judge`): this package holds no model that judges messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from conversations import another
from conversations.types import Button, Reply
from core import yaml_loader
from core.simplified import simplified

_FILE = Path(__file__).with_name("danger.yml")

YES = Button("有，现在就有危险", "/danger_yes")
"""Button: yes, there is danger."""
NO = Button("没有，接着说我的事", "/danger_no")
"""Button: no, there is no danger."""
NOT_URGENT = Button("不是紧急情况，接着说我的事", NO.payload)
"""Button under the advice: it is not urgent. It has the same payload as :data:`NO`."""
FINE = Button("我没事，接着说我的事", NO.payload)
"""The same under the advice for a person in despair."""
FILE_IT = Button("把这件事登记下来", '/start_complaint{"slot":"declined","value":"again"}')
"""Button that files the words with which danger was raised (kept as :data:`conversations.scope.DECLINED`)."""
ASK = Reply(
    "先问您一句：现在有人有危险吗？有的话请点“有”或者回“有”；着火打 119，有人受伤、喝了药打 120，有人伤人打 110。",
    (YES, NO),
)
"""The question whether there is danger, with both buttons."""
ASK_AGAIN = Reply(
    "我再确认一下，怕耽误了人：要是这会儿还有人不安全，请马上打 110（报警）、119（火警）或者 120（急救），再点“有”；"
    "人都安全就点“没有”，我接着办您的事。",
    (YES, NO),
)
"""The same question in other words, to a citizen who has read the first ones."""
ASK_BESIDE = Reply(f"{ASK.text}没有的话，请接着看。", (YES,))
"""The same question in front of an answer, when danger is unlikely."""
LONGEST = 6_000
"""Number of characters of a message in which the words of an advice are searched."""
_POISON = "农药|敌敌畏|百草枯|除草剂|老鼠药|鼠药|安眠药|安定|洗厕|洁厕|消毒水|84|毒|电池|水银|干燥剂"
_SWALLOWED = re.compile(
    rf"(?:喝|吞|服|吃)(?:了|下|进|过|掉|完|错)?.{{0,8}}(?:{_POISON})|"
    rf"(?:{_POISON}|药).{{0,6}}(?:喝|吞|灌)(?:了|下|进)|(?:{_POISON}).{{0,6}}吃(?:了|下|进)|服毒|"
    r"(?:吞|吃)了?.{0,4}(?:一整?瓶|[几两三四五六七八九十百\d]{1,4}(?:多|来)?[片粒颗把])|误(?:服|食|喝)|把.{1,6}药(?:当|都)|(?:吞|吃)(?:了|下)?一大?把.{0,3}药"
)
_ONLY_BOUGHT = re.compile(r"(?:还|都|就)?没(?:有)?(?:喝|吃|吞)")
_YES = re.compile(
    r"(?:有|是|对|嗯|在|真的?|确实|当然){1,3}[的了啊呀呢哦]{0,3}|(?:现在)?(?:有人)?有?(?:人)?危险[的了啊]?|救命|快(?:来|点)?|yes"
)
_NO = re.compile(
    r"(?:那|这|嗯|哦|噢|现在|目前|暂时|这会儿?|倒|也|还|都|真|应该|完全|根本|绝对){0,4}"
    r"(?:(?:没|无|不是|不|否|没事|没有|木有|哪有|没得|没人)(?:的事|这回事)?[了的啊呀事人呢啦哈哦嘛噻哇]*|"
    r"(?:没有?|不是|不|没人|没有人)(?:人|什么|啥|那么)?(?:有|在)?(?:危险|紧急情况?|急|受伤|抽搐|昏迷|流血|出血|呕吐|骨折|着火|起火|冒烟|被困|动手|打人|[带拿]刀|有?事|问题|严重|大碍)[了的啊呢啦哈呀]*|不至于[的啊吧]*|不存在的?)|没有,.*|不用|误会了?|no"
)


@dataclass(frozen=True)
class Danger:
    """A person is, or may be, in danger.

    Args:
        kind: a key of ``danger.yml``.
        probability: calibrated probability, 0 to 1.
        clear: whether it is acted on at once. Otherwise the citizen is asked first.
        beside: whether the message is more likely about something else: it is answered too, after the question.
        question: a question about something else in the same message, which is answered after the advice.
    """

    kind: str
    probability: float
    clear: bool
    beside: bool = False
    question: str = ""


@dataclass(frozen=True)
class Live:
    """A matter of the hotline beside another route.

    Args:
        text: the message without what it says of the route.
        wanted: whether the citizen wants the route; otherwise it is only named in passing.
    """

    text: str
    wanted: bool


class Judge(Protocol):
    """Judges messages. It must be fast enough to judge each of them."""

    def judge(self, text: str) -> Danger | None:
        """The danger that a message tells of; None when there is none."""
        ...

    def scope(self, text: str) -> str | None:
        """The kind of out-of-scope matter in a message (a name in ``scope.yml``); None for none."""
        ...

    def live(self, text: str) -> Live | None:
        """The matter of the hotline in a message with an out-of-scope matter; None when there is none."""
        ...

    def after(self, told: str, text: str) -> Mapping[str, float]:
        """What a message says after the words that raised an alarm: probability (0 to 1) of each kind of sequel.

        The kinds are those of ``bot/understanding/danger/sequels/``: over, partly, arrived, past, gone, called, blocked, joke,
        worse, detail, what_now, question, matter, human, chat.
        """
        ...


class Number(BaseModel):
    """A telephone number to tap."""

    model_config = ConfigDict(extra="forbid")
    number: str
    name: str


class Source(BaseModel):
    """Where a piece of advice can be read.

    Args:
        document: name of the document.
        url: its address.
        opened: the day on which somebody read it there.
    """

    model_config = ConfigDict(extra="forbid")
    document: str
    url: str
    opened: date


class Advice(BaseModel):
    """What a person in one kind of danger is told.

    Args:
        tag: the danger in a word or two, for the agents' list.
        label: the danger, in words for the agents.
        instead_of: kinds whose advice this one replaces when ``words`` are found in the message.
        words: a regular expression that is searched in the message without white space.
        numbers: telephone numbers to tap; the most important one first.
        lead: the first sentence: whom to call, and what to say there.
        advice: what to do until help comes.
        sources: where that can be read.
    """

    model_config = ConfigDict(extra="forbid")
    tag: str = Field(max_length=4)
    label: str
    instead_of: tuple[str, ...] = ()
    words: re.Pattern[str] | None = None
    numbers: list[Number]
    lead: str
    advice: str
    sources: list[Source] = Field(min_length=1)

    def reply(self, after: str, ways: Sequence[Button]) -> Reply:
        """The advice, with telephone numbers to tap where the channel shows cards.

        Args:
            after: text after the advice: whether an agent comes, and how the conversation continues.
            ways: buttons under the advice.
        """
        text = f"{self.lead}\n{self.advice}\n{after}"
        return Reply(text, tuple(ways), self.card())

    def again(self, before: str) -> Reply:
        """A short reminder for a person who already got the advice. ``before`` is the text in front of it."""
        calls = "、".join(f"{n.number}（{n.name}）" for n in self.numbers)
        return Reply(f"{before}还没打电话的话，请马上打：{calls}。", (FILE_IT,), self.card())

    def beside(self, other: Advice) -> Advice:
        """This advice with the numbers of another danger, which is not over, behind its own."""
        own = {number.number for number in self.numbers}
        more = [number for number in other.numbers if number.number not in own]
        return self.model_copy(update={"numbers": [*self.numbers, *more]})

    def card(self) -> dict[str, object]:
        """What a web page shows next to the text."""
        return {
            "kind": "help",
            "numbers": [number.model_dump() for number in self.numbers],
            "sources": [{"document": s.document, "url": s.url} for s in self.sources],
        }


@cache
def advices() -> dict[str, Advice]:
    """All advice, by kind of danger."""
    held = yaml_loader.load(_FILE.read_text("utf-8"))
    patterns = held.pop("parts")
    for one in held.values():
        if "words" in one:
            one["words"] = re.sub(r"<([a-z]+)>", lambda part: patterns[part[1]], one["words"])
    return TypeAdapter(dict[str, Advice]).validate_python(held)


def advice(kind: str, text: str) -> Advice:
    """The advice for a kind of danger and the message that told of it.

    >>> advice("self_harm", "我妈把一瓶农药喝下去了").numbers[0].number
    '120'
    >>> advice("crime", "我家老人走失了").label, advice("crime", "有人跳楼了").label
    ('有人走失', '有人要轻生，或者已经轻生')
    >>> advice("self_harm", "我割腕了 在流血").numbers[0].number, advice("self_harm", "想割腕").numbers[0].number
    ('120', '12356')
    """
    said = re.sub(r"\s+", "", simplified(text[:LONGEST]))
    own = advices()["swallowed_own"]
    if swallowed(said) and not (kind in own.instead_of and own.words is not None and own.words.search(said)):
        return advices()["swallowed"]
    others = advices()["another_self_harm"]
    if kind in others.instead_of and another.wants_to_die(text[:LONGEST]):
        return others
    for one in advices().values():
        if kind in one.instead_of and one.words is not None and one.words.search(said):
            return one
    return advices()[kind]


def harmed(advice: Advice) -> bool:
    """Whether the advice is for a person in despair who has already done something: help for the body comes first."""
    return advice.label in (advices()["swallowed_own"].label, advices()["self_wound"].label)


def swallowed(text: str) -> bool:
    """Whether a message in which danger is suspected says that poison was swallowed.

    >>> swallowed("孩子把老鼠药吃了"), swallowed("农药买来了还没喝")
    (True, False)
    """
    said = simplified(text)
    return _SWALLOWED.search(said) is not None and _ONLY_BOUGHT.search(said) is None


def yes_or_no(text: str) -> bool | None:
    """The answer to the question whether there is danger: yes, no, or None when it is neither.

    >>> yes_or_no("有啊"), yes_or_no("没有"), yes_or_no("那倒没有的事"), yes_or_no("我爸在地上")
    (True, False, False, None)
    """
    said = re.sub(r"[\s。！!.，,~～]+", "", simplified(text.lower()))
    if _NO.fullmatch(said):
        return False
    return True if _YES.fullmatch(said) else None


def nods(text: str) -> bool:
    """Whether a yes or no could answer any question, and names neither danger nor people.

    >>> nods("是的"), nods("不是"), nods("有"), nods("没有")
    (True, True, False, False)
    """
    return yes_or_no(text) is not None and re.search("有|没|沒|危险|急|救|快|来|事|误", text) is None


def not_urgent(text: str) -> bool:
    """Whether a message says in so many words, as the button does, that nobody is in danger.

    >>> not_urgent("不是紧急情况"), not_urgent("没有")
    (True, False)
    """
    return yes_or_no(text) is False and re.search("危险|急|误会", text) is not None
