"""Reads a place: county or district, town, and the address with street and number.

This is own code. The library cpca was tried: it knows counties, but no streets, estates and house numbers, and it needs
pandas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.city import City
from core.text import without_pictures

# Words that are never part of a name. A name is read backwards from its ending to one of these.
_STOP = (
    "在的是到从把被与跟或就住我俺你您他她它们咱恁有没来去往搁于了着过让叫给对这那哪每个条些某各都还也又很太老说"
    "请问想要能会可啊呀吧呢吗，。！？、；：,.!?;:（）()“”\"'‘’《》【】~…\\s投诉举反映报"
)
_C = f"[^{_STOP}]"
_ROAD = rf"{_C}{{1,6}}?(?:大街|大道|公路|环路|[东南西北中]路|路|街|巷|胡同)(?!(?<=街)道|灯|面|边|人|上|口|过|段|费|基|况|障|线|政|公交(?!站)|车|径|程|子|由|标|权|数)(?:[东西南北中]段)?"
_NUMBER = r"(?:附?[0-9]{1,5}|[一二三四五六七八九十百]{1,4})(?:-\d{1,4})?号(?!楼|线|院门|晚|早|上午|下午|开始|那天|中午|停|凌晨|夜|半夜|到|至|以来|起)"
_ESTATE_END = (
    "小区|花园|家园|佳园|嘉园|花苑|家苑|雅苑|嘉苑|名苑|新苑|新村|新城|名城|豪庭|华庭|雅居|公馆|华府|学府|王府|国际城|名邸|公寓|"
    "大厦|广场(?!舞)|商城|商业街|步行街|步步高|山庄|庄园|水岸|半岛|御景|(?<![今昨前每几期半两三])天下(?!午|班|雨|暴|大|了|的|着|来|课|学)|时代|安置点|安置房|家属院|宿舍|老街|村委会|社区"
)
_ESTATE = rf"{_C}{{1,8}}?(?:{_ESTATE_END})(?:[一二三四五六七八九十东西南北A-Z]区|[一二三四五]期)?"
_NAMED = rf"{_C}{{2,7}}(?=(?:[A-Z]?\d{{1,3}}|[一二三四五六七八九十]{{1,3}})(?:号楼|栋|幢))"
_VILLAGE = rf"{_C}{{1,5}}?(?:郢村|孜村|圩村|庄村|湾村|岗村|村|郢|孜|圩|庄|湾|岗|(?<![警察管防工救察分])队(?!伍|员)|组(?!织|成|合|建|装|团))(?!里|民|长|支书|书记|干部|子里)(?:{_C}{{1,5}}?(?:队|组|郢|庄))?"
_BUILDING = r"(?:[A-Za-z]?\d{1,3}|[一二三四五六七八九十]{1,3}|[A-Z])(?:号楼|栋|幢|座)|(?:\d{1,2}|[一二三四五六七八九十]{1,2})单元|\d{3,4}(?:室|户)"
_LANDMARK_END = (
    "农贸市场|菜市场|批发市场|市场|超市|购物中心|百货大楼|医院|卫生院|卫生室|中学|小学|学校|幼儿园|大学|学院|职教中心|实验学校|一中|二中|三中|"
    "[一二三四五六七八九十]小(?!学)|[一二三四五六七八九十]中(?!学)|派出所|[东南西北]站|汽车站|火车站|高铁站|客运站|公交站台?|车站|体育馆|体育场|图书馆|公园|大桥|桥|码头|水库|"
    "工业园|产业园|工业园区|开发区|加油站|收费站|停车场|车库|广场(?!舞)|中心(?!校)|大厅|养老院|银行|大楼|棚户区|工地|湖(?![路里水边]|公园|小区|花园)|城(?![管市区乡镇关东西南北建里中投置集股])|"
    "厂(?=门口|旁|附近|对面|宿舍|家属|南|北|东|西)|矿(?=门口|旁|附近|对面|宿舍|家属|南|北|东|西)|站(?![在着起点长岗台])"
)
_LANDMARK = rf"{_C}{{1,8}}?(?:{_LANDMARK_END})|{_C}{{0,6}}?(?:敬老院|卫生院|菜市场|菜市口|公厕|农贸市场|粮站|镇政府|乡政府|政务服务中心)"
_WHERE = (
    r"(?:交叉口|交口|路口|十字路口|丁字路口|交汇处|路段|大门口|[东南西北正后侧]门口?|门口|门前|对面|对过|斜对面|旁边?|边上|附近|后面|前面|"
    r"楼下|楼顶|隔壁|里面|院内|院里|[东南西北]侧|[东南西北]边|拐角|底商|地下车库|地下停车场|车库|桥下|桥头)"
)
_PIECE = re.compile(
    rf"(?P<road>{_ROAD})|(?P<number>{_NUMBER})|(?P<building>{_BUILDING})|(?P<estate>{_ESTATE}|{_NAMED})"
    rf"|(?P<landmark>{_LANDMARK})|(?P<village>{_VILLAGE})|(?P<where>{_WHERE})"
)
_WEIGHT = {"road": 3, "number": 2, "building": 2, "estate": 4, "landmark": 3, "village": 3, "where": 1}
_JOIN = re.compile(r"[的\s、，,]?|[与和跟]|到")
_CROSSING = re.compile(r"[与和跟到、]")
# A text that begins with one of these verbs or measure words is not a name.
_HEAD = re.compile(
    r"^(?:辆|路边|边(?=[^疆城])|家(?!园|苑)|修(?:一下|好|建)?|一下|一|两|几|靠近|靠|路过|经过|整|全|里|上|下|前面|后面|旁边|位于|地址|小区|楼下|楼上|附近|门口|今天|昨天|现在|"
    r"感谢|建议|希望|表扬|因为|由于|关于|发现|看到|这里|本人|市|区|县|城区|镇|乡|街道)+"
)
_EMPTY = re.compile(
    r"^(?:小区|社区|学校|医院|超市|市场|公园|广场|工地|村委会|停车场|幼儿园|银行|厂|矿|桥|马路|路|街|大街|巷|村|全村|本村|庄|队|组|道路|公路|"
    r"修路|走路|铁路|网路|线路|电路|水路|半路|大路|小路|出路|一路|迷路|让路|堵路|同路|上路|宿舍|公寓|大厦|商城|农村|乡村|新农村|班组|"
    r"家小区|家楼下|地下车库|地下停车场|车库|公厕|部队|排队|车队|施工队|小组|工作组|乡镇|城镇|逛街|上街|老广场|中学|小学|大学|车站|公交站|加油站|步行街|商业街|门面|开发区|码头)$"
)


_NO_ROAD = re.compile(
    r"(?:跑|走|修|让|绕|占|拦|挡|问|带|引|思|销|线|电|网|门|后|半|死|活|生|退|出|赶|[村家镇乡屯庄巷院组队]里|门口|门前|楼下)路$"
)
"""Words that end like a road and name none (卷钱跑路, 店门口路)."""
_COMPLAINS = re.compile(r"不(?!夜)|甩站|拒载|没人|[乱漏]")
"""Characters of a complaint, which no name contains (公交车不停站)."""


_HOME = re.compile(
    r"(?:(?:我|俺|咱|本人)们?(?:老?家|户口)?|(?:老家|户口))(?:就|都)?(?:是|在|来自|住在?)"
    r"(?P<home>[\u4e00-\u9fff]{2,8}?)(?:[这那]边|农村|乡下)?(?:的|人|的人)?(?=[，,。；;！!\s]|$)"
)
"""A clause that tells only where the speaker comes from: 我是寿县的."""


@dataclass(frozen=True)
class Place:
    """A place; "" for the parts that were not said.

    Args:
        district: full name of the county, district or zone.
        town: full name of the town, township or sub-district.
        address: road, estate, village, number and landmark, in the citizen's words.
    """

    district: str = ""
    town: str = ""
    address: str = ""


_TIME = re.compile(
    r"(?:大前|[前去今明后])年(?:[春夏秋冬][天季]?|[上下]半年|年?[初底])?|[上这本下]{1,6}个?(?:月|周|星期|礼拜)|"
    r"(?:(?:大前|[前昨今明后])[天日晚]|(?:[一二三四五六七八九十]{1,2}|\d{1,2})月份)"
    r"(?:凌晨|清早|大?早上|上午|中午|下午|傍晚|晚上|夜里|半夜)?|(?:[这前近好][几两三]|几)天|每[天日周月年]"
)
"""Words of time. Before a place they would be read as the beginning of its name (上个月工地)."""


def place(text: str, city: City) -> Place:
    """Read the place of the matter from a text.

    If the text names no district, the town gives it ("曹庵镇" is in 田家庵区).

    Args:
        text: the text.
        city: the city whose districts and towns are recognised.

    >>> from core.city import load_city
    >>> place("我住曹庵镇杨公路88号，路灯不亮", load_city("huainan"))
    Place(district='田家庵区', town='曹庵镇', address='杨公路88号')
    """
    matter = _without_home(text, city)
    town = _town(matter, city)
    district = _district(matter, city) or (city.towns.get(town, "") if town else "")
    return Place(
        district, town, _address(_TIME.sub(" ", _without(without_pictures(text), city, district, town)))
    )


def addresses(text: str, city: City) -> list[str]:
    """The wordings of all places that a text names, in their order; :func:`place` chooses one of them."""
    return [chain for chain, score in _chains(_TIME.sub(" ", _without(text, city))) if score >= _LEAST]


def bare_address(words: str, city: City) -> str:
    """Words of a place without the district and the town before them.

    >>> from core.city import load_city
    >>> bare_address("曹庵镇杨公路88号东边", load_city("huainan"))
    '杨公路88号东边'
    """
    names = [city.full_name, *(name for one in city.districts for name in one.names), *city.towns]
    for _ in range(3):
        words = next((words.removeprefix(name) for name in names if words.startswith(name)), words)
    return words


_NEIGHBOUR = re.compile(r"(?:楼[上下]|隔壁|对门)$")
_LIVES_THERE = re.compile(r"的?(?:邻居|住户|租户|业主|那[户家]|人家)")


def without_neighbour(words: str, behind: str) -> str:
    """Words of a place without 楼上, when that says which neighbour is meant.

    Args:
        words: the words of the place.
        behind: what follows them.

    >>> without_neighbour("龙湖小区3号楼楼上", "邻居打麻将"), without_neighbour("龙湖小区3号楼楼上", "漏水")
    ('龙湖小区3号楼', '龙湖小区3号楼楼上')
    """
    return _NEIGHBOUR.sub("", words) if _LIVES_THERE.match(behind) else words


def without_half_a_town(words: str, text: str, city: City) -> str:
    """Words of a place without the end of a town's name, when they begin in the middle of it.

    Args:
        words: the words of the place, as they stand in the text.
        text: the text.
        city: the city whose towns are known.

    >>> from core.city import load_city
    >>> without_half_a_town("岗红卫巷", "我们蔡家岗红卫巷的路灯黑了", load_city("huainan"))
    '红卫巷'
    """
    begin = text.find(words)
    for name in map(_short, city.towns):
        at = text.rfind(name, 0, begin + len(name)) if begin > 0 else -1
        if at >= 0 and at < begin < at + len(name):
            return words[at + len(name) - begin :]
    return words


def is_only_where(words: str) -> bool:
    """Whether words say only on which side of something unnamed a place lies (楼后面, 我家门口).

    >>> is_only_where("楼后面"), is_only_where("我家门口"), is_only_where("洞山中学门口")
    (True, True, False)
    """
    return len(re.sub(rf"^(?:我|俺|咱)们?家?|{_WHERE}$", "", words)) < 2


def is_vague(address: str) -> bool:
    """Whether an address is only a kind of place, of which a city has many.

    >>> is_vague("菜市场"), is_vague("学校门口"), is_vague("城关镇农贸市场")
    (True, True, False)
    """
    bare = re.sub(rf"{_WHERE}$", "", address)
    return _EMPTY.match(bare) is not None or bare in ("菜市场", "农贸市场", "菜市口", "小学", "村口", "路口")


def _without_home(text: str, city: City) -> str:
    """A text without the words that tell where the speaker comes from, if it also names another district."""

    def away(said: re.Match[str]) -> str:
        name = said["home"]
        return " " if city.named(name) or name in city.towns else said.group()

    left = _HOME.sub(away, text)
    return left if left != text and (_district(left, city) or _town(left, city)) else text


def _district(text: str, city: City) -> str:
    if city.mentioned(text):
        return _of_matter(text, city)
    for item in city.districts:
        for short in item.short:
            if short in item.distinct and re.search(rf"(?:在|住|是|搁|到|去){short}", text):
                return item.name
            # "山南" or "潘集" as a place, not as the first half of another name
            if re.search(
                rf"(?:在|住|是|到|去|搁|俺们?|我们?|咱们?|^|[，,。\s]){short}(?=这|那|的|$|[，,。\s]|{_C}{{1,6}}?(?:{_ESTATE_END}|路|街|镇|村))",
                text,
            ):
                return item.name
    return ""


def _of_matter(text: str, city: City) -> str:
    """The district that a text names by its full name; of several the one before a place, "" when that is no single one.

    >>> from core.city import load_city
    >>> _of_matter("从寿县来的，在田家庵区洞山中学门口被撞", load_city("huainan"))
    '田家庵区'
    """
    known = {name: one for one in city.districts for name in one.names}
    pattern = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    said = [
        (known[m.group()], text[m.end() : m.end() + _BEHIND])
        for m in re.finditer(pattern, text)
        if not text[: m.start()].endswith(("不是", "不在"))
    ]
    named = {one.name for one, _ in said}
    if len(named) > 1:
        named = {one.name for one, behind in said if behind.startswith(one.towns) or _starts_a_place(behind)}
    return named.pop() if len(named) == 1 else ""


def _starts_a_place(text: str) -> bool:
    piece = _PIECE.match(text.lstrip("的 "))
    return piece is not None and piece.lastgroup not in ("number", "where")


def _town(text: str, city: City) -> str:
    known = [(text.find(name), -len(name), name) for name in city.towns if name in text]
    if known:
        return min(known)[2]
    # the local dialect omits the ending (镇, 乡, 街道): "曹庵的", "李郢孜那边"
    districts = {name for item in city.districts for name in (*item.names, *item.short)}
    for name in city.towns:
        short = _short(name)
        if short in districts:
            continue  # 谢家集区 and 谢家集 mean the district, never 谢家集街道
        if len(short) >= 3 and re.search(rf"{short}(?![路街大东西南北中村区县]|小区|社区)", text):
            return name
        if len(short) >= 2 and re.search(
            rf"(?:在|住|是|俺们?|我们?|^|[，,。\s]|[区县]){short}(?=这|那|的|$|[，,。\s]|街上|集上)", text
        ):
            return name
    return ""


def _short(town: str) -> str:
    """A town's name without its ending, as people say it: 曹庵 for 曹庵镇."""
    return re.sub(r"(?:回族)?[镇乡]$|街道$", "", town)


