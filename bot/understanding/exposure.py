"""Reads the question whether it becomes known who told: 我的名字会不会漏出去, 会不会让对方知道是我.

:mod:`bot.understanding.decide` calls it, so it must run in Python 3.10 with only the standard library.
"""

from __future__ import annotations

import re

_LONGEST = 32
"""Most characters of such a question. A longer one tells a matter."""
_MARKS = re.compile(r"[\s，,。.！!？?；;、~～]+")
_MINE = (
    r"(?:(?:我|俺|咱|本人|自己|举报人|投诉人|反映人|登记|留|填)(?:们)?(?:[^，,。]{0,3}?的)?(?:真实|个人|联系)?(?:名字|姓名|姓啥|姓什么|名|身份|电话|手机号?码?|号码?|信息|资料|隐私|情况)|"
    r"(?:是|谁)(?:我|俺|谁)(?:们)?(?:[^，,。]{0,3}?(?:说|讲|告|举报|投诉|反映|报|打)的?(?:他|她|它|电话)?(?:们)?的?)?|(?:我|俺)(?:们)?是谁|(?:我|俺)(?:们)?(?:说|讲|告|举报|投诉|反映|报)的?(?:他|她|它)?(?:们)?的?|谁(?:说|讲|告|举报|投诉|反映|报)的)"
)
_OUT = (
    r"(?:漏(?!水|气|电|雨|税|报)|泄[露漏]|透露|外泄|外传|传出|暴露|曝光|公开|露(?:出|馅)|说出去|捅出去|供出|(?:告诉|通知|转告)(?!我|俺|咱)|"
    r"(?:给|让|叫|被)?(?:别人|人家|对方|他|她|单位|公司|老板|物业|邻居|房东|村里|学校|领导|人|外人|被[^，,。]{1,4})(?:们|家)?(?:看|知道|晓得|查|发现|认出|听)|知道|晓得|查(?:得)?[到出]|找[到上](?=我|俺)|看[到见]|认出|发现)"
)
_ASKED = re.compile(
    r"[会能要可是](?:不|没)[会能要可是]|有没有可能|[吗么嘛伐]$|(?:会|能|可能|给).{1,24}[不没]$|(?:怕|担心)"
)
_TOLD = re.compile(
    rf"(?:投诉|举报|告|反映)(?:了)?(?:他|她|它|人家|物业|单位|公司|老板|邻居|房东)[^。]{{0,6}}(?:查(?:得)?到|找[到上]|知道|认出)(?:是)?(?:我|俺)|{_OUT}[^，,。]{{0,8}}{_MINE}|{_MINE}[^，,。]{{0,10}}{_OUT}"
)
_KEPT = re.compile(
    rf"(?:给|帮|替)不?(?:给|帮|替)?我?们?保密|隐私[^，,。]{{0,4}}(?:保护|泄露|安全)|{_MINE}[^，,。]{{0,8}}(?:保密|安全|加密|保护|怎么存|怎么保存)|(?:保密|保护)[^，,。]{{0,4}}(?:{_MINE}|隐私|个人信息|举报人|投诉人)|^(?:你们|这里|登记|这个|举报|投诉|反映|信息|我说的话?)?(?:是|会|能|给|有)?(?:不是|不会|不能)?保密(?:的|措施)?(?:吗|么|不|不保密|啊)?$"
)
_OTHERS = re.compile(
    r"(?:已经|都|被)[^，,。]{0,6}(?:泄[露漏]|透露|公开|曝光)了|怎么(?:办|投诉|举报|告|查|改|找)|咋(?:办|投诉|举报)|(?:我的|俺的)?(?:名下|身份证|户口|房子|工单|单子|进度|结果|回复|社保|公积金|医保|快递|订单|成绩|档案)|谁来?(?:管|查)|"
    r"[怎咋](?:么)?(?:知道|查|看)|在?哪(?:里|儿)?(?:查|看)|(?:银行|快递|中介|学校|医院|公司|物业|平台|网站|商家)(?:把|将|给|随便|乱)"
)


def asks_exposure(text: str) -> bool:
    """Whether a message only asks whether it becomes known who told, or how names and phones are kept.

    >>> [asks_exposure(said) for said in ("我的名字会不会漏出去", "会不会让对方知道是我", "登记的电话会泄露吗")]
    [True, True, True]
    >>> [asks_exposure(said) for said in ("物业把我的电话泄露了怎么投诉", "我能查到我的单子吗", "水管漏了会不会停水")]
    [False, False, False]
    """
    if len(text) > 2 * _LONGEST:
        return False
    said = _MARKS.sub("，", text).strip("，")
    if len(said) > _LONGEST or _OTHERS.search(said):
        return False
    if _KEPT.search(said):
        return True
    bare = said.rstrip("啊呀呢的哦")
    return _ASKED.search(bare) is not None and _TOLD.search(said) is not None
