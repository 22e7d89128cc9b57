"""An entry's own page: everything in it, nothing that could run, and a clear word when it no longer holds."""

from __future__ import annotations

import datetime as dt

from kb_index.entries import Entry
from service.entry_page import page


def entry(**changes: object) -> Entry:
    values: dict[str, object] = {
        "id": "gjj-withdraw",
        "title": "公积金怎么提取<script>",
        "department": "市公积金中心",
        "topic": "公积金",
        "regions": ("全国",),
        "effective": dt.date(2020, 1, 1),
        "reviewed": dt.date(2026, 11, 1),
        "answer": "可以**提取** <script>alert(1)</script>",
        "sections": {"办理材料": "- 身份证"},
    }
    return Entry.model_validate({**values, **changes})


def test_all_of_it_and_nothing_that_runs() -> None:
    shown = page(entry(), "淮南")
    assert "<strong>提取</strong>" in shown and "办理材料" in shown and "身份证" in shown
    assert "<script" not in shown and "淮南12345" in shown and "失效" not in shown


def test_an_expired_entry_says_so() -> None:
    assert "2024-01-01 失效" in page(entry(expires=dt.date(2024, 1, 1)), "淮南")
