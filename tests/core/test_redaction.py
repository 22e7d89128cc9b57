"""Text without personal data: for statistics, and for the departments that handle tickets with 保密."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.understanding.name import introduced_name
from core.redaction import GONE, WIDE, Own, confidential, own_names, redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("电话13800001234，急", "电话***，急"),
        ("138 0000 1234 和 138-0000-1234", "*** 和 ***"),
        ("１３８００００１２３４", "***"),
        ("座机0554-6000000", "座机***"),
        ("幺三八零零零零一二三四打不通", "***打不通"),
        ("身份证34040019000101001X丢了", "身份证***丢了"),
        ("卡号6222 0000 0000 0000 000", "卡号***"),
        ("工单HN2026112300001 查询码482913", "工单*** 查询码***"),
        ("皖D·A1234违停，皖dAB1234新能源", "***违停，***新能源"),
        ("皖Ａ·ＡＺ９０１违停", "***违停"),
        ("发到zhang.san@example.com行吗", "发到***行吗"),
        ("发到ａｚ@ｅｘａｍｐｌｅ.ｃｏｍ行吗", "发到***行吗"),
        ("我微信号abc_12345，qq：123456", "我微信号***，qq：***"),
        ("洞山路12号", "洞山路***号"),
        ("阳光小区3栋2单元501室漏水", "阳光小区***栋***单元***室漏水"),
        ("住5号楼3楼302", "住***号楼***楼"),
        ("我叫王小明想问居住证", "我叫***想问居住证"),
        ("我叫李伟，孩子叫李小花今年上学", "我叫***，孩子叫***今年上学"),
        ("联系人：欧阳小明", "联系人：***"),
        ("我是张伟，", "我是***，"),
        ("王建国先生的社保", "***先生的社保"),
    ],
)
def test_personal_data_is_taken_out_of_what_is_kept(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "我是高中生，能办身份证吗",
        "我是单亲妈妈怎么申请低保",
        "王女士问，医保缴费 380 元一年",
        "养老保险交满15年，2026年11月23日以后能领吗",
        "2025-2026学年学区怎么划",
        "一次性补助100000元什么条件",
        "打12345还是12333",
        "国务院令第586号和国发〔2020〕12号文",
        "地铁3号线几点停运",
        "三室一厅120平米，3室2厅，住5楼",
        "我叫什么名字改不改得了",
        "一二三线城市落户",
    ],
)
def test_what_a_question_needs_stays(text: str) -> None:
    assert redact(text) == text


MARK = re.compile(r"\[([npivhm]):([^\]]*)\]")
TEXTS = [
    text
    for text in (Path(__file__).parent / "redaction.txt").read_text("utf-8").splitlines()
    if text and not text.startswith("#")
]


def _labelled(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """A text without its marks, and what is marked: (kind, start, end)."""
    said, spans, at = "", [], 0
    for mark in MARK.finditer(text):
        said += text[at : mark.start()]
        spans.append((mark[1], len(said), len(said) + len(mark[2])))
        said += mark[2]
        at = mark.end()
    return said + text[at:], spans


def _gone(said: str, kept: str) -> list[tuple[int, int]]:
    """What of a text was replaced: (start, end)."""
    pieces = kept.split(GONE)
    found = re.fullmatch("(.+?)".join(map(re.escape, pieces)), said.translate(WIDE), re.S)
    assert found is not None, (said, kept)
    return [found.span(nth) for nth in range(1, len(pieces))]


def test_recall_and_precision_on_labelled_texts() -> None:
    """Of every kind nearly all goes, and hardly anything else: places, firms and figures of the matter stay."""
    assert len(TEXTS) >= 80
    told, hit, right, removed = Counter[str](), Counter[str](), 0, 0
    for text in TEXTS:
        said, spans = _labelled(text)
        own = Own(own_names([introduced_name(said) or ""]))
        gone = _gone(said, confidential(said, own))
        for kind, start, end in spans:
            told[kind] += 1
            covered = sum(max(0, min(end, e) - max(start, s)) for s, e in gone)
            hit[kind] += covered >= end - start - (4 if kind == "m" else 0)
        for s, e in gone:
            removed += 1
            right += sum(max(0, min(end, e) - max(start, s)) for _, start, end in spans) == e - s
    recall = {kind: hit[kind] / told[kind] for kind in told}
    assert min(recall[kind] for kind in "pivm") == 1.0, recall
    assert recall["n"] >= 0.9 and recall["h"] >= 0.8, recall
    assert right / removed >= 0.95


@pytest.mark.parametrize(
    "text",
    ["电话138\u200b4444\u200b1212", "1️⃣3️⃣8️⃣44441212", "身份证34040019\u2060000101001X", "zhang.san＠qq.com"],
)
def test_what_nobody_sees_does_not_hide_a_number_from_us(text: str) -> None:
    for gone in (redact(text), confidential(text)):
        assert "***" in gone
        assert not [one for one in ("4444", "1212", "000101", "san") if one in gone]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我叫建国，楼上漏水", "我叫***，楼上漏水"),
        ("你好，我是小芳，想举报我们厂", "你好，我是***，想举报我们厂"),
        ("我是阿强。老板欠薪", "我是***。老板欠薪"),
        ("可以问欧阳大姐，她也看见了", "可以问***大姐，她也看见了"),
        ("找张师傅修的，王经理不管", "找***修的，***不管"),
        ("同事李强也在场", "同事***也在场"),
        ("邻居老王可以作证，邻居赵翠花也可以", "邻居***可以作证，邻居***也可以"),
    ],
)
def test_short_names_go_from_a_confidential_ticket(text: str, kept: str) -> None:
    assert confidential(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "我叫保安，保安不来",
        "我叫外卖，半天不到",
        "我是小区业主，我是小学老师",
        "我是租客，我是居民，我是员工",
        "水管师傅没来，老板不给钱，经理态度差",
        "孙女上学，老师打人，高工资没发",
        "施工队半夜干活，安全总监不在",
        "邻居家装修，同事都走了，朋友说没事",
        "万达广场，和平路，金工地",
    ],
)
def test_what_is_no_short_name_stays_in_a_confidential_ticket(text: str) -> None:
    assert confidential(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我叫赵铁柱，住东山小区5栋302，举报楼下饭店", "我叫***，住***，举报楼下饭店"),
        ("住东山小区5栋302室，楼下饭店油烟大", "住***，楼下饭店油烟大"),
        ("东山小区5栋302的业主举报楼下饭店油烟大", "***的业主举报楼下饭店油烟大"),
        ("楼下饭店油烟大。东山小区5栋2单元302业主", "楼下饭店油烟大。***业主"),
        ("5-302业主：电梯坏了三天", "***业主：电梯坏了三天"),
        ("我是东山小区5-302业主，电梯坏了", "我是***业主，电梯坏了"),
        ("我住东山小区5-302，电梯坏了", "我住***，电梯坏了"),
    ],
)
def test_a_home_without_me_before_it_is_taken_out(text: str, kept: str) -> None:
    assert confidential(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "举报东山小区5栋302的业主高空抛物",
        "东山小区5栋302的业主在楼道堆杂物，没人管",
        "被举报对象：东山小区5栋302业主，长期占道",
        "住建局不管，住户都有意见",
        "住宅楼3栋电梯坏了，住院部3楼漏水",
        "东山小区的业主反映小区5栋电梯坏了",
    ],
)
def test_the_door_of_the_matter_stays(text: str) -> None:
    assert confidential(text) == text
