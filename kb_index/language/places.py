"""Provinces and prefecture-level cities, and the counties a base names: which place lies within which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from core.errors import ConfigurationError

# Names that are also everyday words (中山, 白银) stand with their suffix.
_CITIES = {
    "北京": "", "天津": "", "上海": "", "重庆": "", "台湾": "", "香港": "", "澳门": "",
    "河北": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水",
    "山西": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布",
    "辽宁": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛",
    "吉林": "长春 四平 辽源 通化 白山 松原 白城 延边",
    "黑龙江": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    "江苏": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "浙江": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌",
    "安徽": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "福建": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "江西": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "河南": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店",
    "湖北": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施",
    "湖南": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "广东": "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山市 潮州 "
    "揭阳 云浮",
    "广西": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "海南": "海口 三亚 三沙 儋州",
    "四川": "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 "
    "甘孜 凉山",
    "贵州": "贵阳 六盘水 遵义 安顺 毕节 铜仁",
    "云南": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 大理",
    "西藏": "拉萨 日喀则 昌都 林芝",
    "陕西": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "甘肃": "兰州 嘉峪关 金昌 白银市 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南",
    "青海": "西宁 海东",
    "宁夏": "银川 石嘴山 吴忠 固原 中卫",
    "新疆": "乌鲁木齐 克拉玛依 吐鲁番 哈密",
}  # fmt: skip
PROVINCES = list(_CITIES)
CITIES = [city for cities in _CITIES.values() for city in cities.split()]
EVERYWHERE = "全国"

_SUFFIX = re.compile(r"(?<=..)(?:省|市|县|区)$")
_NOT_A_STREET = r"(?![东西南北中]?(?:路|街|大道|大街|大学|学院|医院|火车站|高铁站))"


def elsewhere(text: str, home: Iterable[str]) -> bool:
    """Whether a text names a province or city that is not at home.

    Args:
        text: a question.
        home: names of the regions that are at home, all levels.

    >>> elsewhere("合肥公积金怎么取", ["安徽", "淮南"]), elsewhere("淮南公积金怎么取", ["安徽", "淮南"])
    (True, False)
    """
    known = {name.removesuffix("省").removesuffix("市") for name in home}
    return any(name.removesuffix("市") not in known for name in _NAMES.findall(text))


def _pattern(names: Iterable[str], after: str = "") -> re.Pattern[str]:
    longest_first = sorted(set(names), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))}){after}")


_NAMES = _pattern([*PROVINCES, *CITIES])


class Places:
    """Which places a text names, and how they lie to a region.

    Args:
        counties: counties and districts by city, as the editors spell them (``places.yml``).

    >>> places = Places({"淮南": ["寿县", "凤台县"]})
    >>> places.outside("合肥公积金怎么取", ["淮南"]), places.outside("寿县公积金怎么取", ["淮南"])
    (['合肥'], [])
    """

    def __init__(self, counties: Mapping[str, Iterable[str]] | None = None) -> None:
        self._within = {_bare(c): province for province, cities in _CITIES.items() for c in cities.split()}
        names = [*PROVINCES, *CITIES]
        for city, found in (counties or {}).items():
            for county in found:
                self._within.setdefault(_bare(county), _bare(city))
                names.append(county)
        self._names = _pattern(names, _NOT_A_STREET)

    @classmethod
    def from_folder(cls, folder: Path) -> Places:
        """Reads ``places.yml`` beside the entries; without it only provinces and cities are known.

        Raises:
            ConfigurationError: when the file does not map a city to its list of counties.
        """
        path = folder / "places.yml"
        if not path.is_file():
            return cls()
        try:
            data = yaml.safe_load(path.read_text("utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{path.name} 不是正确的 YAML：{error}", code="places_invalid"
            ) from error
        if not isinstance(data, dict) or not all(
            isinstance(k, str) and isinstance(v, list) and all(isinstance(c, str) for c in v)
            for k, v in data.items()
        ):
            raise ConfigurationError(f"{path.name} 每行要写成“市: [县, 区]”", code="places_invalid")
        return cls(data)

    def named(self, text: str) -> list[str]:
        """Places a text names, in order; names of streets, schools and hospitals do not count."""
        return list(dict.fromkeys(self._names.findall(text)))

    def outside(self, text: str, regions: Iterable[str]) -> list[str]:
        """Places a text names that lie neither within nor around any of the regions.

        Empty as soon as one place fits ("从合肥转到淮南"), and for 全国, which holds everywhere.
        """
        held = [_bare(region) for region in regions]
        if EVERYWHERE in held:
            return []
        found = self.named(text)
        fits = any(
            region in self._above(name) or _bare(name) in self._above(region)
            for name in found
            for region in held
        )
        return [] if fits else found

    def _above(self, name: str) -> list[str]:
        """The place itself and what it lies within."""
        chain = [_bare(name)]
        while (outer := self._within.get(chain[-1])) and outer not in chain:
            chain.append(outer)
        return chain


def _bare(name: str) -> str:
    """淮南市 → 淮南, 寿县 → 寿县 (nothing is left of one character)."""
    return _SUFFIX.sub("", name)
