"""Nobody gets further than their account allows, and no other site gets anywhere."""

from __future__ import annotations

import pytest
from aiohttp import WSServerHandshakeError

from tests.desk.conftest import OURS, MakeOffice, Office

ID = "01990000-0000-7000-8000-000000000001"
CONVERSATIONS = [
    ("GET", "/conversations"),
    ("GET", f"/conversations/{ID}"),
    ("POST", f"/conversations/{ID}/take"),
    ("POST", f"/conversations/{ID}/messages"),
    ("GET", f"/conversations/{ID}/events"),
    ("POST", f"/conversations/{ID}/hand_back"),
    ("POST", f"/conversations/{ID}/transfer"),
    ("POST", f"/conversations/{ID}/take_over"),
    ("POST", f"/conversations/{ID}/close"),
    ("POST", f"/conversations/{ID}/reveal"),
    ("POST", "/conversations/close"),
    ("POST", "/presence"),
    ("GET", f"/conversations/{ID}/beside"),
    ("POST", f"/conversations/{ID}/draft"),
    ("POST", f"/conversations/{ID}/draft/drop"),
    ("POST", f"/conversations/{ID}/notes"),
    ("POST", f"/conversations/{ID}/tags"),
    ("GET", f"/conversations/{ID}/suggestions"),
    ("GET", "/canned"),
    ("POST", "/canned"),
    ("POST", f"/canned/{ID}"),
    ("POST", f"/canned/{ID}/remove"),
    ("GET", f"/conversations/{ID}/matter"),
    ("POST", f"/conversations/{ID}/tickets"),
    ("POST", "/tickets/read"),
    ("POST", "/tickets/like"),
    ("POST", "/tickets/HN2026112300001/edit"),
    ("GET", "/phone/calls"),
    ("POST", "/phone/calls"),
    ("GET", f"/phone/calls/{ID}"),
    ("POST", f"/phone/calls/{ID}"),
    ("POST", "/phone/caller"),
    ("POST", "/phone/tickets"),
    ("GET", "/phone/figures"),
    ("GET", "/phone/callbacks"),
    ("POST", "/phone/callbacks"),
    ("POST", f"/phone/callbacks/{ID}/reveal"),
    ("POST", f"/phone/callbacks/{ID}/end"),
    ("GET", "/agents"),
    ("GET", f"/photos/{ID}"),
    ("GET", "/live"),
]
TICKETS = [
    ("GET", "/tickets"),
    ("GET", "/tickets/counts"),
    ("GET", "/tickets/export"),
    ("GET", "/tickets/HN2026112300001"),
    ("GET", "/tickets/HN2026112300001/print"),
    ("GET", f"/tickets/HN2026112300001/photos/{ID}"),
    ("POST", "/tickets/HN2026112300001/reveal"),
    ("POST", "/tickets/HN2026112300001/act"),
    ("GET", "/departments"),
    ("GET", "/reveals/reasons"),
]
VIEWS = [("GET", "/views"), ("POST", "/views"), ("POST", f"/views/{ID}/remove")]
DISPATCHING = [("POST", "/tickets/dispatch"), ("GET", "/calls"), ("GET", "/calls/figures")]
SUPERVISING = [
    ("POST", f"/agents/{ID}/capacity"),
    ("GET", "/tickets/template"),
    ("POST", "/tickets/import"),
    ("GET", "/partners/troubles"),
]
RIGHTS = [("GET", "/rights"), ("POST", f"/rights/{ID}")]
REVEALS = [("GET", "/reveals"), ("POST", "/reveals/more")]
GROUP = "01990000-0000-7000-8000-000000000002"
ACCOUNTS = [
    ("GET", "/accounts"),
    ("POST", "/accounts"),
    ("POST", f"/accounts/{ID}"),
    ("POST", f"/accounts/{ID}/close"),
    ("POST", f"/accounts/{ID}/open"),
    ("POST", f"/accounts/{ID}/reset_password"),
    ("POST", f"/accounts/{ID}/remove_second_factor"),
]
OPEN = {f"/api/desk/{name}" for name in ("login", "sign_in_ways", "oidc/start", "oidc/callback")}
"""What is open to strangers."""
OWN = [
    ("POST", "/logout"),
    ("POST", "/login/code"),
    ("GET", "/me"),
    ("POST", "/active"),
    ("GET", "/sessions"),
    ("POST", "/sessions/end_others"),
    ("POST", "/password"),
    ("GET", "/second_factor"),
    ("POST", "/second_factor/set_up"),
    ("POST", "/second_factor/confirm"),
    ("POST", "/second_factor/codes"),
]
"""What everybody may do to the own account."""
KNOWLEDGE = [
    ("GET", "/knowledge"),
    ("GET", "/knowledge/ask"),
    ("GET", "/knowledge/gaps"),
    ("GET", f"/knowledge/gaps/{GROUP}"),
    ("POST", f"/knowledge/gaps/{GROUP}/dismiss"),
    ("POST", f"/knowledge/gaps/{GROUP}/reopen"),
    ("POST", f"/knowledge/gaps/{GROUP}/draft"),
]

AUDIT = [("GET", "/audit"), ("GET", "/audit/export")]


