"""Which words ask about one's own data, and which only sound like it."""

from __future__ import annotations

import pytest

from conversations.rights import Right, asked

ASKED = {
    Right.NOTICE: ["隐私", "个人信息", "隐私政策", "个人信息保护", "隐私说明。"],
    Right.ERASE: [
        "删除我的信息", "请把我的聊天记录删掉", "帮我删除我的个人信息", "把我的资料全部删除", "能删除我的信息吗？",
        "我想删掉我的记录", "删除聊天记录", "注销我的账号", "刪除我的信息", "麻烦清除我的数据",
    ],
    Right.SEE: [
        "你们有我什么信息", "你们都存了我哪些信息？", "你们保存了我的什么数据", "查看我的个人信息", "我要导出我的数据",
        "你有我哪些个人信息", "你们知道我的什么信息",
    ],
    Right.CORRECT: ["更正我的信息", "我要更正我的个人信息"],
    Right.WITHDRAW: ["撤回同意", "撤回我的同意", "取消授权", "不同意你们用我的照片", "我要撤回照片同意", "撤回个人信息同意", "我不同意了"],
}  # fmt: skip
OTHERS = [
    "删除我的投诉", "公司不删除我的个人信息", "物业泄露个人信息怎么办", "我的信息被泄露了", "户口注销要多久", "我的电话是多少",
    "查我的公积金信息", "营业执照注销流程", "个人信息泄露", "银行不给我删除贷款记录", "快递单上有我的个人信息被人拍了发到网上",
    "查询我的社保信息", "邻居装摄像头侵犯隐私", "我的征信记录能删除吗", "你们有什么信息", "删除差评", "我不同意物业的说法", "不同意", "把我的驾照信息改一下", "",
    "删除我的信息" * 20,
]  # fmt: skip


@pytest.mark.parametrize(
    ("right", "text"), [(right, text) for right, texts in ASKED.items() for text in texts]
)
def test_what_asks(right: Right, text: str) -> None:
    assert asked(text) is right


@pytest.mark.parametrize("text", OTHERS)
def test_what_does_not(text: str) -> None:
    assert asked(text) is None
