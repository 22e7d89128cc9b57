"""``/progress`` as HTML: plain forms and no scripts, so that it works on any phone and in WeChat."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from conversations.images import MAX_BYTES
from core.clock import iso
from core.ids import new_id
from public.forms import MAX_PHOTOS
from tickets.needs import MAX_REASON
from tickets.progress import when
from tickets.public import Seen

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
"""Content security policy: no scripts, nothing is loaded, forms go to this site only."""
MAX_WORDS = 1_000
"""Most characters that the page takes for an addition. Longer ones are told in the conversation."""
MARKS = {1: "很不满意", 2: "不太满意", 3: "一般", 4: "满意", 5: "非常满意"}
"""Mark of the callback → its words."""
NOTHING: Mapping[str, str] = MappingProxyType({})
PATH = "/progress"
"""Address of the page."""
_STYLE = """
:root{--main:#1f4e8c;--dark:#173c6e;--tint:#e9f0f9;--ink:#1d2633;--soft:#5c6878;--line:#dde3ec;--page:#f4f6fa;--accent:#c2410c;--focus:#f2b84b}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);-webkit-text-size-adjust:100%;
font:17px/1.65 "PingFang SC","HarmonyOS Sans SC","MiSans","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
header{background:var(--main);color:#fff;padding:1rem max(1rem,calc(50vw - 19rem))}header h1{margin:0;font-size:1.25rem;font-weight:600}
header p{margin:.1rem 0 0;font-size:.88rem;color:#dfe9f6}main,footer{max-width:40rem;margin:0 auto;padding:0 1rem}
.card{background:#fff;border:1px solid var(--line);border-radius:12px;padding:1rem 1.1rem;margin:1rem 0}
.card h2{margin:0 0 .6rem;font-size:1.08rem}.card p{margin:.3rem 0}.soft{color:var(--soft);font-size:.9rem}
.state{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem .7rem}.state b{font-size:1.35rem;color:var(--dark)}
.number{overflow-wrap:anywhere}.answer{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--tint);border-radius:8px;padding:.7rem .9rem}
.late{color:var(--accent)}.said{border-left:4px solid #1c7a45;background:#e8f5ee;color:#14532d;padding:.6rem .9rem;border-radius:8px;margin:1rem 0}
.wrong{border-left:4px solid var(--accent);background:#fdeee7;color:#8a2f08;padding:.6rem .9rem;border-radius:8px;margin:1rem 0}
ol{list-style:none;margin:0;padding:0}li{position:relative;padding:0 0 .8rem 1.3rem;border-left:2px solid var(--line);margin-left:.35rem;overflow-wrap:anywhere}
li:last-child{padding-bottom:0;border-color:transparent}li::before{content:"";position:absolute;left:-6px;top:.5em;width:10px;height:10px;border-radius:50%;background:var(--soft)}
li:first-child::before{background:var(--main)}li time{display:block;color:var(--soft);font-size:.88rem}
label{display:block;font-weight:600;margin:.7rem 0 .3rem}h2 label{margin:0}input,textarea{width:100%;font:inherit;color:inherit;padding:.6rem .75rem;border:1px solid #8592a6;border-radius:8px;background:#fff}
textarea{min-height:6.5rem;resize:vertical}button,summary{font:inherit;cursor:pointer}
button{display:block;width:100%;min-height:48px;margin:.9rem 0 .2rem;border:0;border-radius:24px;background:var(--main);color:#fff;font-weight:600}
button.second{background:#fff;color:var(--main);border:1px solid var(--main)}
fieldset{border:0;margin:.4rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}legend{padding:0;margin-bottom:.3rem}
.pick{margin:0;font-weight:400}.pick input,.tick input{width:auto;margin:0 .5rem 0 0}.pick span{vertical-align:middle}.pick{display:flex;align-items:center;min-height:44px;padding:.2rem .9rem;border:1px solid #8592a6;border-radius:22px}
.pick:has(:checked){background:var(--tint);border-color:var(--main)}.tick{display:flex;align-items:flex-start;font-weight:400}.tick input{margin-top:.45em;flex:none}input[type=file]{padding:.5rem}
summary{min-height:48px;padding:.6rem 0;color:var(--main)}details p{margin-top:0}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}footer{padding-bottom:2.5rem;color:var(--soft);font-size:.88rem}footer a{color:var(--main)}
@media(min-width:48rem){button{width:auto;min-width:12rem;padding:0 1.8rem}}
@media print{header{background:none;color:var(--ink)}header p{color:var(--soft)}form,details{display:none}}
"""


def asked(city: str, number: str = "", problem: str = "") -> str:
    """The page that asks for number and query code.

    Args:
        city: full name of the city.
        number: what stands in the field for the number.
        problem: what was wrong with the last try; empty: nothing.
    """
    wrong = f'<p class="wrong" role="alert">{escape(problem)}</p>' if problem else ""
    return _framed(
        "查工单进度",
        city,
        f'{wrong}<form class="card" method="post" action="{PATH}"><h2>查我的工单</h2>'
        '<p class="soft">工单号和查询码在登记完成时告诉过您，两个都要对才能查。</p>'
        '<label for="number">工单号</label>'
        f'<input id="number" name="number" value="{escape(number)}" required maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false">'
        '<label for="code">查询码</label>'
        '<input id="code" name="code" required maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-hint">'
        '<p class="soft" id="code-hint">8 位字母和数字，大小写都行；早先的是 6 位数字。</p>'
        "<button>查进度</button></form>"
        '<p class="soft">忘了工单号或者查询码？打 12345，或者在网上咨询时说“转人工”，坐席核实后帮您查。</p>',
    )


def shown(
    city: str,
    seen: Seen,
    code: str,
    said: str = "",
    problem: str = "",
    kept: Mapping[str, str] = NOTHING,
    agrees: str = "",
) -> str:
    """The page of a ticket.

    Args:
        city: full name of the city.
        seen: the ticket.
        code: the query code that opened it; it goes with the page's forms, and never stands in an address.
        said: what was just done; empty: nothing.
        problem: what could not be done; empty: nothing.
        kept: what was to be done → words that could not be taken and should not be lost.
        agrees: what the citizen agrees to by sending photos; empty: nothing.
    """
    ticket = seen.ticket
    notes = f'<p class="said" role="status">{escape(said)}</p>' if said else ""
    notes += f'<p class="wrong" role="alert">{escape(problem)}</p>' if problem else ""
    kind = " · ".join(filter(None, (ticket.type.label, ticket.category)))
    parts = [
        f'{notes}<section class="card"><h2 class="number">工单 {escape(ticket.number)}</h2>'
        f'<p class="state"><b>{escape(ticket.state.label)}</b><span class="soft">{escape(kind)}</span></p>'
        f"<p>{escape(seen.stands)}</p>",
        *(
            f"<p>{escape(one.words)}{'<span class=late>现在已经过了这个时间，您可以催办。</span>' if one.late else ''}</p>"
            for one in seen.promises
        ),
        "</section>",
    ]
    if seen.answer:
        parts.append(
            f'<section class="card"><h2>答复</h2><p class="answer">{escape(seen.answer)}</p></section>'
        )
    hidden = (
        f'<input type="hidden" name="number" value="{escape(ticket.number)}">'
        f'<input type="hidden" name="code" value="{escape(code)}">'
        f'<input type="hidden" name="key" value="{new_id()}">'
    )
    if seen.ways.get("callback", "no") is None:
        parts.append(_rating(hidden, kept.get("rate", "")))
    parts.append(_history(seen))
    parts += [_adding(hidden, kept.get("add", ""))] if seen.adds else []
    parts += [_photos(hidden, agrees)] if seen.adds and ticket.conversation_id else []
    parts += [_moves(seen, hidden)] if {"urge", "withdraw"} & set(seen.ways) else []
    parts.append('<p class="soft">看完请关掉这一页，别人用同一台设备就看不到了。</p>')
    return _framed(f"工单 {ticket.number}", city, "".join(parts))


def _adding(hidden: str, kept: str) -> str:
    return (
        f'<form class="card" method="post" action="{PATH}"><h2><label for="words">补充情况</label></h2>{hidden}'
        '<input type="hidden" name="act" value="add">'
        f'<textarea id="words" name="words" required maxlength="{MAX_WORDS}" aria-describedby="words-hint">{escape(kept)}</textarea>'
        '<p class="soft" id="words-hint">承办的工作人员能看到。有人有危险请直接拨打 110、119、120。</p>'
        "<button>补充到工单</button></form>"
    )


def _photos(hidden: str, agrees: str) -> str:
    agree = (
        f'<label class="tick"><input type="checkbox" name="agree" value="1" required><span>{escape(agrees)}'
        '（<a href="/privacy">个人信息处理告知</a>）</span></label>'
        if agrees
        else ""
    )
    # The fields stand before the photos: these are only read when number and code are right.
    return (
        f'<form class="card" method="post" action="{PATH}" enctype="multipart/form-data"><h2><label for="photos">补充照片</label></h2>{hidden}'
        f'<input type="hidden" name="act" value="photo">{agree}'
        '<input id="photos" name="photos" type="file" accept="image/*" multiple required aria-describedby="photos-hint">'
        f'<p class="soft" id="photos-hint">一次最多 {MAX_PHOTOS} 张，每张 {MAX_BYTES // 1024 // 1024} MB 以内。请尽量不要拍到无关的人和证件。</p>'
        "<button>发送照片</button></form>"
    )


def _rating(hidden: str, why: str) -> str:
    marks = "".join(
        f'<label class="pick"><input type="radio" name="mark" value="{mark}" required><span>{mark} 分 {words}</span></label>'
        for mark, words in reversed(MARKS.items())
    )
    return (
        f'<form class="card" method="post" action="{PATH}"><h2>这件事解决了吗？</h2>{hidden}'
        '<input type="hidden" name="act" value="rate">'
        '<fieldset><legend class="soft">解决情况</legend>'
        '<label class="pick"><input type="radio" name="solved" value="yes" required><span>解决了</span></label>'
        '<label class="pick"><input type="radio" name="solved" value="no" required><span>没解决</span></label></fieldset>'
        f'<fieldset><legend class="soft">这次办得怎么样</legend>{marks}</fieldset>'
        '<label for="why">没解决或者不满意的，哪里不好？（可以不写）</label>'
        f'<textarea id="why" name="why" maxlength="{MAX_REASON}" aria-describedby="why-hint">{escape(why)}</textarea>'
        '<p class="soft" id="why-hint">写了原因，会退给承办单位重新办理；不写的由负责人审核。</p>'
        "<button>提交评价</button></form>"
    )


def _moves(seen: Seen, hidden: str) -> str:
    parts = []
    if "urge" in seen.ways:
        why = seen.ways["urge"]
        parts.append(
            f'<form method="post" action="{PATH}">{hidden}<input type="hidden" name="act" value="urge">'
            '<button class="second">催办</button></form>'
            if why is None
            else f'<p class="soft">{escape(why)}</p>'
        )
    if "withdraw" in seen.ways:
        why = seen.ways["withdraw"]
        parts.append(
            "<details><summary>不用办了，想撤回这张工单</summary><p>撤回以后就不再办理，不能恢复。所以我们先到登记时的聊天窗口里问一声，在那里确认了才撤。</p>"
            f'<form method="post" action="{PATH}">{hidden}<input type="hidden" name="act" value="withdraw">'
            '<button class="second">告诉热线我想撤回</button></form></details>'
            if why is None
            else f'<p class="soft">{escape(why)}</p>'
        )
    heading = "等不及，或者不用办了" if "withdraw" in seen.ways else "等不及？"
    return f'<section class="card"><h2>{heading}</h2>{"".join(parts)}</section>'


def _history(seen: Seen) -> str:
    lines = "".join(
        f'<li><time datetime="{iso(one.at)}">{when(one.at)}</time>{escape(one.words)}</li>'
        for one in reversed(seen.happened)
    )
    return f'<section class="card"><h2>办理经过</h2><ol>{lines}</ol></section>'


def _framed(title: str, city: str, html: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f'<meta name="theme-color" content="#1f4e8c"><style>{_STYLE}</style></head><body>'
        f"<header><h1>查工单进度</h1><p>{escape(city)}12345政务服务便民热线</p></header><main>{html}</main>"
        '<footer><p>遇到危险或紧急情况，请直接拨打 <a href="tel:110">110</a>、<a href="tel:119">119</a>、<a href="tel:120">120</a>。</p></footer>'
        "</body></html>"
    )
