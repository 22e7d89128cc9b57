"""Personal data: unreadable on disk, masked wherever people look."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from core.privacy import decrypt, encrypt, mask_name, mask_phone, mask_text, redact, use_data_key


def test_encrypting_hides_and_gives_back() -> None:
    token = encrypt("13800000000")
    assert "13800000000" not in token
    assert decrypt(token) == "13800000000"


def test_another_key_is_told_apart_from_damage() -> None:
    with pytest.raises(ConfigurationError, match="WENBAN_DATA_KEY"):
        decrypt("not a token")


def test_a_key_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Fernet 密钥"):
        use_data_key("short")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13800000000，急", "电话138****0000，急"),
        ("身份证34040019000101001X。", "身份证340400********001X。"),
        ("编号HN202611230000001", "编号HN202611230000001"),
        ("120平米，1380000", "120平米，1380000"),
    ],
)
def test_numbers_in_free_text_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_names_and_phones() -> None:
    assert mask_name("张某某") == "张**"
    assert mask_phone("13800000000") == "138****0000"
    assert mask_phone("0554") == "**54"


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
        ("我微信号abc_12345，qq：123456", "我微信***，qq***"),
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
