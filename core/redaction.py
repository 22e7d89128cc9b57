"""Removes personal data from text that others than the hotline's agents read. It can't be restored from what is left.

There are two readers: editors, who see questions (everything that leads to a door goes), and departments, who see
tickets with 保密 (the place of the matter stays, and the writer's own home goes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import rjieba

from core.masking import UNSEEN, numbers
from core.phone import FORMAL, of_matter

GONE = "***"
"""Text that replaces personal data."""

WIDE: dict[int, int | None] = {
    **UNSEEN,
    **{
        code: code - 0xFEE0
        for code in (*range(0xFF10, 0xFF1A), *range(0xFF20, 0xFF3B), *range(0xFF41, 0xFF5B))
    },
}
"""Full-width figures, letters and @ → half-width ones, and what nobody sees → nothing, for ``str.translate``."""
_SURNAMES = (
    "欧阳|上官|司马|诸葛|皇甫|令狐|东方|慕容|司徒|夏侯|尉迟|公孙|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓韩冯曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪"
    "范廖石韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱严武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛翁冉骆路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟"
    "艾尤阳穆卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟高佘应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎]"
)
# A given name ends before a word that continues the sentence: "我叫王伟想问一下".
_STOP = "想要问在是的来去有住家今现咨反说和跟与从被把给让向对到也都就还又很不没了吗呢吧啊呀我你您他她它这那年月日电身手联男女先小同老师经总工队书主"
_GIVEN = f"[\u4e00-\u9fff](?:(?![{_STOP}])[\u4e00-\u9fff])?"
_NAME = f"(?:{_SURNAMES}){_GIVEN}"
_FOREIGN = r"[\u4e00-\u9fff]{1,6}·[\u4e00-\u9fff]{1,8}"
_END = "(?=[^\u4e00-\u9fff]|$)"
_KIN = (
    "儿子|女儿|孩子|小孩|娃儿?|爸爸?|妈妈?|父亲|母亲|老公|老婆|爱人|丈夫|妻子|爷爷|奶奶|姥姥|姥爷|外公|外婆|哥哥?|姐姐?|弟弟?|妹妹?|"
    "孙子|孙女|媳妇|女婿|岳父|岳母|公公|婆婆|闺女|叔叔|伯伯|舅舅|姑姑|老头|老伴|侄子|侄女|外甥|家属"
)
_ROLE = (
    "学生|患者|病人|工人|员工|村民|居民|业主|租客|租户|房主|户主|邻居|车主|法人|收件人|当事人|联系人|投诉人|举报人|反映人|申请人|报修人|诉求人|来电人|被保险人|参保人|本人|姓名|名字|护士|老师|教师|医生|司机|职工|保安|商户|摊主|店主|房东|老板娘?|包工头|工头|经理|"
    "队长|住户|男子|女子|男的|女的"
)
_NO_NAME = re.compile(
    r"^单元|^孙[女子]$|^顾[客问虑及]|^马上|^谢谢|高(?:[血压温空层速铁考校管工龄三二一薪价利新级]|中)|什么|啥|怎么|[物公][业司]|小区|学校|医院|单位|部门|花园|[县区市镇乡村路街]$|高中|中学|时[间候]|任何|何时|方便|常常|成[天日]|全[部家体]|白天|平时|水[电费]|电费|路灯|"
    r"应该|于是|万一|连续|明明|严重|安全|管理|经常|包括|关于|向来|单独|温度|空调|金额|费用|毛病|和谐|文明|高空|石头|黄色|白色|左[边右]|强制|国家|查询|解决"
)
_NAMED: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        # 我叫…, 孩子叫…, 名叫…, 他叫…
        rf"(?:我|俺|他|她|对方|一个|{_KIN}|{_ROLE})(?:是叫|就叫|名叫|叫做?)\s?(?P<name>{_NAME}|{_FOREIGN})",
        rf"(?:{_ROLE})\s?[:：是为]\s?(?P<name>{_NAME}|{_FOREIGN}){_END}",
        # 我儿子王小明今年…; a name without 叫 counts only where something follows that a name is told with.
        rf"(?:我|俺)?(?:的)?(?:{_KIN}|{_ROLE})(?P<name>(?:{_SURNAMES})(?:(?![{_STOP}])[\u4e00-\u9fff]){{1,2}})(?=[，,、。（(；;：:\s]|今年|现年|身份证|电话|手机|男|女|在|是|称|说|反映|因|被|于|不|没|欠|[一二三四五六七八九十]|\d|$)",
        # "我是高中生" and "我是林场职工" are not names. After 我是 a name counts only when it ends there.
        rf"(?:我是|本人是?)(?P<name>(?:{_SURNAMES})(?!中)[\u4e00-\u9fff]{{1,2}}){_END}",
        rf"我是(?P<name>(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}})(?=的(?:{_KIN}))",
        rf"(?P<name>(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}})(?=先生|女士|小姐|同志)",
        # 张伟，男，… and 张伟（身份证…
        rf"(?:^|(?<=[^\u4e00-\u9fff]))(?P<name>(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}})(?=\s?[，,（(：:]?\s?(?:男|女|身份证|电话|手机|联系电话|联系方式|性别|现年|[（(](?:业主|家长|患者|本人|学生|村民|居民|租客|联系人|反映人|当事人|化名)|(?<=[，,（(：:]){re.escape(GONE)}))",
        # A signature: the last line, or what stands before 敬上.
        rf"(?:\n|此致\s?敬礼\s?[!！]?\s?|——|落款[:：]?)(?P<name>(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}})(?=\s{{0,3}}(?:敬上|上|拜托|\d{{4}}年)?\s{{0,3}}$)",
    )
)
"""Patterns of names that the words around them show to be names."""
_TITLE = (
    "大姐|大哥|大爷|大妈|大娘|大叔|阿姨|师傅|老师|经理|主任|医生|大夫|护士|队长|组长|班长|主管|书记|院长|校长|厂长|所长|科长|"
    "老板娘?|女士|先生|小姐|同志|奶奶|爷爷|叔叔?|婶|伯伯?|姐|哥|姨|总"
)
_BESIDE = "同事|同学|朋友|工友|室友|舍友|亲戚|邻居|徒弟|战友|老乡"
_DOUBLE = _SURNAMES[: _SURNAMES.index("|[")]
_CALLED: tuple[re.Pattern[str], ...] = (
    # 我叫建国, 我是小芳: a given name alone, which ends there.
    re.compile(
        rf"(?:我|俺|本人)(?:是叫|就叫|名叫|叫做?)\s?(?P<name>(?![他她它你您谁啥什人保物警外快出救滴代家孩老不了过停开车])[\u4e00-\u9fff]{{2}}){_END}"
    ),
    re.compile(
        rf"(?:我|俺)(?:是|叫)\s?(?P<name>[小阿](?![区孩贩学商工组编白队伙姐妹弟哥婷孙女儿子型]|[\u4e00-\u9fff]户)[\u4e00-\u9fff]{{1,2}}){_END}"
    ),
    # 欧阳大姐; of one character only where a name may begin.
    re.compile(rf"(?P<name>{_DOUBLE})(?={_TITLE})"),
    re.compile(
        rf"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[是叫找和跟与给同让问对]))(?P<name>(?:{_SURNAMES}))(?=(?:{_TITLE})(?![程费厂地伤资体司]))"
    ),
    # 同事李强, 邻居老王.
    re.compile(
        rf"(?:{_BESIDE})(?:是|叫|名叫|[:：])?\s?(?P<name>(?:{_SURNAMES})(?:(?![{_STOP}])[\u4e00-\u9fff]){{1,2}}|[老小阿](?:{_SURNAMES}))"
        rf"(?=[^\u4e00-\u9fff]|$|[在是称说也都就和跟与被把的可能])"
    ),
)
"""Names that only tickets with 保密 lose: short ones, of which more are none than of the others. They are removed where they stand."""
_WHOLE_NAME = re.compile(rf"(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}}")
_BEFORE_NAME = re.compile(
    rf"(?:{_KIN}|{_ROLE}|车主|举报|投诉|感谢|表扬|找到?|联系|和|跟|与|我是|落款|名|^|[，。；;：:（(、！!\s])$"
)
_BEHIND_PLACE = re.compile(r"[路街巷村镇乡矿桥庵庄区县市湾集园苑城府水郢岗圩山河湖洞站店厂家]|花园|小区|公司")
"""What follows a word that looks like a name and begins that of a place or firm (顾桥煤矿, 和悦街)."""
_STREET = "路|街|巷|弄|道|里|村|庄|组|队|园|苑|城|区|府|湾|庭|墅"
_CONTACTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), GONE),
    (re.compile(r"(微信|wx|vx|qq|扣扣)(号码?)?\s{0,9}(是|[:：])?\s{0,9}[a-z0-9][-\w]{4,19}", re.I | re.ASCII), rf"\1\2\3{GONE}"),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·•.\s-]?[a-z0-9]{4,6}[挂学警港澳]?"
            r"(?![a-z0-9])",
            re.I,
        ),
        GONE,
    ),
)  # fmt: skip
_FIGURES: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?<![\d.])\d{6}[\s-]?\d{8}[\s-]?\d{3}[\dXx]\d{0,4}"),
    re.compile(r"(?<!\d)\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?(?!\d)"),
    re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[\s-]\d{7,8}(?!\d)"),
)
"""Figures that the readers of numbers do not know as whole: mistyped cards, landlines with a blank."""
_LONG = re.compile(r"(?<![\d.])(?:[A-Za-z]{1,3})?\d{6,}[Xx]?(?!\s*[\d元块万%％平])")
"""Any other long number: ticket numbers, query codes, accounts. Amounts of money are not personal data."""
_READ_OUT = re.compile(rf"[零〇一二两三四五六七八九幺{''.join(FORMAL)}]{{7,}}")
"""Numbers written as they are read out: 幺三八零零零零…"""
_NUMBER_OF_MATTER = re.compile(
    r"(工单|订单|运单|快递|单|编|文|表|户|合同|发票|票据|受理|流水|缴费|车架|发动机|批|案|产品|型|车次|航班|站|线路|页|批准文|许可证|执照|信用|信用代码)(编)?(号码?|号|代码)?(是|为|[:：])?\s{0,3}$"
)
"""Words before a long number that is part of the matter: of an order, a meter, a document."""
_ANY_LONG = re.compile(
    r"(?<![\d.A-Za-z])(?![48]00\d{7}(?!\d))\d{7,19}[Xx]?(?!\s?[\d元块万千百%％平米度吨斤])"
)
_DOORS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"({_STREET})\s*\d+(?:[-—]\d+)*\s*号(?!线|文|令|公告|楼)"), rf"\1{GONE}号"),
    (re.compile(r"(?<!\d)\d+(?:[-—]\d+){0,4}\s{0,9}(号楼|栋|幢|单元|弄)"), rf"{GONE}\1"),
    (re.compile(r"(?<!\d)\d{3,4}\s*(室|户|房间)(?![一二两三\d])"), rf"{GONE}\1"),
    (re.compile(r"(\d{1,2}|\*{3})\s*(楼|层)\s*\d{3,4}(?!\d|\s*[元块年米平人万])"), rf"{GONE}\2"),
)
_C = "(?!的)[A-Za-z\\d\u4e00-\u9fff·#-]"
_DOOR = r"(?:[A-Za-z]?\d{1,5}|[一二三四五六七八九十百]{1,4})(?:[-#]\d{1,5}){0,3}(?:号楼|号院|号|栋|幢|座|单元|室|户|楼|层|组|队|弄|#)"
_PLACE_END = "大街|大道|公路|路|街|巷|胡同|小区|花园|家园|佳园|嘉园|花苑|家苑|雅苑|嘉苑|名苑|新苑|苑|新村|新城|名城|华庭|豪庭|公馆|华府|学府|府|国际城|公寓|大厦|山庄|半岛|水岸|宿舍|家属院|大院|安置点|村|庄|郢|孜|圩|湾|岗|屯|组|队|社区|镇|乡|街道|楼"
_OWN_DOOR = r"(?:\d{3,4}|\d{1,3}(?:[-#—]\d{1,4}){1,3})"
"""A flat without a word behind it: 302 behind a building, or 5-302."""
_HOME_PLACE = rf"(?:{_C}{{1,12}}?(?:{_PLACE_END})(?:[一二三四五六七八九十东西南北A-Z\d]{{1,2}}[区期])?){{1,4}}(?:的)?(?:{_DOOR}){{0,5}}(?:{_OWN_DOOR})?|{_C}{{0,10}}?(?:{_DOOR}){{1,5}}(?:{_OWN_DOOR})?"
_HOME = re.compile(
    r"(?P<cue>(?:家庭住址|家庭地址|现住址|现住地址?|住址|户籍地址?|户籍所在地|身份证地址|收货地址)(?:是|为|在)?\s?[:：]?\s?|"
    r"(?:我|俺|本人|咱)们?(?:一?家|全家)?(?:现在|现|目前)?(?:就|也|都)?(?:是?租?住在?(?:的是)?)(?!了?(?:院|不|着|宅|户|房|进|处|的|得|一|三|两|几))|"
    r"(?:我|俺|咱)们?(?:的)?(?:家|房子|老家)(?:就|也)?(?:在|是|住在?)(?!了?(?:院|不|着|宅|户|房))|家住(?:在)?(?!院)|(?:^|(?<=[，,。；;！!\\s]))家在|(?:我|俺)租的(?:房子)?(?:是|在)|"
    r"(?:我|俺)(?:爸妈|父母|爸爸?|妈妈?|家人|老人|奶奶|爷爷|公婆|岳父母?)(?:现在|一直|也|都)?(?:租?住在?)(?!了?(?:院|不|着|宅))|"
    r"(?:^|(?<=[，,。；;！!\s]))(?:现|目前|租|就|一直)?住(?:在(?!院)|(?!在|了?(?:院|不|着|宅|宿|户|房|进|处|的|得|一|三|两|几|建|持)))|"
    r"(?:我|俺|咱|本人)们?(?:就?是)(?=[^，,。；;！!\s]{2,24}?(?:的)?(?:业主|住户|居民|村民|租户|租客|房主)))"
    rf"(?P<home>{_HOME_PLACE})"
)
"""The writer's home, told as such: 我家住…, 住址：…, 我是…的业主."""
_OUR_ROOM = re.compile(
    rf"(?P<cue>我家|俺家|我们家|我(?=住|在))(?:就|是|在|住)?(?P<home>(?:{_DOOR}){{1,5}}(?:\d{{3,4}})?)"
)
"""我家3栋502: only a door."""
_OWN_PART = r"(?:[A-Za-z]?\d{1,5}|[一二三四五六七八九十百]{1,4})(?:[-#]\d{1,5}){0,3}\s?(?:号楼|栋|幢|座|单元|室|户|楼|层|#)"
_I_AM_OF = re.compile(
    r"(?P<cue>(?:我|俺|咱|本人)们?(?:家)?(?:就|也|是|就是|也是))(?![在从去到被把让给])"
    rf"(?P<home>{_C}{{0,20}}?(?:(?:{_OWN_PART}){{1,4}}(?:{_OWN_DOOR})?|{_OWN_DOOR}))"
    r"(?=的?(?:[，,。；;！!？?\s]|$)|的(?:住户|业主|租户|租客|房主|居民|人|老住户)|这[户家边]|家的?|那[户家])"
)
"""我是7号楼301的: a door, and the writer behind it."""
_I_OF_DOOR = re.compile(
    rf"(?P<cue>(?:我|俺|咱)们?)(?P<home>(?:{_OWN_PART}){{0,3}}(?:(?<=[栋幢座元楼])\d{{3,4}}|\d{{1,3}}(?:[-#—]\d{{1,4}}){{1,3}}))(?=的|，|,|这)"
)
"""我7号楼301的, 我5-302的."""
_DWELLER = "(?:业主|住户|居民|租户|租客|房主|户主)"
_OWNER = re.compile(
    r"(?P<cue>^|(?<=[，,。；;！!\s]))(?!举报|投诉|反映|请|对|关于|建议|要求|楼上|楼下|隔壁|邻居)"
    rf"(?=[^，,。；;！!\s]{{3,40}}?{_DWELLER})"
    rf"(?P<home>{_C}{{0,20}}?(?:(?:{_DOOR}){{1,5}}(?:{_OWN_DOOR})?|{_OWN_DOOR}))"
    rf"(?=的?{_DWELLER}(?:们|代表)?(?:$|[：:，,。；;！!\s]|"
    r"(?:来电|实名|匿名|联名|集体|多次|现|特)?(?:举报|反映|投诉|求助|咨询|诉求|申请|要求|希望|请求|建议)))"
)
"""东山小区5栋302的业主举报…, 5-302业主：…: a door whose dweller speaks. Of whom something is told (…的业主堆杂物), the door is the matter."""
_ROOM = re.compile(
    r"(?<!\d)(?:(?:[A-Za-z]?\d{1,3}|[一二三四五六七八九十]{1,3})(?:单元)\s?)?(?:\d{3,4}(?:室|户)|(?<=[栋幢座元楼])\d{3,4}(?![\d米元路年号]))"
)
"""A flat in the place of a matter. The building stays, because somebody has to go there."""


