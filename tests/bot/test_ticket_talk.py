"""What is heard about a ticket: by the shipped reader on lines it never saw, and by the rules for what is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.understanding import ticket_fit
from bot.understanding.ticket_reader import NONE, Said, TicketReader
from bot.understanding.ticket_talk import ACT, announced, asks_whether_filed, heard, says_to_what, told
from core import yaml_loader
from kb_index.language.pretrained import shipped_encoder

LINES = yaml_loader.load(Path(__file__).with_name("ticket_talk.yml").read_text("utf-8"))


@pytest.mark.slow
async def test_lines_that_it_never_saw() -> None:
    seen = {text for text, _ in ticket_fit.lines()}
    missed, wrong, total = 0, 0, 0
    for means, texts in LINES.items():
        assert not seen & set(texts)
        for text in texts:
            found = await heard(text)
            if means == NONE:
                assert found is None, text
                continue
            total += 1
            missed += found is None
            wrong += found is not None and found.sure >= ACT and found.said != means
    assert missed <= 0.27 * total
    assert wrong <= 2


def test_the_shipped_weights_were_fitted_to_the_written_lines() -> None:
    lines = ticket_fit.lines()[::10]
    states = [shipped_encoder().states([text])[0] for text, _ in lines]
    heard = [TicketReader.load().hear(one) for one in states]
    right = sum(
        found.about < 0.5 if says == NONE else found.said == says and found.about >= 0.5
        for found, (_, says) in zip(heard, lines, strict=True)
    )
    assert right >= 0.9 * len(lines)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("我想把地址改成菜市口南边", Said.CHANGE), ("说错了，是两盏灯", Said.CHANGE), ("电话写错了吧", None),
        ("再补充一句,是圆形的大井盖", Said.ADD), ("刚才忘了说在三号楼后面", Said.ADD), ("加个电话 13800000000", Said.ADD),
        ("手机号忘填了 13800000000", Said.ADD), ("还有一句，夜里特别黑", Said.ADD), ("补充情况", None),
        ("身份证号码写错了怎么改", None), ("户口本地址改成新的", None), ("补充医疗保险", None), ("加油站没人", None),
    ],
)  # fmt: skip
def test_what_is_announced(said: str, means: Said | None) -> None:
    assert announced(said) is means


def test_what_is_written_down() -> None:
    assert told("补充一下，车牌是白色面包车") == "车牌是白色面包车" and told("没人来") == ""
    assert says_to_what("不是三单元，是五单元，麻烦改过来") and not says_to_what("姓名不是这个")
    assert asks_whether_filed("到底登没登记上") and not asks_whether_filed("社保登记成功了没在哪查")


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("都五天了还没动静", Said.WAITS), ("怎么没人给我回电话", Said.WAITS), ("啥情况了", Said.FILED),
        ("已经修好了，不用管了", Said.DONE), ("撤销吧，已经解决了", Said.WITHDRAW), ("忘了传照片", Said.PHOTO),
        ("姓名写错了", Said.CHANGE), ("我想换个电话", Said.CHANGE), ("谁负责处理我这事", Said.FILED),
        ("身份证怎么改名字", None), ("路灯修好了又坏了", None), ("没人管孩子怎么办", None), ("三天能办好吗", None),
        ("社保登记成功了没在哪查", None), ("我要投诉物业乱收费", None), ("加装电梯怎么申请", None),
    ],
)  # fmt: skip
async def test_what_is_heard(said: str, means: Said | None) -> None:
    found = await heard(said)
    assert (None if found is None else found.said) is means
