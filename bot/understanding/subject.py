"""涉及对象 (subject): reads the person, organisation or thing that a matter is about."""

from __future__ import annotations

import re

_STOP = (
    "在的是到从把被和与跟或就住我俺你您他她它们咱恁有没来去往搁于了着让叫给对这那哪每些某各都还也又很太老说请问想要能会可啊呀吧呢吗"
    "，。！？、；：,.!?;:（）()“”\"'‘’《》【】~…\\s投诉举反映报"
)
_C = f"[^{_STOP}]"
_ORGANISATION = (
    "有限责任公司|股份有限公司|有限公司|分公司|物业公司|公交公司|自来水公司|燃气公司|供电公司|热力公司|保洁公司|搬家公司|装修公司|装饰公司|"
    "保险公司|旅行社|公司|物业|开发商|项目部|房产中介|中介|烧烤店|烧烤摊|大排档|饭店|饭馆|酒店|宾馆|旅馆|餐厅|餐馆|火锅店|面馆|牛肉汤馆?|早餐店|早点铺|奶茶店|"
    "蛋糕店|小吃店|洗车店|维修店|修理厂|汽修厂|4S店|4s店|超市|便利店|菜市场|农贸市场|商场|专卖店|家具店|手机店|营业厅|药店|大药房|诊所|"
    "卫生室|卫生院|医院|门诊部|口腔|美容院|理发店|健身房|健身会所|游泳馆|KTV|ktv|歌厅|酒吧|网吧|棋牌室|麻将馆|足疗店|浴池|洗浴中心|养生馆|按摩店|农资店|眼镜店|服装店|水果店|烟酒店|肉店|五金店|杂货店|小卖部|小吃摊|水果摊|早点摊|烧烤|作坊|黑诊所|黑车|食堂|网点|粮站|环卫所|"
    "幼儿园|托管班|培训班|培训学校|培训机构|培训中心|驾校|实验学校|中学|小学|职业学校|学校|大学|学院|工地|养猪场|养鸡场|养殖场|屠宰场|搅拌站|"
    "砖厂|水泥厂|石料厂|加工厂|化工厂|电厂|食品厂|服装厂|家具厂|木材厂|煤矿|工厂|厂子|厂(?![商家长房])|村委会|居委会|业委会|社区居委会|街道办事处|街道办|镇政府|乡政府|区政府|"
    "派出所|交警队|交警大队|城管局|城管|房管局|住建局|人社局|社保局|医保局|教育局|民政局|市场监管局|市监局|政务服务中心|政务中心|办事大厅|"
    "服务大厅|银行|养老院|敬老院|快递站|快递点|驿站|停车场|加油站|合作社|殡仪馆|彩票店|家政公司|劳务公司|外卖平台|平台"
)
_NAMED = re.compile(rf"{_C}{{0,16}}?(?:{_ORGANISATION})")
_CALLED = re.compile(
    r"(?<![我俺他她名来])(?:叫做?|店名是?|名为)([^，。,.；;的他她它我俺你您一]{3,12}?)(?=的|，|,|。|$|天天|一直)"
)
_TITLED = re.compile(
    r"[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马方任袁柳史唐薛雷贺汤罗毕郝安常于傅卞齐康余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯管卢莫房解应丁宣邓郁单洪包左石崔吉龚程邢裴陆荣翁段侯宁刘叶白赖乔阎连习艾易廖曾关洪][\u4e00-\u9fff]{0,2}"
    r"(?:主任|书记|局长|所长|院长|校长|大夫|医生|护士|师傅|老师|警官|队长|经理|会计|律师|站长|镇长|村长)"
)
_CALLED_IN_ROLE = re.compile(
    r"(?:包工头|工头|老板娘?|教练|店长|经理|负责人|司机|房东|队长|校长|老师|村长|书记|主任|邻居|医生|会计)(?:的?名字)?(?:叫做?|名叫|姓名是)"
    r"(?P<name>[\u4e00-\u9fff]{2,3}(?:老板|师傅)?)(?=[，,。；;！!\s]|$)"
)
"""The accused by role and name: 教练叫王磊."""
_OWES = re.compile(
    r"(?P<who>(?:包工头|工头|劳务老板|包工的|带班的?|班组长)(?:姓)?[\u4e00-\u9fff]{1,3}?(?:老板|师傅|总)?)(?=(?:一直|就是|到现在|总是|还)?(?:欠|拖|扣着?|不给|不发|跑了|卷|赖|说没钱|拒))"
)
"""Who owes the wages, by role and name. The site where one works is then only the place."""
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·. ]?[A-Z0-9]{5,6}"
)
_BUS = re.compile(r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})路(?:公交车?|车)(?:的?司机)?")
_PERSON = re.compile(
    r"楼上(?:的)?(?:那?家|邻居|住户|业主|租户)|楼下(?:的)?(?:那?家|邻居|住户|商户|烧烤摊)|隔壁(?:的)?(?:邻居|那?家|老[王李张刘]家?)|对门(?:邻居)?|邻居|房东|二房东|"
    r"包工头(?:姓[\u4e00-\u9fff]|[\u4e00-\u9fff]{2,3}(?=欠|拖|跑|不|说|一直))?|工头|施工队|施工方|施工单位|村支书|村书记|村主任|村干部|队长|网格员|窗口工作人员|工作人员|班主任|老师|校长|医生|护士|"
    r"出租车司机|网约车司机|公交司机|公交车司机|渣土车|洒水车|流动摊贩|摊贩|小贩|商贩|养狗的?(?:人|邻居)?|"
    r"狗主人|快递员|外卖员|外卖骑手|保安|老板|商家|店家|卖家|主播|装修工人"
)
_HEAD = re.compile(
    r"^(?:该|望|希望|家|辆|边上?|对|面(?!馆|粉|包|条|点)|一|两|几|打(?=物业)|骂|过|念|告(?=物业|村)|本市|市里|小区里?|楼下|楼上|附近|门口|旁边|对面|隔壁|里面|上|下|里|开(?!发)了?|干活|上班|打工|买|办|做|去|找|后面|前面|路边|"
    r"停(?=黑车)|坐(?=黑车)|新|门(?=[小口])|大(?!排档|药房|学)|对面|小(?!学|区|吃|卖|饭|超|商)|个|整|全|[今昨前每天]天|今|昨|晚|前|后|因|为|由|关|发现|看到|干|跑|路上|街上|开(?!发))+(?=.{2})"
)
_PLACE = re.compile(
    r"^.*(?:[路街巷镇乡村县]|街道|(?<![社小校景园])区|\d号|号楼|[栋幢座])(?=.{2})(?!委会|政府|街道|道办)"
)
_BROKEN = re.compile(rf"^.*(?:[漏停断渗积]水|[停断]电|断网|坏|堵|塌)(?=(?:{_ORGANISATION})$)")
"""What is broken, before whom it is blamed on: 房子漏水物业不管."""
_ADDRESSEE = re.compile(r"(?:希|希望|望|请|让|要求|叫|报警|建议|盼|求|恳请|麻烦|尊敬的)$")
_ROAD = re.compile(r"(?:[东西南北中前后])?(?:大道|[路街巷](?!边|旁|灯|面|政|上|头))")
"""What makes an organisation the name of a road: 镇政府路."""
_BARE = frozenset(
    [
        "公司",
        "平台",
        "厂",
        "物业",
        "学校",
        "医院",
        "超市",
        "饭店",
        "工地",
        "中介",
        "开发商",
        "派出所",
        "银行",
        "停车场",
        "食堂",
        "城管",
        "厂子",
        "烧烤",
        "幼儿园",
        "黑车",
    ]
)


