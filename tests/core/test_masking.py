"""Numbers as people write them who do not want a program to find them, and what looks like one and is none."""

from __future__ import annotations

import pytest

from core.masking import hide
from core.redaction import confidential
from desk.sight import masked


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("打138.4444.1212找我", "4444"),
        ("打138/4444/1212找我", "4444"),
        ("打１３８．４４４４．１２１２找我", "４４４４"),
        ("座机0554.6660000", "6660"),
        ("电话壹叁捌肆肆肆肆壹贰壹贰", "肆肆"),
        ("电话壹叁捌 4444 壹贰壹贰", "4444"),
        ("电话一三八四四四四一二一二", "四四"),
        ("电话幺三八，四四四四，一二一二", "四四"),
        ("身份证340403.19680512.1424", "1968"),
        ("身份证叁肆零肆零叁壹玖陆捌零伍壹贰壹肆贰肆", "玖陆捌"),
        ("加我V信huainan_wang8", "nan_wang"),
        ("我的微信是wang-xm88", "xm88"),
        ("vx:lihua1990", "hua1990"),
        ("微信号：88812345", "812345"),
        ("QQ号123456789", "3456789"),
        ("扣扣 10086123", "86123"),
    ],
)
def test_a_disguised_number_is_hidden_from_agents_and_departments(text: str, secret: str) -> None:
    assert secret in text
    for seen in (hide(text), masked({"text": text})["text"], confidential(text)):
        assert secret not in seen and "*" in seen


@pytest.mark.parametrize(
    "text",
    [
        "2024.05.06下午1点，2023/12/31还没发",
        "时间2024/05/06 13:30，2024.05.06-2025.01.02",
        "欠138000000.12，一共1384444.50元，先付13.8万",
        "工单HN2026112300001",
        "国庆路138号3/4/5单元1212室，门牌138-4号",
        "地址192.168.10.200打不开，版本1.38.4",
        "合计人民币壹拾贰万叁仟肆佰伍拾陆元柒角捌分",
        "一三八车间，一二三四班",
        "微信支付失败，微信12000元转给了商家，微信公众号查不到",
        "QQ邮箱收不到，QQ群里有300人",
        "第138/139/140条，24/7开门",
    ],
)
def test_what_looks_like_one_stays(text: str) -> None:
    assert hide(text) == text
