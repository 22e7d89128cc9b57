"""Matters that the hotline may not take up (不予受理): tells the citizen why, on which basis, and where to go.

The basis is 国务院办公厅关于进一步优化地方政务服务便民热线的指导意见 (国办发〔2020〕53号). The judge
(:class:`conversations.danger.Judge`) decides which message brings such a matter. Kinds that are too rare to
be learned are recognised by the phrases in ``scope.yml``. A plain question about a procedure is not declined,
because the knowledge base answers it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from conversations.types import Button, Reply
from core import yaml_loader

_FILE = Path(__file__).with_name("scope.yml")
_LONGEST = 1_000
"""Number of characters of a message in which phrases are searched."""

DECLINED = "declined"
"""Fact that keeps the last declined message, in case that declining was wrong."""
KIND = "declined_kind"
"""Fact that keeps the kind of the last declined matter, for questions about the way shown."""
NOT_THAT = Button("不是这类事，接着登记", '/start_complaint{"slot":"declined","value":"again"}')
"""Button: the matter is of another kind, and is to be filed."""
BESIDE = "declined_beside"
"""Name of the fact that keeps, of the last declined message, the part that the hotline can take up."""
FILE_BESIDE = Button("登记这件事", '/start_complaint{"slot":"declined","value":"beside"}')
"""Button: the matter beside what was declined is to be filed."""
_SHOWN = 40
"""Longest part of that matter that is repeated, in characters."""
_HUMAN = Button("转人工", "/request_human")
_BASIS = (
    "依据是《国务院办公厅关于进一步优化地方政务服务便民热线的指导意见》（国办发〔2020〕53号）："
    "须通过诉讼、仲裁、纪检监察、行政复议、政府信息公开等程序解决的事项，已进入信访渠道办理的事项，"
    "以及涉及国家秘密、商业秘密、个人隐私的事项，热线不受理。"
)
_BASIS_GENERAL = (
    "依据是《国务院办公厅关于进一步优化地方政务服务便民热线的指导意见》（国办发〔2020〕53号）："
    "热线受理的是经济调节、市场监管、社会管理、公共服务、生态环境保护这些政府职责范围内的诉求。"
)
_BEYOND_GOVERNMENT = frozenset({"military", "congress", "private"})
_QUESTION = re.compile(
    r"^(请问|你好|您好|想问一?下?|问一?下)?[，,]?(怎么|怎样|如何|咋|在哪里?|去哪里?|哪里|到哪).{0,6}"
    r"(举报|申请|投诉|上访|信访|复议|仲裁|起诉|上诉|公开|反映|查)|"
    r"(怎么(办|申请|弄|走|写|提|告|查|打|收费|算|举报)?|如何\w{0,10}|咋(办|弄|申请)?|哪里|哪儿|去哪\w{0,4}|找(谁|哪)\w{0,6}|"
    r"(什么|啥)(材料|条件|流程|手续|时候|意思|区别)?|多久|几天|多长时间|多少钱|期限|收费|要钱|流程|材料|条件|"
    r"(可以|能|能不能|可不可以|是不是|是否|算不算|要不要|归).{0,14}|(判|归)给?(谁|哪方)|\d(日|天)|工作日|(吗|么|呢|不)|[?？])[啊呀呢吗么的？?。!！]{0,12}$"
)
_STEP_IN = re.compile(
    r"(你们|12345|热线|政府|市里|领导|帮我|帮忙|替我|给我).{0,14}"
    r"(管管|管一?下|管不管|催|协调|出面|做主|作主|主持公道|过问|施压|评评理|公道话|处理一?下|查一?查|查处|改判|说说)"
)


@dataclass(frozen=True)
class OutOfScope:
    """A kind of matter that the hotline may not take up.

    Args:
        name: its name in ``scope.yml``.
        label: its name as citizens read it.
        way: where the citizen can lawfully take the matter.
    """

    name: str
    label: str
    way: str

    def reply(self) -> Reply:
        """The reply to the citizen. It offers an agent, and a way back when the judgement was wrong."""
        basis = _BASIS_GENERAL if self.name in _BEYOND_GOVERNMENT else _BASIS
        return Reply(
            f"您说的这件事看起来属于{self.label}，12345 热线不能受理，很抱歉。\n{basis}\n您可以这样办：{self.way}\n"
            "如果是我理解错了，点“不是这类事，接着登记”；也可以转人工，让坐席看看。",
            (NOT_THAT, _HUMAN),
        )


@dataclass(frozen=True)
class Beyond:
    """What of a message the hotline may not take up.

    Args:
        kind: the kind of out-of-scope matter.
        live: the words of a matter of the hotline in the same message; empty when there is none.
    """

    kind: OutOfScope
    live: str = ""

    def replies(self) -> list[Reply]:
        """What the citizen is told: the lawful route, and the offer to file the matter beside it."""
        if not self.live:
            return [self.kind.reply()]
        shown = self.live if len(self.live) <= _SHOWN else f"{self.live[: _SHOWN - 1]}…"
        said = f"您还说到“{shown}”，这件事我可以登记，转给有关部门处理。"
        return [self.kind.reply(), Reply(said, (FILE_BESIDE, _HUMAN))]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    label: str
    way: str
    any: list[str] = []
    unless: list[str] = []
    questions_too: bool = False


@cache
def _rules() -> tuple[tuple[OutOfScope, re.Pattern[str] | None, re.Pattern[str] | None, bool], ...]:
    rules = TypeAdapter(list[_Rule]).validate_python(yaml_loader.load(_FILE.read_text("utf-8")))
    return tuple(
        (
            OutOfScope(rule.name, rule.label, rule.way),
            re.compile("|".join(f"(?:{p})" for p in rule.any)) if rule.any else None,
            re.compile("|".join(f"(?:{p})" for p in rule.unless)) if rule.unless else None,
            rule.questions_too,
        )
        for rule in rules
    )


def kinds() -> tuple[OutOfScope, ...]:
    """All kinds, recognised by the judge or by phrases."""
    return tuple(kind for kind, *_ in _rules())


def kind(name: str) -> OutOfScope:
    """The kind with this name, which must exist."""
    return next(one for one in kinds() if one.name == name)


def by_phrase(text: str) -> OutOfScope | None:
    """The kind of matter that a message brings, recognised by phrases; None when there is none.

    >>> by_phrase("我要举报间谍").name
    'secrets'
    >>> by_phrase("人大代表怎么选") is None
    True
    """
    said = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:_LONGEST]))
    asks = _QUESTION.search(said[-80:]) is not None and _STEP_IN.search(said) is None
    for found, matter, unless, questions_too in _rules():
        if matter and matter.search(said) and not (unless and unless.search(said)):
            return None if asks and not questions_too else found
    return None
