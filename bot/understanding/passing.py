"""Removes from a story what is told in passing: the life of the family, and where the citizen asked for help before.

A place, a time or an organisation named there (我孙子在镇上念小学, 他们让我找物业) does not belong to the matter.
"""

from __future__ import annotations

import re

from core.text import without_pictures

LONG = 200
"""Fewest characters of a letter. The first place, time or name in a letter seldom belongs to the matter."""

_KIN = (
    r"(?:我|俺)?(?:家)?的?(?:大|小|二|老)?(?:儿子|女儿|闺女|孙子|孙女|外孙女?|娃儿?|孩子|小孩|老伴|老头子?|老太婆|老婆|老公|媳妇|爱人|"
    r"丈夫|妻子|儿媳妇?|女婿|父母|父亲|母亲|爸妈?|妈|弟弟|哥哥|姐姐|妹妹)们?"
)
_LIVING = (
    r"(?:念|读|上)(?:的|了|过)?(?:小学|初中|高中|中学|大学|幼儿园|书|学|班)|上班|打工|工作|回来|回家|住着|住院|当兵|收银|退休|走得早|去世|"
    r"念书|读书|上学|做事|做生意"
)
_OFFICE = (
    r"派出所|公安局?|[镇乡区县市]政府|街道办?(?:事处)?|社区|居委会|村委会|村里|镇上|城管局?|水利[站局]|信访局?|教育局|民政局|住建局|房管局|环保局|"
    r"劳动局|人社局|交警队?|供电[所局]|[水电]站|网格员|书记|主任|村长|部门"
)
_ASKED = re.compile(
    rf"(?:让|叫|喊|要)(?:我|我们|俺|咱|大家)?们?(?:再|先|自己)?(?:去|来)?(?:找|问|等)|"
    rf"(?:给|跟|向|和|找|去|到|问|骂|跑)(?:过|了)?(?:我们|俺们|当地|镇上的?|村里的?)?(?:{_OFFICE}).{{0,6}}?(?:打(?:过|了)?电话|打(?:过|了)|"
    rf"反映|投诉|说过|说了|讲过|问过|问了|报过|报了|反应|[一两二三四五六七八九十几好多]+(?:次|趟|回|遍)|的话|过了)|"
    rf"(?:找|骂|跑|问)(?:过|了)(?:{_OFFICE})|归.{{1,8}}管"
)
_LIFE = re.compile(rf"{_KIN}.{{0,12}}?(?:{_LIVING})")
_WORK = re.compile(r"上班|打工|工作|收银|做事")
_VISITS = re.compile(r".{0,8}(?:才|就|都|能|也)(?:能)?(?:回来|回家)一?[趟次回]")
"""A clause of relatives who are seldom at home: 国庆节才回来一趟."""
_OF_WORK = re.compile(r"工资|薪|开除|辞退|解雇|社保|加班|工伤|劳动合同|欠.{0,4}钱")
"""Words of a matter between the citizen and an employer. What is said about work then belongs to the matter."""
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+")
_AGE = re.compile(
    r"(?<!到)(?:今年|现年)(?:都|已经?|快|也|有)*(?:\d{2,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|九十多|[六七八九]十多|"
    r"[\d一二三四五六七八九十]{1,3})(?:多)?(?:周?岁(?:多)?(?:了|的)?|了|(?=$|[，,。；;！!\s]))"
)
_LISTED = re.compile(
    r"(?:(?<=^)|(?<=[，,。；;！!？?\n\s]))第[一二三四五](?![中小届医代批次季层人栋])[，,、：: ]*|第一(?=小区)"
)
_LABELLED = re.compile(
    r"(?:^|\n|[，,。；;])\s{0,9}(?:地址|地点|位置|时间|发生时间|被(?:投诉|举报|反映)(?:人|方|单位|对象)?|涉及(?:单位|对象))[：:][^\n。；;]*"
)


def without_passing(text: str) -> str:
    """A story without clauses about family life and earlier requests for help, without ages, list numbers and emoji.

    >>> without_passing("我今年六十八了，孙子在镇上念小学，龙湖路的灯坏了")
    '我，，龙湖路的灯坏了'
    """
    bare = _LISTED.sub("", _AGE.sub("", without_pictures(text)))
    at_work = _OF_WORK.search(text) is not None
    return _CLAUSE.sub(
        lambda clause: "" if _passes(clause.group(), at_work=at_work) else clause.group(), bare
    )


def is_passing(clause: str) -> bool:
    """Whether a clause tells of the family's life, or of earlier requests for help."""
    return _passes(clause, at_work=False)


def is_letter(text: str) -> bool:
    """Whether a story is so long that places, times and names in it may not belong to the matter."""
    return len(text) >= LONG


def labelled(text: str) -> str:
    """The parts of a letter that begin with a label (地址：龙湖路8号), a line each; "" when there are none.

    >>> labelled("地址：龙湖路8号。一直没人来")
    '地址：龙湖路8号'
    """
    return "\n".join(found.group().strip("\n，,。；; ") for found in _LABELLED.finditer(text))


def _passes(clause: str, *, at_work: bool) -> bool:
    life = _LIFE.search(clause)
    lives = life is not None and not (at_work and _WORK.search(life.group()))
    return lives or _ASKED.search(clause) is not None or _VISITS.fullmatch(clause) is not None
