"""What tells more of a ticket's matter: the shipped judge on the lines it was fitted to, and beside tickets it never saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.understanding.belonging import MAY, SURE, shipped
from bot.understanding.belonging_fit import judged
from bot.understanding.ticket_fit import MORE, After, after_filing
from bot.understanding.ticket_reader import TicketReader
from kb_index.language.pretrained import shipped_encoder
from tests.cities import HUAINAN

HEATING = {
    "content": "家里暖气一直不热，才十三四度", "district": "田家庵区", "address": "朝阳西路锦苑小区2号楼",
    "happened_at": "供暖以后", "subject": "供热公司",
}  # fmt: skip
STALL = {
    "content": "夜市摊主缺斤少两还骂人", "district": "大通区", "address": "民生路夜市", "happened_at": "昨晚", "subject": "水果摊",
}  # fmt: skip
BELONGS = [
    (HEATING, "来量过两次温度，都说正常"), (HEATING, "楼上楼下都一样冷"), (HEATING, "孩子冻得手都肿了"),
    (STALL, "他用的是那种老式弹簧秤"), (STALL, "买了三斤回家一称才两斤二两"), (STALL, "摊主姓雷，旁边人都叫他雷子"),
]  # fmt: skip
"""Written for this test alone."""
OTHERS = [
    (HEATING, "小区门口新开的棋牌室吵得很"), (HEATING, "我还想反映河边有人电鱼"), (HEATING, "医保卡在哪激活"),
    (STALL, "我们楼的电梯按键坏了好久"), (STALL, "村里的路被拉砂车压得稀烂"), (STALL, "营业执照怎么注销"),
]  # fmt: skip


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.concatenate([shipped_encoder().states([text]) for text in texts])


def _likely(ticket: dict[str, str], text: str) -> float:
    return judged(shipped(), TicketReader.load(), _encode, After(ticket, text, "add"), HUAINAN)


def test_words_beside_tickets_that_it_never_saw() -> None:
    told = [_likely(ticket, text) for ticket, text in BELONGS]
    others = [_likely(ticket, text) for ticket, text in OTHERS]
    assert sum(one >= MAY for one in told) >= 4, told
    assert all(one < SURE for one in others), others
    assert sum(one >= MAY for one in others) <= 1, others


@pytest.mark.slow
def test_the_shipped_weights_were_fitted_to_the_written_lines() -> None:
    lines = [one for one in after_filing() if one.other or one.says in (MORE, "add")][::4]
    right = sum((_likely(dict(one.ticket), one.text) >= 0.5) is not one.other for one in lines)
    assert right >= 0.9 * len(lines)
