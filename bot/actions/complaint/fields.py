"""The fields of the complaint form. Each is declared once: how it is asked for, read, shown and corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.actions.complaint import values
from bot.actions.runtime.context import parts
from bot.understanding.confidential import read_confidential
from bot.understanding.kind import named_type
from bot.understanding.name import ANONYMOUS, read_name
from bot.understanding.phone import phone
from conversations.attachments import Place
from tickets.checks import MAX_CONTENT

TYPES = ("投诉", "求助", "举报", "建议", "咨询", "表扬")
"""Types of a matter (诉求类型), in the order in which citizens are offered them."""

Value = str | bool | None
"""A field's value, read from an answer; None when the answer holds no value."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What can answer a field's question. Made by :func:`any_words`, :func:`fact` or :func:`one_of`.

    Args:
        read: text → value.
        free: whether any words may be the answer.
        longest: most characters of any words that a ticket keeps; the rest is cut. A detail keeps at most
            :data:`tickets.checks.MAX_DETAIL`. 0 when the answer is not any words.
        choices: (title, value) of the buttons below the question.
    """

    read: Callable[[str], Value]
    free: bool = False
    longest: int = 0
    choices: Callable[[], Iterable[tuple[str, str]]] = tuple


def any_words(longest: int, read: Callable[[str, int], str | None] = values.read_free) -> Answer:
    """Any words are an answer.

    Args:
        longest: most characters of the value.
        read: (text, longest) → value.
    """
    return Answer(lambda text: read(text, longest), free=True, longest=longest)


def fact(read: Callable[[str], Value]) -> Answer:
    """Only what ``read`` finds in the text is an answer."""
    return Answer(read)


def one_of(
    choices: Callable[[], Iterable[tuple[str, str]]], read: Callable[[str], Value], *, free: bool = False
) -> Answer:
    """One of the choices is the answer, pressed as a button or said in words that ``read`` understands.

    Args:
        choices: (title, value) of the buttons.
        read: text → value.
        free: whether other words may be an answer, too.
    """
    return Answer(read, free=free, choices=choices)


NOT_ASKED = fact(lambda text: None)
"""Nothing is an answer: the field is never asked for, and its value comes from elsewhere."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form. A field without a column in a ticket is filed as a detail under its label.

    Args:
        name: the slot.
        label: its name in the summary.
        heard: order in which the ``words`` of the fields are looked for in a correction, smallest first.
        words: pattern of the words that name the field in a correction.
        answer: what can be an answer.
        asked: order of the questions, smallest first; 0 when the field is not asked for.
        question: the question.
        again: other words for the same question, for citizens who were asked twice.
        means: an explanation of the question, for citizens who do not understand it.
        hint: said when an answer could not be read; may contain ``{district}`` and ``{area_code}``.
        skip: whether it may always stay empty.
        light: whether ideas, questions and praise are asked for it, too.
        shown: value → what a citizen reads.
        empty: what a citizen reads when it was left empty.
    """

    name: str
    label: str
    heard: int
    words: str
    answer: Answer = NOT_ASKED
    asked: int = 0
    question: str = ""
    again: str = ""
    means: str = ""
    hint: str = "我没听明白。"
    skip: bool = False
    light: bool = False
    shown: Callable[[Any], str] = str
    empty: str = "未填"


def _type(text: str) -> str | None:
    kind = named_type(text)
    return kind.label if kind else None


def _districts() -> list[tuple[str, str]]:
    named = [(district.title or district.name, district.name) for district in parts().city.districts]
    return [*named, ("全市/说不清", values.WHOLE_CITY)]


def _spot(value: Any) -> str:
    there = Place.parse(str(value))
    if there is None:
        return str(value)
    point = f"北纬 {there.lat:.4f}，东经 {there.lon:.4f}"
    return f"{there.label}（{point}）" if there.label else point


FIELDS = (
    Field(
        "complaint_type",
        "诉求类型",
        heard=50,
        words=r"类型|类别|改成(投诉|举报|求助|建议|咨询|表扬)",
        asked=60,
        question="请问这属于哪一类？",
        again="就差选一类了：想让人来帮忙解决，选“求助”；对谁不满意，选“投诉”。说不清就点“跳过”，工作人员会看着定。",
        means="投诉是对哪家、哪个人不满意；求助是请人来帮忙解决；举报是说有人违法；建议是出个主意；咨询是只想问清楚；表扬是夸人。",
        hint="没能认出是哪一类，请在下面选一个。",
        light=True,
        answer=one_of(lambda: ((name, name) for name in TYPES), _type),
    ),
    Field(
        "content",
        "诉求内容",
        heard=120,
        words=r"内容|诉求|经过|描述|情况|事情",
        asked=10,
        question="请说说是什么事：怎么回事、影响了什么、希望怎么解决。一次说完或者慢慢说都行。",
        again="不用想怎么说，一句话就行：是什么东西坏了，还是谁做了什么？比如“楼道灯不亮”“饭店半夜还在吵”。也可以转人工，跟坐席说。",
        means="就是出了什么事。像跟邻居说话那样就行，比如“楼下烧烤店天天冒烟，熏得睡不着”“水管漏了三天没人修”。",
        hint="您说得再具体一点，我才好登记。",
        light=True,
        answer=any_words(MAX_CONTENT, values.read_story),
    ),
    Field("category", "事项分类", heard=40, words=r"分类|事项"),
    Field(
        "district",
        "所在县区",
        heard=110,
        words=r"县区|区县|哪个区|[区县](选|写|填|不|错|改)|把[区县]|改成\w{1,4}[区县]",
        asked=20,
        question="这件事发生在哪个县区？",
        again="请再说说是在哪个县区，点下面的名字就行；不清楚就点“全市/说不清”。",
        means="就是事情出在哪个区、哪个县，知道了才能转给管得着的单位。不清楚就选“全市/说不清”。",
        hint="没能认出是哪个县区，请在下面选一个，或者直接说名字，比如“{district}”。",
        answer=one_of(_districts, lambda text: values.read_district(text, parts().city)),
    ),
    Field(
        "address",
        "具体地址",
        heard=100,
        words=r"地址|地点|位置|门牌|地方|小区名|路名|[楼房栋]号|楼栋|单元号",
        asked=30,
        question="具体在什么位置？比如路名门牌、小区楼栋，或者附近的路口、学校；也可以直接发定位，有现场照片一起发来更好。",
        again="工作人员该到哪儿去看？附近有什么路、小区、村子、学校、店，说一个就行；实在说不清就点“跳过”。",
        means="就是工作人员该到哪儿去看。路名、小区、村子，或者旁边有什么，说个大概就行。",
        hint="没能认出位置，请说一下路名、小区或者附近的标志。",
        answer=any_words(300, lambda text, longest: values.read_where(text, longest, parts().city)),
    ),
    Field("location", "地图定位", heard=90, words=r"定位", shown=_spot),
    Field(
        "happened_at",
        "发生时间",
        heard=60,
        words=r"时间|日期|几点|哪天",
        asked=40,
        question="是什么时候的事？比如“昨晚十点多”“持续半个月了”；记不清可以跳过。",
        again="大概有多久了？今天、前几天，还是好几个月了？记不清就点“跳过”。",
        means="就是这件事哪天出的，或者有多久了，比如“昨天晚上”“有半个月了”。记不清说“跳过”就行。",
        hint="没能认出时间，大概说一下就行。",
        skip=True,
        answer=any_words(100, values.read_when),
    ),
    Field(
        "subject",
        "涉及对象",
        heard=70,
        words=r"对象|单位|店名|涉及|被投诉",
        asked=50,
        question="涉及哪个单位、店铺或者人？不知道可以跳过。",
        again="要说的是哪家店、哪个单位，还是哪个人？叫不上名字就点“跳过”。",
        means="就是您说的是哪家店、哪个单位、哪个人，比如“华康物业”“楼上住户”。不知道说“跳过”就行。",
        skip=True,
        answer=any_words(200, values.read_whom),
    ),
    Field("photos", "现场照片", heard=80, words=r"照片|图片", shown=lambda value: f"{len(value)} 张"),
    Field(
        "contact_name",
        "联系人",
        heard=20,
        words=r"姓名|名字|称呼|匿名|联系人|留名|叫错|姓[错写改不]",
        asked=70,
        question="怎么称呼您？方便工作人员跟您核实；不想留名字可以选匿名，也可以留了名字要求保密。",
        again="工作人员打电话时怎么称呼您？说个姓就行，比如“姓王”；不想说就点“匿名”。",
        means="就是工作人员联系您时怎么叫您，比如“王女士”。不想说就说“匿名”。",
        hint="没能认出怎么称呼您。可以说“我叫……”，或者“王女士”这样的称呼；不想留就说“匿名”。",
        skip=True,
        light=True,
        answer=one_of(lambda: ((ANONYMOUS, ANONYMOUS),), read_name, free=True),
    ),
    Field(
        "contact_phone",
        "联系电话",
        heard=10,
        words=r"电话|手机|号码|联系方式|座机",
        asked=80,
        question="您的联系电话是多少？工作人员核实情况和回访时用；不想留也可以说“不留”。",
        again="方便留个联系电话吗？手机号 11 位数字就行；不留就点“不留电话”。",
        means="就是工作人员核实、告诉您结果时打的号码，手机、座机都行。不想留就说“不留”。",
        hint="这个号码好像不对。请输入 11 位手机号，或者带区号的座机号，比如 {area_code}-6000000；不想留就说“不留”。",
        light=True,
        answer=fact(phone),
    ),
    Field(
        "confidential",
        "是否保密",
        heard=30,
        words=r"保密",
        asked=90,
        question="需要为您保密吗？选保密的话，您的姓名和电话不会透露给承办单位。",
        again="您的名字和电话，要不要对办这件事的单位保密？要就点“需要保密”，不要就点“不用保密”。",
        means="选了保密，您的姓名和电话只有热线知道，不给承办单位和被反映的一方看；不选的话，承办单位能看到，方便找您。",
        hint="请选“需要保密”或者“不用保密”。",
        answer=one_of(lambda: (("需要保密", "保密"), ("不用保密", "不用保密")), read_confidential),
        shown=lambda value: "是（不向承办单位透露您的身份）" if value else "否",
        empty="否",
    ),
)
"""The fields in the order of the summary."""

BY_NAME = {field.name: field for field in FIELDS}
"""Slot → field."""
QUESTIONS = tuple(sorted((field for field in FIELDS if field.asked), key=lambda field: field.asked))
"""The fields that are asked for, in order."""
SKIPPABLE = frozenset(field.name for field in FIELDS if field.skip)
"""Slots that may always stay empty."""
