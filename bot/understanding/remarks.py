"""Recognises messages that are not a value of any field: protest, laughter, a question back."""

from __future__ import annotations

import re

from bot.understanding.asking import asks_at_end
from bot.understanding.midway import asks_midway, asks_who_we_are
from core.text import plain

_PROTEST = re.compile(
    r"干(?:什么|啥|嘛)吃的?|吃干饭|什么(态度|玩意|东西|破|鬼)|管不管|(到底|究竟|还|就)(有没有|有没)人管|你们?(到底|究竟)|就(要|问|想)(你|您)|吃干饭|踢皮球|糊弄|敷衍|有(完|毛病|病)|"
    r"没完没了|烦(死|不烦|人)|啰嗦|磨叽|废话|问个没完|气死|无语|服了|垃圾(系统|机器人|客服)|智障|傻|废物|饭桶|骗子吧|别问了|不想跟你|懒得|(要|叫|让)你们?(管|来人|解决|处理)|"
    r"你们?(管|处理|解决)(一?下)?(不|了|吧|啊)?$|不管(我|了|是吧|吗)|(别|不要)(再|老|总|一直|光|只|净)*(让|叫)(我|俺)(填|说|等|写)|光(让|叫)(我|俺)(填|说|等|写)|快点(管|处理|解决)|赶紧(管|处理|解决|来)"
)
_SLIPPED = re.compile(
    r"(?:不好意思|哎呀?|啊|我|俺|刚才|刚刚|，|,){0,12}(?:打|点|按|发|写|填|说)错了?(?:字|了)?(?:了|啊|呀|哈){0,12}"
)
_GOES_ON = re.compile(
    r"(?:我|俺)?(?:还)?(?:想|要|得)?(?:再|还)(?:想|要)?(?:加|补|说|补充)(?:充)?(?:上)?(?:一(?:句|点|下|条)|几句|点)(?:话|东西)?(?:啊|呀|吧|哈)*|(?:我|俺)?(?:还)(?:有|想)?(?:要)?补充(?:的|一下)?|补充一下|(?:还有|另外)(?:一(?:点|件事?|个|句)|呢|啊)?|(?:哦|噢|啊|嗯|诶|哎)?对了(?:啊|呀|哦|那个|还有|[，,、]){0,3}|(?:等下|等等)?(?:我|俺)?还有话(?:要)?(?:说|讲)"
)
_TO_FILE = re.compile(
    r"(?:那|就|是|要|对|这么|这样|好|行|可以|嗯|没问题|没错|都?对|的|了|赶紧|快点?|信息|内容|请|麻烦|[帮给][我俺]|，|,|。){0,12}"
    r"(?:(?:确认(?:无误)?|提交|登记|上报|报|交)(?:上去|上|一下|下来)?(?:这件事|这个事?|这事)?(?:吧|了|啊|就|，|,|。){0,12})+"
    r"(?:赶紧的?|快点儿?|快些|马上|谢谢|(?:就)?(?:这样|这么着|行|可以|好)(?:吧|了|啊){0,12})?"
)
_TO_US = re.compile(
    r"(?:我|俺)?(?:刚才)?(?:打|点|按|发)错了?(?:字|了)?|不是(?:什么)?(?:紧急|危险)(?:情况|的事)?|不(?:紧急|危险)|没(?:有)?危险|"
    r"(?:那)?就(?:这样|这么)?(?:提交|登记|报|交)(?:上去)?吧?|再(?:加|补)(?:充)?一句|再补充(?:一下|一点)?|算了(?:算了)?(?:不要紧|没事|不说了|不留了?|不填了?|[写留说填](?:上|一下)?吧)?|"
    r"(?:你们?|您)?(?:千万)(?:别|不要)(?:说|讲|往外说|告诉(?:别人|人))?(?:出去)?(?:是我)?"
)
"""Words about the conversation itself, which do not belong to the matter."""
_SAID_SO = re.compile(
    r"(?:我|俺|这个?|那个?|不|是|也|就|地址|地方|位置|时间|名字|电话){0,5}(?:刚才|刚刚?|前面|上面|开头|一开始|早就?|都|已经|不是){1,3}(?:我|俺|都|就|已经|不是|跟你们?|给你们?|和你们?){0,3}"
    r"(?:(?:说|讲|填|写|报|发|告诉)(?:过|完|给)?(?:你们?|您)?(?:一?[遍次回]|[几两好]+[遍次回])?(?:了|啦)|(?:说|讲|填|写|报|告诉)过(?:你们?|您)?(?:的)?)(?:吗|么|嘛|啊|呀|呢|吧|[?？]){0,3}"
)
"""Only that it was told before (我刚才说过了)."""
_TOLD_LEAD = r"(?:我|俺|这个?|那个?|你们?|您|不是|是|也|就|又|还|都|已经?|地址|地方|地点|位置|时间|名字|电话|刚才?|刚刚|前面|上面|开头|一开始|早就?|之前|在|往|给|跟|和|自己){1,8}"
_TOLD_SAID = r"(?:说|讲|填|写|报|发|告诉)(?:过|完|给)?了?(?:你们?|您)?(?:一?[遍次回]|[几两好多三四五六七八九十\d]{1,2}[遍次回])?(?:了|啦|过|着)?(?:在?哪[里儿]?|地[方址点]|是?(?:哪里|哪儿|哪|谁|啥时候|什么时候))?(?:了|啦|呢|的)?"
_SAID_BEFORE = re.compile(
    rf"(?:[你您]们?(?:咋|怎么|还)[又还]?问了?|{_TOLD_LEAD}{_TOLD_SAID}|(?:说|讲|写|填)过?了?(?:呀|啊|的呀)|(?:[你您](?:们)?)?(?:自己)?(?:没看|没听|没看到|没看见|没听见|没记|看不见|没记住)|"
    r"(?:[你您](?:们)?)?(?:自己)?(?:往|翻翻|翻|看看|看|再看看?|去看看?){1,3}(?:上面|前面|上边|前头|上|前)(?:翻|看|找)?|(?:上面|前面|上头|前头)(?:不是)?(?:都|不)?(?:有|写着)|"
    r"(?:还)?要(?:我|俺)?(?:再)?(?:说|讲)(?:几|多少)[遍次回])(?:吗|么|嘛|啊|呀|呢|吧|的|了){0,3}"
)
"""The same of a message that answers a question, in more words (你咋又问，刚才讲过了 clause by clause)."""
_UNKNOWN = re.compile(
    r"(我|俺|也|就)*(不(知道|清楚|记得|晓得|确定)|忘(记)?了?|记不(清|得)|说不(上来|清)|没(有|得))(了|呀|啊|吧|具体的?|是?(哪|啥|什么).{0,4})?"
)
"""An answer that one does not know."""
_BUTTONS = frozenset({"确认提交", "提交", "确认", "修改", "要登记", "登记"})
"""Titles of the form's buttons, typed when these buttons are not shown."""
_LAUGH = re.compile(
    r"(?:哈|呵|嘿|嘻|嘎|h|233|6{2,}|笑死|呃|额|嗯|哦|噢|唉|哎|呀|啊|[.。…~、,，!！?？\s]|emm*|lol)+",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"[?？]\s*$|^(为什么|为啥|凭什么|凭啥|干嘛|怎么(还|又|这么)|谁(来|去|会|能|管|负责)|哪个部门|几天|多久|要不要|会不会|能不能|可不可以|是不是|有没有|需不需要|必须)|"
    r"(?:能|可以|要|得|该|会)[^，,。；;]{0,4}(?<![好十这前近])几个?(?:月|天|年|次|块|点|岁)[啊呀呢的]*$|(?:咋|怎么|如何|怎样)(?:补|办|交|领|查|弄|报|申请|算|取|转|缴|退)[^，,。；;]{0,2}$|"
    r"^(?:你们?|您).{0,4}(?:啥|什么|哪个)时候.{0,4}$|"
    r"(吗|么|呢|行不行|好不好|对不对|可不可以|行不|谁(?:来|去|会|能)?(?:赔偿?|负责|出钱|付)|多久|多少(?:钱|块|天|岁|人|次)?|怎么办|咋办|干什么|干嘛|什么意思)[啊呀呢的]*$"
)
_PLACED = re.compile(r"[路街巷村镇乡庄湾桥站园场校院楼栋幢号区县]|小区|附近|旁边|对面|门口|路口")
_LONGEST_TO_FILE = 20
"""The longest wish to file, in characters."""
_LONGEST_PROTEST = 16
"""The longest message with words of protest, in characters, that counts as protest only."""


