"""Every route of the whole app × every role, and nobody × whose object it is. A new route without a row here fails."""

from __future__ import annotations

import re
from typing import Any

import pytest

from desk.guard import ACT
from desk.roles import Role
from tests.service.conftest import NOBODY, Desk

OPEN = "everybody, also nobody"
HALF = "everybody signed in, also without the code of the second factor"
CLOSED = "no account: needs a visitor's token, the platform's signature, a system's token or Rasa's secret"
AGENTS = {Role.AGENT, Role.SUPERVISOR}
EDITORS = {Role.EDITOR, Role.SUPERVISOR}

ROUTES: dict[str, str | set[Role]] = {
    "GET /": OPEN,
    "GET /widget.js": OPEN,
    "GET /demo/{path}": OPEN,
    "GET /desk": OPEN,
    "GET /desk/{path}": OPEN,
    "GET /kb/{id}": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /privacy": OPEN,
    "GET /progress": OPEN,
    "POST /progress": OPEN,
    "POST /api/web/session": OPEN,
    "GET /api/web/notice": OPEN,
    "POST /api/web/consents": CLOSED,
    "POST /api/web/forget": CLOSED,
    "OPTIONS /api/web/{path}": OPEN,
    "POST /api/web/messages": CLOSED,
    "GET /api/web/messages": CLOSED,
    "POST /api/web/photos": CLOSED,
    "GET /api/web/photos/{id}": CLOSED,
    "GET /api/web/socket": CLOSED,
    "GET /wechat/{account}": CLOSED,
    "POST /wechat/{account}": CLOSED,
    "POST /actions/webhook": CLOSED,
    "GET /api/work-orders/openapi.json": OPEN,
    "GET /api/work-orders": CLOSED,
    "POST /api/work-orders": CLOSED,
    "GET /api/work-orders/departments": CLOSED,
    "GET /api/work-orders/{number}": CLOSED,
    "GET /api/work-orders/{number}/contact": CLOSED,
    "POST /api/work-orders/{number}/moves": CLOSED,
    "POST /api/desk/login": OPEN,
    "POST /api/desk/login/code": HALF,
    "GET /api/desk/sign_in_ways": OPEN,
    "GET /api/desk/oidc/start": OPEN,
    "GET /api/desk/oidc/callback": OPEN,
    "POST /api/desk/active": set(Role),
    "GET /api/desk/sessions": set(Role),
    "GET /api/desk/second_factor": set(Role),
    "POST /api/desk/second_factor/set_up": set(Role),
    "POST /api/desk/second_factor/confirm": set(Role),
    "POST /api/desk/second_factor/codes": set(Role),
    "GET /api/desk/me": set(Role),
    "POST /api/desk/password": set(Role),
    "GET /api/desk/conversations": AGENTS,
    "GET /api/desk/conversations/{id}": AGENTS,
    "GET /api/desk/conversations/{id}/events": AGENTS,
    "POST /api/desk/conversations/{id}/take": AGENTS,
    "POST /api/desk/conversations/{id}/messages": AGENTS,
    "POST /api/desk/conversations/{id}/hand_back": AGENTS,
    "POST /api/desk/conversations/{id}/transfer": AGENTS,
    "POST /api/desk/conversations/{id}/take_over": AGENTS,
    "POST /api/desk/conversations/{id}/close": AGENTS,
    "POST /api/desk/conversations/{id}/reveal": AGENTS,
    "GET /api/desk/conversations/{id}/beside": AGENTS,
    "POST /api/desk/conversations/{id}/draft": AGENTS,
    "POST /api/desk/conversations/{id}/draft/drop": AGENTS,
    "POST /api/desk/conversations/{id}/notes": AGENTS,
    "POST /api/desk/conversations/{id}/tags": AGENTS,
    "GET /api/desk/conversations/{id}/suggestions": AGENTS,
    "GET /api/desk/canned": AGENTS,
    "POST /api/desk/canned": AGENTS,
    "POST /api/desk/canned/{id}": AGENTS,
    "POST /api/desk/canned/{id}/remove": AGENTS,
    "GET /api/desk/conversations/{id}/matter": AGENTS,
    "POST /api/desk/conversations/{id}/tickets": AGENTS,
    "POST /api/desk/tickets/read": AGENTS,
    "POST /api/desk/tickets/like": AGENTS,
    "POST /api/desk/tickets/{number}/edit": AGENTS,
    "POST /api/phone/events": CLOSED,
    "GET /api/desk/phone/calls": AGENTS,
    "POST /api/desk/phone/calls": AGENTS,
    "GET /api/desk/phone/calls/{id}": AGENTS,
    "POST /api/desk/phone/calls/{id}": AGENTS,
    "POST /api/desk/phone/caller": AGENTS,
    "POST /api/desk/phone/tickets": AGENTS,
    "GET /api/desk/phone/figures": AGENTS,
    "GET /api/desk/phone/callbacks": AGENTS,
    "POST /api/desk/phone/callbacks": AGENTS,
    "POST /api/desk/phone/callbacks/{id}/reveal": AGENTS,
    "POST /api/desk/phone/callbacks/{id}/end": AGENTS,
    "POST /api/desk/conversations/close": AGENTS,
    "POST /api/desk/presence": AGENTS,
    "POST /api/desk/agents/{id}/capacity": {Role.SUPERVISOR},
    "GET /api/desk/reveals/reasons": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/reveals": {Role.SUPERVISOR},
    "POST /api/desk/reveals/more": {Role.SUPERVISOR},
    "GET /api/desk/rights": {Role.SUPERVISOR},
    "POST /api/desk/rights/{id}": {Role.SUPERVISOR},
    "GET /api/desk/accounts": {Role.ADMIN},
    "POST /api/desk/accounts": {Role.ADMIN},
    "POST /api/desk/accounts/{id}": {Role.ADMIN},
    "POST /api/desk/accounts/{id}/close": {Role.ADMIN},
    "POST /api/desk/accounts/{id}/open": {Role.ADMIN},
    "POST /api/desk/accounts/{id}/reset_password": {Role.ADMIN},
    "POST /api/desk/accounts/{id}/remove_second_factor": {Role.ADMIN},
    "GET /api/desk/agents": AGENTS,
    "GET /api/desk/live": AGENTS,
    "GET /api/desk/photos/{id}": AGENTS,
    "GET /api/desk/tickets": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/tickets/counts": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/tickets/export": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/tickets/template": {Role.SUPERVISOR},
    "POST /api/desk/tickets/import": {Role.SUPERVISOR},
    "GET /api/desk/tickets/{number}": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/tickets/{number}/photos/{id}": AGENTS | {Role.DEPARTMENT},
    "POST /api/desk/tickets/{number}/reveal": AGENTS | {Role.DEPARTMENT},
    "POST /api/desk/tickets/{number}/act": AGENTS | {Role.DEPARTMENT},
    "POST /api/desk/tickets/dispatch": AGENTS,
    "GET /api/desk/departments": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/tickets/{number}/print": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/calls": AGENTS,
    "GET /api/desk/calls/figures": AGENTS,
    "GET /api/desk/views": AGENTS | {Role.DEPARTMENT},
    "POST /api/desk/views": AGENTS | {Role.DEPARTMENT},
    "POST /api/desk/views/{id}/remove": AGENTS | {Role.DEPARTMENT},
    "GET /api/desk/partners/troubles": {Role.SUPERVISOR},
    "GET /api/desk/knowledge": AGENTS | {Role.EDITOR},
    "GET /api/desk/knowledge/ask": AGENTS | {Role.EDITOR},
    "GET /api/desk/knowledge/gaps": AGENTS | {Role.EDITOR},
    "GET /api/desk/knowledge/gaps/{group}": AGENTS | {Role.EDITOR},
    "POST /api/desk/knowledge/gaps/{group}/dismiss": EDITORS,
    "POST /api/desk/knowledge/gaps/{group}/reopen": EDITORS,
    "POST /api/desk/knowledge/gaps/{group}/draft": EDITORS,
    "GET /api/desk/audit": {Role.AUDITOR},
    "GET /api/desk/audit/export": {Role.AUDITOR},
    # At the end, because they end sessions.
    "POST /api/desk/sessions/end_others": set(Role),
    "POST /api/desk/logout": set(Role),
}
"""Route → who gets past the door. What is then wrong with the request does not matter here."""

