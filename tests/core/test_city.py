"""A city's profile: what it answers, and that every mistake in it is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from core.city import load_city
from core.errors import ConfigurationError
from core.settings import Settings
from tests.cities import HUAINAN, QINGWU, QINGWU_FOLDER


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of Qingwu's folder, for a test to change."""
    return Path(shutil.copytree(QINGWU_FOLDER, tmp_path / "copied"))


def test_huainan_has_seven_counties_and_districts_and_three_zones() -> None:
    assert len({d.name for d in HUAINAN.districts}) == 10
    codes = [d.code for d in HUAINAN.districts if d.code]
    assert sorted(codes) == ["340402", "340403", "340404", "340405", "340406", "340421", "340422"]
    assert HUAINAN.towns["曹庵镇"] == "田家庵区"
    assert HUAINAN.regions == ("全国", "安徽", "淮南")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("田家庵区", "田家庵区"),
        ("安徽省淮南市潘集区", "潘集区"),
        ("八公山", "八公山区"),
        ("凤台", "凤台县"),
        ("高新区（山南新区）", "高新区"),
        ("毛集社会发展综合实验区", "毛集实验区"),
        ("经济技术开发区", "经开区"),
    ],
)
def test_districts_by_their_many_names(said: str, name: str) -> None:
    found = HUAINAN.named(said)
    assert found is not None and found.name == name


def test_districts_in_a_story() -> None:
    def in_story(text: str) -> str | None:
        found = HUAINAN.mentioned(text)
        return found.name if found else None

    assert in_story("我住寿县某某镇，门口路坏了") == "寿县"
    assert in_story("山南新区某某小区停水") == "高新区"
    assert in_story("淮南高新技术产业开发区某某路") == "高新区"
    assert in_story("大通路上堵车") is None
    assert in_story("田家庵区国庆路边上的大通区公交站") == "田家庵区"


def test_the_city_in_service_is_chosen_by_one_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Settings(data_dir=tmp_path).city is HUAINAN
    monkeypatch.setenv("WENBAN_CITY_PROFILE", str(QINGWU_FOLDER))
    assert Settings(data_dir=tmp_path).city.full_name == "青梧市"


def test_a_city_brings_its_words_for_jieba() -> None:
    lines = QINGWU.dictionary.splitlines()
    assert {"梧桐卡 1000 n", "青梧 1000 ns", "梧东区 1000 ns", "科学城 1000 ns"} <= set(lines)
    assert all(len(line.split(" ")) == 3 for line in HUAINAN.dictionary.splitlines())


STORIES = {
    "合肥市蜀山区的一个小区物业乱收费": ("合肥", "0551-12345"),
    "我在合肥打工，老板欠我三个月工资": ("合肥", "0551-12345"),
    "长丰县水湖镇的路坏了没人修": ("长丰县", "0551-12345"),
    "霍邱县城的垃圾没人清": ("霍邱县", "0564-12345"),
    "我这里是阜阳，小区停水三天了": ("阜阳", "0558-12345"),
    "反映一下蚌埠一家饭店卫生太差": ("蚌埠", "0552-12345"),
    "我在南京租房，房东不退押金": ("南京", ""),
    "苏州工业园区的厂子拖欠工资": ("苏州", ""),
    "日照市东港区有家饭店宰客": ("日照", ""),
    # named in passing: a home town, a road, a dish, a car, a way, a word, a shop on the net, the family at home
    "我是合肥人，小区电梯坏了": None,
    "我老家在阜阳，现在租房房东不退押金": None,
    "我不是本地的，我是河南人，工地欠我工资": None,
    "田家庵区合肥路路口红绿灯坏了": None,
    "南京路上的路灯坏了三天": None,
    "兰州拉面店用的油有问题": None,
    "一辆合肥牌照的车堵在小区门口": None,
    "从合肥开往这里的大巴乱收费": None,
    "楼盖得太高影响日照采光": None,
    "小区叫丽水湾，物业不管事": None,
    "在淘宝买了杭州一家店的衣服不给退": None,
    "我在合肥上班，家里老人的低保被停了": None,
    "淮南到合肥的公交太少": None,
    "寿县县城到合肥那边的班车乱收费": None,
}


@pytest.mark.parametrize("story", STORIES)
def test_another_city_as_the_place_of_a_matter(story: str) -> None:
    found = HUAINAN.elsewhere(story)
    assert (found and (found.name, found.hotline)) == STORIES[story]


