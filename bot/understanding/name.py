"""Reads the name of a citizen."""

from __future__ import annotations

import re

from bot.understanding.lasting import only_time
from bot.understanding.remarks import is_no_value
from core.text import plain, without_pictures

ANONYMOUS = "匿名"
"""The name stored for citizens who do not give their name."""

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马方任袁柳史唐薛雷贺汤罗毕郝安常于傅卞齐康余顾孟黄穆萧尹"
    "姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯管卢莫房解应丁宣邓郁单洪包左石崔吉龚程邢裴陆"
    "荣翁段侯宁刘叶白赖乔阎连习艾易廖曾关肖付闫岳查聂温辛苗米冷尚申代鲍廉仇丛焦车封牛文欧古景沙鞠盛隋冉明晏柴瞿甘岑殷施倪阚亓仝訾"
    "曲郎奚佟佘卜窦桂濮扈仉郗昝乜茹逄鄢邸荀缪苟牟滕鄂詹涂娄寇臧谌祁裘匡栾卓占储晋狄宓糜芮郝檀巩敖钮蔺阙谷仲桑戚"
)
_COMPOUND = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|东方|端木|南宫"
_ANY_SURNAME = r"(?![我俺咱位个有一修店这那哪你您他她它就谁老大小本好该此前后女男和跟给找对叫是姓名各几两每的了家亲装])[\u4e00-\u9fff]"
"""A character before a form of address: a surname, however rare (乜先生), and no word like 我先生 or 老师傅."""
_TITLES = "先生|女士|小姐|师傅|老师|阿姨|大妈|大爷|大叔|大姐|大哥|大娘|叔叔?|伯伯?|婶子?|姨|嫂子?|奶奶|爷爷|老太太?|太太|同志|同学|经理|老板|医生|主任|书记|队长|警官|律师|哥|姐|总|工|某某?|[xX×*]{1,2}"
_OF_CHILD = (
    r"(?!隔壁|楼[上下]|对门|邻居|我|俺)(?:(?:[小阿][\u4e00-\u9fff]{1,2}?|(?P<twice>[\u4e00-\u9fff])(?P=twice))[他她]?(?:妈妈?|爸爸?|奶奶?|爷爷?|姥姥|姥爷|外婆|外公|家长)|"
    r"[\u4e00-\u9fff]{2}(?:妈妈|爸爸|奶奶|爷爷|姥姥|姥爷|外婆|外公|家长))"
)
"""Somebody called after a child: 小娟妈妈."""
_PLAIN = re.compile(
    rf"(?:{_COMPOUND}|[{_SURNAMES}])(?:{_TITLES})|(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}(?:{_TITLES})?|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?:{_TITLES})?"
    rf"|{_ANY_SURNAME}(?:某[某\u4e00-\u9fff]?|先生|女士|小姐|师傅)|[小老阿][{_SURNAMES}]|老[{_SURNAMES}][头汉]|{_OF_CHILD}|[\u4e00-\u9fff]{{1,6}}·[\u4e00-\u9fff]{{1,8}}|[A-Za-z][A-Za-z .'-]{{1,19}}"
)
_FRAME = re.compile(
    r"^(?:你好|您好|嗯|哦|好|那)?[，,]?(?:联系人|联系|姓名|名字|大名|称呼)?(?:我|俺|本人|咱|您|你们?)?(?:的)?(?:名字|姓名|自己)?(?:就)?(?P<cue>叫做?|喊|称呼|就叫|名叫|是|为|：|:)?(?:我|俺)?"
)
_CALLED = re.compile(
    r"(?:(?:^|(?<=[，,。；;！!？?\s]))(?:就)?叫做?(?:我|俺)?|(?:我|俺|本人)(?:自己)?(?:的)?(?:名字)?(?:就)?(?:叫做?|是)|"
    r"(?:^|(?<=[，,。；;！!？?\s])|(?<=我的)|(?<=本人)|(?<=我))(?:姓名[是为：:]?|名字(?:叫|是|[：:])|联系人[是为：:]?))\s*(?P<name>[\u4e00-\u9fff·]{1,9}?)"
    r"(?=$|[，,。.；;！!？?\s\d]|就行|就好|就可以|吧|啊|呀)"
)
_OWN_SURNAME = re.compile(
    rf"(?:我|俺|本人)?(?:免贵)?姓(?P<surname>{_COMPOUND}|[{_SURNAMES}])(?:$|[，,。.；;！!\s\d]|的|吧|啊)"
)
_SURNAME_ONLY = re.compile(
    rf"(?P<title>先生|女士|小姐)?[，,、\s]?(?:我|俺|本人|叫我|就?写)?(?:免贵)?姓(?P<surname>{_COMPOUND}|[{_SURNAMES}])(?P<after>先生|女士|小姐)?"
    r"(?P<limits>(?:就|这样)(?:行|好|可以|够)了?|就写这个)?(?:[的吧啊呀了]){0,2}"
)
"""先生姓李就行: only how one wants to be called."""
_ONLY_CALLED = re.compile(r"^就?(?:写|叫我|称呼我?)(?:成|为)?|就(?:行|好|可以)(?:了|吧)?$")
"""Words around how one wants to be called: 写李女士就行."""
_SURNAME_TWICE = re.compile(
    rf"(?:^|(?<=[，,。；;！!\s]))(?:我|俺|本人)?(?:免贵)?姓(?P<surname>{_COMPOUND}|[{_SURNAMES}])[，,、\s]*(?P<name>(?P=surname)(?:{_TITLES}))"
    r"(?=$|[，,。.；;！!\s\d]|吧|啊)"
)
"""我姓孙孙大爷: the surname, and how one is called."""
_OF_SPEAKER = re.compile(
    r"(?:我|俺|本人)(?:自己)?(?:的)?(?:姓名|名字)?(?:就)?(?:叫做?|[是为：:])?\s*$|"
    r"(?:^|^(?:嗯|好的?|[你您]好|可以|行)|(?:^|我|俺|本人|免贵)姓.|匿名|保密|"
    r"(?:^|[，,。；;！!？?\s]|我的?|俺的?|本人|联系)(?:手机|电话|号码)?号?是?\d{7,13})[，,。.；;！!？?\s]*"
    r"(?:就)?(?:叫做?(?:我|俺)?|姓名[是为：:]?|名字(?:叫|是|[：:])|联系人[是为：:]?)\s*$|叫(?:我|俺)\s*$"
)
"""What stands before a name with which the speaker is meant: 我叫, and 叫 at the beginning or after the own number or surname."""
_ENDING = re.compile(r"(?:就行|就好|就可以|就行了|好了|吧|啊|呀|呢|哦){1,12}$")
_NO_NAME = re.compile(
    r"[的了吗呢吧啊么们等不没是这那你他她就谁怎要]|[路街巷区县镇乡村店厂局所院校楼幢号上下里旁边口站]$|[\dA-Za-z一二三四五六七八九十]栋$|公司|物业|小区|单位|部门|银行|学校|医院|超市|平台|"
    r"投诉|举报|反映|取消|跳过|人工|保密|匿名|电话|号码|第[一二三四五六七八九十\d]|^[一二三四五六七八九十\d]+个?$|什|为何|"
    r"^(?:方便|随便|马上|应该|任何|于是|何必|常常|经常|安静点?|路人.?|高兴|明白|严重|全部|金额|时候|时间|水电|石头|成功|毛病|白天|向[东南西北]|平[时常安]|谢谢?|谢了|万一|和谐|项目|单元|成天|"
    r"连续|连着|连夜|从来|方法|施工|路灯|车位|支持|农民|计划|包工头|马路边?|高空|明天|明年|明早|白条|关于|查询|查一?下|解决|解释|连累|安排|安全|应当|常年|文明|古城|华东|"
    r"路面|路口|路牌|车辆|车库|车祸|管理|管道|管网|管好|管管|房东|房子|房租|包装|车主|沙子|冷气|强制|强拆|段落|景区|应急|任务|封路|封闭|苗木|易燃|高温|黄色|白色|万元|石子|"
    r"曾经|任意|单独|古怪|盛夏|温度|尚未|申请|文件|代办|欧元|甘肃|占[道地用线]|占车位|桂花.?|桑[树叶]|涂[料改鸦]|储[物存]|郎中|巩固|晋级|谷[物底]|卓越|开门|辛苦了?|牛奶|米粉)$"
)
_CHILDS = re.compile(_OF_CHILD)
_RIDDLE = re.compile(
    rf"(?:木子|弓长|耳东|草头|口天|双木|言午|古月|立早|三横|走肖|禾呈|关耳|十八子|双口)(?P<surname>[{_SURNAMES}])"
)
"""A surname after the parts of its character (木子李)."""
_KIN = re.compile(
    r"(?:我|俺|她|他|孩子|娃儿?|小孩|家里?|的|是)*(?:(?P<female>妈妈?|母亲|奶奶?|姥姥|外婆|婆婆|媳妇|老婆|妻子|女儿|孙女|姐姐?|妹妹?|姑姑?|姨|嫂子?)|"
    r"(?P<male>爸爸?|父亲|爷爷?|姥爷|外公|公公|老公|丈夫|儿子|孙子|哥哥?|弟弟?|舅舅?|叔叔?|大伯)|家长|老人家?)(?:的?名字)?(?:就|也)?(?:是)?"
    rf"(?:姓(?P<surname>{_COMPOUND}|(?!名)[\u4e00-\u9fff])|叫做?(?P<name>(?![我俺咱人你他她们])[\u4e00-\u9fff]{{2,4}}?))(?:的|吧|啊|呀)*"
)
"""A name told with how its bearer belongs to somebody (奶奶叫…, 孩子妈妈姓…), in an answer to "what is your name?"."""
_NICKNAME = re.compile(
    r"[小阿](?![区路孩学店狗猫偷车事贩吃心时广摊卖菜院屋巷街门道组队溪河桥市镇村型费票便人伙朋姑孙女儿两康说额产麦米雨雪声点半年寒暑满题姨爸妈哥姐弟妹公婆叔舅])"
    r"[\u4e00-\u9fff]"
)
"""A nickname (小喵), in an answer to "what is your name?"."""
_NOTHING_MORE = re.compile(
    r"(?:好像|暂时|应该|也|就)*(?:没有?[了啦]|(?:说|讲)完了|没(?:有)?(?:啥|什么|别的|其他的?|其它的?|补充的?)(?:了)?|就(?:是)?这些)(?:谢谢|了|啊|呀|吧|的)*"
)
_LONGEST_FULL = 3
"""Most characters of a full name whose surname is not known."""
_LONGEST = 20
"""Most characters of a name."""
_BEFORE = 30
"""Characters before a name among which it is looked for whose name it is."""


