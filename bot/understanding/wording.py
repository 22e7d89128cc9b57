"""The form of a message: whether its words ask for a rule, plead, reproach or only tell.

:func:`bot.understanding.decide.decide` uses the single judgements, and the model of kinds reads all of them
(:func:`bot.understanding.kinds.worded`). Python 3.10 and the standard library must do, as for ``decide``.
"""

from __future__ import annotations

import re

from bot.understanding.asking import asks_at_end
from bot.understanding.situation import blames_nobody

_WISH = re.compile(r"[我俺]们?(就)?[要想]?(举报|投诉|反映)")
"""An explicit wish to have something filed."""
_ASKS = re.compile(
    r"[?？]|[吗呢么]|怎么|咋|如何|怎样|多少|多久|几[天年个次岁]|[能会行要算该]不[能会行要算该]|可不可以|是不是|有没有|啥|什么|哪|谁|允许|"
    r"可[能行要管以中]|还能|能否|是否|请问|想问|咨询|规定|标准|条件|材料|政策|干嘛|干吗"
)
"""Question words in all their forms."""

_PLEA = re.compile(
    r"[，,。！!\s](?:你说|你们说|恁说|这|这个|这事|可|我|俺|该|到底)*"
    r"(?:[咋怎][么]?(?:弄|办|搞|整|治|得了?)|(?:有没有|可有|有)人(?:来)?管管?|谁(?:来)?管管?)[嘛吗呢啊呀吧哦么]*[？?！!。\s]*$"
)
"""A sigh behind a story (…臭得不能过，咋弄嘛). It asks for help, and for no rule."""
_REPROACH = re.compile(
    r"(?:怎么|咋|为什么|为啥|凭什么)(?:(?:到)?(?:现在|今天|如今)|还|都|一直|就|又|总|老){1,4}.{0,4}[没不]"
)
"""A reproach in the form of a question (怎么到现在还没发). It asks for no rule, either."""
_STATE = re.compile(
    r"(?:医保|社保|保险|公积金|新农合|证(?![据明人])|执照|护照|驾照|年检|年审|车检).{0,4}(?:断|过期|超期|到期|逾期|忘|中断)|"
    r"(?:断了|断交|断缴|忘交|忘了交).{0,6}(?:医保|社保|保险|公积金)|怀孕|刚?(?:退休|退伍|失业|毕业)了?$|满.{1,4}岁"
)
"""A state with a right or a paper that asks by itself what is to be done (身份证过期半年了, 小孩医保断了一年)."""
_BY_OTHERS = re.compile(r"单位|公司|厂|老板|医院|学校|局|窗口|社区|村|开发商|物业|银行|停|被|给|取消|没|少")
"""Who or what may be to blame for a state."""
_BARE = 16
"""Most characters of a situation that is a question although no word asks."""
_STORY = 14
"""Fewest characters that tell a story."""
_RULE = re.compile(
    r"多少[钱元]|几块钱|收费(?:标准|多少|[吗不么])|谁(?:来)?(?:出|掏|付|赔|承担)|该(?:谁|我|他|哪)|(?:合|违|犯)法[吗不么]|算不算|算.{1,8}[吗不]|[罚赔补退]多少|(?:怎么|咋|如何)(?:赔|算|补|申请|认定|处罚)|"
    r"(?:去|上|到|在)哪(?:里|儿)?(?:能)?(?:告|要|办|补|查|申请|鉴定|认定)|(?:走|找|算|该|归).{1,8}还是|(?:能|可以|要|会).{1,10}[吗么]|允许"
)
"""Words of a clause that asks for a rule: who pays, how much, whether it is lawful."""
_WHETHER = re.compile(r"(?![管理办修来是能])([\u4e00-\u9fff])不\1")
"""The same, of a verb and its negation. 能不能 mostly asks for a favour, and 是不是 blames."""
_PARTS = re.compile(r"[，,。；;！!？?\s]+")
_STORIES = 40
"""Most characters of a message in which a last clause that asks for a rule is what matters."""
_EITHER_OR = re.compile(r"(?![管理办])([\u4e00-\u9fff])不\1")
"""A question made of a verb and its negation (上不上征信). 管不管 and the like are mostly reproaches and do not count."""
_PLAINLY = 20
"""Most characters of a message that is a question because it contains such words, unless Rasa is sure of a matter."""


