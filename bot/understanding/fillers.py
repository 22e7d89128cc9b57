"""Words that say nothing by themselves, and stand around a place, a time or a question: the one home of these lists."""

from __future__ import annotations

import re

_ANYWHERE = r"就|是|在|的|吧|啊|呀|大概|到"
"""Words that fill any answer."""
_NEAR_PLACE = (
    rf"我|俺|们|家|住|位于|属于|搁|这|那|边|里|地址|地点|位置|地方|具体|发生|嗯|省|市|，|,|{_ANYWHERE}"
)
_NEAR_TIME = (
    r"了|呢|哦|嗯|大约|差不多|可能|应该|好像|左右|那会儿?|那时候?|的时候|时候|事情?|发生|买|开始|到现在|至今|都|也|已经|"
    r"快|有|持续|我记得|反正|从|至|直到|那天|这件|这个|这事|当时|"
    rf"{_ANYWHERE}"
)
_NEAR_QUESTION = (
    r"那|请|还|都|多|要|得|需|须|我|俺|咱|大约|一般|到底|这个?|它|具体|可以?|能|会|该|去|搁|上|共|总|最后|最快|"
    r"办|处理|理|弄|搞|领|拿|交|带|花|收|给|发|下来|账|批|好|完|成|一个月|每个?月|一年|每年|一次|时候|什么|啥|哪些?|哪里|哪儿|谁|怎么|咋|样|"
    r"东西|行|又|再|也|不|没|问|下|一|等|呢|吗|么|哈|嘛|了|[?？，,。!！\s]|"
    rf"{_ANYWHERE}"
)
_PLACE, _TIME, _QUESTION = (
    re.compile(rf"(?:{words})+") for words in (_NEAR_PLACE, _NEAR_TIME, _NEAR_QUESTION)
)


def beside_place(text: str) -> str:
    """What is left of an answer to "where", without its place, when the words around a place are taken away.

    >>> beside_place("我家就住在这边"), beside_place("门口积水")
    ('', '门口积水')
    """
    return _PLACE.sub("", text)


def beside_time(text: str) -> str:
    """The same for an answer to "when".

    >>> beside_time("大概是的时候吧"), beside_time("路灯坏了")
    ('', '路灯坏')
    """
    return _TIME.sub("", text)


def beside_question(text: str) -> str:
    """The same for a question: what is left is its subject.

    >>> beside_question("那还要带什么"), beside_question("结婚要带什么")
    ('', '结婚')
    """
    return _QUESTION.sub("", text)
