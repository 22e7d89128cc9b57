"""Aspects: what a question asks about its subject, such as an amount, a time or a place.

"低保怎么申请" and "低保一个月多少钱" have the same subject and nearly the same words. Only the aspect shows that an
entry answering one of them does not answer the other.
"""

from __future__ import annotations

import re

AMOUNT = "amount"
"""Name of the aspect of an amount."""

_PATTERNS = {
    AMOUNT: r"多少钱|几块|几个点|利率|多少元|[发拿领贷交补赔]多少|额度|最高|费用|工资多少|一[个年]月?多少|标准|几百|几万|价格",
    "charge": r"收费|免费|要钱|花钱|[交收掏]钱",
    "time": r"多久|几天|多长|时候|几点|期限|工作日|截止|几个月|几年|来得及|过期|最晚|多少天|几日|时限|天|日",
    "where": r"哪里|去哪|在哪|哪个|窗口|地址|找谁|归谁|部门|谁管|电话|地方",
    "material": r"材料|带什么|要什么|手续|证件|复印|准备|证明",
    "online": r"网上|手机上|小程序|app|预约|官网|线上|查询",
    "penalty": r"罚|处罚|后果|违法|合法|犯法|责任|追究",
    "compensation": r"赔|补偿|退钱|退款|双倍|三倍",
}
_ASPECTS = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_BITS = {name: 1 << place for place, name in enumerate(_PATTERNS)}
AMOUNT_BIT = _BITS[AMOUNT]
"""The bit of :data:`AMOUNT` in :func:`aspect_bits`."""


def aspects(normalised: str) -> frozenset[str]:
    """The aspects that a normalised text asks for.

    >>> sorted(aspects("低保一个月多少钱"))
    ['amount']
    """
    return frozenset(name for name, pattern in _ASPECTS.items() if pattern.search(normalised))


def aspect_bits(normalised: str) -> int:
    """The aspects as a number for arrays: one bit for each aspect (:data:`AMOUNT_BIT` for an amount)."""
    found = aspects(normalised)
    return sum(bit for name, bit in _BITS.items() if name in found)
