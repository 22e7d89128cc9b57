"""Photos at the desk: for agents, and for the department whose ticket they belong to."""

from __future__ import annotations

from sqlalchemy import update

from tests.conversations.test_media import photo
from tests.desk.conftest import Office, Person
from tickets.models import TicketRow
from tickets.types import TicketDraft


async def _see(person: Person, path: str) -> tuple[int, str]:
    async with person.client.get(f"/api/desk{path}") as response:
        return response.status, response.content_type


async def test_who_may_see_a_photo(office: Office) -> None:
    conversation = await office.says("v1", "路灯不亮", "m1")
    image = await office.media.keep(conversation, photo())
    other = await office.media.keep(conversation, photo((30, 30)))
    ticket = await office.tickets.file(
        TicketDraft("投诉", "路灯坏了三天", photos=(image.id,), latitude=32.6, longitude=117.0), "k"
    )
    own, foreign = await office.department("城管局"), await office.department("教育局")
    async with office.database.write() as session:
        await session.execute(
            update(TicketRow).where(TicketRow.number == ticket.number).values(department_id=own)
        )
    agent = await office.hire("a1")
    theirs = await office.hire("d1", "department", department=own)
    others = await office.hire("d2", "department", department=foreign)
    editor = await office.hire("e1", "editor")
    in_ticket, alone = f"/tickets/{ticket.number}/photos/{image.id}", f"/photos/{image.id}"
    assert await _see(agent, in_ticket) == (200, "image/jpeg")
    assert await _see(agent, alone) == (200, "image/jpeg")
    assert await _see(theirs, in_ticket) == (200, "image/jpeg")
    assert (await _see(theirs, alone))[0] == 403
    assert (await _see(others, in_ticket))[0] == 404
    assert (await _see(editor, in_ticket))[0] == 403
    assert (await _see(office.browser(), in_ticket))[0] == 401
    # One that belongs to the conversation, and not to the ticket.
    assert (await _see(theirs, f"/tickets/{ticket.number}/photos/{other.id}"))[0] == 404
    assert (await _see(agent, "/photos/..%2f..%2fsecrets.json"))[0] == 404
    shown = (await theirs.get(f"/tickets/{ticket.number}"))["ticket"]
    assert (shown["photos"], shown["latitude"], shown["longitude"]) == ([image.id], 32.6, 117.0)