QUESTIONS = {
    "合肥公积金怎么取": ("合肥", True),
    "长丰县低保多少钱一个月": ("长丰县", True),
    "请问上海落户要什么条件": ("上海", False),
    "在合肥怎么办居住证": ("合肥", True),
    "杭州人才补贴怎么申请": ("杭州", False),
    # a rule of home's, about somebody who was, goes or comes from there
    "我在上海上班，公积金能提出来还房贷吗": None,
    "在合肥住院能报销吗": None,
    "合肥的社保能转回来吗": None,
    "从合肥转到淮南医保怎么转": None,
    "户口在阜阳，孩子能在这边上学吗": None,
    "我是合肥人，在这边办居住证要什么材料": None,
    "医保能在上海用吗": None,
    "去香港要什么证件": None,
    # a kind of person or paper
    "请问台湾居民居住证怎么办理": None,
    "台湾居民居住证在哪里办": None,
    "香港居民能在这交社保吗": None,
    "澳门同胞考驾照要什么材料": None,
    "港澳居民居住证怎么办": None,
    "香港户籍的孩子怎么上学": None,
    "台湾通行证怎么办": None,
    "台湾地区居民结婚登记要什么": None,
    "香港落户要什么条件": ("香港", False),
    "养老保险从江苏转到浙江怎么办": None,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_another_citys_rule_is_asked(question: str) -> None:
    found = HUAINAN.asks_elsewhere(question)
    assert (found and (found.name, found.same_province)) == QUESTIONS[question]


def test_what_is_home_in_one_city_is_elsewhere_in_another() -> None:
    story = "淮南市的一个小区停水三天了"
    there = QINGWU.elsewhere(story)
    assert HUAINAN.elsewhere(story) is None
    assert there is not None and there.name == "淮南" and there.hotline == ""
    near = QINGWU.elsewhere("云梦县城的路坏了")
    assert near is not None and near.hotline == "0712-12345" and near.same_province is True


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("city.yml", "prefix: QW", "prefix: qw-1", r"city.yml 第 5 行（prefix）：要 2 到 6 个大写"),
        ("city.yml", "prefix: QW", "prefix: NO", r'（prefix）：请加上引号，写成 "NO"'),
        (
            "city.yml",
            'area_code: "0728"',
            "area_code: 0727",
            r'第 6 行（area_code）：请加上引号，写成 "0727"',
        ),
        ("city.yml", "prefix: QW\n", "", r"city.yml（prefix）：必须填写"),
        ("city.yml", "province: 湖北", "province: 湖北省", r"city.yml 第 4 行：没有“湖北省”这个省"),
        ("city.yml", "area_code:", "areacode:", r"city.yml 第 6 行（areacode）：没有这个字段"),
        ("city.yml", "梧桐卡 1000 n", "梧桐卡", r"第 14 行（words › 第 1 项）：要写成“词 频率 词性”"),
        ("city.yml", "name: 青梧\n", "name: [青梧\n", r"city.yml 第 \d 行附近：不是正确的 YAML"),
        ("city.yml", "prefix: QW", "name: 合肥", r"city.yml 第 5 行：name 写了两次，第 2 行已经有了"),
        (
            "city.yml",
            'area_code: "0712", c',
            'area_code: "0712", area_code: "1", c',
            r"第 12 行：area_code 写了两次",
        ),
        (
            "districts.yml",
            "short: [梧东]",
            "short: [桐荫]",
            r"第 2 行（梧东区）：distinct 里的 梧东 不在 short 里",
        ),
        ("districts.yml", "aliases: [澜水]", "aliases: [梧东区]", r"第 9 行：县区名称写了两次：梧东区"),
        (
            "districts.yml",
            "[石矶头镇, 柳堰乡]",
            "[石矶头镇, 白鹭洲镇]",
            r"第 10 行：乡镇街道写了两次：白鹭洲镇",
        ),
        ("districts.yml", '"429821"', '"429801"', r"districts.yml 第 8 行：县区代码写了两次"),
        ("districts.yml", '"429821"', "429821", r'（澜水县 › code）：请加上引号，写成 "429821"'),
        ("districts.yml", "districts:", "district:", r"districts.yml 第 1 行（district）：没有这个字段"),
        ("districts.yml", "towns: [桐荫街道, 白鹭洲镇]", "towns: 桐荫街道", r"（梧东区 › towns）：要填一列"),
        (
            "departments.yml",
            "供水供电供气供热/供水",
            "市政设施/路灯照明",
            r"第 7 行：分类（只能有一个牵头单位）写了两次",
        ),
        ("departments.yml", "district: 澜水县", "district: 别的县", r"第 10 行：districts.yml 里没有 别的县"),
        ("departments.yml", "kind: utility", "kind: 公司", r"第 6 行（青梧水务集团 › kind）：只能填 city、"),
        ("departments.yml", "kind: county", "kind: city", r"第 8 行（澜水县人民政府）：kind 是 county"),
        ("departments.yml", "    kind: utility\n", "", r"第 5 行（青梧水务集团 › kind）：必须填写"),
        ("deadlines.yml", "example: true", "example: false", r"（建议和表扬）：source（依据）和 example"),
        ("deadlines.yml", "    example: true", "    example: true\n    source: *rules", r"也只能写一个"),
        ("deadlines.yml", "opened: 2026-11-01", "opened: gestern", r"第 8 行（.*› opened）：要填日期，如"),
        ("deadlines.yml", "opened: 2026-11-01", "opened: 2026-13-01", r"第 8 行：没有这样的日期"),
        ("deadlines.yml", "address: https", "address: ftp", r"第 7 行（.*› address）：要写网址"),
        (
            "deadlines.yml",
            "{working_days: 20}",
            "{days: 20}",
            r"（建议和表扬 › reply）：要写成 {working_days: 3} 这样",
        ),
        (
            "deadlines.yml",
            "{working_days: 20}",
            "三天",
            r"（建议和表扬 › reply）：要写成 {working_days: 3} 这样",
        ),
        (
            "deadlines.yml",
            "{working_days: 20}",
            "{working_days: 0}",
            r"（建议和表扬 › reply › count）：不能小于 1",
        ),
        (
            "deadlines.yml",
            "{working_days: 20}",
            "{working_days: 2, hours: 3}",
            r"reply）：要写成 {working_days: 3}",
        ),
        (
            "deadlines.yml",
            "    reply: {working_days: 20}\n",
            "",
            r"（建议和表扬）：sign（签收）、reply（答复）",
        ),
        ("deadlines.yml", "{working_days: 20}", "{working_days: yes}", r"› reply › count）：要填整数"),
        ("deadlines.yml", "{working_days: 20}", "{hours: 2.0}", r"› reply › count）：要填整数"),
        (
            "deadlines.yml",
            "{working_days: 20}",
            "{working_days：20}",
            r"deadlines.yml 第 27 行：冒号是全角的",
        ),
        ("deadlines.yml", "urgent: true", "urgent: 1", r"› urgent）：要填 true 或 false"),
        ("deadlines.yml", "example: true", 'example: "yes"', r"› example）：要填 true 或 false"),
        ("city.yml", "name: 青梧", "name：青梧", r"^city.yml 第 2 行：冒号是全角的（：）"),
        ("city.yml", "prefix: QW", "prefix ：QW", r"^city.yml 第 5 行：冒号是全角的（：）"),
        (
            "departments.yml",
            "- name: 市城管委",
            "- name：市城管委",
            r"^departments.yml 第 2 行：冒号是全角的",
        ),
        ("city.yml", "prefix: QW", "\tprefix: QW", r"^city.yml 第 5 行：行首有制表符（Tab）"),
        ("city.yml", "prefix: QW", "\u3000prefix: QW", r"^city.yml 第 5 行：行首有全角空格"),
        ("city.yml", "prefix: QW", "prefix: QW\n---\n# 另一份", r"^city.yml 第 6 行：--- 后面又开了一份"),
        ("city.yml", "prefix: QW", "prefix: “QW”", r'^city.yml 第 5 行：引号是全角的，要改成半角："QW"'),
        ("districts.yml", "short: [梧东]", "short: [梧东，梧城]", r"^districts.yml 第 4 行：逗号是全角的"),
        ("deadlines.yml", "name: 紧急", "name: 停水", r"第 16 行.*：规则名称写了两次：停水"),
        ("deadlines.yml", "    urgent: true\n", "", r"规则“咨询”永远用不上，因为前面的“紧急”已经包括它"),
        (
            "deadlines.yml",
            "urgent: true",
            "categories: [供水供电供气供热/供水]",
            r"“紧急”永远用不上，因为前面的“停水”",
        ),
        ("deadlines.yml", "13:00-17:00", "11:00-17:00", r"（office_hours）：各段要从早到晚"),
        ("deadlines.yml", "13:00-17:00", "13:00-27:00", r"（office_hours）：没有这样的钟点"),
        ("deadlines.yml", "13:00-17:00", "13-17", r"（office_hours › spans › 第 2 项）：要写成 08:30-12:00"),
        ("deadlines.yml", "rules:\n  - name: 停水", "rule:\n  - name: 停水", r"（rule）：没有这个字段"),
        (
            "deadlines.yml",
            "    sign: {working_days: 1}\n    reply: {working_days: 5}",
            "    sign: {working_days: 6}\n    reply: {working_days: 5}",
            r"第 29 行.*规则“其他”的 sign（签收，6 个工作日）比 reply（答复，5 个工作日）还晚",
        ),
        (
            "deadlines.yml",
            "sign: {working_hours: 4}",
            "sign: {working_hours: 8}",
            r"sign（签收，8 个工作小时）比 close",
        ),
        (
            "deadlines.yml",
            "sign: {working_hours: 4}",
            "sign: {working_days: 2}",
            r"sign（签收，2 个工作日）比 close",
        ),
    ],
)
def test_a_mistake_is_named(copied: Path, file: str, before: str, after: str, said: str) -> None:
    text = (copied / file).read_text("utf-8")
    assert before in text
    (copied / file).write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_city(str(copied))


