"""Reads how long or how often something has been going on, and tells whether a text is a time."""

from __future__ import annotations

import re

from bot.understanding.fillers import beside_time
from bot.understanding.said_before import without_said_before
from bot.understanding.when import moment
from core.clock import now
from core.text import plain

LONGEST = 2_000
"""Largest part of a text that is read, in characters."""
_COUNT = r"(?:\d{1,3}|[一二三四五六七八九十两]{1,3}|半|几|十几|好几|几十|好多|[两三四五六七八]{2})"
_UNIT = r"(?:个?(?:小时|钟头)|分钟|天|日|周|个?(?:星期|礼拜)|个?月|年|[晚夜]|晚上)"
_SPAN = rf"{_COUNT}(?:个?多|来)?{_UNIT}(?:多|半|左右|以上)?"
_LASTING = re.compile(
    rf"(?:已经?|都|快|将近|差不多|大概|大约|持续|足足|整整|有){{0,3}}{_SPAN}了(?![一两半]?点)(?=$|[，,。.！!？?；;\s]|没|还|都|也|不|一直)"
)
_SINCE = re.compile(
    rf"(?:持续|已经|连续|断断续续)(?:了|有)?{_SPAN}(?:了)?|(?:从|自|打)[^，,。；;！!？?]{{1,12}}(?:开始|起|以来|到现在|至今)"
)
_WORDS = re.compile(
    r"个把月|一?个来月|半拉月|好些(?:天|日子|年|时候)|有些?(?:年头|日子|时日)|刚才|刚刚|刚发生|现在|目前|当前|今[天日早晚晨年]|昨[天日晚夜早]|前[天年日晚]|去年|大前天|最近|近期|近来|这[几两]天|这段时间|这阵子|前段时间|前阵子|前几天|"
    r"长期|一直|经常|常年|天天|每[天日晚周月年]|平时|时常|偶尔|凌晨|清晨|早[上晨]|上午|中午|下午|傍晚|晚[上间]|夜[里间]|半夜|深夜|白天|周末|"
    r"节假日|早晚高峰|高峰期|以来|开始|春节|过年|清明|端午|中秋|(?:国庆|元旦|五一|十一)(?![一二三东南西北中]?[路街大广里新医])|暑假|寒假|开学|年[初底前]|月[初底]|[上下]半年|[春夏秋冬][天季]|"
    r"(?:周|星期|礼拜)[一二三四五六日天末]|[\d一二三四五六七八九十]{1,4}(?:点|月|号|日)|很久|好久|多年|老早|早就|大半[年夜天]|有一阵"
)
_PLACES = "路街巷村镇乡庄湾桥站园场校院楼栋号区县口门河"
"""Characters that end the name of a place: 从东门到西门 is a stretch, and no time."""
_TIMELIKE = re.compile(
    rf"(?:从|自|自从|打|打从)[^，,。；;！!？?]{{1,12}}(?:就|后)|(?:从|打)[^，,。；;！!？?到]{{1,8}}到(?![^，,。；;！!？?]*[{_PLACES}])|"
    r"(?:以|之|过)[后前]|后来|前后|期间|时候|时节|那(?:会|阵|段|年|天|晚)|"
    r"[入开立打交]了?[春夏秋冬伏梅]|[麦秋午稻][口收罢忙]|[割收打]麦|[插栽]秧|三伏|[伏热冷雨雪阴晴]天|数九|汛期|梅雨|腊月|正月|"
    r"谷雨|小满|芒种|夏至|小暑|大暑|处暑|白露|秋分|寒露|霜降|小雪|大雪|冬至|小寒|大寒|惊蛰|春分|雨水前|"
    r"年(?:根|关|前|后|下|里|到头)|开年|天(?:一|刚)?[热冷黑亮暖凉]|一到|一(?![楼个直些只家块条层户点号])[^，,。；;！!？?]{1,3}就|每逢|逢(?:年|集|节)|只要.{1,8}就|"
    r"早[起上些]|晌午|[傍擦]黑|黑[里天][来]?|饭点|上[下]?班|下班|放学|上学|放假|[整成]天|[整成][夜宿]|一天到晚|隔三[差岔]五|三天两头|"
    r"时不时|断断续续|[老总]是|随时|不定时|小时候|头[些几两]?[天年月]"
)
"""Words that tell when in other ways than by a date: by what came before, by weather, harvest or habit."""
_LONGEST_TIMELIKE = 24
"""Most characters of such a time."""
_UNTIL = re.compile(
    r"(?P<often>(?:天天|每[天晚夜日]|夜夜)(?:晚上|夜里|半夜)?)[^，,。；;！!？?]{0,8}?"
    r"(?P<until>到(?:凌晨|半夜|夜里|晚上|深夜)?(?:\d{1,2}|[一二三四五六七八九十两]{1,3})点(?:半|多)?)"
)
_SPANNING = re.compile(_SPAN)


