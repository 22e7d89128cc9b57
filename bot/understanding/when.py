"""Reads when something happened: "上周三晚上十点多" → a date and an hour.

This is own code. JioNLP's time parser (Apache-2.0) was tried: it needs 167 MB of disk, logs a trace for each text that
it can't read, and knows neither local words (今个, 昨个, 晚黑, 晌午) nor the frequent vague ones (这几天).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.understanding.said_before import without_said_before
from bot.understanding.when_background import NUMBER, is_background, is_no_event
from bot.understanding.when_span import Found, spans
from core.clock import SHANGHAI

Precision = Literal["minute", "hour", "part", "day", "week", "month", "year", "vague"]
"""How exact a time is; ``part`` is a part of a day (晚上), ``vague`` has no date."""


@dataclass(frozen=True)
class Moment:
    """A time, as said and as understood.

    Args:
        text: the citizen's words for the time.
        start: beginning of the time, timezone-aware in Chinese time; None for a vague or repeated time.
        precision: how exact ``start`` is.
        until: the end of a span (昨天到今早), at most the moment of the message; None when there is none.
        goes_on: whether it is a span that goes on.
    """

    text: str
    start: datetime | None
    precision: Precision
    until: datetime | None = None
    goes_on: bool = False

    @property
    def shown(self) -> str:
        """The text for a summary: the words and how they were understood, so that the citizen sees an error.

        >>> moment("上周三晚上十点多", datetime(2026, 11, 24, 14, tzinfo=SHANGHAI)).shown
        '上周三晚上十点多（2026年11月18日22时）'
        """
        if self.start is None:
            return self.text
        read = self._read(self.start)
        if self.goes_on or self.until is not None:
            read = f"{read}到{self._read(self.until) if self.until else '现在'}"
        return self.text if read == self.text else f"{self.text}（{read}）"

    def _read(self, when: datetime) -> str:
        day = f"{when.year}年{when.month}月{when.day}日"
        return {
            "minute": f"{day}{when:%H:%M}",
            "hour": f"{day}{when.hour}时",
            "month": f"{when.year}年{when.month}月",
            "year": f"{when.year}年",
            "week": f"{day}起的一周" if not (self.goes_on or self.until) else day,
        }.get(self.precision, day)


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_N = NUMBER
_PARTS = {
    "凌晨": 0, "清晨": 5, "清早": 5, "大清早": 5, "一大早": 6, "大早上": 6, "早上": 6, "早晨": 6, "早起": 6,
    "清起来": 6, "早": 6, "上午": 8, "晌午": 12, "中午": 12, "正午": 12, "午后": 13, "下午": 13, "后半晌": 13,
    "傍晚": 17, "黄昏": 17, "傍黑": 17, "晚黑": 18, "晚上": 18, "晚间": 18, "夜晚": 18, "晚": 18, "夜里": 22,
    "夜间": 22, "夜": 22, "深夜": 23, "大半夜": 23, "半夜": 23, "后半夜": 24, "大晚上": 18, "三更半夜": 23,
}  # fmt: skip
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_DAYS = {
    "大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0,
}  # fmt: skip
_WEEKDAYS = (
    {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 5} | {str(i + 1): i for i in range(7)}
)
_FEASTS = {
    "元旦": (1, 1),
    "五一": (5, 1),
    "六一": (6, 1),
    "十一": (10, 1),
    "国庆": (10, 1),
    "双十一": (11, 11),
}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_VAGUE = re.compile(
    r"(?:(?:自|打)?从)?(?:最近|近期|近来|近几[天日]|近[一两三]个?(?:周|月|星期)|这几[天日]|这两[天日]|这些天|这些日子|这段时间|这阵子|"
    r"[一两二三四五六七八九]{2}个?(?:天|日|周|星期|礼拜|月|年)(?:以?前|之前)|"
    r"这一阵|前几[天日]|前两[天日]|前些天|前些日子|前段时间|前阵子|前一阵子?|"
    r"长期(?:以来)?|一直以来|常年|多年来|(?:这|近)[几两]年|(?:这|近)[几两]个?月|(?:农历|阴历|旧历)(?:正|冬|腊|十?[一二三四五六七八九]|十)月(?:(?:初|十|廿|二十|三十)?[一二三四五六七八九十])?|入[春夏秋冬]以来|平时)"
)
_HABIT = re.compile(
    rf"(?:每天|天天|每晚|每日|夜夜|每到|一到|整天|整夜|成天|每个?(?:周|星期|礼拜)[一二三四五六日天末]?|每年)"
    rf"(?:(?:都|总|基本上?|差不多){{0,2}}[的到是在从]?(?:{_PART}|高峰期?|早晚高峰期?))?(?:[的大概差不多约]{{0,3}}(?:{_N}[点时](?:半|多|钟|左右|来钟)*|\d{{1,2}}:\d{{2}}))?"
    rf"(?:(?:到|至|-|~)(?:第二天|次日)?(?:{_PART})?(?:{_N}[点时](?:半|多|钟)*|\d{{1,2}}:\d{{2}})?)?"
)
_GOING_ON = r"(?:[干做打拖欠租用修建闹吵漏停堵等](?:工|活|电|水)?了?)?"
"""A verb within a span of months: 从今年3月干到8月."""
_SPAN_OF = re.compile(
    rf"(?:(?:20\d\d|今|去|前)年)?{_N}月(?:份|初|中旬|底|{_N}[日号])?(?:一直|就)?{_GOING_ON}(?:到|至|-|~|—)(?:(?:20\d\d|今|去|前|第二)年)?(?:{_N}月(?:份|初|中旬|底|{_N}[日号])?|现在|今)"
)
"""A span from one month to another, which has no single date."""
_HOURS = re.compile(
    rf"(?:到|至|-|~|—)(?:第二天|次日)?(?:{_PART})?(?:{_N}[点时](?:半|多|钟|左右)*|\d{{1,2}}:\d{{2}})"
)
"""The end of a span of hours. Without a date such a span stays in its words."""
_UNTIL = re.compile(r"[\u4e00-\u9fff](?:到|至)(?:了)?(?:大概|差不多|快)?$")
"""Words before the hour until which something goes on."""
_STILL = re.compile(r"(?:吧)?(?:都)?还(?:在|不|没)|才(?:停|歇|走|关)")
"""Words after a clock time without a date. They tell how late it gets, and not on which day."""
_ALWAYS = frozenset(["每天", "天天", "每日", "每到", "一到", "整天", "成天", "夜夜", "整夜", "每年", "平时"])
"""Alone, these words say how often something happens, and not when."""
_CLOCK = (
    rf"(?P<hour>{_N})(?P<hours>[、到至-]?{_N})?(?:点钟?(?!意见|建议|要求|问题|想法|理由)|时(?![候间段常不代])|:(?P<min1>\d{{2}})|：)"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<min2>{_N}|零[一二三四五六七八九]|0\d)分?(?![0-9点天月号]))?"
    r"(?:多|来钟|左右|钟|许|前后|整|的时候|吧){0,2}"
)
_DATE = rf"""
  (?P<iso>(?P<iso_y>20\d\d)[-./年](?P<iso_m>\d{{1,2}})[-./月](?P<iso_d>\d{{1,2}})[日号]?)