def test_a_profile_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"没有城市档案“nowhere”.*huainan"):
        load_city("nowhere")
    shutil.copy(QINGWU_FOLDER / "city.yml", tmp_path)
    with pytest.raises(ConfigurationError, match=r"districts\.yml"):
        load_city(str(tmp_path))
    with pytest.raises(ConfigurationError, match="没有城市档案“”"):
        load_city("")


def test_a_file_that_no_yaml_reader_can_read_is_named(copied: Path) -> None:
    file = copied / "districts.yml"
    kept = file.read_text("utf-8")
    for written, said in (
        (kept.encode("gbk"), "districts.yml：请用 UTF-8 编码保存"),
        (b"- a\n", "districts.yml：里面要是一行行的“名称: 值”"),
        (b"", "districts.yml：里面要是一行行的“名称: 值”"),
        (b"a: &a [*a]\n", r"districts.yml 第 1 行（a）：没有这个字段"),
        (b"? [a]\n: 1\n", "districts.yml 第 1 行附近：不是正确的 YAML"),
        (b"a: !!python/name:os.system 1\n", "districts.yml 第 1 行附近"),
        (b"a: \x00\n", "districts.yml.*：不是正确的 YAML"),
    ):
        file.write_bytes(written)
        with pytest.raises(ConfigurationError, match=said):
            load_city(str(copied))
    file.write_bytes(kept.encode("utf-8-sig"))
    assert load_city(str(copied)).full_name == "青梧市"