_LONGEST_TOLD = 24
"""Most characters of a clause that only says that it was told before."""
_MOST_CLAUSES = 4
"""Most such clauses of a message."""


def is_protest(text: str) -> bool:
    """Whether a short message only vents or pushes, and names neither matter nor place.

    >>> is_protest("什么态度！我就问你管不管"), is_protest("龙湖路口，你们到底管不管")
    (True, False)
    """
    said = plain(text)
    return (
        len(said) <= _LONGEST_PROTEST and _PROTEST.search(said) is not None and _PLACED.search(said) is None
    )


def is_laughter(text: str) -> bool:
    """Whether a message is only laughter, a sigh or punctuation.

    >>> is_laughter("哈哈哈"), is_laughter("呵呵。。"), is_laughter("哈尔滨路")
    (True, True, False)
    """
    return _LAUGH.fullmatch(text.strip()) is not None


def is_asking(text: str) -> bool:
    """Whether a text asks something, so that it is not a field's value.

    >>> is_asking("为什么要我名字"), is_asking("谁来管"), is_asking("王师傅")
    (True, True, False)
    """
    said = text.strip()
    return (
        _QUESTION.search(said) is not None or asks_at_end(said) or asks_midway(text) or asks_who_we_are(text)
    )


def is_to_us(text: str) -> bool:
    """Whether a text is only about the conversation: a typing error, the wish to file, a request not to tell others.

    >>> is_to_us("我打错了"), is_to_us("就这样提交吧"), is_to_us("他打错了针")
    (True, True, False)
    >>> is_to_us("我刚才说过了"), is_to_us("刚才不是说了吗"), is_to_us("刚才物业说了不修")
    (True, True, False)
    """
    said = plain(text)
    return any(one.fullmatch(said) for one in (_TO_US, _SLIPPED, _GOES_ON, _SAID_SO)) or wants_filed(said)


