"""Reads what is said after an alarm: that it was none, that it is back, where help must come, and what is asked beside."""

from __future__ import annotations

import re

from core import text as texts
from core.simplified import simplified

_BLANK = re.compile(r"[\s，,。.！!、；;~～…]+")
_CLAUSES = re.compile(r"(?<=[，,。.！!？?；;、\s])")
_LONGEST = 40
"""Most characters of a message that takes an alarm back. A longer one tells more."""
_JEST = (
    r"(?:开(?:个|了)?玩笑|(?<!不)说(?:着|个)?(?:玩|笑)|玩笑话?|闹着玩|逗(?:你|您)们?(?:玩)?的?|口头禅|打(?:个)?比方|夸张|随口(?:一)?说|"
    r"(?:瞎|胡|乱)说(?:的|了)|嘴上说说|打错字?|输错|发错|(?:你们?|您)(?:误会|理解错|搞错|弄错|想多|听错|想歪)|误会了?|"
    r"不是(?:什么)?(?:紧急|急事|真的|那个意思|这个意思|要(?:死|跳|自杀)|自杀|想死)|没有?(?:危险|那个意思|这个意思|那意思|那么严重|紧急)|不(?:紧急|危险))"
)
_NO_WISH = (
    r"(?:(?:没人|没有人|我|俺|谁(?:也|都))?(?:又|可|也|真的?|根本|压根|才){0,4}(?:没有?|不)(?:说|是|打算|会|想过?|要|真的?){0,4}(?:去)?"
    r"(?:死|跳楼?|自杀|轻生|寻死|想不开|做傻事|干傻事|寻短见))"
)
_PLAIN = re.compile(rf"{_JEST}|{_NO_WISH}")
_NOT_PLAIN = re.compile(
    r"(?:不是|没(?:有)?|不(?:跟|和)?(?:你|您)?|别(?:以为)?|以为)(?:在|跟(?:你|您)|和(?:你|您)|我在|我)?(?:开(?:个|了)?玩笑|说笑|闹着玩|误会|夸张|打错|随口|瞎说|胡说)|"
    r"(?:不能|能不|怎么|为什么|为啥|凭什么|谁).{0,4}(?:死|跳)|不想死.{0,6}(?:可|但|也得|也要|没办法|有用|不行)|(?:不|没)[^，,]{0,4}(?:死|跳)[^，,]{0,4}(?:不行|不可|还能)|"
    r"没(?:有)?(?:死|跳)(?:成|掉|了)|没死过|(?:他|她|对方|人家|老公|老婆|老师|同学|同事)[^，,]{0,8}(?:玩笑|闹着玩|误会|着玩|瞎说|胡说|随口)"
)
"""Words that look like taking back, and are none (没跟你开玩笑)."""
_FAREWELL = re.compile(
    r"以后(?:不|再不|也不|就不)|不(?:再)?麻烦|不打扰|拜托|照顾好|对不起|抱歉了|别(?:管|找|等)|不用(?:管|找|等|救)|下辈子|来世|永别|再见了|告别|解脱|累了|"
    r"最后|没意思|没(?:什么)?用了?$|撑不|受不了|(?:可是|但是?|不过|只是)[^，,]{0,8}(?:难受|累|苦|疼|痛|怕|活|死|药|血)|救|流血|喘|药|割|刀|绳|遗书|写好"
)
"""Words beside which nothing is believed (我没事，就是以后不麻烦你们了)."""
_FINE = re.compile(
    r"(?:我|俺|人|真的?|都|其实|现在|好得很){0,5}(?:没(?:有)?(?:什么|啥)?事|好好的|好得很|好着(?:呢|嘞))"
)
_ONLY_ASKS = re.compile(
    r"(?:就|只|光)(?:是)?(?:想|要|来)?(?:问|查|了解|咨询|打听|办)(?!问|一?下|下|你|您)(?P<about>.{2,})"
)
PLANNED = re.compile(
    r"遗书|信(?:都)?写|写好|后事|密码|(?:药|农药|炭|绳|刀|安眠药)[^，,。]{0,6}(?:攒|买|备|够|手|好了|在)|(?:攒|买|准备|拿)[^，,。]{0,4}(?:药|炭|绳|刀)|"
    r"楼顶|天台|桥上|河边|江边|站在|坐在|割|喝了|吃了|吞"
)
"""Words of somebody who has prepared to die: 没事 is then no taking back, only plain words are."""