def read_name(text: str) -> str | None:
    """The name in an answer to "what is your name?"; ``匿名`` for an anonymous citizen; None when it holds no name.

    >>> read_name("我姓王"), read_name("叫我老李就行"), read_name("第二个"), read_name("华康物业"), read_name("三天了")
    ('王先生/女士', '老李', None, None, None)
    >>> read_name("我姓孙孙大爷"), read_name("小娟妈妈"), read_name("🐱小喵")
    ('孙大爷', '小娟妈妈', '小喵')
    >>> read_name("乜先生"), read_name("孩子妈妈姓邵"), read_name("我先生")
    ('乜先生', '邵女士', None)
    """
    text = without_pictures(text).strip()
    said = plain(text)
    if ANONYMOUS in said:
        return None if re.search(r"不(要|想|用)?匿名|[?？]|吗|行不行|可以", text) else ANONYMOUS
    surname = re.fullmatch(rf"(?:我|俺|本人)?(?:就是?)?(?:免贵)?姓({_COMPOUND}|\w)(?:的)?", said)
    if surname:
        return f"{surname.group(1)}先生/女士"
    told = introduced_name(text)
    if told is not None:
        return told
    frame = _FRAME.match(text.strip())
    name = _ENDING.sub(
        "", re.sub(r"[（(].{1,4}[)）]$", "", text.strip())[frame.end() if frame else 0 :].strip(" 。.，,！!")
    )
    if _CHILDS.fullmatch(name):
        return name
    kin = _KIN.fullmatch(said)
    if kin and kin["surname"]:
        title = "女士" if kin["female"] else "先生" if kin["male"] else "先生/女士"
        return f"{kin['surname']}{title}"
    if kin and (_PLAIN.fullmatch(kin["name"]) or len(kin["name"]) <= _LONGEST_FULL):
        return None if _NO_NAME.search(kin["name"]) else kin["name"]
    riddle = _RIDDLE.fullmatch(name)
    if riddle:
        return f"{riddle['surname']}先生/女士"
    if not 1 <= len(name) <= _LONGEST or is_no_value(text) or only_time(name) or _NO_NAME.search(name):
        return None
    if len(name) == 1 and name in _SURNAMES:
        return f"{name}先生/女士"
    return name if _PLAIN.fullmatch(name) or _NICKNAME.fullmatch(name) else None


