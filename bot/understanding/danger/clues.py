"""Clues: patterns that show when something happens, to whom, and whether it is real.

They are features of a learned score. A few of them also rule out a danger that is only suspected
(:func:`good_news`, :func:`harmless`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from bot.understanding.encoding.floats import Floats
from core import yaml_loader

_FILE = Path(__file__).with_name("clues.yml")


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Name and pattern of each clue, in the order of the features."""
    held = TypeAdapter(dict[str, list[str]]).validate_python(yaml_loader.load(_FILE.read_text("utf-8")))
    return tuple((name, re.compile("|".join(f"(?:{p})" for p in any_of))) for name, any_of in held.items())


def names() -> list[str]:
    """The names of all features: of the clues in the whole text, then of the clues at its end."""
    return [name for name, _ in patterns()] + [f"{name}_last" for name, _ in patterns()]


def seen(text: str) -> Floats:
    """The features of a plain text: 1 for each clue found in it, then for each found in its last 40 characters."""
    end = text[-40:]
    return np.asarray(
        [bool(p.search(text)) for _, p in patterns()] + [bool(p.search(end)) for _, p in patterns()],
        np.float32,
    )


_URGENT = ("now", "help", "no_answer", "body")
"""A message with one of these clues is never called harmless."""
_SMOKE = re.compile(r"油烟|烧烤|排烟|餐饮|烧(秸秆|麦茬|垃圾|纸钱)")
"""Smoke and smells that are a nuisance, not a fire."""
_NOISE = re.compile(
    r"(?:棋牌|麻将|唱歌|跳舞|广场舞|KTV|低音炮|音响|喇叭|装修|施工|空调外机|水泵|震动|噪|吵(?!架)).{0,40}(?:睡不|休息不|没法[睡休]|影响休息|扰民)",
    re.IGNORECASE,
)
"""Noise that keeps people awake: a nuisance, and no illness."""
_LASTING = frozenset({"self_harm", "domestic_violence", "child_abuse", "medical", "water"})
"""Kinds whose danger may last although the message tells of the past."""


_OWN = re.compile(
    r"(?<!举报)(?<!投诉)我(的|名下|自己|投诉|反映|家?(儿子|女儿|孩子|闺女|小孩))|本人|工单|单子|进度"
)
_ANOTHER = re.compile(
    r"[他她谁]|别人|[这那]个?人|的人|男孩|女孩|对方|邻居|前[夫妻任]|老[公婆板]|丈夫|妻子|[男女](朋)?友|对象|房东|同事|定位|位置|开房|住址|住哪|电话|号码|聊天"
)


def own_data(text: str) -> bool:
    """Whether a plain text asks for the citizen's own data, and not for somebody else's.

    >>> own_data("查一下我的工单"), own_data("查一下我老公的定位"), own_data("我的邻居叫什么，查一下")
    (True, False, False)
    """
    return _OWN.search(text) is not None and _ANOTHER.search(text) is None


_DISCLOSES = re.compile("公开|信息|申请")


def asks_disclosure(text: str) -> bool:
    """Whether a plain text has a word of a request to disclose information; an ultimatum alone is none.

    >>> asks_disclosure("申请公开征地批文"), asks_disclosure("三日内书面答复我，不然我去告")
    (True, False)
    """
    return _DISCLOSES.search(text) is not None


_THREATENS = re.compile(
    r"(?:不然|否则|要不|再不|还不|不给|不办|不回|不处理|不解决)[^。；]{0,20}(?:起诉|告(?!诉|知)|法院|打官司)"
)
_IN_COURT = re.compile(r"判|执行|立案|开庭|法官|审|上诉|裁定|传票|诉讼|仲裁|律师|调解书|官司打")


def only_threatens(text: str) -> bool:
    """Whether a plain text threatens to go to court, and no court has the matter yet.

    >>> only_threatens("三日内答复我，否则我起诉你们"), only_threatens("法院判了还不给钱，我再去法院告")
    (True, False)
    """
    return _THREATENS.search(text) is not None and _IN_COURT.search(text) is None


_GOOD_NEWS = re.compile(
    r"(?<!没)(?<!不)(?<!不清)醒(了|过来)|没事了|(?<!没)(?<!没有)(?<!还没)救(回|过|出|下)来了|虚惊|脱离危险|(火|扑)灭了"
)
_ASKING = 24
"""Most characters of a message that only asks whether something will do (他不来行不行)."""
_SHORT = 20
"""Most characters of a message that tells only good news."""
_LOCKED = 60
"""Most characters of a message that is about a lock and nothing else."""
_STILL = ("now", "help", "no_answer", "poison", "death", "tired")
"""After a message with one of these clues the danger is never called over."""


