"""Renders an answer's Markdown as sanitised HTML (web) and as plain text (WeChat)."""

from __future__ import annotations

import re
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb_index.entries.entry import Entry

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(["table"])
_TAGS = {
    "p", "br", "ul", "ol", "li", "strong", "em", "code", "blockquote", "a", "h3", "h4", "h5", "h6",
    "table", "thead", "tbody", "tr", "th", "td", "hr",
}  # fmt: skip
_BLANKS = re.compile(r"\n{3,}")


def to_html(markdown: str) -> str:
    """Converts Markdown to HTML with a short list of harmless tags; raw HTML and scripts are escaped.

    >>> to_html("可以**当场**办 <script>alert(1)</script>")
    '<p>可以<strong>当场</strong>办 &lt;script&gt;alert(1)&lt;/script&gt;</p>\\n'
    """
    html = _MARKDOWN.render(markdown)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "tel"},
        link_rel="noopener noreferrer",
    )


def to_text(markdown: str) -> str:
    """Converts Markdown to plain text for a chat bubble: bullets as ・, numbers kept, links in full.

    >>> to_text("- **身份证**\\n- 户口簿")
    '・身份证\\n・户口簿'
    """
    out: list[str] = []
    lists: list[int | None] = []
    pending = ""
    for token in _MARKDOWN.parse(markdown):
        if token.type == "bullet_list_open":
            lists.append(None)
        elif token.type == "ordered_list_open":
            lists.append(int(token.attrGet("start") or 1))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
            if not lists:
                out.append("\n")
        elif token.type == "list_item_open":
            number = lists[-1]
            pending = "  " * (len(lists) - 1) + ("・" if number is None else f"{number}. ")
            lists[-1] = None if number is None else number + 1
        elif token.type == "inline":
            out.append(pending + _inline(token.children or []))
            pending = ""
        elif token.type in {"paragraph_close", "heading_close"}:
            out.append("\n" if lists else "\n\n")
        elif token.type in {"td_close", "th_close"}:
            out.append("  ")
        elif token.type == "tr_close":
            out.append("\n")
        elif token.type in {"fence", "code_block"}:
            out.append(token.content.rstrip() + "\n\n")
    text = "\n".join(line.rstrip() for line in "".join(out).split("\n"))
    return _BLANKS.sub("\n\n", text).strip()


def _inline(tokens: list[Token]) -> str:
    out, link = [], ""
    for token in tokens:
        if token.type in {"text", "code_inline"}:
            out.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            out.append("\n")
        elif token.type == "link_open":
            link = str(token.attrGet("href") or "")
        elif token.type == "link_close" and link:
            if link not in out:
                out.append(f"（{link}）")
            link = ""
        elif token.type == "image":
            out.append(token.content)
    return "".join(out)


def answer_card(entry: Entry) -> dict[str, Any]:
    """The JSON-safe ``card`` of an answer, the same for all channels."""
    articles = _articles_by_source(entry)
    return {
        "kind": "answer",
        "entry": entry.id,
        "title": entry.title,
        "department": entry.department,
        "html": to_html(entry.answer),
        "sections": list(entry.sections),
        "sources": [
            {
                "document": source.document,
                "number": source.number,
                "date": source.date.isoformat() if source.date else None,
                "url": source.url if source.url.startswith(("https://", "http://")) else None,
                "articles": articles[index],
            }
            for index, source in enumerate(entry.sources)
        ],
        "effective": entry.effective.isoformat(),
        "reviewed": entry.reviewed.isoformat(),
        "regions": list(entry.regions),
    }


def _articles_by_source(entry: Entry) -> list[list[str]]:
    """For each source, the articles of the statutes that its name contains; a single source gets all."""
    if len(entry.sources) == 1:
        return [[article for basis in entry.basis for article in basis.articles]]
    return [
        [
            a
            for basis in entry.basis
            if re.sub(r"\(.*", "", basis.document) in source.document
            for a in basis.articles
        ]
        for source in entry.sources
    ]