def asks_somehow(text: str) -> bool:
    """Whether any word of a text asks, in whatever form.

    >>> asks_somehow("公积金咋取"), asks_somehow("路灯不亮了")
    (True, False)
    """
    return _ASKS.search(text) is not None


def wishes_filing(text: str) -> bool:
    """Whether a text says outright that something is to be filed.

    >>> wishes_filing("我要投诉楼下的饭店"), wishes_filing("投诉要多久有结果")
    (True, False)
    """
    return _WISH.search(text) is not None


def reproaches(text: str) -> bool:
    """Whether a text reproaches in the form of a question.

    >>> reproaches("怎么到现在还没发"), reproaches("怎么办退休")
    (True, False)
    """
    return _REPROACH.search(text) is not None


def pleads(text: str) -> bool:
    """Whether a text ends in a sigh that asks for help, and for no rule.

    >>> pleads("臭得不能过，咋弄嘛"), pleads("咋弄退休证")
    (True, False)
    """
    return _PLEA.search(text) is not None


def last_clause(text: str) -> str:
    """The last clause of a text; empty without any.

    >>> last_clause("水管爆了，这钱该我掏还是房东掏？")
    '这钱该我掏还是房东掏'
    """
    clauses = [part for part in _PARTS.split(text) if part]
    return clauses[-1] if clauses else ""


def names_rule(text: str) -> bool:
    """Whether words of a text ask for a rule: who pays, how much, whether it is lawful.

    >>> names_rule("这钱该谁出"), names_rule("路灯坏了")
    (True, False)
    """
    return _RULE.search(text) is not None


def plainly_asks(text: str) -> bool:
    """Whether a short message has the form of a question, whatever its subject."""
    asks = _EITHER_OR.search(text) is not None or asks_at_end(text)
    return len(text) <= _PLAINLY and asks and _WISH.search(text) is None


def asks_rule(text: str) -> bool:
    """Whether the last clause of a short message asks for a rule, so that an answer may be all that is wanted.

    >>> [asks_rule(said) for said in ("水管爆了，这钱该我掏还是房东掏", "有人把电瓶车推上楼充电，罚不罚", "下水道堵了，到底管不管")]
    [True, True, False]
    """
    last = last_clause(text)
    asks = _RULE.search(last) is not None or _WHETHER.search(last) is not None or asks_at_end(last)
    brief = len(text) <= _STORIES  # a longer story is told to be heard
    return brief and asks and _WISH.search(text) is None and _REPROACH.search(last) is None


def implies_question(text: str) -> bool:
    """Whether a short message only tells somebody's situation with a right or a paper, of which nobody is to blame.

    >>> [implies_question(said) for said in ("小孩医保断了一年", "身份证过期半年了", "老板没给我交社保")]
    [True, True, False]
    """
    stated = len(text) <= _BARE and _STATE.search(text) is not None
    return stated and _BY_OTHERS.search(text) is None and blames_nobody(text)


def asks_no_rule(text: str) -> bool:
    """Whether a text tells a story, and asks nothing or only what is to be done, in a plea behind it.

    >>> asks_no_rule("今年的补贴怎么到现在还没发，去年十月就发了")
    True
    >>> asks_no_rule("庄后头的沟叫人倒的都是垃圾，臭得不能过，咋弄嘛"), asks_no_rule("身份证丢了，咋办")
    (True, False)
    """
    plea = _PLEA.search(text)
    story = _REPROACH.sub("", text[: plea.start()] if plea is not None else text)
    return len(story) >= _STORY and _ASKS.search(story) is None and not asks_at_end(story)