@dataclass(frozen=True)
class Own:
    """What the hotline knows of the person who wrote a text, so that it is found however it is told.

    Args:
        names: names of the person, as given.
        phones: telephone numbers of the person, in their stored form.
    """

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


NOBODY = Own()
"""Nothing is known of the writer."""


def redact(text: str) -> str:
    """Remove personal data from free text that is kept for statistics.

    Removed are phone, identity-card, bank-card and ticket numbers, number plates, e-mail addresses, WeChat
    and QQ names, house and flat numbers, and names that the surrounding words show to be names. Figures of a
    rule (年限, 金额, 文号) stay.

    >>> redact("我叫王小明，电话13800001234，住洞山路12号3栋502室，怎么办居住证？")
    '我叫***，电话***，住洞山路***号***栋***室，怎么办居住证？'
    """
    text = _contacts(text.translate(WIDE), NOBODY)
    text = _READ_OUT.sub(GONE, _LONG.sub(GONE, text))
    for pattern, instead in _DOORS:
        text = pattern.sub(instead, text)
    return _names(text, NOBODY)


def confidential(text: str, own: Own = NOBODY) -> str:
    """The text of a request with 保密 as the department reads it that handles it.

    Removed are names, phone, identity-card and bank-card numbers, query codes, plates, e-mail addresses, WeChat and QQ names,
    and where the writer tells that he lives. The place of the matter, firms and public places stay.

    >>> confidential("我叫王小明，家住龙湖花园3栋502室，楼下洞山路12号的老王烧烤半夜还在吵，打12345")
    '我叫***，家住***，楼下洞山路12号的老王烧烤半夜还在吵，打12345'
    """
    text = _contacts(text.translate(WIDE), own)
    text = _READ_OUT.sub(GONE, text)
    text = _ANY_LONG.sub(
        lambda m: m[0] if _NUMBER_OF_MATTER.search(text, max(m.start() - 12, 0), m.start()) else GONE, text
    )
    text = without_home(text)
    text = _names(text, own, _tagged(text))
    for pattern in _CALLED:
        text = pattern.sub(_without_name, text)
    return text