def subject(text: str) -> str:
    """The person or thing that a text complains about or praises: a name if given, else a role; else "".

    >>> subject("龙湖小区物业不管事"), subject("楼上邻居天天半夜拖桌子"), subject("路灯坏了")
    ('龙湖小区物业', '楼上邻居', '')
    >>> subject("小区门口天天停黑车拉客")
    '黑车'
    >>> subject("我在万顺工地干活，包工头刘老板欠我两万工资")
    '包工头刘老板'
    """
    plate = _PLATE.search(text)
    if plate:
        return plate.group()
    role = _CALLED_IN_ROLE.search(text)
    if role:
        return re.sub("(?:的?名字)?(?:叫做?|名叫|姓名是)", "", role.group(), count=1)
    owes = _OWES.search(text)
    if owes:
        return owes["who"]
    called = _CALLED.search(text)
    if called:
        return called.group(1)
    found = _found(text)
    return min(found)[2] if found else ""


def subjects(text: str) -> list[str]:
    """All persons and organisations that a text names, in their order; :func:`subject` chooses one of them.

    >>> subjects("楼上邻居漏水，物业和派出所都不管")
    ['楼上邻居', '物业', '派出所']
    """
    named = [(match.start(), match.group(1)) for match in _CALLED.finditer(text)]
    named += [(match.start(), match.group()) for match in _PLATE.finditer(text)]
    named += [(start, name) for _, start, name in _found(text)]
    return list(dict.fromkeys(name for _, name in sorted(named)))


def _found(text: str) -> list[tuple[int, int, str]]:
    """How generic it is (0: a name), its place, and the words, of each organisation and person."""
    found: list[tuple[int, int, str]] = []
    for match in _NAMED.finditer(text):
        if _ROAD.match(text, match.end()):
            continue
        name = _HEAD.sub("", _BROKEN.sub("", _PLACE.sub("", match.group())))
        name = name.removeprefix("个") or name  # 有个厂
        if _ADDRESSEE.search(text[: match.end() - len(name)]):
            continue
        found.append((1 if name in _BARE else 0, match.start(), name))
    for match in re.finditer(_ORGANISATION, text):
        if _ROAD.match(text, match.end()):
            continue
        if match.group() in _BARE and not any(match.group() in name for _, _, name in found):
            found.append((2, match.start(), match.group()))
    for pattern in (_BUS, _TITLED, _PERSON):
        for match in pattern.finditer(text):
            found.append((1, match.start(), match.group()))
    return found


_NOT = re.compile(r"(?:没有?|未|不|无)$")
_DEED = re.compile(r"(?<=[\u4e00-\u9fff]{2})人?(?:电话)?(?:联系|找|打|叫|喊|说|问)$")


def whole_subject(read: str, story: str) -> str:
    """A reading as it stands in the story: with the negation before it, and without half of a verb at its end.

    >>> whole_subject("拴绳的狗", "一条没拴绳的狗咬了我"), whole_subject("包工头联系", "包工头联系不上了"), whole_subject("物业", "物业不管")
    ('没拴绳的狗', '包工头', '物业')
    """
    at = story.find(read) if read else -1
    if at < 0:
        return read
    if re.match(r"(?:不[上到着了]|没[人用])", story[at + len(read) :]):
        read = _DEED.sub("", read)
    negated = _NOT.search(story[max(at - 2, 0) : at]) if "的" in read else None
    return f"{negated.group()}{read}" if negated else read