def lasting(text: str) -> str | None:
    """How long the problem has lasted, in the citizen's words; None when the text does not say.

    >>> lasting("楼下油烟熏人，半个月了"), lasting("垃圾堆了三天了没人清"), lasting("欠我三个月工资")
    ('半个月了', '三天了', None)
    """
    text = text[:LONGEST]
    found = _LASTING.search(text) or _SINCE.search(text)
    return found.group() if found else None


_FAULT_LASTS = re.compile(
    r"(?:都|已经|就|也|从那|一直|这都?|断断续续){0,3}(?P<fault>漏|坏|停|堵|吵|闹|臭|断|塌|裂|积|淹|灭|响|冒|渗|堆|欠|拖|施工|不亮|不通|没[水电气])[水电气了着的]{0,2}(?:都|已经?|快|有|差不多|大概|大约|足足|整整|得有){0,3}(?P<span>[^，,。；;]{2,10})"
)


_TILL_NOW = re.compile(
    r"(?P<when>[^，,。；;]{2,12}?)(?:就|开始|一直|都){0,2}(?:停|坏|漏|堵|断|吵|闹|臭|积|淹|灭|冒|堆|欠|拖)(?:[水电气了着]){0,2}到(?:现在|今天|今|目前|这会儿?)(?:了|都)?"
)
"""A fault since some time (前天早上停到现在)."""


def fault_lasts(text: str) -> bool:
    """Whether a clause only says how long a fault has lasted (漏了有半个月了), so that it is a time and no place.

    >>> [fault_lasts(said) for said in ("漏了有半个月了", "都停水两天了", "坏了三天了没人修", "等了三天了", "漏到我家厨房了")]
    [True, True, False, False, False]
    >>> fault_lasts("前天早上停到现在"), fault_lasts("从一楼漏到现在的三楼")
    (True, False)
    """
    said = plain(text)[:LONGEST]
    since = _TILL_NOW.fullmatch(said)
    if since is not None and only_time(since["when"]):
        return True
    found = _FAULT_LASTS.fullmatch(said)
    return found is not None and _LASTING.fullmatch(found["span"]) is not None


def every_day(text: str) -> str | None:
    """A habit that goes on until an hour of every day, in the citizen's words; None when the text tells none.

    The hour alone would be read as one moment of today.

    >>> every_day("楼下KTV天天嗷嗷到两点"), every_day("昨晚吵到两点")
    ('天天到两点', None)
    """
    found = _UNTIL.search(text[:LONGEST])
    return f"{found['often']}{found['until']}" if found else None


def is_time(text: str) -> bool:
    """Whether an answer to "when" looks like one: a moment, a span, a habit.

    >>> is_time("昨晚十点多"), is_time("三天了"), is_time("天天半夜"), is_time("王女士"), is_time("是的我匿名")
    (True, True, True, False, False)
    """
    text = without_said_before(text)
    return (
        _WORDS.search(text) is not None
        or _SPANNING.search(text) is not None
        or moment(text, now()) is not None
    )


def may_be_time(text: str) -> bool:
    """Whether an answer to "when" tells a time, even one that no calendar has. Only meant for that question.

    >>> may_be_time("从麦口上就这样了"), may_be_time("下雨以后就有了"), may_be_time("从早到晚"), may_be_time("从路口到学校门口")
    (True, True, True, False)
    """
    brief = len(plain(text)) <= _LONGEST_TIMELIKE
    return is_time(text) or (brief and _TIMELIKE.search(text) is not None)


def only_time(text: str) -> bool:
    """Whether a clause is only a time, so that it cannot answer any other question.

    >>> only_time("去年10月到现在"), only_time("就是昨天上午"), only_time("昨天买的牛奶")
    (True, True, False)
    """
    said = plain(text)
    found = moment(said, now())
    rest = said.replace(found.text, "", 1) if found is not None else said
    for pattern in (_LASTING, _SINCE, _SPANNING, _WORDS):
        rest = pattern.sub("", rest)
    return rest != said and not beside_time(rest)