def _without_name(found: re.Match[str]) -> str:
    if _NO_NAME.search(found["name"]):
        return found[0]
    start, end = (at - found.start() for at in found.span("name"))
    return found[0][:start] + GONE + found[0][end:]


def without_home(text: str) -> str:
    """The text without where the writer tells that he lives.

    >>> without_home("我住洞山路12号3栋502，楼上漏水"), without_home("我住院了")
    ('我住***，楼上漏水', '我住院了')
    >>> without_home("我是7号楼301的，昨天又排了"), without_home("我是3号线的乘客")
    ('我是***的，昨天又排了', '我是3号线的乘客')
    """
    for pattern in (_HOME, _OUR_ROOM, _I_AM_OF, _I_OF_DOOR, _OWNER):
        text = pattern.sub(lambda m: m["cue"] + GONE, text)
    return text


def without_room(place: str) -> str:
    """An address without the flat.

    >>> without_room("龙湖花园3栋2单元502室"), without_room("国庆路102号")
    ('龙湖花园3栋***', '国庆路102号')
    """
    return _ROOM.sub(GONE, place)


def own_names(given: Iterable[str]) -> tuple[str, ...]:
    """The names to look for, of names as given: 王先生/女士 is told as 王先生 and 王女士, and 匿名 is nobody.

    >>> own_names(["王小明", "李先生/女士", "匿名", ""])
    ('王小明', '李先生', '李女士')
    """
    found: list[str] = []
    for name in given:
        bare = name.removesuffix("先生/女士")
        if bare != name:
            found += [f"{bare}先生", f"{bare}女士"]
        elif len(name) >= 2 and name != "匿名":
            found.append(name)
    return tuple(found)


