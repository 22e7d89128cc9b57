"""Takes a plain question about a right or a fee out of a message, so that what is told beside it is judged by itself.

孩子误吞了纽扣电池，医保怎么报 sounds as a whole like a question about insurance.
"""

from __future__ import annotations

import re

from bot.understanding.asking import asks

_CLAUSES = re.compile(r"[^,，.。;；!！?？ \n]+[,，.。;；!！?？ \n]*")
_INSURANCE = r"医保|社保|新农合|农合|合作医疗|意外险|大病险|学平险|交强险|车险|家财险|保险|工伤|公伤"
_BODY = r"(?:哪个|哪家|什么|啥)(?:部门|单位|局)|(?:该|应该|要|得)?(?:找|归|问)(?:谁|哪|什么|啥|不归)|谁(?:管|赔|负责|出钱|来赔|的责任)"
_WORTH = r"[能算要该会收给管报赔归]不[能算要该会收给管报赔归]|能(?:报|赔|匿名|投诉|举报|退)|(?:物业|公司|学校|厂家|老板|单位|政府)(?:要不要|赔|管|给|负)"
_RIGHT = re.compile(
    rf"{_INSURANCE}|{_BODY}|报销|能报|公积金|居住证|身份证|户口|低保|五保|补贴|补助|津贴|养老|退休|学籍|入学|驾照|驾驶证|护照|签证|营业执照|残疾证|老年证|结婚|离婚|"
    r"(?:停车|物业|水|电|燃气|煤气|天然气|暖气|取暖|话|学|医药|安置|误工|拖车)费|挂号|缴费|怎么(?:交|领|报|申请|办理|查询|赔|投诉|举报)|几点(?:上班|下班|开门|关门)|"
    r"赔(?!着笑)|理赔|索赔|补偿|押金|租金|退(?:款|钱|费|票)|奖励|匿名|实名|留(?:名|案底)|举报|投诉|责任|犯法|违法|坐牢|抚养权|鉴定|抚恤金|"
    r"(?:收|要|花|免)(?:不要)?(?:钱|费)|多少钱|收不收|费用|电话(?:号码?)?(?:是)?(?:多少|几|啥|什么|有没有)|(?:打|拨)(?:哪个|什么|啥)电话"
)
_JOINT = re.compile(
    rf"(?<=[了着咧嘞])(?=(?:{_INSURANCE}|{_BODY}|{_WORTH}|能不能|可不可以|可以(?:匿名|投诉|举报|报销|赔)|电话(?:是)?多少|匿名|这?(?:种|个)?算(?:不算)?工伤))"
)
"""Where a question follows what is told without a mark between (孩子掉井里了找哪个部门管)."""
_ASKS = re.compile(
    r"(?:能|要|会|可以|给|管|报|赔|保|收|算|用|行|归|负责).{0,8}[不没伐]$|([能会行要算该用收给管报赔归])不\1|几成|多少"
)
"""Questions in the words of every day, besides those that :func:`bot.understanding.asking.asks` knows."""
_OF_HELP = re.compile(
    r"(?:120|119|110|12345|95598|救护车|急救车?|报警|消防|出警|救援|搜救).{0,8}(?:钱|收费|免费|费用|报销|报不报|匿名|实名|留名|案底)|(?:急救|抢救|救治|救助)(?:费|金|怎么)|见义勇为|大病救助|急诊.{0,4}(?:报|医保)"
)
"""Words of a question about what help costs, which is no cry for it."""
_LEAD = re.compile(r"^(?:另外|还有|顺便|对了|再|同时|请问|想|问|一下|下|我|俺|,|，)+")
_URGENT = re.compile(r"救|急|120|119|110|怎么办|咋办|怎么弄|咋弄|危险|要不要紧|有没有事")
"""Words of a question about the danger itself."""
_COURTESY = re.compile(r"(?:谢谢|多谢|感谢|您好|你好|请问|麻烦|在线等|好的|您|你|了|啊|呢)+")
_MARKS = " ,，.。;；!！?？\n"
_LEAST = 4
"""Fewest characters of what is told beside the question."""


def parted(read: str) -> tuple[str, str]:
    """What a plain text tells beside its questions about rights and fees, and these questions; both "" when it has none.

    >>> parted("孩子掉井里了找哪个部门管"), parted("打120要不要钱,我爸晕倒了")
    (('孩子掉井里了', '找哪个部门管'), ('我爸晕倒了', '打120要不要钱'))
    >>> parted("孩子误吞了纽扣电池,医保怎么报"), parted("孩子误吞了纽扣电池怎么办"), parted("医保怎么报")
    (('孩子误吞了纽扣电池', '医保怎么报'), ('', ''), ('', ''))
    """
    told: list[str] = []
    asked: list[str] = []
    for clause in _CLAUSES.findall(_JOINT.sub("，", read)):
        if _COURTESY.fullmatch(clause.strip(_MARKS)):
            continue
        (asked if _is_question(clause.strip(_MARKS)) else told).append(clause)
    rest = "".join(told).strip(_MARKS)
    if not asked or len(rest) < _LEAST:
        return "", ""
    return rest, _LEAD.sub("", "".join(asked).strip(_MARKS))