_SAY = {"client_id": "m1", "text": "您好"}
_NOTE = {"to": None, "note": "请接着办"}
_WHY = {"reason": "回访核实情况"}
_MATTER = {"type": "求助", "content": "路灯坏了三天", "key": "key-00001"}
OBJECTS: dict[str, tuple[Any, dict[str, dict[str, int]]]] = {
    # Conversations: one in the queue, one that this agent has, one that a colleague at the desk has.
    "GET /api/desk/conversations/{id}": (
        None,
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 200}},
    ),
    "GET /api/desk/conversations/{id}/events": (None, {"own": {"*": 200}, "other": {"*": 200}}),
    "POST /api/desk/conversations/{id}/take": (
        {},
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 409}},
    ),
    "POST /api/desk/conversations/{id}/messages": (
        _SAY,
        {"waiting": {"*": 409}, "own": {"*": 200}, "other": {"*": 409}},
    ),
    "POST /api/desk/conversations/{id}/hand_back": (
        {},
        {"waiting": {"*": 409}, "own": {"*": 200}, "other": {"*": 409}},
    ),
    "POST /api/desk/conversations/{id}/transfer": (
        _NOTE,
        {"waiting": {"*": 409}, "own": {"*": 200}, "other": {"*": 409}},
    ),
    "POST /api/desk/conversations/{id}/take_over": (
        {"holder": "{holder}", "note": "同事有急事"},
        {"waiting": {"*": 409}, "other": {"agent": 409, "supervisor": 200}},
    ),
    "POST /api/desk/conversations/{id}/close": ({}, {"own": {"*": 200}, "other": {"*": 409}}),
    "POST /api/desk/conversations/{id}/reveal": (
        _WHY,
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 200}},
    ),
    # What stands beside a talk: all agents may read and note, only who has it removes a colleague's draft.
    "GET /api/desk/conversations/{id}/beside": (
        None,
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 200}},
    ),
    "POST /api/desk/conversations/{id}/draft": (
        {"version": 0, "client_id": "d1", "text": "您好"},
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 200}},
    ),
    "POST /api/desk/conversations/{id}/draft/drop": (
        {"user": "{holder}", "version": 0},
        {"waiting": {"*": 409}, "own": {"*": 200}, "other": {"*": 409}},
    ),
    "POST /api/desk/conversations/{id}/notes": (
        {"text": "群众听力不好"},
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 200}},
    ),
    "POST /api/desk/conversations/{id}/tags": ({"name": "噪音"}, {"own": {"*": 200}, "other": {"*": 200}}),
    "GET /api/desk/conversations/{id}/suggestions": (None, {"own": {"*": 200}, "other": {"*": 200}}),
    # Canned replies: others' own ones are as if there were none (tests/desk/test_desk_canned.py).
    "POST /api/desk/canned/{id}": ({"title": "您好", "text": "您好", "version": 1}, {"none": {"*": 404}}),
    "POST /api/desk/canned/{id}/remove": ({}, {"none": {"*": 404}}),
    "GET /api/desk/conversations/{id}/matter": (
        None,
        {"waiting": {"*": 200}, "own": {"*": 200}, "other": {"*": 200}},
    ),
    "POST /api/desk/conversations/{id}/tickets": (
        _MATTER,
        {"waiting": {"*": 409}, "own": {"*": 200}, "other": {"*": 409}},
    ),
    "POST /api/desk/tickets/{number}/edit": (
        {"version": 1, "subject": "路灯管理所"},
        {"own": {"*": 200}, "other": {"*": 200}, "secret": {"*": 200}},
    ),
    # Calls and callbacks belong to all agents. Here there are none.
    "GET /api/desk/phone/calls/{id}": (None, {"none": {"*": 404}}),
    "POST /api/desk/phone/calls/{id}": ({"event": "answered"}, {"none": {"*": 404}}),
    "POST /api/desk/phone/callbacks/{id}/reveal": (_WHY, {"none": {"*": 404}}),
    "POST /api/desk/phone/callbacks/{id}/end": ({"result": "reached"}, {"none": {"*": 404}}),
    "POST /api/desk/agents/{id}/capacity": ({"capacity": 3}, {"none": {"*": 404}}),
    # Accounts, and requests about personal data: those that there are belong to nobody in particular.
    "POST /api/desk/accounts/{id}": ({"display_name": "甲", "role": "agent"}, {"none": {"*": 404}}),
    "POST /api/desk/accounts/{id}/close": ({}, {"none": {"*": 404}}),
    "POST /api/desk/accounts/{id}/open": ({}, {"none": {"*": 404}}),
    "POST /api/desk/accounts/{id}/reset_password": ({}, {"none": {"*": 404}}),
    "POST /api/desk/accounts/{id}/remove_second_factor": ({}, {"none": {"*": 404}}),
    "POST /api/desk/rights/{id}": ({"state": "done", "note": "已经办好"}, {"none": {"*": 404}}),
    # Tickets: one of the asking department, one of another department, one of the asking department with 保密.
    "GET /api/desk/tickets/{number}": (
        None,
        {"own": {"*": 200}, "other": {"*": 200, "department": 404}, "secret": {"*": 200}},
    ),
    "GET /api/desk/tickets/{number}/print": (
        None,
        {"own": {"*": 200}, "other": {"*": 200, "department": 404}, "secret": {"*": 200}},
    ),
    "POST /api/desk/tickets/{number}/reveal": (
        _WHY,
        {"own": {"*": 200}, "other": {"*": 200, "department": 404}, "secret": {"*": 200, "department": 403}},
    ),
    "POST /api/desk/tickets/{number}/act": (
        {"action": "urge", "version": 1, "fields": {}},
        {"own": {"*": 200, "department": 403}, "other": {"*": 200, "department": 404}},
    ),
    # Saved views: others' own views are as if there were none (tests/desk/test_desk_views.py).
    "POST /api/desk/views/{id}/remove": ({}, {"none": {"*": 404}}),
    # A photo that is none of the ticket's, whosever the ticket is.
    "GET /api/desk/tickets/{number}/photos/{id}": (None, {"own": {"*": 404}, "other": {"*": 404}}),
    # Photos belong to conversations, which all agents may read; questions belong to nobody. Here there are none.
    "GET /api/desk/photos/{id}": (None, {"none": {"*": 404}}),
    "GET /api/desk/knowledge/gaps/{group}": (None, {"none": {"*": 404}}),
    "POST /api/desk/knowledge/gaps/{group}/dismiss": ({}, {"none": {"*": 404}}),
    "POST /api/desk/knowledge/gaps/{group}/reopen": ({}, {"none": {"*": 404}}),
    "POST /api/desk/knowledge/gaps/{group}/draft": (
        {"title": "狂犬疫苗", "department": "市卫生健康委员会"},
        {"none": {"*": 404}},
    ),
}
"""Route with an object → body, and for each object what each role that gets past the door is answered (``*``: any other)."""