def told_already(text: str) -> bool:
    """Whether an answer only says that it was told before, clause by clause.

    >>> told_already("刚才不是说了吗"), told_already("你咋又问，刚才讲过了"), told_already("往上看")
    (True, True, True)
    >>> [told_already(said) for said in ("物业说了不修", "刚才说了，在龙湖路", "上面漏水", "不说", "不告诉你")]
    [False, False, False, False, False]
    """
    said = [plain(one) for one in re.split(r"[，,。.！!？?；;\s]", text) if plain(one)]
    return 0 < len(said) <= _MOST_CLAUSES and all(
        len(one) <= _LONGEST_TOLD and (_SAID_BEFORE.fullmatch(one) or _SAID_SO.fullmatch(one)) for one in said
    )


def is_unknown(text: str) -> bool:
    """Whether an answer only says that one does not know.

    >>> is_unknown("不知道"), is_unknown("忘了"), is_unknown("不知道谁家的狗")
    (True, True, False)
    """
    return _UNKNOWN.fullmatch(plain(text)) is not None


def slipped(text: str) -> bool:
    """Whether a text only says that something was mistyped, and not what.

    >>> slipped("我打错了"), slipped("我打错了，是大通区")
    (True, False)
    """
    return _SLIPPED.fullmatch(plain(text)) is not None


def announces_more(text: str) -> bool:
    """Whether a text only announces that there is more to tell.

    >>> announces_more("再加一句，"), announces_more("再加一句，垃圾也多"), announces_more("对了"), announces_more("对的")
    (True, False, True, False)
    """
    return _GOES_ON.fullmatch(plain(text)) is not None


def wants_filed(text: str) -> bool:
    """Whether a text is nothing but the wish to file what was told.

    >>> wants_filed("确认提交吧就这样"), wants_filed("提交材料")
    (True, False)
    >>> wants_filed("提交！赶紧的！"), wants_filed("就这样交"), wants_filed("交上去吧")
    (True, True, True)
    """
    said = re.sub(r"[！!]+", "，", plain(text))
    if len(said) > _LONGEST_TO_FILE:
        return False
    return (
        re.search("确认|提交|登记|上报|[报交](?:吧|上去|$)", said) is not None
        and _TO_FILE.fullmatch(said) is not None
    )


def is_no_value(text: str) -> bool:
    """Whether a text can't be the value of any field, and tells nothing about the matter."""
    return (
        is_laughter(text)
        or is_protest(text)
        or is_asking(text)
        or is_to_us(text)
        or is_unknown(text)
        or plain(text) in _BUTTONS
    )