def plain(text: str) -> str:
    """The words without spaces, marks and case, in simplified characters."""
    return _BLANK.sub("", simplified(texts.plain(text)))


def taken_back(text: str, kind: str, told: str) -> bool:
    """Whether a message takes an alarm back in plain words: a joke, a misunderstanding, no emergency.

    Args:
        text: the message.
        kind: the kind of the open danger.
        told: the words that raised the alarm, and those since.

    >>> taken_back("我开玩笑的 没人要跳楼", "self_harm", "真要跳楼了哈哈"), taken_back("你误会了 我不想死", "self_harm", "")
    (True, True)
    >>> taken_back("我没事，就是以后不麻烦你们了", "self_harm", ""), taken_back("没跟你开玩笑", "self_harm", "")
    (False, False)
    >>> said = "我没事 我就是问毕业证！！"
    >>> taken_back(said, "self_harm", "真要跳楼了哈哈"), taken_back(said, "self_harm", "药都攒够了")
    (True, False)
    """
    said = plain(text)
    if len(said) > _LONGEST or _FAREWELL.search(said) or _NOT_PLAIN.search(said):
        return False
    found = _PLAIN.search(said)
    if found is not None and prepared(kind, told) and re.search(_NO_WISH, said) is None:
        return False
    if found is not None:
        # Of violence and accidents 不会死 and the like say nothing: there only a joke or "no emergency" counts.
        return kind == "self_harm" or re.search(_JEST, said) is not None
    fine = _FINE.search(said) is not None and _ONLY_ASKS.search(said) is not None
    return kind == "self_harm" and fine and PLANNED.search(plain(told)) is None


def prepared(kind: str, told: str) -> bool:
    """Whether an alarm told of pills that were taken, or of a roof: 误会 and 逗你的 undo neither."""
    return kind in ("self_harm", "medical") and PLANNED.search(plain(told)) is not None


_TIRED = re.compile(
    r"(?:老|总|一直|光|净|还|干嘛|干啥|为什么|为啥|怎么|别|不要|不用)(?:是|再|老|总|要|在){0,2}(?:叫|让|喊|催|劝)(?:[我俺]们?)?(?:去)?(?:打|拨|报)(?:1[12]\d|电话|急救|火警|警)"
)


def tired_of(text: str) -> bool:
    """Whether a short message protests against being told to phone again and again, and tells of no sign of danger.

    >>> tired_of("你们老叫我打119，我就是问个灶的事"), tired_of("别叫我打电话，他会听见"), tired_of("打119打不通")
    (True, False, False)
    """
    said = plain(text)
    hidden = re.search("听见|听到|发现|怕|不敢|不能|不方便|躲|救", said) is not None
    return (
        len(said) <= _LONGEST
        and _TIRED.search(said) is not None
        and not hidden
        and not _FAREWELL.search(said)
    )


