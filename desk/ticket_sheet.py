"""One ticket as a sheet of paper: an HTML page without scripts, made for A4, that the reader's browser prints or keeps as PDF.

It holds what its reader sees on the ticket's page and nothing more: contact and numbers masked, and a department its own view.
The browser makes the PDF, with the fonts of its computer; so the server needs neither fonts nor a printing library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from core.clock import local

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""Content security policy: no scripts; photos come from this site only."""
_STYLE = """
@page{size:A4;margin:16mm 15mm 18mm}*{box-sizing:border-box}
body{margin:0 auto;max-width:180mm;padding:6mm 0;color:#111;background:#fff;font:10.5pt/1.6 "Source Han Serif SC","Noto Serif CJK SC","Songti SC",SimSun,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",serif}
h1{margin:0;text-align:center;font-size:17pt;letter-spacing:.08em}.under{margin:1mm 0 4mm;text-align:center;font-size:9pt;color:#444}
.head{display:flex;flex-wrap:wrap;justify-content:space-between;gap:1mm 6mm;margin:0 0 2mm}.head b{font-size:12pt}
h2{margin:5mm 0 1.5mm;font-size:11.5pt;break-after:avoid}table{width:100%;border-collapse:collapse}td,th{border:.3mm solid #555;padding:1.2mm 2mm;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f1f1f1;font-weight:600;white-space:nowrap;-webkit-print-color-adjust:exact;print-color-adjust:exact}.facts th{width:24mm}.facts td{width:66mm}
.words{border:.3mm solid #555;padding:2mm 3mm;overflow-wrap:anywhere}.log td:first-child{white-space:nowrap;width:30mm}.log td:nth-child(2){width:34mm}
thead{display:table-header-group}tr{break-inside:avoid}.photos{display:grid;grid-template-columns:1fr 1fr;gap:3mm}.photos img{width:100%;max-height:90mm;object-fit:contain;border:.3mm solid #999;break-inside:avoid}
.mark{margin-top:5mm;padding-top:1.5mm;border-top:.3mm solid #999;font-size:8.5pt;color:#444}
@media(max-width:200mm){body{padding:4mm}}
"""


def page(
    city: str, ticket: Mapping[str, Any], events: Sequence[Mapping[str, Any]], reader: str, moment: datetime
) -> str:
    """The sheet.

    Args:
        city: full name of the city.
        ticket: the ticket's JSON, as its reader may see it.
        events: its history, likewise.
        reader: who prints it; it stands on the sheet.
        moment: when.
    """
    number = str(ticket["number"])
    marks = [
        name
        for name, holds in (
            ("紧急", ticket.get("urgency")),
            ("督办", ticket.get("supervised")),
            ("保密", ticket.get("confidential")),
            ("群众有更正", ticket.get("corrected")),
        )
        if holds
    ]
    parts = [
        f"<h1>诉求工单</h1><p class=under>{escape(city)}12345政务服务便民热线</p>",
        f"<p class=head><b>{escape(number)}</b><span>{escape('，'.join([str(ticket['state']), *marks]))}</span></p>",
        _facts(ticket),
        _words("诉求内容", ticket.get("content")),
        _words("答复（告诉群众的）", ticket.get("public_reply")),
        _words("内部说明（群众看不到）", ticket.get("confidential_reply")),
        _log(events),
        _photos(number, ticket.get("photos") or []),
        f"<p class=mark>{escape(reader)} 于 {local(moment):%Y-%m-%d %H:%M} 打印，已记入审计。"
        "联系方式和号码按规定遮住；含个人信息，用完请妥善保管或销毁。</p>",
    ]
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>工单 {escape(number)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _facts(ticket: Mapping[str, Any]) -> str:
    contact = "，".join(filter(None, (ticket.get("contact_name"), ticket.get("contact_phone"))))
    steps = [(f"{one['step']}期限", _when(one["at"])) for one in ticket["due"]["steps"]]
    told = ticket.get("callback") or {}
    mark = f"满意度 {told['satisfied']} 分" if told.get("satisfied") else ""
    named = [
        ("诉求类型", ticket.get("type")),
        ("事项分类", ticket.get("category")),
        ("发生地点", " ".join(filter(None, (ticket.get("district"), ticket.get("address"))))),
        ("发生时间", ticket.get("happened_at")),
        ("涉及对象", ticket.get("subject")),
        ("联系人", contact),
        *((one["label"], one["value"]) for one in ticket.get("details") or ()),
        ("承办单位", ticket.get("department")),
        ("协办单位", "、".join(ticket.get("assisting") or ())),
        ("登记时间", _when(ticket.get("created_at"))),
        ("派单时间", _when(ticket.get("dispatched_at"))),
        ("签收时间", _when(ticket.get("signed_at"))),
        *steps,
        ("答复时间", _when(ticket.get("replied_at"))),
        ("办结时间", _when(ticket.get("closed_at"))),
        ("回访", "，".join(filter(None, (told.get("result"), mark, told.get("why"))))),
        ("并入工单", ticket.get("merged_into")),
    ]
    cells = [f"<th>{escape(name)}</th><td>{_lines(value)}</td>" for name, value in named if value]
    if len(cells) % 2:
        cells.append("<th></th><td></td>")
    rows = (f"<tr>{''.join(pair)}</tr>" for pair in zip(cells[::2], cells[1::2], strict=True))
    return f"<table class=facts>{''.join(rows)}</table>"


def _lines(said: object) -> str:
    """Words with their line breaks, which stay when the sheet is copied or saved without its style."""
    return "<br>".join(escape(line) for line in str(said).splitlines())


def _words(title: str, said: object) -> str:
    return f"<h2>{title}</h2><div class=words>{_lines(said)}</div>" if said else ""


def _log(events: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for one in events:
        moved = f"（{one['from_state']} → {one['to_state']}）" if one.get("from_state") else ""
        did = escape(f"{one['actor']} {one['action']}{moved}")
        rows.append(
            f"<tr><td>{_when(one['at'])}</td><td>{did}</td><td>{_lines(one.get('note') or '')}</td></tr>"
        )
    head = "<thead><tr><th>时间</th><th>谁做了什么</th><th>说明</th></tr></thead>"
    return f"<h2>办理过程</h2><table class=log>{head}<tbody>{''.join(rows)}</tbody></table>"


def _photos(number: str, ids: Sequence[str]) -> str:
    if not ids:
        return ""
    shown = "".join(
        f'<img src="/api/desk/tickets/{escape(number)}/photos/{escape(one)}" alt="现场照片 {nth}">'
        for nth, one in enumerate(ids, 1)
    )
    return f"<h2>现场照片</h2><div class=photos>{shown}</div>"


def _when(at: object) -> str:
    return f"{local(datetime.fromisoformat(str(at))):%Y-%m-%d %H:%M}" if at else ""