@pytest.mark.slow
async def test_every_route_lets_in_whom_the_table_says(desk: Desk) -> None:
    assert desk.routes == sorted(ROUTES), "a row for each route, and no other"
    wrong = []
    for route, allowed in ROUTES.items():
        for role in (NOBODY, *Role):
            status, code = await desk.ask(role, route)
            if allowed == OPEN:
                right = status not in (401, 403)
            elif allowed == CLOSED:
                right = status in (401, 403)
            elif role == NOBODY:
                right = status == 401
            elif allowed == HALF:
                right = status not in (401, 403)
            else:
                right = (status == 403 and code == "role_not_allowed") is (role not in allowed)
            if not right:
                wrong.append((route, role, status, code))
    assert wrong == []


@pytest.mark.slow
async def test_every_route_with_an_object_asks_whose_it_is(desk: Desk) -> None:
    assert {route for route in desk.routes if "/api/desk/" in route and "{" in route} == set(OBJECTS)
    wrong = []
    for route, (body, cases) in OBJECTS.items():
        allowed = ROUTES[route]
        for whose, answers in cases.items():
            for role in (NOBODY, *Role):
                inside = isinstance(allowed, set) and role in allowed
                parts = {}
                if "/conversations/" in route and (inside or whose != "own"):
                    parts["id"] = await desk.conversation(whose, role)
                elif "/conversations/" in route:
                    parts["id"] = await desk.conversation("waiting", role)
                elif "/tickets/" in route:
                    parts["number"] = await desk.ticket(whose)
                sent = {**body, "holder": desk.ids["holder"]} if body and "holder" in body else body
                status, code = await desk.ask(role, route, sent, **parts)
                wanted = (
                    answers.get(role, answers["*"]) if inside and "*" in answers else answers.get(role, 0)
                )
                wanted = 401 if role == NOBODY else wanted if inside else 403
                if status != wanted:
                    wrong.append((route, whose, role, f"{status} {code} instead of {wanted}"))
    assert wrong == []