def test_a_list_of_wrong_items_is_not_called_too_short(copied: Path) -> None:
    file = copied / "districts.yml"
    file.write_text("districts:\n  - name: 东\n  - name: 西\n", "utf-8")
    with pytest.raises(ConfigurationError) as said:
        load_city(str(copied))
    assert str(said.value).count("至少要 2 个字") == 2 and "至少要 1 项" not in str(said.value)


@pytest.mark.parametrize("name", ["city.yml", "deadlines.yml"])
def test_a_folder_in_the_place_of_a_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    (copied / name).mkdir()
    with pytest.raises(ConfigurationError, match=f"{name}：这是文件夹，要是一个文件"):
        load_city(str(copied))


def test_several_mistakes_are_named_at_once(copied: Path) -> None:
    file = copied / "departments.yml"
    file.write_text(
        file.read_text("utf-8").replace("kind: city", "kind: x").replace("kind: utility", "kind: y")
    )
    with pytest.raises(ConfigurationError) as said:
        load_city(str(copied))
    assert [line.split("：")[0] for line in str(said.value).splitlines()[1:]] == [
        "  departments.yml 第 3 行（市城管委 › kind）",
        "  departments.yml 第 6 行（青梧水务集团 › kind）",
    ]


def test_working_hours_need_office_hours_and_no_rules_are_needed_at_all(copied: Path) -> None:
    file = copied / "deadlines.yml"
    rule = "rules: [{name: 其他, sign: {working_hours: 4}, example: true}]"
    file.write_text(rule, "utf-8")
    with pytest.raises(ConfigurationError, match="规则“其他”用了 working_hours，就要写 office_hours"):
        load_city(str(copied))
    file.unlink()
    assert load_city(str(copied)).deadlines.rules == ()


def test_a_rule_with_a_source_is_an_example_still_when_the_office_hours_are(copied: Path) -> None:
    file = copied / "deadlines.yml"
    kept = yaml.safe_load(file.read_text("utf-8"))
    kept["office_hours"] = {"spans": kept["office_hours"]["spans"], "example": True}
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), "utf-8")
    made = load_city(str(copied)).deadlines
    assert {rule.name: bool(made.basis(rule)) for rule in made.rules} == {
        "停水": False,
        "紧急": True,  # in hours of the clock: no office hours in it
        "咨询": False,
        "建议和表扬": False,
        "其他": False,
    }


@pytest.mark.parametrize(
    ("text", "hotline"),
    [
        ("合肥滨湖那边的路灯坏了", "0551-12345"),
        ("我人在池州，小区没人管", "0566-12345"),
        ("淮北相山的物业不管事", "0561-12345"),
        ("安庆迎江的公交站牌倒了", "0556-12345"),
        ("界首市的路烂了没人修", "0558-12345"),
        ("屯溪区停水两天了", "0559-12345"),
        ("我和县里反映过了", None),
        ("淮北路路灯坏了", None),
        ("郊区的路坏了", None),
        ("去合肥蜀山看病能报销吗", None),
    ],
)
def test_every_city_of_the_province_is_known_by_its_districts(text: str, hotline: str | None) -> None:
    there = HUAINAN.elsewhere(text)
    assert (there.hotline if there else None) == hotline
