"""A department's search reads only what may have the words, and finds what reading everything would find."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets import department_view
from tickets.department_view import DepartmentView
from tickets.models import TicketRow

PARTS = (
    *(
        "我叫王小明",
        "王小明",
        "路灯坏了",
        "電梯停了",
        "我住洞山路12号3栋502",
        "，",
        "。",
        " ",
        "\u200b",
        "　",
    ),
    *(
        "电话１３８０００００７７７",
        "138 0000 0777",
        "微信 号 : abc123456",
        "皖D12345",
        "水表号13912345678",
        "Ａ栋",
        "abc@example.com",
    ),
)
WORDS = ("王小明", "小明", "路灯", "电梯", "微信号", "微信", "502", "***", "*", "1380000", "a栋", "Ａ栋", "水表号", "住***", "HN2026120100003", "供水")  # fmt: skip


def _row(nth: int, parts: list[str], confidential: bool) -> TicketRow:
    return TicketRow(
        number=f"HN20261201{nth:05d}",
        content="".join(parts),
        address="龙湖花园3栋2单元502室",
        district="田家庵区",
        category="市政设施/路灯照明",
        contact_name="王小明",
        contact_phone="13800000777",
        former_contacts=[],
        confidential=confidential,
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_it_finds_what_reading_all_of_them_finds(data: Any) -> None:
    texts = data.draw(
        st.lists(st.tuples(st.lists(st.sampled_from(PARTS), max_size=6), st.booleans()), max_size=12)
    )
    rows = [_row(nth, parts, secret) for nth, (parts, secret) in enumerate(texts)]
    said = [word for row in rows for word in re.findall(r"\S{1,4}", row.content)]
    word = data.draw(st.sampled_from([*WORDS, *said]))
    view = DepartmentView()
    assert view.found_of(rows, [word]) == [row for row in rows if view.found(row, [word])]


def test_a_hidden_word_costs_no_more_than_one_that_stands_nowhere(monkeypatch: Any) -> None:
    rows = [_row(nth, ["路灯坏了", "我叫王小明" if nth < 2 else ""], True) for nth in range(25)]
    view = DepartmentView()
    read: list[TicketRow] = []
    found = DepartmentView.found

    def counted(self: DepartmentView, row: TicketRow, words: list[str]) -> bool:
        read.append(row)
        return found(self, row, words)

    monkeypatch.setattr(DepartmentView, "found", counted)
    spent = []
    for word in ("王小明", "没有这个词"):
        read.clear()
        assert view.found_of(rows, [word]) == []
        spent.append(len(read))
    assert spent == [department_view._READ_ANYWAY] * 2