def _without(text: str, city: City, *names: str) -> str:
    """The text with districts and towns replaced by a blank, so that no street's name begins with them."""
    for name in names:
        if name:
            text = text.replace(name, " ")
    for item in city.districts:
        for name in item.names:
            text = text.replace(name, " ")
    return text.replace(f"{city.province}省", " ").replace(city.full_name, " ")


_BEHIND = 30
"""Characters behind a district's name in which a place of it begins."""
_LEAST = 3
"""Least weight of a group of pieces that is an address."""


def _address(text: str) -> str:
    best, best_score = "", 0
    for chain, score in _chains(text):
        if score > best_score:
            best, best_score = chain, score
    return best if best_score >= _LEAST else ""


def _chains(text: str) -> list[tuple[str, int]]:
    """Groups of neighbouring address pieces, with the weight of each group as an address."""
    found: list[tuple[str, int]] = []
    start = end = -1
    score = 0
    at = 0
    while (match := _PIECE.search(text, at)) is not None:
        kind = str(match.lastgroup)
        begin = match.start()
        name = match.group()
        if kind in ("road", "estate", "landmark", "village"):
            if name[0] == "和" and kind == "road" and begin == end:
                begin += 1
                name = name[1:]
            cut = _HEAD.match(name)
            if cut and cut.end() == len(name):
                at = match.end()
                continue
            if cut:
                begin += cut.end()
                name = text[begin : match.end()]
            if _COMPLAINS.search(name) or (kind == "road" and _NO_ROAD.search(name)):
                at = match.end()
                continue
            attached = end >= 0 and kind == "landmark" and text[end:begin] in ("", "的")
            if len(name) < 2 or (_EMPTY.match(name) and not attached):
                at = match.end()
                continue
        gap = text[end:begin] if end >= 0 else None
        joined = gap is not None and _JOIN.fullmatch(gap) and not (gap in ("，", ",") and kind in ("where",))
        if joined and gap and _CROSSING.fullmatch(gap) and kind != "road":
            joined = False
        if not joined:
            if end >= 0:
                found.append((text[start:end], score))
            start, score = begin, 0
        end = match.end()
        score += _WEIGHT[kind]
        at = end
    if end >= 0:
        found.append((text[start:end], score))
    return [(re.sub(r"[\s，,]", "", chain), score) for chain, score in found]