def has_nothing_more(text: str) -> bool:
    """Whether an answer says that there is nothing more to tell: it gives no name, and refuses none.

    >>> has_nothing_more("没有了"), has_nothing_more("没别的了"), has_nothing_more("不留名字")
    (True, True, False)
    """
    return _NOTHING_MORE.fullmatch(plain(text)) is not None


def introduced_name(text: str, before: str = "") -> str | None:
    """The name with which citizens introduce themselves anywhere in a text; None when they do not.

    Args:
        text: the text, or a clause of one.
        before: what stands before it. 叫… without 我 is an introduction at the beginning and after the citizen's own number or
            surname; after anything else it names what was just spoken of (新开了一家烧烤店，叫老王烧烤).

    >>> introduced_name("我叫李明，堵了三天了"), introduced_name("他叫王五，欠钱不还"), introduced_name("王桂兰，我自己叫王桂兰")
    ('李明', None, '王桂兰')
    >>> introduced_name("先生姓李就行"), introduced_name("姓赵就可以"), introduced_name("先生姓什么")
    ('李先生', '赵先生/女士', None)
    >>> introduced_name("举报工地的包工头，叫王强，欠我工资"), introduced_name("13900000000，叫王强")
    (None, '王强')
    """
    only = _SURNAME_ONLY.fullmatch(text.strip(" 。.，,！!"))
    if only and (only["title"] or only["limits"]):
        return f"{only['surname']}{only['title'] or only['after'] or '先生/女士'}"
    twice = _SURNAME_TWICE.search(text)
    if twice:
        return twice["name"]
    for found in _CALLED.finditer(text):
        name = found["name"]
        framed = "叫" in found.group() or "名" in found.group() or "联系人" in found.group()
        said = before + text[: found.start()]
        if not _OF_SPEAKER.search(said[-_BEFORE:] + found.group().partition(name)[0]):
            continue
        likely = _PLAIN.fullmatch(name) or (framed and 2 <= len(name) <= 4 and "是" not in found.group()[:2])
        if likely and not _NO_NAME.search(name) and not only_time(name):
            return name
    surname = _OWN_SURNAME.search(text)
    if surname and (
        "我" in surname.group() or "免贵" in surname.group() or surname.group().strip() == text.strip()
    ):
        return f"{surname['surname']}先生/女士"
    return None


def is_surname_of(name: str, title: str) -> bool:
    """Whether a name is only a surname, and the title says how its bearer is called.

    >>> is_surname_of("马先生/女士", "马师傅"), is_surname_of("马明", "马师傅")
    (True, False)
    """
    bare = name.removesuffix("先生/女士")
    return bare != name and title.startswith(bare) and re.fullmatch(_TITLES, title[len(bare) :]) is not None


def titled_name(text: str) -> str | None:
    """The name if a clause is only a name with a form of address (王女士); else None.

    >>> titled_name("王女士"), titled_name("写王女士就行"), titled_name("王桂兰"), titled_name("李师傅骂人")
    ('王女士', '王女士', None, None)
    """
    said = _ONLY_CALLED.sub("", plain(text))
    whole = re.fullmatch(
        rf"(?:(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}|{_ANY_SURNAME})(?:先生|女士|小姐)", said
    )
    return said if whole else None