def _is_question(clause: str) -> bool:
    """Whether a clause asks about a right, a fee, or whose business something is."""
    if _RIGHT.search(clause) is None and _OF_HELP.search(clause) is None:
        return False
    if not asks(clause) and _ASKS.search(clause) is None:
        return False
    return _URGENT.search(clause) is None or _OF_HELP.search(clause) is not None


_NOW = re.compile(
    r"(?:没有?了?|停了?)(?:呼吸|心跳|气)|不喘气|叫不醒|没(?:有)?反应|没(?:有)?意识|(?:叫|喊)不(?:应|答应|动)|不(?:答应|应声|省人事)|抽搐|翻白眼|喘不(?:上|过|来|动)|(?:脸|嘴)[^,，。]{0,4}(?:紫|青|发黑)|打滚|还有气|血(?:止不|直[喷流]|还在)|(?:流|淌|冒)(?:着|了?好多)?血|快来|救命|救救|正在|还在|要跳|跳楼|不动了|晕倒|昏(?:倒|迷|过去)|"
    r"吐白沫|出不[来去]|反锁|被困|困在|漏气|漏了|着火了|起火|冒烟|掉(?:进|到|下|在)?.{0,4}[井水河沟坑池窖江湖塘]|落水|溺水|(?:卡|夹|压|埋|锁|挂|吊|悬)(?:在|着|住)|烧(?:起来|着)|着火|惨叫|喊救|(?:正|还|一直)在?(?:打|砍|追|砸|冒|漏|烧|哭)|往外[冒喷]|一屋子|头(?:都)?[晕昏]|刚(?:刚|才)"
)
_UNREAL = re.compile(
    r"如果|要是|万一|假如|假设|倘若|(?:电视|新闻|网上|抖音|小说|视频|电影)|听(?:说|讲)|演练|作业|考试|论文|剧本|梦见|预防|宣传|培训|担心|害?怕(?!得|死)"
)
"""Words of what did not happen here, or not at all."""
_OVER = re.compile(
    r"前几?天|几年前|年前|上个?月|上次|上回|那次|那回|当时|多年|曾经|过$|[电伤]到过|[摔喝吃撞烧漏淹咬打]过(?!来|去)|截肢|伤残|复查|拆线|后来|接上了|住(?:过|了).{0,3}院|住院|住了|出院|手术|去世|过世|刚走|走了|没了|死了|被抓|火化|丧葬|上上?个?(?:周|月|星期|礼拜)|去年|前年|前天|昨天|今年|那年|以前|之前|好了|没事|治|烧(?:了|掉|光|毁)|赔|支架|瘫痪|后遗症|"
    r"拉出来|取出来|缝了|化疗|康复|病历|发票|做了"
)


def is_now(rest: str) -> bool:
    """Whether words tell of something that is happening at this moment.

    >>> is_now("我妈没有呼吸了"), is_now("我被狗咬了")
    (True, False)
    """
    return _NOW.search(rest) is not None


_LONG_AGO = re.compile(
    r"[前去]年|上(?:上)?个?(?:月|周|星期|礼拜)|上[次回]|[那]年|那[次回]|几年前|年前|[一两二三四五六七八九十几\d]年了|个月了|以前|曾经|当年|[摔喝吃撞烧漏淹咬打困]过(?!来|去)|"
    r"出院|住(?:过|了).{0,3}院|救(?:出|上|回|过)来|截肢|截了|后遗症|瘫|去世|过世|火化|丧葬|拆线|康复|扑灭|灭了"
)


def long_ago(rest: str) -> bool:
    """Whether words beside a question about a right surely tell of the past, or of something that did not happen here.

    >>> long_ago("去年我爸喝过百草枯"), long_ago("我爸昨天晕倒还没醒"), long_ago("如果煤气漏了")
    (True, False, True)
    """
    return _UNREAL.search(rest) is not None or (_LONG_AGO.search(rest) is not None and is_over(rest))


def is_over(rest: str) -> bool:
    """Whether words beside a question about a right tell of something that lies behind, such as a stay in hospital, or
    of something that did not happen here.

    >>> is_over("我爸煤气中毒住院了"), is_over("孩子误吞了纽扣电池")
    (True, False)
    """
    return _UNREAL.search(rest) is not None or (_OVER.search(rest) is not None and _NOW.search(rest) is None)


_RULE = re.compile(
    rf"{_INSURANCE}|报销|[报赔判]|匿名|实名|标准|费用?|责任|犯法|违法|犯罪|处罚|罚款|案底|奖励"
)
_HAPPENED = re.compile(
    r"[了着刚正快被我俺咱他她爸妈爹娘爷奶哥姐弟妹娃儿女您]|家里|孩子|现在|有人|个人|人在|同事|工友|邻居|同学|室友|不活|想死|要跳|救"
)
_GENERAL = 24
"""Most characters of a question about a rule that names a danger only as its subject."""


def general(read: str) -> bool:
    """Whether a plain text only asks about a rule, and tells of nobody and of nothing that happened.

    >>> general("喝农药自杀医保给不给报"), general("触电算工伤吗"), general("触电了算工伤吗"), general("电梯困人电话多少")
    (True, True, False, False)
    """
    if len(read) > _GENERAL or _HAPPENED.search(read) is not None or _RULE.search(read) is None:
        return False
    return _is_question(read.strip(_MARKS)) or re.search("标准|规定", read) is not None
