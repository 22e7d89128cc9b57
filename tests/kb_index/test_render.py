import datetime as dt

import pytest

from kb_index.entries.entry import Entry
from kb_index.entries.render import answer_card, to_html, to_text


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[点我](javascript:alert(1))",
        "[点我](data:text/html,<script>1</script>)",
        "<a href='javascript:alert(1)'>x</a>",
        "![x](https://a.gov.cn/x.png)",
        "<iframe src='//evil'></iframe>",
    ],
)
def test_nothing_active_comes_through(markdown: str) -> None:
    html = to_html(markdown)
    for tag in ("<script", "<img", "<iframe", 'href="javascript', 'href="data', "<a href='"):
        assert tag not in html


def test_ordinary_markdown_is_kept() -> None:
    html = to_html(
        "**材料**：\n\n1. 身份证\n2. 户口簿\n\n[官网](https://www.gov.cn/)\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |"
    )
    for part in ("<strong>材料</strong>", "<ol>", "<li>身份证</li>", "<td>2</td>"):
        assert part in html
    assert '<a href="https://www.gov.cn/" rel="noopener noreferrer">官网</a>' in html


def test_plain_text_reads_well_in_a_chat() -> None:
    markdown = "您好，**可以**办。\n\n- 身份证\n- [官网](https://www.gov.cn/)\n\n1. 先填表\n2. 再签字\n\n谢谢"
    assert (
        to_text(markdown)
        == "您好，可以办。\n\n・身份证\n・官网（https://www.gov.cn/）\n\n1. 先填表\n2. 再签字\n\n谢谢"
    )


def test_the_card_has_what_the_channels_show() -> None:
    entry = Entry.model_validate(
        {
            "id": "a-b", "title": "问题？", "department": "某某局", "topic": "某类", "regions": ["全国"],
            "basis": [{"document": "某法(2018-12-29)", "articles": ["第十六条"]}],
            "sources": [{"document": "中华人民共和国某法", "date": dt.date(2018, 12, 29), "url": "docs/x.md", "opened": dt.date(2026, 1, 1)}],
            "effective": dt.date(2018, 12, 29), "reviewed": dt.date(2026, 11, 23), "answer": "**好**", "sections": {"办理材料": "- 证"},
        }
    )  # fmt: skip
    card = answer_card(entry)
    assert card["html"] == "<p><strong>好</strong></p>\n"
    assert card["sections"] == ["办理材料"]
    assert card["sources"] == [
        {
            "document": "中华人民共和国某法",
            "number": None,
            "date": "2018-12-29",
            "url": None,
            "articles": ["第十六条"],
        }
    ]