async def test_every_address_but_the_sign_in_is_closed_to_strangers(office: Office) -> None:
    browser = office.browser()
    visited = 0
    for route in office.server.app.router.routes():
        path = (route.resource.canonical if route.resource else "").format(
            id=ID, number="HN2026112300001", group=GROUP
        )
        if path in OPEN or route.method == "HEAD":
            continue
        answer = await browser.client.request(route.method, path, json={}, headers=OURS)
        assert answer.status == 401, (route.method, path)
        visited += 1
    lists = (
        CONVERSATIONS,
        TICKETS,
        VIEWS,
        DISPATCHING,
        SUPERVISING,
        RIGHTS,
        REVEALS,
        KNOWLEDGE,
        ACCOUNTS,
        OWN,
        AUDIT,
    )
    assert visited == sum(map(len, lists))


@pytest.mark.parametrize(
    ("role", "conversations", "tickets", "accounts"),
    [
        ("agent", True, True, False),
        ("supervisor", True, True, False),
        ("department", False, True, False),
        ("editor", False, False, False),
        ("admin", False, False, True),
        ("auditor", False, False, False),
    ],
)
async def test_each_role_sees_what_it_is_for(
    office: Office, role: str, conversations: bool, tickets: bool, accounts: bool
) -> None:
    person = await office.hire("a1", role)
    supervises = role == "supervisor"
    for addresses, allowed in (
        (CONVERSATIONS, conversations),
        (TICKETS, tickets),
        (VIEWS, tickets),
        (DISPATCHING, conversations),
        (SUPERVISING, supervises),
        (RIGHTS, supervises),
        (REVEALS, supervises),
        (ACCOUNTS, accounts),
    ):
        for method, path in addresses:
            answer = await person.client.request(method, f"/api/desk{path}", json={}, headers=OURS)
            refused = answer.status == 403 and (await answer.json())["error"]["code"] == "role_not_allowed"
            assert refused is not allowed, (method, path, answer.status)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", ""])
async def test_other_sites_are_refused(office: Office, origin: str) -> None:
    person = await office.hire("a1")
    headers = OURS | {"Origin": origin}
    for method, path in [("POST", "/logout"), ("POST", "/login"), ("GET", "/conversations")]:
        answer = await person.client.request(method, f"/api/desk{path}", json={}, headers=headers)
        assert (answer.status, (await answer.json())["error"]["code"]) == (403, "cross_site")
    with pytest.raises(WSServerHandshakeError) as caught:
        await person.client.ws_connect("/api/desk/live", headers={"Origin": origin})
    assert caught.value.status == 403
    await person.get("/me")


async def test_a_change_needs_the_pages_own_header(office: Office) -> None:
    person = await office.hire("a1")
    for headers in ({}, {"X-Requested-With": "XMLHttpRequest"}):
        answer = await person.client.post("/api/desk/logout", json={}, headers=headers)
        assert answer.status == 403
    await person.get("/me")


async def test_our_own_origin_is_welcome_also_by_its_public_name(make_office: MakeOffice) -> None:
    office = await make_office(public_url="http://12345.example.gov.cn/")
    person = await office.hire("a1")
    own = str(office.server.make_url("")).rstrip("/")
    for origin in (own, "https://12345.example.gov.cn", "https://12345.EXAMPLE.gov.cn:443"):
        answer = await person.client.post("/api/desk/password", json={}, headers=OURS | {"Origin": origin})
        assert answer.status == 400, "past the gate, refused for its body"


async def test_a_department_sees_its_own_tickets_only(office: Office) -> None:
    from sqlalchemy import update

    from tickets.models import TicketRow
    from tickets.types import TicketDraft

    own, other = await office.department("甲局"), await office.department("乙局")
    mine = await office.tickets.file(TicketDraft("投诉", "归甲局办的事", contact_phone="13800000000"), "1")
    theirs = await office.tickets.file(TicketDraft("投诉", "归乙局办的事"), "2")
    secret = await office.tickets.file(
        TicketDraft("举报", "要保密的事", contact_phone="13800000000", confidential=True), "3"
    )
    async with office.database.write() as session:
        for number, department in ((mine.number, own), (theirs.number, other), (secret.number, own)):
            await session.execute(
                update(TicketRow).where(TicketRow.number == number).values(department_id=department)
            )
    person = await office.hire("jia", "department", department=own)
    assert (await person.get("/me"))["user"]["department"] == "甲局"
    listed = (await person.get("/tickets"))["tickets"]
    assert [t["number"] for t in listed] == [secret.number, mine.number]
    await person.get(f"/tickets/{mine.number}")
    await person.get(f"/tickets/{theirs.number}", 404)
    await person.post(f"/tickets/{theirs.number}/reveal", {"reason": "想看看"}, 404)
    clear = await person.post(f"/tickets/{mine.number}/reveal", {"reason": "联系群众核实"})
    assert clear["contact_phone"] == "13800000000"
    refused = await person.post(f"/tickets/{secret.number}/reveal", {"reason": "联系群众核实"}, 403)
    assert refused["error"]["code"] == "confidential"
    homeless = await office.hire("nobody", "department")
    assert (await homeless.get("/tickets"))["tickets"] == []
    await homeless.get(f"/tickets/{mine.number}", 404)