| (?P<md>(?:(?P<y>20\d\d|今|去|前)年[,，\s]?)?(?P<m>{_N})月份?(?:(?P<d>{_N})[日号]|(?P<third>初|中旬|底|上旬|下旬|末))?)
| (?P<rel_month>(?:上上个?|上个?|这个?|本)月(?:份)?(?:(?P<rel_d>{_N})[日号]|(?P<rel_third>初|中旬|底|上旬|下旬))?)
| (?P<week>(?:(?P<week_rel>上上个?|上个?|这个?|本|头个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末]|(?<=[期拜])[1-6]))
   |(?P<week_only>(?:上上个?|上个?|这个?|本)(?:周|星期|礼拜)))
| (?P<day>(?P<day_rel>大前|前|昨|今|当)(?:天|日|个|儿个|儿)|(?P<day_short>昨|今|前|当)(?=晚|夜|早|晨|晌))
| (?P<ago>(?:(?<![一二三四五六七八九两])(?P<ago_n>{_N})个?|(?P<ago_half>半)个?)(?:多)?(?P<ago_unit>天|日|小时|钟头|分钟|星期|礼拜|周|月|年)(?:多)?(?:以?前|之前))
| (?P<year>(?P<year_rel>去|今|前|大前|20\d\d)年(?:(?P<season>[春夏秋冬])[天季]|(?P<year_third>初|年初|底|年底|上半年|下半年))?)
| (?P<feast>(?:(?P<feast_y>去|今|前)年)?(?P<feast_name>(?:双十一|国庆|元旦|五一|六一)(?![一二三四五六七八九东南西北中]?(?:[路街里大新村桥]|广场|商场|小区|公园|医院))|十一(?=假期|长假|期间|那))(?:节|期间|假期|长假|当天|那天)*)
| (?P<dom>(?<![\d路街巷道区弄段村庄园门苑城府湾里A-Za-z第])(?P<dom_d>{_N})号(?=那天|这天|当天|开始|起|以来|早|上午|中午|下午|晚|夜|凌晨|半夜|到|至|的|，|,|就|左右|停))
| (?P<now>刚才|刚刚|刚(?=[在被从到遇看])|这会儿?)
"""
_TIME = re.compile(
    rf"(?:(?P<date>{_DATE})(?:[那这]天|的|里|,|，|\s){{0,2}})?"
    rf"(?:(?:大概|大约|差不多|约|是|在|快){{0,2}}(?P<part>{_PART}))?"
    rf"(?:(?:大概|大约|差不多|约|是|快|的){{0,2}}(?:{_CLOCK}))?",
    re.VERBOSE,
)


def moment(text: str, now: datetime) -> Moment | None:
    """Read when the matter of a text happened: the most exact time in it; of equally exact ones the first.

    Args:
        text: the text.
        now: the moment of the message; "昨天" is relative to its day in China.

    >>> now = datetime(2026, 11, 24, 14, tzinfo=SHANGHAI)
    >>> moment("俺家昨个晚黑九点来钟停的电", now).start.isoformat()
    '2026-11-23T21:00:00+08:00'
    >>> moment("这几天老是停水", now).shown, moment("上周三到这周五", now).shown
    ('这几天', '上周三到这周五（2026年11月18日到现在）')
    """
    ranked = sorted(_found(text, now), key=lambda item: -item[1])
    return ranked[0][0] if ranked else None


def moments(text: str, now: datetime) -> list[Moment]:
    """All times of a text, in their order; :func:`moment` chooses one of them."""
    return [one for one, _ in _found(text, now)]


_EXACT = {
    "minute": 6.0,
    "hour": 6.0,
    "part": 5.0,
    "day": 5.0,
    "week": 3.0,
    "month": 3.0,
    "year": 2.0,
    "vague": 2.5,
}


def _found(text: str, now: datetime) -> list[tuple[Moment, float]]:
    folded = without_said_before(unicodedata.normalize("NFKC", text))
    now = now.astimezone(SHANGHAI)
    found: list[tuple[Moment, float, int, int]] = []
    end = 0
    for match in _TIME.finditer(folded):
        said = match.group()
        if not said.strip(" ,，的里") or match.start() < end:
            continue
        read = _read(match, now)
        if read is None:
            continue
        start: datetime | None
        start, precision = read
        if match["date"] is None and _STILL.match(folded, match.end()):
            start, precision = None, "vague"
        if match["hour"] and (
            match["hours"] or (match["date"] is None and _UNTIL.search(folded[: match.start()]))
        ):
            # 一两点 is no exact hour, and 吵到十二点 tells when it ends.
            start, precision = (None, "vague") if match["date"] is None else (start, "part")
        score = _EXACT[precision]
        if match["date"] is None and (until := _HOURS.match(folded, match.end())):
            said, start, precision, end = said + until.group(), None, "vague", until.end()
        said = said.strip(" ,，的里")
        if match["date"] is None or match["now"]:
            score -= 1.5
        elif match["hour"]:
            score += 1
        if is_background(folded, match.start(), match.end()):
            score -= 4
        if is_no_event(folded, match.start(), match.end(), dated=bool(match["iso"] or match["md"])):
            continue
        found.append((Moment(said, start, precision), score, match.start(), match.end()))
    for span in spans(folded, [Found(f[0].text, f[0].start, f[2], f[3]) for f in found], now):
        inside = [f for f in found if span.begin <= f[2] < span.end]
        whole = replace(inside[0][0], text=span.text, start=span.start, until=span.until)
        whole = replace(whole, goes_on=span.until is None)
        found = [f for f in found if f not in inside]
        found.append((whole, inside[0][1] + 0.5, span.begin, span.end))
    for pattern in (_HABIT, _VAGUE, _SPAN_OF):
        for match in pattern.finditer(folded):
            if match.group() in _ALWAYS:
                continue
            # "天天晚上十点" contains a clock time, but the citizen means the habit
            inside = [
                f
                for f in found
                if match.start() <= f[2] < match.end() and (f[0].precision != "year" or pattern is _SPAN_OF)
            ]
            found = [f for f in found if f not in inside]
            score = _EXACT["vague"] + {_HABIT: 1.2, _SPAN_OF: 1.6}.get(pattern, 1.0)
            found.append((Moment(match.group(), None, "vague"), score, match.start(), match.end()))
    found.sort(key=lambda item: item[2])
    return [(made, score) for made, score, _, _ in found if score > 0]


def _read(match: re.Match[str], now: datetime) -> tuple[datetime, Precision] | None:
    """The moment that a match means; None when it is not a valid date or not a time."""
    part, hour = match["part"], _number(match["hour"])
    if match["date"] is None and hour is None:
        return None  # "晚上" alone gives no date
    try:
        dated = _day(match, now)
    except ValueError:
        return None
    day, precision = dated if dated else (now.replace(hour=0, minute=0, second=0, microsecond=0), "day")
    if match["now"]:
        return now, "hour"
    if match["ago_unit"] in ("小时", "钟头", "分钟"):
        return day, "hour"
    if hour is not None:
        if hour > 24 or precision in ("week", "month", "year"):
            return None
        bare = match["date"] is None and not part and not match["min1"]
        if bare and (not _spoken_hour(match) or match.group().strip() == "一点"):
            return None
        day = _at(day, hour, part)
        minute = _minute(match)
        day = day.replace(minute=minute)
        precision = "minute" if minute else "hour"
    elif part and precision == "day":
        noon = part in ("晌午", "中午", "正午")
        day, precision = day + timedelta(hours=_PARTS[part]), "hour" if noon else "part"
    if match["date"] is None or (match["day_rel"] == "今" or match["day_short"] == "今"):
        day -= timedelta(days=1) if day > now + timedelta(hours=1) else timedelta()
    return day, precision


def _spoken_hour(match: re.Match[str]) -> bool:
    """Whether a clock time without a date is really a time; "3点" may also be the number of points in a list."""
    return "点" in match.group() and match.group()[-1:] in "点半钟多右候整分刻"


def _at(day: datetime, hour: int, part: str | None) -> datetime:
    early = part is None or _PARTS[part] < 12
    if part is not None and not early:
        if part in ("晌午", "中午", "正午") and hour <= 3:
            hour = hour % 12 + 12
        elif _PARTS[part] >= 18 and (hour <= 5 or hour in (12, 24)):
            return day + timedelta(days=1, hours=hour % 12)  # the hours after midnight belong to the next day
        elif hour < 12 and part not in ("晌午", "中午", "正午"):
            hour += 12
    return day + timedelta(hours=hour)


def _minute(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["quarter"]:
        return {"一": 15, "三": 45}[match["quarter"]]
    said = match["min1"] or match["min2"]
    return min(_number(said.lstrip("零")) or 0, 59) if said else 0


def _day(match: re.Match[str], now: datetime) -> tuple[datetime, Precision] | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if match["iso"]:
        return midnight.replace(
            year=int(match["iso_y"]), month=int(match["iso_m"]), day=int(match["iso_d"])
        ), "day"
    if match["md"]:
        return _month_day(match, midnight)
    if match["rel_month"]:
        back = 2 if match["rel_month"].startswith("上上") else int(match["rel_month"].startswith("上"))
        first = _months_back(midnight.replace(day=1), back)
        return _within(first, match["rel_d"], match["rel_third"])
    if match["week"]:
        return _week(match, midnight)
    if match["day"]:
        word = match["day_rel"] or match["day_short"]
        return midnight + timedelta(days=_DAYS[word]), "day"
    if match["ago"]:
        return _ago(match, now, midnight)
    if match["year"]:
        return _year(match, midnight)
    if match["feast"]:
        month, day = _FEASTS[match["feast_name"]]
        found = midnight.replace(month=month, day=day)
        if match["feast_y"]:
            found = found.replace(year=now.year - {"今": 0, "去": 1, "前": 2}[match["feast_y"]])
        elif found > now:
            found = found.replace(year=now.year - 1)
        return found, "day"
    if match["dom"]:
        first = midnight.replace(day=1)
        found, precision = _within(first, match["dom_d"], None)
        return (found, precision) if found <= now else _within(_months_back(first, 1), match["dom_d"], None)
    return (midnight, "day") if match["now"] else None


def _month_day(match: re.Match[str], midnight: datetime) -> tuple[datetime, Precision]:
    month = _number(match["m"]) or 0
    year = midnight.year
    if match["y"]:
        year = int(match["y"]) if match["y"].isdigit() else year - {"今": 0, "去": 1, "前": 2}[match["y"]]
    found = _within(midnight.replace(year=year, month=month, day=1), match["d"], match["third"])
    if not match["y"] and found[0] > midnight + timedelta(days=1):
        found = found[0].replace(year=year - 1), found[1]
    return found


def _within(first: datetime, day: str | None, third: str | None) -> tuple[datetime, Precision]:
    number = _number(day)
    if number is not None:
        return first.replace(day=number), "day"
    if third:
        return first.replace(day={"初": 1, "上旬": 1, "中旬": 11}.get(third, 21)), "month"
    return first, "month"


def _week(match: re.Match[str], midnight: datetime) -> tuple[datetime, Precision]:
    monday = midnight - timedelta(days=midnight.weekday())
    said = match["week_rel"] or match["week_only"] or ""
    back = 2 if said.startswith("上上") else int(said.startswith(("上", "头")))
    if match["week_only"]:
        return monday - timedelta(weeks=back), "week"
    found = monday - timedelta(weeks=back) + timedelta(days=_WEEKDAYS[match["weekday"]])
    if not said and found > midnight:
        found -= timedelta(weeks=1)  # a weekday alone means the last such day
    return found, "day"


def _ago(match: re.Match[str], now: datetime, midnight: datetime) -> tuple[datetime, Precision]:
    count = 0.5 if match["ago_half"] else float(_number(match["ago_n"]) or 1)
    unit = match["ago_unit"]
    if unit in ("小时", "钟头", "分钟"):
        return now - timedelta(minutes=count * (1 if unit == "分钟" else 60)), "hour"
    if unit in ("天", "日"):
        return midnight - timedelta(days=count), "day"
    if unit in ("星期", "礼拜", "周"):
        return midnight - timedelta(weeks=count), "week"
    if unit == "月":
        if count < 1:
            return midnight - timedelta(days=15), "week"
        return _months_back(midnight.replace(day=1), int(count)), "month"
    return midnight.replace(year=midnight.year - int(count), month=1, day=1), "year"


def _year(match: re.Match[str], midnight: datetime) -> tuple[datetime, Precision]:
    said = match["year_rel"]
    year = int(said) if said.isdigit() else midnight.year - {"今": 0, "去": 1, "前": 2, "大前": 3}[said]
    if match["season"]:
        return midnight.replace(year=year, month=_SEASONS[match["season"]], day=1), "month"
    late = {"底": 12, "年底": 12, "下半年": 7}.get(match["year_third"] or "", 1)
    return midnight.replace(year=year, month=late, day=1), "month" if match["year_third"] else "year"


def _months_back(first: datetime, count: int) -> datetime:
    months = first.year * 12 + first.month - 1 - count
    return first.replace(year=months // 12, month=months % 12 + 1)


def _number(said: str | None) -> int | None:
    """The value of an Arabic or Chinese numeral up to 99."""
    if not said:
        return None
    if said.isdigit():
        return int(said)
    if "十" in said:
        tens, _, ones = said.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS.get(said)
