"""Reads the name of whom a matter is about where it is told by role (开发商是锦绣置业), what names nobody, and what a citizen puts aside."""

from __future__ import annotations

import re

from core.text import plain

_ROLE = (
    r"(?:[我俺咱]们?(?:家|们)?)?(?:这|那|这个|那个|这家|那家)?的?(?:楼下|隔壁|小区)?的?"
    r"(?P<role>开发商|商家|单位|公司|厂家?|超市|店家?|饭店|物业(?:公司)?|施工方|施工单位|中介|平台|培训班|机构|学校|医院|银行|幼儿园|驾校|快递公司)"
)
_NO_NAME = re.compile(
    r"不|没|了|吗|呢|吧|谁|啥|什么|哪|怎|有问题|骗|黑|假|违|故意|[一二两三四五六七八九几多]家$|"
    r"^(?:个|一|我|你|他|她|这|那|在|要|被|能|可|很|真|最|都|国企|私[人营]的?|外地的?|本地的?)|[的着过]$"
)
"""What stands in no name: 商家是故意的, 开发商是谁."""
_TOLD = re.compile(
    rf"(?:^|[，,。；;！!？?\s]){_ROLE}(?:的?(?:名字|全称|全名|名称))?(?:就)?(?:是|叫做?|名叫)"
    r"(?P<name>[\u4e00-\u9fffA-Za-z0-9]{2,16}?)(?=[，,。；;！!\s]|$)"
)
_OF = r"(?:的|这|那)?(?:件|个|档子?|茬)?(?:事儿?|事情|问题)"
_ASIDE = (
    re.compile(
        r"(?:^|[，,。；;！!？?\s])(?:算了|唉|哎|那)?[，,\s]{0,9}(?P<what>[\u4e00-\u9fff]{2,8}?)(?:的|这|那)?(?:件|个)?(?:事儿?|事情|问题)?"
        r"(?:就|先|我){0,12}(?:不说了|不提了|不讲了|不谈了|先放一放|先放着|先不(?:说|提|讲|谈)了?)(?=[，,。；;！!\s]|$)"
    ),
    re.compile(
        r"(?:^|[，,。；;！!？?\s])(?:算了|唉|哎|那|我|咱|今天|这次|这回){0,6}(?:先|暂且|暂时|且|今天|这次|这回)(?:不|别)(?:说|提|讲|谈|扯|管)"
        rf"(?P<what>[\u4e00-\u9fff]{{2,8}}?){_OF}?(?:了|先)?(?=[，,。；;！!\s]|$)"
    ),
    re.compile(
        rf"(?:^|[，,。；;！!？?\s])(?P<what>[这那]个|[这那]件事?|[这那]事儿?|[\u4e00-\u9fff]{{2,8}}?{_OF})(?:就|先|等|我|咱|那){{0,8}}"
        r"(?:以后|回头|改天|下次|过后|等会儿?|待会儿?|之后)(?:再|另)(?:说|讲|提|谈|反映|投诉|登记|弄)(?:吧|了|啊){0,4}(?=[，,。；;！!\s]|$)"
    ),
)
"""What a citizen puts aside: 物业的事不说了, 先不说物业, 这个以后再说."""
_POINTS = re.compile(r"[这那](?:个|件事?|事儿?)")
"""Words for what was said in the clause before."""
_NOT_PUT = re.compile(
    r"什么|别的|多余|其[他它]|原因|理由|话|情况|说|讲|答|推|让|叫|表示|总|老是|每次|一直|都|他们?|她们?|人家|对方"
)
"""What stands in nothing that a citizen puts aside: 先不说别的, 物业总是以后再说."""
_SHOP = (
    r"(?:商|店|厂|卖)家|店主|摊主|老板娘?|店老板|客服|卖东西的|平台|中介|公司|单位|厂子?|机构|开发商|(?:火锅|烧烤|早餐|奶茶|蛋糕|小吃|理发|美容|手机|眼镜|药|饭|面|酒|水果|服装)店|"
    r"饭馆|餐馆|餐厅|酒店|宾馆|超市|便利店|健身房|健身会所|美容院|驾校|培训班|培训机构|培训学校|旅行社|快递公司|装修公司|家政公司|劳务公司|搬家公司|诊所|网吧|棋牌室"
)
_NAMELESS = re.compile(rf"(?:[这那]?(?:一)?[个家])?(?:{_SHOP})(?:的?老板|的人)?")

_BESIDE = r"(?:楼[上下顶]|对[面门过]|隔壁|门口|[旁路街]边|附近|边上|底商|[一二三]楼|小区[里内]?)的?(?:有?一?[家个]|那[家个]?)?的?"
"""Where a trade stands that the citizen's address tells apart from others."""


def is_generic(name: str) -> bool:
    """Whether words are only a role, which many have.

    >>> is_generic("开发商"), is_generic("楼下超市"), is_generic("佳乐超市")
    (True, True, False)
    """
    return re.fullmatch(_ROLE, name) is not None


def told_name(text: str) -> str:
    """The name that a clause gives to a role; "" when none does.

    >>> told_name("房产证办不下来，开发商是锦绣置业"), told_name("商家是故意的"), told_name("开发商是谁不知道")
    ('锦绣置业', '', '')
    """
    names = (said["name"] for said in _TOLD.finditer(text))
    return next((name for name in names if _NO_NAME.search(name) is None), "")


def nameless(name: str, story: str = "") -> bool:
    """Whether a 涉及对象 is a trade of which a city has many, so that its name is still worth asking for.

    物业 and 学校 are found by the address, a neighbour has no better name, and 对面小吃店 is told by where it is.

    Args:
        story: the story that names it.

    >>> [nameless(said) for said in ("商家", "健身房", "那家饭店", "力美健身", "物业", "楼下饭店", "佳乐超市")]
    [True, True, True, False, False, False, False]
    """
    placed = re.search(rf"{_BESIDE}{re.escape(name)}", story) is not None
    return _NAMELESS.fullmatch(name) is not None and not placed


def put_aside(text: str) -> str:
    """The words for what a citizen says this is not about now; "" when nothing is put aside.

    >>> put_aside("算了物业的事不说了，我要说的是停车"), put_aside("先不说物业，楼道堆东西"), put_aside("老板不说原因，就是不退")
    ('物业', '物业', '')
    """
    said = _aside(text)
    return "" if said is None or _POINTS.fullmatch(said["what"]) else _bare(said["what"])


def without_aside(text: str) -> str:
    """A text without what the citizen puts aside, and without the clauses before that are about it.

    >>> without_aside("我要投诉物业，算了物业的事不说了，我要说的是门口违章停车")
    '，我要说的是门口违章停车'
    >>> without_aside("楼道灯坏了，物业乱收费，这个以后再说")
    '楼道灯坏了，'
    """
    said = _aside(text)
    if said is None:
        return text
    before = re.findall(r"[^，,。；;！!？?\s]+[，,。；;！!？?\s]?", text[: said.start()])
    what = _bare(said["what"])
    kept = before[:-1] if _POINTS.fullmatch(what) else [clause for clause in before if what not in clause]
    rest = text[said.end() :]
    return "".join(kept) + rest if plain("".join(kept) + rest) else text


def _aside(text: str) -> re.Match[str] | None:
    found = (said for pattern in _ASIDE for said in pattern.finditer(text))
    return next((said for said in found if _NOT_PUT.search(_bare(said["what"])) is None), None)


def _bare(what: str) -> str:
    return re.sub(rf"{_OF}$", "", what) or what
