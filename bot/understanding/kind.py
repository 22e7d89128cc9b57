"""诉求类型 (type): reads what a citizen wants from the hotline, from an answer or from a story."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.understanding.denied import without_denied
from bot.understanding.faults import is_fault
from core.text import plain
from tickets.types import TicketType


class TypeSuggestion(NamedTuple):
    """A suggested type for a story.

    Args:
        type: the suggested type.
        confidence: about how often such a suggestion is right, 0 to 1.
    """

    type: TicketType
    confidence: float


class _Sign(NamedTuple):
    """The patterns that indicate a type.

    Args:
        said: words that name the type; they count in answers and in stories.
        looks: typical words of such stories; a guess.
    """

    type: TicketType
    confidence: float
    said: str = ""
    looks: str = ""


# The first matching sign counts. Of several types named in a text, the one named first counts.
_SIGNS = (
    _Sign(TicketType.PRAISE, 0.95, r"表扬|点(个|一?个大)?赞|锦旗|感谢信", r"好人好事|拾金不昧|(特别|非常|太|真心|衷心)(的)?感(谢|激)"),
    _Sign(TicketType.REPORT, 0.95, r"举报|检举"),
    _Sign(TicketType.COMPLAINT, 0.93, r"投诉|投拆|投素|告状", r"讨(个)?说法"),
    _Sign(TicketType.SUGGESTION, 0.9, r"建议|提(个|点|些|几点)?意见", r"能不能考虑|希望能?(给)?(增设|增加|加装|加个|多设|延长|开通|安排|装)|(能不能|可不可以|能否|是不是可以|是否可以)(给|在|把|也)?(我们|俺们|这边)?.{0,8}(多|划|装|加|增|延|设|建|开|考虑|提前|推迟|改|换)"),
    _Sign(TicketType.REPORT, 0.75, looks=r"非法|偷排|偷倒|偷税|假烟|假酒|假药|传销|赌博|聚赌|无证(经营|行医)|黑(作坊|诊所|网吧)|地沟油|偷(砍|伐|挖|采)|侵吞|贪污|私分|挪用|骗老年?人|有偿补课|补课收费|盗采|私自?屠宰|骗保|吃空饷|套取|偷采|偷捕|电鱼|制假|售假"),
    _Sign(TicketType.HELP, 0.85, r"求助|帮帮(我|忙|俺)|救(救|命)", r"求求|求(政府|你们|各位|搬迁|解决)|麻烦(你们|派人|尽快|赶紧|修|给|安排|处理)|请(你们|政府|有关部门|领导)?(尽快|赶紧|赶快|快点?|给|来|派)|快来人|催|帮(我|俺|忙)(们)?(协调|解决|问|找|联系|看|想)|请帮|救助|怎么活|没办法了|走投无路|能帮"),
    _Sign(TicketType.CONSULT, 0.85, r"^咨询$", r"咨询|请问|问一?下|想了解|(需要|要)(什么|哪些)(材料|手续|条件)|(怎么|咋|如何)(办理|申请|查询?|报销|提取)|想问|(怎么办|多少钱|在哪里?|吗|多久|行不行|对不对)[？?]?$|哪里有|到底.{0,8}没"),
)  # fmt: skip


def named_type(text: str) -> TicketType | None:
    """The type that a text names, by its label or a word with the same meaning; None when it names none.

    >>> named_type("我要举报有人卖假烟").label, named_type("不是投诉，是求助").label, named_type("路灯坏了")
    ('举报', '求助', None)
    """
    said = plain(without_denied(text))
    kind = TicketType.parse(said.removesuffix("类"))
    if kind is not None:
        return kind
    named = [
        (match.start(), at)
        for at, sign in enumerate(_SIGNS)
        if sign.said and (match := re.search(rf"(?<!不是)(?<!不算)(?:{sign.said})", said))
    ]
    return _SIGNS[min(named)[1]].type if named else None


def signs(text: str) -> list[bool]:
    """Which signs of a type a story has, in a fixed order: what the model of types learns from."""
    said = without_denied(text)
    patterns = [pattern for sign in _SIGNS for pattern in (sign.said, sign.looks) if pattern]
    return [*(re.search(pattern, said) is not None for pattern in patterns), is_fault(text)]


def suggest_type(text: str) -> TypeSuggestion | None:
    """Suggest a type for a story; None when there is no story.

    A short report of a fault (路灯坏了) blames nobody: it asks for help. Any other story without a sign of a type
    counts as a complaint, with lower confidence.

    >>> suggest_type("我要举报有人卖假烟").type.label, suggest_type("路灯坏了").type.label, suggest_type("物业")
    ('举报', '求助', None)
    """
    if named_type(text) is None and is_fault(text):
        return TypeSuggestion(TicketType.HELP, 0.7)
    if len(re.sub(r"\W", "", text)) < 5:
        return None
    named = named_type(text)
    text = without_denied(text)
    for sign in _SIGNS:
        if sign.type is named or (sign.looks and named is None and re.search(sign.looks, text)):
            return TypeSuggestion(sign.type, sign.confidence)
    return TypeSuggestion(TicketType.COMPLAINT, 0.7)
