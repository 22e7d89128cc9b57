"""Knows two kinds of talk that only sound like danger: tap water of a bad colour, and a quarrel about money for somebody who
is in hospital already.
"""

from __future__ import annotations

import re

_LONGEST = 120
"""Most characters that are read. In a letter the parts may belong to different things."""
_TAP = re.compile(r"自来水|水龙头|龙头|水管|放出来(?:的)?(?:水|都)|饮用水|家里的水|小区的?水|水质|井水")
_LOOKS = re.compile(
    r"发?(?:黄|黑|红|浑|混|白|锈)|浑浊|混浊|异味|怪味|味(?:道|儿)?|腥|臭|漂白粉|脏|沙子?|泥|虫|颜色|能不?能?[喝用]|水垢|杂质"
)
_HARMED = re.compile(
    r"喝(?:了|过|完|坏|出)|中毒|拉肚|腹泻|上吐|呕|吐了|晕|昏|疼|痛|烧(?!水|开)|住院|医院|抽|漏电|麻(?!烦)|触电|淹|涨|漫|困|爆(?:了|管|裂|开)|煤气|燃气|火|烟|救命|快来|农药|投毒|下药|药味|汽油"
)
"""Words of harm, or of another danger beside water."""


def tap_water(read: str) -> bool:
    """Whether a plain text only tells how the tap water looks or smells, and of nobody who was harmed by it.

    >>> tap_water("自来水今天放出来都是黄的,还有股味,能喝吗"), tap_water("自来水喝了拉肚子,还发黄")
    (True, False)
    """
    found = len(read) <= _LONGEST and _TAP.search(read) is not None and _LOOKS.search(read) is not None
    return found and _HARMED.search(read) is None


_IN_CARE = re.compile(
    r"(?:在|到|送|进|住)(?:了|到|进|去|在)?(?:[一-龥]{0,6})(?:医院|急诊|ICU|重症|抢救室|病房)|住(?:着)?院|手术(?:做|台|完|了)|医生(?:说|让|讲)"
)
_WHO_PAYS = re.compile(
    r"(?:工头|老板|包工头|单位|公司|厂(?:里|方|家)?|物业|工地|司机|对方|肇事|学校|保险|承包|负责人|施工方?)[^。！!]{0,12}(?:不(?:管|出|认|给|赔|掏|垫|来|接|承|关|肯|负|露)|没(?:管|给|出|人|来)|跑了|躲|推|一分|耍赖|赖账|失联)|"
    r"(?:一分钱|医药费|住院费|治疗费|工伤|赔偿|误工费)[^。！!]{0,8}(?:不(?:出|给|掏|赔|管|认)|没(?:出|给|人)|谁|怎么|咋|算|能)|不关(?:他|它|他们)的?事|算不算工伤|谁(?:出|垫|赔|管|负责)"
)
_NOW = re.compile(
    r"救救|救命|快来|叫不|喊不|没(?:有)?(?:呼吸|反应|心跳)|不动了|流血|还在(?:烧|漏|打|砸|追)|正在(?:打|砸)|刀|要跳|想死|不想活|活不下去|喘不|又(?:晕|昏|抽|吐)|去医院(?:的)?路上|没送|不(?:让|给)(?:送|去)|怎么救"
)
"""Words of something that goes on at this moment."""


def in_care(read: str) -> bool:
    """Whether a plain text tells that somebody hurt is in hospital, and quarrels about who pays: help is there already.

    >>> in_care("儿子在工地上被电打了现在医院里,工头说不关他事,一分钱不出"), in_care("我爸摔断腿住院了,老板不管")
    (True, True)
    >>> in_care("我爸从架子上掉下来了,老板不让送医院"), in_care("我爸触电了叫不醒,工头不管")
    (False, False)
    """
    if len(read) > _LONGEST or _NOW.search(read):
        return False
    there = _IN_CARE.search(read) or re.search("现在(?:人)?(?:在)?[一-龥]{0,4}医院", read)
    return there is not None and _WHO_PAYS.search(read) is not None
