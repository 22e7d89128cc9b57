"""Reads guilt and grief after an alarm (是我害了她, 心里难受), and answers them: they are no report, and no form opens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conversations import after_alarm, during
from conversations.danger import Advice, Number
from conversations.danger_state import COMES_BACK, age, fresh, read_as
from conversations.types import Button, Reply

TALK = Button("请人跟我说说话", "/request_human")
"""Button: a human shall talk to the citizen."""
_LONGEST = 60
"""Most characters of a message that is read. A longer one tells more."""
_GUILT = re.compile(
    r"是我(?:害|把|没|不好|不对|的错|造的孽|对不起|对不住|气|逼|骂)|(?:都|全|就|只)?(?:怪|怨|赖)我(?!们|家)|(?:我|俺)(?:真|好|太|可|就){0,2}(?:该死|没用|混蛋|不是人|造孽|不配|不该)|"
    r"后悔|自责|内疚|愧疚|懊悔|悔死|肠子都悔|对不(?:起|住)(?:他|她|孩子|娃|我?[爸妈爹娘爷奶]|老[公婆伴])|害(?:了|死了?|惨了?|苦了?)(?:他|她|孩子|娃|我?[爸妈爹娘爷奶]|老[公婆伴])|"
    r"因为我(?:骂|打|说|没|吵|不|气|逼|催)|要不是我|早知道|我(?:要是|如果|当时|那时)[^，,。]{0,14}就(?:好了|不会)"
)
_GRIEF = re.compile(
    r"心(?:里|头)(?:好|很|真|太|特别|一直)?(?:难受|难过|堵得?|疼得?|痛|慌|乱|不是滋味|过不去|如刀割|都?碎)|(?:我|俺)(?:们|真|好|很|太|都|现在|就|一直|光|只){0,4}(?:难过|伤心|痛苦|崩溃|想哭|在哭|哭)|"
    r"^(?:真|好|很|太|特别)(?:难过|伤心|痛苦)|缓不过(?:来|劲)|(?:接受|面对)不了|怎么面对|一闭眼"
)
_NEWS = re.compile(
    r"呼吸|叫不|喊不|流血|抽(?:搐|风|起)|昏|晕|又|没气|吐(?!了?口气)|发紫|冒烟|着火|浓烟|出不|下不|不动|刀|砸|他在打|还在打|救命|快来|不想活|想死|活不|跳|割"
)
"""Words of something that goes on: they are heard first."""
_LOST = re.compile(
    r"人(?:已经|就|还是)?(?:没了|走了|不在了)|(?:没|没能|没有)(?:救|抢救)(?:过来|回来|活)|去世|过世|(?:他|她|[爸妈爹娘爷奶]|孩子|老[公婆伴])(?:已经|就|还是)?(?:死了|走了|没了|不在了)"
)
"""Words of a death."""
_BODY = re.compile(r"心口|胸|头疼|头痛|喘|闷")
_MATTER = re.compile(
    r"买|交了|签|报名|投资|办卡|贷|转账|被骗|骗|房子|合同|学费|装修|医院(?:不|没|态度)|医生(?:不|没|态度)|不给|不管|不赔|态度|找谁|哪个部门|多少钱|赔"
)
"""Words of a matter, about which people are sorry too."""


def may_be(fact: Mapping[str, Any]) -> bool:
    """Whether there was an alarm within a day, open or over, that was not taken back, and was of nobody's own despair."""
    told = fact.get("state") in ("told", "over") and not fact.get("filing")
    own = fact.get("state") == "told" and read_as(dict(fact)) == "self_harm"
    return told and not own and age(dict(fact)) < COMES_BACK


def grieves(text: str) -> bool:
    """Whether a message tells of guilt or grief, and of nothing that happens now or is wanted.

    >>> grieves("她现在到医院了，我心里难受得很，是我害了她"), grieves("都怪我没看住孩子")
    (True, True)
    >>> grieves("好后悔买了这个房子"), grieves("她又晕了，都怪我"), grieves("我要投诉医院，我好后悔送来")
    (False, False, False)
    """
    said = after_alarm.plain(text)
    if (
        not 0 < len(said) <= _LONGEST
        or during.asks_for_more(text)
        or after_alarm.names_a_rule(said.replace("住院", ""))
    ):
        return False
    if _NEWS.search(said) or _MATTER.search(said):
        return False
    return _GUILT.search(said) is not None or (_GRIEF.search(said) is not None and not _BODY.search(said))


def lost(text: str) -> bool:
    """Whether a message says that the one who was in danger has died."""
    return _LOST.search(after_alarm.plain(text)) is not None


def reply(advice: Advice, fact: Mapping[str, Any], text: str, *, goes_on: bool) -> Reply:
    """Warm words to one who grieves, with 12356 and the numbers of the first answer, and the question whether a human shall come.

    Args:
        advice: the advice that was given.
        fact: the danger; ``comforted`` in it counts the replies so far.
        text: the message.
        goes_on: whether the danger is still open, so that help for the body comes first.
    """
    if lost(text):
        words = "听您这么说，我也很难过。您一直在想办法救人，别把错都往自己身上揽；叫家里人来陪陪您，别一个人扛着。"
    elif goes_on:
        words = "别光怪自己，您现在守着、想办法，就是在帮人。先照电话里说的做，我也在这儿。"
    elif not fact.get("comforted"):
        words = "别把错都往自己身上揽。出事的时候您没有走开，一直在想办法，这就是在帮人。您也别一个人扛着，叫家里人来陪陪您。"
    else:
        words = "我在听。心里过不去，是因为您在乎。想说什么就说，哭出来也行。"
    call = "心里难受，随时可以打 12356（心理援助），有人听您说。"
    ask = "要不要我请一位工作人员来跟您说说话？"
    own = [one for one in advice.numbers if one.number != "12356"]
    numbers = [Number(number="12356", name="心理援助"), *own]
    card = advice.model_copy(update={"numbers": [*own, numbers[0]] if goes_on else numbers}).card()
    return Reply(f"{words}{call}{ask}", (TALK,), card)


_YES = re.compile(
    r"(?:那|嗯|恩|好|好的|行|可以|要|要的|需要|想|麻烦(?:你|您)?(?:了)?|谢谢|请|找(?:一?个)?(?:人)?(?:吧)?|吧|啊|呀|的|了|你|您|叫(?:一?个)?人(?:来)?){1,6}"
)
_NO = re.compile(
    r"(?:那|嗯|先|暂时|谢谢|我)*(?:不用|不要|不需要|不必|不了|算了|不想|没事|不麻烦)(?:了|谢谢|你们?|您|的|吧|啊){0,4}"
)


def answer(text: str) -> bool | None:
    """The answer to the question whether a human shall talk to the citizen; None when it is neither yes nor no.

    >>> answer("好的"), answer("先不用了"), answer("她醒了")
    (True, False, None)
    """
    said = after_alarm.plain(text)
    if _NO.fullmatch(said):
        return False
    return True if _YES.fullmatch(said) and len(said) <= 10 else None


def calls() -> Reply:
    """The line in front of the answer about the queue, to one who wants a human."""
    return Reply("好，我替您找人。人来之前您接着跟我说，我在听；急着想说话，就打 12356（心理援助）。")


def left() -> Reply:
    """The reply to one who wants no human now."""
    return Reply("好，我就在这儿。什么时候想说话，叫我一声，或者打 12356（心理援助）；身边有人就叫来陪陪您。")


def offered(fact: Mapping[str, Any]) -> bool:
    """Whether the citizen was just asked whether a human shall come."""
    return bool(fact.get("offered")) and fresh({"at": fact["offered"]})