def good_news(text: str, kind: str) -> bool:
    """Whether a short plain text says that a danger is over.

    For self-harm 没事了 does not count: it may be a farewell.

    >>> good_news("谢谢，她醒了", "medical"), good_news("叫不醒了", "medical"), good_news("吃完就没事了", "self_harm")
    (True, False, False)
    """
    if len(text) > _SHORT or "又" in text:
        return False
    if _GOOD_NEWS.search(text.replace("没事了", "") if kind == "self_harm" else text) is None:
        return False
    return not any(name in _STILL and pattern.search(text) for name, pattern in patterns())


_DESPAIR = re.compile(
    r"[我俺](?!家|们)|死|活[着不够腻下]|不想活|活路|(?:要|不要|没|送)命|自[杀尽残伤鲨]|紫砂|想[4鼠噶]|轻生|寻短|短见|遗[书言]|后事|跳|割|上吊|绳|药|炭|刀|解脱|绝望|抑郁|崩溃|"
    r"[撑熬扛坚持]不|没(?:意思|意义|劲|盼头|希望)|告别|永别|来[世生]|下辈子|结束|了结|一了百了|消失|对不起|照顾好|痛苦|多余|拖累|累赘|想不开|"
    r"不想(?:动|醒|吃|待|过|再)|最后一|别(?:找|拦|等)|手腕"
)
"""Words by which people speak of taking their life, or of themselves."""
_HEIGHT = re.compile("楼顶|天台|桥|河|江|塔吊|阳台|窗|屋顶|护栏|栏杆|高处")


_ROOF = re.compile("楼顶|天台|屋顶|房顶")


def on_roof(text: str) -> bool:
    """Whether a plain text names a roof. People also play, work, and grow vegetables there."""
    return _ROOF.search(text) is not None


def despair(text: str) -> bool:
    """Whether anything in a plain text fits somebody who wants to die; else such a danger is only suspected.

    >>> despair("我站楼顶了"), despair("有人在楼顶种菜")
    (True, False)
    """
    return _DESPAIR.search(text) is not None


def may_jump(text: str) -> bool:
    """Whether a plain text names despair, or a place from which people jump."""
    return despair(text) or _HEIGHT.search(text) is not None


_LIFT = re.compile(
    r"(?:被|给)?(?:困|关|卡|锁)(?:在|进|住|到)*(?:了)?电梯|电梯.{0,6}(?:[困关卡](?:着|住|了)*(?:人|我|俺|老|孩|小|两|三|四|\d)|我在里)"
)
_OFTEN = re.compile(
    r"经常|老是|总是?|天天|每[天次]|几次|多次|上次|上周|上个?月|昨|前[天几]|以前|去年|过人|怕|万一|会不会|怎么办理|赔|演练|培训|预案|宣传|报名"
)


def in_lift(text: str) -> bool:
    """Whether a short plain text says that somebody is shut in a lift, and does not speak of former times.

    >>> in_lift("被困电梯"), in_lift("电梯坏了我在里面"), in_lift("电梯经常困人")
    (True, True, False)
    """
    return len(text) <= _SHORT and _LIFT.search(text) is not None and _OFTEN.search(text) is None


_WHOM = r"(?:我们?|俺|有人|人|孩子|小孩|老人|家里人|[爸妈]|食物|煤气|农药|好像|刚才?|都|快|被)*"
_BARE = re.compile(
    rf"{_WHOM}(?:(?P<medical>中毒|休克|晕(?:倒|过去|(?=了))|昏迷|昏倒|昏过去|窒息|噎[着住]|烫伤|烧伤|受伤)|(?P<water>被困|困住|溺水|落水)|"
    r"(?P<fire>爆炸|炸)|(?P<electric>触电))(?:了|啦)*(?:怎么办|咋办|救命|快来)?"
)


def bare(text: str) -> str | None:
    """The kind of danger that a plain text of a few characters names, and says no more; None for any other text.

    >>> bare("中毒了"), bare("有人触电了"), bare("食物中毒怎么赔")
    ('medical', 'electric', None)
    """
    found = _BARE.fullmatch(text) if len(text) <= _SHORT else None
    return None if found is None else found.lastgroup


_BURNS = re.compile(
    r"(?<!没)(?:起火|着火|点着|喷火|失火)|(?:喷|冒|蹿|窜|往外)[^，,。]{0,3}火|火苗|大火|全是火|烧(?:起来|得|着(?!炭|煤|炉|柴|木|水))"
)
_TO_ALL = re.compile(r"扬言|放话|炸(?:了|死|掉|平|我们|这|楼|房)|炸药|雷管")
"""Threats to more people than a family."""
_FALLEN = re.compile("[摔跌]倒|晕倒|昏倒|昏迷|晕过去|昏过去")
_ACCIDENT = re.compile(
    "不小心|不当心|没注意|切(?:菜|肉|水果)|做饭|干活|干农活|削|玻璃|机器|镰刀|电锯|铁皮|施工|摔"
)
_CUT = re.compile("割|划|切|扎|砍|刺")
_WANTS = re.compile("死|(?<![干农做])活|轻生|自[杀残伤]|故意|割腕|遗书|没意思|难受|撑不")