_SIGNS = {
    "gas": r"味|漏|头?晕|头[疼痛]|恶心|想吐|煤气|燃气|嗤|嘶",
    "fire": r"烟|火|烧|着了|焦",
    "medical": r"昏|晕|倒|抽|吐|喘|疼|痛|歪|麻|不清|含糊|没反应|不行|发作|流血|叫不",
    "electric": r"麻|火花|漏电|电到|电着|冒烟",
    "water": r"涨|淹|漫|掉|困|停了",
    "crime": r"砸|打|踹|敲|追|来了|回来|闹|骂|刀|撬",
    "domestic_violence": r"砸|打|踹|敲|追|来了|回来|闹|骂|刀|撬|发疯|动手",
    "child_abuse": r"打|哭|叫|骂|踹|揍|动手",
    "self_harm": r"想死|不想活|难受|跳|割|撑不|轻生|活着",
    "crowd": r"塌|裂|掉|晃|打起来|响|味",
    "traffic": r"撞|着火|冒烟",
}
"""Signs of each kind of danger, by which it is known again without its name."""
_BACK = re.compile(
    r"又|再次|再一次|重新|还(?:是)?(?:有|在)|(?:这|今|现在|那)(?:回|次|会儿?)|比(?:上|刚|头|先|之?前|那)(?:次|回|才|刚|一?次|先|面)?|复发|没(?:修|弄)好|卷土|起来了|更(?:大|重|厉害|浓|狠)"
)
_COMES = re.compile(r"又|再次|再一次|重新|复发|这(?:回|次).{0,3}(?:比|更)|比(?:上|刚|头|先|前)")
_COMPANY = re.compile(
    r"又(?:有人)?(?:来|回来|多)了?[^，,。]{0,8}(?:排队|办事|办业务|上班|开门|营业|吃饭|买菜|看热闹|帮忙|帮我|接我|唱|跳舞|顾客)(?!.*[砸砍打骂踹刀])|"
    r"(?:民警|警察|医生|救护车|消防员?|师傅|物业|社区)[^，,。]{0,4}又(?:回?来)了(?!.*[砸砍打骂踹刀])"
)
"""More people who harm nobody."""
_NOT_BACK = re.compile(
    r"会不会又|又(?:怎么|咋|要交|要钱|涨|扣)|又.{0,6}(?:怎么办理|怎么赔|收费)|不会再|没再|没有?(?:味|烟|火)|怕又|要是又|如果又|万一又|以前|上(?:个)?月"
)


def more_company(text: str) -> bool:
    """Whether a message says that more people came who harm nobody (又来了两个人排队, 警察又来了)."""
    return _COMPANY.search(plain(text)) is not None


def returns(text: str, kind: str) -> bool:
    """Whether a message says that a danger of this kind, which was over or taken back, is there again.

    >>> returns("又有味道了 这回比上次还大 我头晕", "gas"), returns("他又来砸门了", "domestic_violence")
    (True, True)
    >>> returns("煤气费又涨了", "gas"), returns("又有味道了", "traffic"), returns("要是又漏了找谁", "gas")
    (False, False, False)
    >>> returns("又来了两个人砸门", "crime"), returns("又来了两个人排队", "crime"), returns("警察又来了", "crime")
    (True, False, False)
    """
    said, signs = plain(text), _SIGNS.get(kind)
    if signs is None or len(said) > _LONGEST or _NOT_BACK.search(said) or more_company(text):
        return False
    return _COMES.search(said) is not None and re.search(signs, said) is not None


_NAME = re.compile(r"(?:我叫|名字(?:叫|是)|姓名(?:是|叫)?|我(?:是)?姓)[^\s，,。]{1,6}")
_HOME = re.compile(
    r"(?:我?(?:们)?(?:家)?(?:住|在)|地址(?:是|在|就是)?|家在|位置(?:是|在)?|地方(?:是|在))[^，,。\s吗么?？]{2,}|"
    r"(?<!\d)\d{1,5}\s{0,2}(?:号楼|栋|幢|单元|室|号)"
)
_PLACE = re.compile(
    r"住|地址|家在|号楼|栋|幢|单元|(?<!半)路(?![边上])|街|村|镇|乡|区|县|小区|家属院|新村|大道|巷|苑|岗|庄|矿"
)
_ASKED_TO_NOTE = re.compile(r"记(?:一)?下|记着|记住|登记|写(?:一)?下|存(?:一)?下")
_MATTER = re.compile(r"投诉|举报|反映|不管|没人[修管理]|物业|工单|建议")