def _contacts(text: str, own: Own) -> str:
    for one in reversed(numbers(text)):
        text = text[: one.start] + GONE + text[one.end :]
    for number in own.phones:
        text = text.replace(number, GONE)
    for pattern, instead in _CONTACTS:
        text = pattern.sub(instead, text)
    for pattern in _FIGURES:
        text = pattern.sub(lambda m: m[0] if of_matter(m.string, m.start()) else GONE, text)
    return text


def _tagged(text: str) -> list[str]:
    """Names that a tagger of words takes for names, where one may stand and no place's name begins."""
    found, at = [], 0
    for word, tag in rjieba.tag(text):
        start, at = at, at + len(word)
        before, after = text[max(start - 6, 0) : start], text[at : at + 2]
        likely = tag.startswith("nr") and _WHOLE_NAME.fullmatch(word) and not _NO_NAME.search(word)
        if likely and _BEFORE_NAME.search(before) and not _BEHIND_PLACE.match(after):
            found.append(word)
    return found


def _names(text: str, own: Own, tagged: Iterable[str] = ()) -> str:
    """The text without the writer's names and without names that its words show to be names, wherever they stand."""
    found = dict.fromkeys((*own.names, *tagged))
    for pattern in _NAMED:
        found |= dict.fromkeys(m["name"] for m in pattern.finditer(text) if not _NO_NAME.search(m["name"]))
    for name in sorted(found, key=len, reverse=True):
        spaced = r"\s?".join(map(re.escape, name))
        text = re.sub(spaced, GONE, text)
    return text