def kind_of(text: str, kind: str) -> str:
    """The kind of danger by a plain text's plainest words, where the suspected kind's advice speaks of
    buildings, or of despair about a cut by accident.

    >>> kind_of("老人摔倒了", "crowd"), kind_of("电梯困人了", "crowd"), kind_of("墙要倒了", "crowd")
    ('medical', 'water', 'crowd')
    >>> kind_of("切菜割了手", "self_harm"), kind_of("我割了手", "self_harm")
    ('medical', 'self_harm')
    >>> kind_of("煤气罐在喷火,关不上阀", "gas"), kind_of("煤气漏了", "gas")
    ('fire', 'gas')
    >>> kind_of("那男的扬言要炸我们楼", "domestic_violence"), kind_of("他喝多了打我", "domestic_violence")
    ('crime', 'domestic_violence')
    """
    if kind == "gas" and len(text) <= _LOCKED and _BURNS.search(text):
        return "fire"
    if kind == "domestic_violence" and _TO_ALL.search(text) and _HOME.search(text) is None:
        return "crime"
    if kind == "self_harm" and _ACCIDENT.search(text) and _CUT.search(text) and not _WANTS.search(text):
        return "medical"
    if kind != "crowd" or len(text) > _SHORT:
        return kind
    return "water" if in_lift(text) else "medical" if _FALLEN.search(text) else kind


_LOCKED_OUT = re.compile(
    r"换.{0,3}锁|锁.{0,5}换|(?:锁|关|堵|拦|赶)(?:在|到)?(?:出?租?屋?房?家?大?门?)外|不(?:让|给|准|许).{0,3}(?:进|回|搬|拿)|锁.{0,3}(?:撬|堵|焊)"
)
_HOME = re.compile(
    r"老[公婆伴头]|丈夫|妻子|媳妇|爱人|对象|男友|女友|男朋友|女朋友|前[夫妻任]|爸|妈|爹|娘|父|母|公婆|婆婆|公公|岳|儿子|儿媳|女儿|女婿|闺女|孩子|娃|哥|姐|弟|妹|家人|亲戚|家暴|同居"
)
_HARMS = re.compile(
    r"(?<!没)打(?!电话|工|不通|开|扫|听|算|官司)|揍|踹|踢|掐|砸|砍|刀|棍|杀|死|伤|血|威胁|恐吓|跟踪|强奸|猥亵|摸|绑|抢|动手|推|救|怕|躲|逃|冷|冻|疼|晕|困|"
    r"锁(?:在|到)(?:屋|房|家|厕|里)|不(?:让|给|准|许)[^进回]{0,4}(?:出(?!租)|走|离)|里面(?:有|还有)?(?:人|火|煤气)"
)


def harms(text: str) -> bool:
    """Whether a plain text has a word of blows, of a threat, or of a body that suffers.

    >>> harms("他打我妈"), harms("他打电话来")
    (True, False)
    """
    return _HARMS.search(text) is not None


def locked_out(text: str) -> bool:
    """Whether a plain text only tells of a changed lock, or of being shut out of a room, by nobody of the family, without blows.

    >>> locked_out("他把我锁在门外,不让我进出租屋"), locked_out("老公把我锁在门外"), locked_out("房东换了锁还打我")
    (True, False, False)
    """
    return (
        len(text) <= _LOCKED
        and _LOCKED_OUT.search(text) is not None
        and _HOME.search(text) is None
        and not harms(text)
    )


_BARE_PLACE = re.compile(
    r"(我|俺|咱)?(们)?(就|现在)?(家|这|人)?(就)?(住|在|是|位于)+[\w\s,，、]{1,16}"
    r"(楼|栋|幢|号|单元|室|户|村|组|路|街|巷|小区|镇|乡|区|县|附近|旁边|对面|门口|路口)[的里上了呀啊]?"
)
"""A message that names only a place. It answers a question and tells of no emergency."""


_ONLY_ASKS = re.compile(
    r"(?:行不行|行[不吗么]|可不可以|可以[不吗么]|能[办用转领取代行]{1,2}[不吗么]|够不够|够[不吗么]|算不算|来得及[不吗么])[?!。,~ ]{0,3}$"
)
_SIGNS = (
    *("help", "no_answer", "body", "poison", "flames", "smell", "death", "blows", "current", "drowning"),
    *("crash", "collapse", "dare", "tired"),
)
"""Clues of a danger."""
_LOST = re.compile("丢|不见|警|救|走失|找不")