def whereabouts(text: str) -> bool:
    """Whether a message tells who the citizen is and where help must come, and brings no matter.

    >>> whereabouts("你帮我记一下 我叫李梅 住谢家集蔡家岗"), whereabouts("登记一下我的地址吧 蔡家岗矿二村3栋")
    (True, True)
    >>> whereabouts("我住的小区物业不管，投诉"), whereabouts("在哪里查档案")
    (False, False)
    """
    said = simplified(text)
    if len(said) > 60 or _MATTER.search(said) or asks(said):
        return False
    named, home = _NAME.search(said) is not None, _HOME.search(said) is not None
    placed = _PLACE.search(said) is not None
    noted = _ASKED_TO_NOTE.search(said) is not None
    return (home and placed) or (named and (placed or noted)) or (noted and placed)


_HUMAN = re.compile(
    r"(?:转|找|要|叫|接|换|喊|给我)(?:一?个|一?下|到|接)?(?:人工|真人|坐席|客服|工作人员|活人)|^人工(?:客服|服务|坐席)?(?:啊|呀|呢|快点?)*$|"
    r"(?:要|想)(?:跟|和|找)(?:真人|人|活人)(?:说|聊|讲)|让(?:个)?(?:真)?人(?:来)?(?:跟|和|接)"
)
_NO_HUMAN = re.compile(r"(?:不|别|甭|没)(?:用|要|想|必|再|需要|有)?(?:帮我)?(?:转|找|要|叫|接|换|人工)")


def wants_human(text: str) -> bool:
    """Whether a short message asks for a human.

    >>> wants_human("转人工"), wants_human("我要找真人说"), wants_human("不用转人工")
    (True, True, False)
    """
    said = plain(text)
    return len(said) <= 20 and _HUMAN.search(said) is not None and _NO_HUMAN.search(said) is None


_OWN_DEATH = re.compile(
    r"销户|注销户口|后事|遗书|遗嘱|遗产|继承|骨灰|墓地|火化|丧葬|安葬|抚恤|死亡证|(?:死|走|不在|没|去世)了?(?:以后|之后|后)|身后|我(?:要是|如果|万一)?(?:死|走|不在|没)了|"
    r"社保卡|养老金.{0,6}(?:取|领)|存款|保险.{0,6}赔|捐(?:献)?(?:器官|遗体)|留给(?:孩子|女儿|儿子|家|我妈|爸妈)"
)


def own_death(text: str) -> bool:
    """Whether a message asks what comes after one's death. In despair it is no question about a rule.

    >>> own_death("那我户口上销户是谁去办"), own_death("学籍档案在哪查")
    (True, False)
    """
    return _OWN_DEATH.search(plain(text)) is not None


_ASKS = re.compile(
    r"[?？]|吗|么(?![么的])|怎么|咋|哪|几|多少|多久|什么|啥|能不|能否|可不可以|要不要|会不会|是不是|有没有|谁|([行能好用要算管给该收交报赔办])不\1|(?:能|要|用|算|可以|有|行|得|好).{0,8}不$|呢$|还是(?:先|往|朝|让|给|要|去|坐|躺|站|侧|平|趴|开|关|打|走|送|等|留)"
)


def asks(text: str) -> bool:
    """Whether a clause asks something.

    >>> asks("高中毕业证丢了能补不"), asks("燃气费现在多少钱一方"), asks("我女儿在隔壁睡觉")
    (True, True, False)
    """
    return _ASKS.search(simplified(text).strip()) is not None


_TOPIC = re.compile(
    r"费|报销|医保|社保|新农合|农合|公积金|户口|身份证|证|档案|学籍|保护令|离婚|孩子归|法院|补贴|低保|怎么办理|手续|材料|住院|上学|工资|电话多少|多少钱一|赔|罚|合理"
)
"""Words of a question about something else than the danger of the moment."""


