"""A threat to kill, to maim, to burn or to blow up, told of somebody. The scores take 放话 and 扬言 for a quarrel."""

from __future__ import annotations

import re

_LONGEST = 80
"""Most characters that are read. A longer message tells more, by which the scores judge it."""
_SAYS = r"(?:扬言|放(?:了|出)?(?:狠)?话|威胁|恐吓|叫嚣|警告|(?:说|讲|喊|骂|嚷|吼|短信|消息|微信|信息|电话)[^，,。！？!?]{0,8}(?:要|再|今晚|明天|晚上|就|来|带人|找人|敢|弄|砍|打断|杀))"
_ONE = r"(?:我|俺|咱|他|她|人|你|您|全家|孩子|娃|爸|妈|老[公婆人伴]|儿子|女儿|一家)"
_HARM = (
    rf"弄死|整死|打死(?!机|结|不)|砍(?:死|人|{_ONE})|捅(?:死|了|人|{_ONE})|杀(?:了|死|掉|人|光|{_ONE})|做掉|灭(?:口|门)|要[^，,。]{{0,4}}命|"
    rf"打断[^，,。]{{0,4}}(?:腿|手|胳膊|骨头)|卸[^，,。]{{0,4}}(?:腿|胳膊)|废了{_ONE}|剁|泼硫酸|炸(?:了|死|掉|平|毁|{_ONE}|[这那整]|楼|房|车|小区|单元)|放火|(?:烧|点)(?:了|死|掉)?(?:{_ONE}|[这那]?(?:楼|房|屋|家|车))"
)
_THREAT = re.compile(rf"{_SAYS}[^。！？!?]{{0,16}}(?:{_HARM})")
_NOT = re.compile(
    r"以前|之前|去年|前年|前几年|上(?:个)?月|上周|上星期|那年|当年|曾经|小时候|如果|万一|要是|假如|会不会|怎么判|判几年|判多少|怎么处罚|怎么处理|算不算|违法|犯法|犯罪吗|"
    r"开(?:个)?玩笑|闹着玩|玩笑|电视|电影|小说|新闻|游戏|剧本|视频里|听说|据说|(?:狗|猫|鸡|鸭|鱼|羊|猪|虫|老鼠|蚊子)|要价|砍价|树|我(?:就|要|想|真)?(?:威胁|扬言|放话)|几年了|领回|带走|抓走|调解(?:好|过|完)"
)


def told(read: str) -> bool:
    """Whether a plain text tells that somebody threatens to kill, to maim, to burn or to blow up.

    >>> told("对了,我邻居放话要弄死我"), told("楼下那人扬言要炸楼"), told("老板说要来砍我")
    (True, True, True)
    >>> told("他说要告我"), told("物业威胁停水停电"), told("他去年放话要弄死我"), told("老板说要砍价"), told("扬言要炸楼怎么判")
    (False, False, False, False, False)
    """
    return len(read) <= _LONGEST and _NOT.search(read) is None and _THREAT.search(read) is not None


_ONLY_LAW = re.compile(
    r"(?:他|她|对方|老板|物业|房东|公司|邻居|单位|他们|人家|[^，,。]{1,4})?(?:又|还|老是|总是|天天)?(?:说|扬言|放话|威胁)(?:我)?(?:说)?(?:要|去|就)*(?:去)?(?:告|起诉|投诉|举报|曝光|开除|辞退|扣|停[水电])[^，,。]{0,6}"
)


def only_law(read: str) -> bool:
    """Whether a plain text tells of nothing but a threat to sue, to dismiss, or to withhold.

    >>> only_law("他说要告我"), only_law("他威胁要扣我工资"), only_law("他说要告我还要砍死我")
    (True, True, False)
    """
    return _ONLY_LAW.fullmatch(read) is not None and _THREAT.search(read) is None