async def test_every_route_of_the_desk_declares_what_it_records(desk: Desk) -> None:
    silent = [
        f"{route.method} {route.resource.canonical}"
        for route in desk.app.router.routes()
        if route.resource
        and route.resource.canonical.startswith("/api/desk/")
        and not hasattr(route.handler, ACT)
    ]
    assert silent == []
    quiet = {
        getattr(route.handler, ACT).name
        for route in desk.app.router.routes()
        if hasattr(route.handler, ACT) and getattr(route.handler, ACT).when == "refused"
    }
    of_nobody = {"sign_in_ways", "go_to_issuer", "list_reasons"}
    # Once a second while an agent types; the answer holds the agent's own words only.
    assert quiet == {"who_am_i", "stay", "save_draft"} | of_nobody, (
        "all others are recorded also when they are allowed"
    )


NOT_LISTS = {
    "GET /api/desk/conversations/{id}/matter": "one conversation",
    "GET /api/desk/phone/calls/{id}": "one call",
    "GET /api/desk/me": "one account",
    "GET /api/desk/live": "a websocket",
    "GET /api/desk/accounts": "the staff",
    "GET /api/desk/sessions": "one account's own",
    "GET /api/desk/second_factor": "one account's own",
    "GET /api/desk/sign_in_ways": "two values",
    "GET /api/desk/oidc/start": "sends to the issuer",
    "GET /api/desk/oidc/callback": "the issuer's own question",
    "GET /api/desk/reveals/reasons": "a fixed list",
    "GET /api/desk/rights": "as many as conversations.rights shows",
    "GET /api/desk/agents": "as many as desk.colleagues.MOST",
    "GET /api/desk/departments": "the city's departments",
    "GET /api/desk/conversations/{id}": "as many messages as desk.conversations_api.HISTORY",
    "GET /api/desk/conversations/{id}/beside": "as many notes, tickets and deliveries as their modules' MOST",
    "GET /api/desk/conversations/{id}/suggestions": "as many as desk.suggesting.MOST",
    "GET /api/desk/canned": "as many as desk.canned.MOST_OWN and MOST_SHARED",
    "GET /api/desk/tickets/counts": "as many as there are states",
    "GET /api/desk/views": "as many as desk.views.MOST for an account",
    "GET /api/desk/tickets/{number}": "one ticket",
    "GET /api/desk/tickets/{number}/print": "one ticket",
    "GET /api/desk/tickets/{number}/photos/{id}": "one photo",
    "GET /api/desk/photos/{id}": "one photo",
}
"""Addresses that are read and take no question."""


@pytest.mark.slow
async def test_every_list_bounds_its_page_and_its_question(desk: Desk) -> None:
    wrong = []
    for route in (one for one in desk.routes if one.startswith("GET /api/desk/") and one not in NOT_LISTS):
        allowed = ROUTES[route]
        role = sorted(allowed)[0] if isinstance(allowed, set) else NOBODY
        known = await desk.conversation("waiting", role)
        url = re.sub(r"\{\w+\}", known, route.removeprefix("GET "))
        for query in ({"limit": "1000000"}, {"limit": "0"}, {"q": "长" * 600}, {"nonsense": "1"}):
            answer = await desk.clients[role].get(url, params=query)
            if answer.status != 400:
                wrong.append((route, list(query), answer.status))
    assert wrong == []


@pytest.mark.slow
async def test_no_address_reads_an_endless_question(desk: Desk) -> None:
    for route in (one for one in desk.routes if one.startswith("GET ")):
        url = re.sub(r"\{\w+\}", "x", route.removeprefix("GET "))
        answer = await desk.clients[NOBODY].get(f"{url}?q={'x' * 20_000}")
        assert answer.status == 400, route