def names_a_rule(text: str) -> bool:
    """Whether a text names something that people ask about besides a danger: a fee, a certificate, a benefit.

    >>> names_a_rule("医保卡丢了怎么补"), names_a_rule("他怎么不说话")
    (True, False)
    """
    return _TOPIC.search(text) is not None


def apart(text: str) -> tuple[str, str]:
    """A message without its question about something else, and that question; the message and "" when it has none.

    >>> apart("好了 他们来修过了 燃气费现在多少钱一方")
    ('好了 他们来修过了', '燃气费现在多少钱一方')
    >>> apart("要不要先让她躺一会看看")
    ('要不要先让她躺一会看看', '')
    """
    parts = [one.strip() for one in _CLAUSES.split(text) if one.strip()]
    asked = [one for one in parts if asks(one) and _TOPIC.search(one)]
    if not asked or len(asked) == len(parts):
        return text, ""
    question = re.sub(r"^(?:那|我|俺|想|就|请|再|顺便)*(?:问|问下|问一下|问问)?[，,\s]*", "", " ".join(asked))
    return " ".join(one for one in parts if one not in asked), question.strip(" ，,。.")


_ANNOUNCED = re.compile("(?:那|我|俺|还|就|顺便|再|也)*(?:想|要|请)?(?:问|咨询|打听)")
"""How a question is announced. More than one clause of it may follow."""


def asked_after(text: str) -> tuple[str, str]:
    """A message without its last clause, and that clause when it asks something; the message and "" when it does not.

    Once a danger is over, any question beside that news is to be answered, whatever it names.

    >>> asked_after("我人没事了，燃气公司也来看了，灶具用几年该换")
    ('我人没事了，燃气公司也来看了', '灶具用几年该换')
    >>> asked_after("都平安了 想问燃气安检几年一次 收不收钱")
    ('都平安了', '想问燃气安检几年一次，收不收钱')
    >>> asked_after("我人没事了")
    ('我人没事了', '')
    """
    parts = [one.strip(" ，,。.") for one in _CLAUSES.split(text) if one.strip(" ，,。.")]
    if len(parts) < 2 or not asks(parts[-1]):
        return text, ""
    first = len(parts) - 1
    while first > 1 and asks(parts[first - 1]) and _ANNOUNCED.match(parts[first - 1]):
        first -= 1
    return "，".join(parts[:first]), "，".join(parts[first:])


def asked_before(wish: str, before: list[str]) -> str:
    """The question that is meant by a wish of few words: an earlier one that names the same, or the wish itself.

    >>> asked_before("毕业证", ["高中毕业证丢了能补不"]), asked_before("", ["学籍档案在哪查"]), asked_before("毕业证", [])
    ('高中毕业证丢了能补不', '学籍档案在哪查', '毕业证')
    """
    if not wish:
        return next((one for one in before if one), "")
    pairs = {wish[at : at + 2] for at in range(len(wish) - 1)}
    same = (one for one in before if not asks(wish) and any(pair in one for pair in pairs))
    return next(same, wish)


def wished(text: str) -> str:
    """What a message that takes an alarm back asks for instead; "" for nothing.

    >>> wished("我没事 我就是问毕业证！！"), wished("我开玩笑的 没人要跳楼"), wished("开玩笑的 学籍档案在哪查")
    ('毕业证', '', '学籍档案在哪查')
    """
    parts = [one.strip(" ，,。.！!") for one in _CLAUSES.split(text) if one.strip(" ，,。.！!")]
    for one in parts:
        only = _ONLY_ASKS.search(simplified(one))
        if only is not None:
            return only["about"]
    return " ".join(
        one for one in parts if asks(one) and not _PLAIN.search(plain(one)) and not _FINE.search(plain(one))
    )
