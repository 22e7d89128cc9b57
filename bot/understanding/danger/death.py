"""Tells a death that is spoken of because of papers and money (要是我爸不在了，房子怎么过户) from a wish to die."""

from __future__ import annotations

import re

from bot.understanding.danger.clues import patterns

_KIN = r"爸|妈|爹|娘|父|母|爷|奶|姥|公公|婆|岳|老头|老太|老人|老伴|老公|丈夫|妻子|爱人|媳妇|儿子|女儿|闺女|孩子|哥|姐|弟|妹|叔|舅|姑|姨|伯|亲戚|邻居|亲人|[他她]|房东|户主|原房主|产权人|人"
_GONE = r"(?:不在|去世|过世|身故|百年)(?:了|之后|以后|后|人世)"
_THEIRS = re.compile(rf"(?:{_KIN})(?:[^我俺咱，,。！？!?]{{0,8}}){_GONE}")
"""Somebody else has died, or will have."""
_MINE = re.compile(
    rf"[我俺咱](?!家|们|[爸妈爹娘父母爷奶姥公婆岳老丈妻爱媳儿女闺哥姐弟妹叔舅姑姨伯])(?:人|自己|要是|如果|万一|哪天|将来|以后|真|就|都|一旦|要|死){{0,4}}{_GONE}"
)
"""The citizen has died, in what they say."""
_WEARY = re.compile(
    r"不想|想死|活|死|撑|熬|没意思|跳|割|药|绝望|解脱|一起走|(?:跟|陪|找)(?:着)?(?:他|她|我?[爸妈爹娘])(?:一起|一块)?去?|自杀|轻生|受不了|崩溃|难受|痛苦|好累|太累|怎么过|咋过|日子|"
    r"满意|就好了|别找|清净|一了百了|遗书|密码|后事|多余|拖累|舍不得|告别|对不起|救|快来|120|110"
)
_ESTATE = re.compile(
    r"过户|继承|遗产|遗嘱|公证|房|宅基地|承包|公积金|丧葬|抚恤|医保|社保|养老金|退休金|工资|低保|存款|账户|户口|销户|补贴|补助|优待|税|车|贷款|手续|办理|证明"
)
"""What is left behind by those who die, or is settled then."""
_ASKS = re.compile(r"[?？]|吗|怎么|咋|多少|几|谁|哪|能不能|要不要|什么|啥|不$|呢$")
_SIGNS = frozenset({"no_answer", "body", "tired"})
"""Clues of a danger at this moment, or of despair."""


def of_estate(text: str, kind: str, *, clear: bool) -> bool:
    """Whether a plain text only speaks of a death that is no danger: another person's, or what the citizen leaves behind.

    It is no word of despair, unless anything else in it sounds weary.

    Args:
        text: the text.
        kind: the kind of danger that the scores suspect.
        clear: whether they are sure of it. Then the citizen's own death counts as meant.

    >>> asked = ("等我妈不在了,房子归谁", "万一我不在了,房子能留给孩子吗", "老头子不在了,低保还能领吗")
    >>> [of_estate(one, "self_harm", clear=False) for one in asked]
    [True, True, True]
    >>> meant = ("我要不在了孩子怎么办", "要是我妈不在了我也不活了", "我妈不在了,我不知道这日子怎么过")
    >>> [of_estate(one, "self_harm", clear=False) for one in meant]
    [False, False, False]
    """
    if _WEARY.search(text) is not None or any(
        name in _SIGNS and pattern.search(text) for name, pattern in patterns()
    ):
        return False
    estate = _ESTATE.search(text) is not None
    if _MINE.search(text) is not None:
        return kind == "self_harm" and not clear and estate and _ASKS.search(text) is not None
    return _THEIRS.search(text) is not None and (kind == "self_harm" or estate)