def harmless(text: str, kind: str) -> bool:
    """Whether the words rule out a danger that is only suspected: a nuisance, something past, or only a place.

    Args:
        text: a plain text.
        kind: the suspected kind.

    >>> harmless("楼下烧烤摊油烟熏得窗户都不敢开", "gas"), harmless("昨天半夜有人在楼道里烧东西", "fire")
    (True, True)
    >>> harmless("我家在三号楼", "crime"), harmless("楼下烧烤摊着火了快来人", "fire")
    (True, False)
    >>> harmless("我对象是在合肥交的,行不行", "self_harm"), harmless("我站在楼顶,跳下去行不行", "self_harm")
    (True, False)
    >>> harmless("我听不见。楼下棋牌室夜里打麻将，老人睡不了", "medical"), harmless("楼下吵得睡不着，我胸口疼", "medical")
    (True, False)
    """
    if _BARE_PLACE.fullmatch(text):
        return True
    told = text.replace("麻将", "")  # a game, and no numbness
    found = {name for name, pattern in patterns() if pattern.search(told)}
    if found.intersection(_URGENT):
        return False
    if len(text) <= _ASKING and _ONLY_ASKS.search(text) and not _LOST.search(text):
        return not found.intersection(_SIGNS)
    if kind in ("fire", "gas") and _SMOKE.search(text) and not found.intersection(("flames", "smell")):
        return True
    if kind == "medical" and _NOISE.search(text) and not found.intersection(("poison", "death", "blows")):
        return True
    return kind not in _LASTING and "past" in found


_LETTER = 200
"""Fewest characters of a letter, which may speak of a smell somewhere else."""
_ROTTEN = re.compile("臭鸡蛋|臭皮蛋|坏鸡蛋")
_AT_HOME = re.compile("家|厨房|屋|灶|燃气|煤气|管子|软管|客厅|楼道|一开门|进门")
_OTHER_SMELL = re.compile("下水|地漏|垃圾|厕所|化粪|硫|厂|河|沟|塘|马桶|冰箱|自来水|水龙头")


def smells_of_gas(read: str) -> bool:
    """Whether a plain text tells of the smell that is added to gas, at home and not from a drain.

    >>> smells_of_gas("家里有臭鸡蛋味一上午了"), smells_of_gas("厨房下水道一股臭鸡蛋味"), smells_of_gas("买到臭鸡蛋怎么赔")
    (True, False, False)
    """
    found = len(read) < _LETTER and _ROTTEN.search(read) and _AT_HOME.search(read) and "味" in read
    return bool(found) and _OTHER_SMELL.search(read) is None


_PROTEST = re.compile(
    r"(?:去|到|上|在)(?:你们)?(?:市|县|区|省|镇)?(?:政府|信访局|人大|法院|纪委|北京)(?:门口|大门|门前|大院)?[^，,。]{0,4}(?:坐|闹|堵|拉横幅|上访|举牌|躺|蹲|告)"
)
_MEANS_IT = re.compile("死|跳|药|汽油|火|刀|绳|命|活")


_SILENT = re.compile(
    r"(?:喂|哎|诶|哈喽|你好|您好|人呢|在吗|在不在|你们?|您|客服|坐席|同志|师傅|机器人|[,，。!！?？ ]){0,6}(?:咋|怎么?|为啥|为什么)(?:又|还|都|就|突然|一直|半天){0,2}"
    r"(?:没人|没有人)?(?:不(?:说话|讲话|吭声|吱声|言语|搭理|回|理)|没(?:有)?(?:反应|回应|声音?|动静|回音)|说话)(?:我|话|复|消息|人){0,2}(?:了|啦|啊|呀|呢|嘛){0,2}"
)
"""A citizen who waits calls those he waits for."""


def calls_the_window(read: str) -> bool:
    """Whether a plain text only asks why the hotline itself is silent (咋不说话了): nobody is named who could lie there.

    >>> calls_the_window("咋不说话了"), calls_the_window("喂,你们怎么没反应了"), calls_the_window("我爸咋不说话了")
    (True, True, False)
    """
    return _SILENT.fullmatch(read.strip(",。.!！?？~ ")) is not None


def only_protests(read: str) -> bool:
    """Whether a plain text threatens nothing but to sit down at an office.

    >>> only_protests("不处理我就去市政府门口坐着"), only_protests("不处理我就死在市政府门口")
    (True, False)
    """
    return _PROTEST.search(read) is not None and _MEANS_IT.search(read) is None
