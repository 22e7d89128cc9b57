"""Photos and the callback on /progress: the limits and the consent of the widget, and the same outcome as in the conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import FormData, MultipartWriter
from sqlalchemy import select

from conversations.images import MAX_BYTES
from conversations.models import ImageRow
from core.consents import Consent
from public.forms import MAX_PHOTOS
from public.progress_photos import NOT_AGREED
from tests.conftest import Clock
from tests.conversations.test_media import photo
from tests.public.test_progress import AGENT, DRAFT, Hall, _to_review, hall
from tickets.states import State
from tickets.types import Ticket

__all__ = ["hall"]


@pytest.fixture
async def ticket(hall: Hall) -> Ticket:
    talk = await hall.conversations.find_or_create("web", "", "visitor-1")
    return await hall.tickets.file(replace(DRAFT, conversation_id=talk.id), "k")


async def send(
    hall: Hall, ticket: Ticket, *photos: bytes, key: str = "k1", agree: bool = True, code: str = ""
) -> tuple[int, str]:
    """Send the form of the page with these photos, as a browser does."""
    form = FormData(default_to_multipart=True)
    fields = {"number": ticket.number, "code": code or ticket.query_code, "key": key, "act": "photo"}
    for name, value in (fields | ({"agree": "1"} if agree else {})).items():
        form.add_field(name, value)
    for nth, data in enumerate(photos or (b"",)):
        name = f"{nth}.jpg" if data else ""
        form.add_field("photos", data, filename=name, content_type="application/octet-stream")
    answer = await hall.client.post("/progress", data=form, headers={"X-Forwarded-For": "203.0.113.5"})
    assert answer.content_type == "text/html"
    return answer.status, await answer.text()


async def test_photos_stand_on_the_ticket_once_and_stay(hall: Hall, ticket: Ticket, clock: Clock) -> None:
    first, second = photo((300, 200)), photo((200, 300), "PNG")
    status, html = await send(hall, ticket, first, second)
    assert status == 200 and "照片已经放到工单上" in html and "您补充了情况" in html
    await send(hall, ticket, first, second)  # the same form once more
    shown = await hall.tickets.get(ticket.number)
    assert len(shown.photos) == 2 and await hall.count("noted") == 1
    assert (await hall.media.read(shown.photos[0])).startswith(b"\xff\xd8")
    clock.forward(days=3)
    assert await hall.media.forget_unsent() == 0, "no message names them, but the ticket does"
    async with hall.database.read() as session:
        consent = await session.scalar(select(Consent).where(Consent.purpose == "photos"))
    assert consent is not None and (consent.channel, consent.user_id) == ("web", "visitor-1")


@pytest.mark.parametrize(
    ("photos", "words"),
    [
        ((b"no picture at all",), "照片"),
        ((b"\xff\xd8" + b"0" * MAX_BYTES,), "照片太大了"),
        ((), "请先选照片"),
        (tuple(photo((100 + n, 90)) for n in range(MAX_PHOTOS + 1)), f"一次最多发 {MAX_PHOTOS} 张"),
    ],
)
async def test_what_is_no_photo_or_too_much_is_told_and_changes_nothing(
    hall: Hall, ticket: Ticket, photos: tuple[bytes, ...], words: str
) -> None:
    status, html = await send(hall, ticket, *photos)
    assert status in (400, 413) and words in html and "补充照片" in html, "the page stays, with the reason"
    assert (await hall.tickets.get(ticket.number)).photos == ()
    async with hall.database.read() as session:
        assert await session.scalar(select(ImageRow.id)) is None


async def test_nothing_is_kept_without_consent_or_code(hall: Hall, ticket: Ticket) -> None:
    status, html = await send(hall, ticket, photo(), agree=False)
    assert status == 400 and NOT_AGREED in html
    status, html = await send(hall, ticket, photo(), code="AC3D9KXQ")
    assert status == 200 and "没有查到" in html
    async with hall.database.read() as session:
        assert await session.scalar(select(ImageRow.id)) is None
        assert await session.scalar(select(Consent.id)) is None


async def test_a_caller_without_conversation_and_a_finished_ticket_take_no_photos(
    hall: Hall, ticket: Ticket
) -> None:
    by_phone = await hall.tickets.file(replace(DRAFT, channel="phone"), "k2")
    assert "补充照片" not in await hall.see(by_phone) and "补充照片" in await hall.see(ticket)
    status, html = await send(hall, by_phone, photo())
    assert status == 409 and "不是在网上登记的" in html
    await hall.act(ticket, ("withdraw", {"reason": "好了"}, AGENT))
    assert "补充照片" not in await hall.see(ticket)
    assert (await send(hall, ticket, photo()))[0] == 409


async def test_a_form_that_is_none_is_refused(hall: Hall, ticket: Ticket) -> None:
    nested = MultipartWriter("form-data")
    inner = MultipartWriter("mixed")
    inner.append("x")
    nested.append(inner)
    for data in (nested, FormData([("a" * 40 + str(n), "1") for n in range(30)], default_to_multipart=True)):
        answer = await hall.client.post("/progress", data=data)
        assert answer.status == 400, await answer.text()
    big = FormData({"words": "长" * 20_000}, default_to_multipart=True)
    assert (await hall.client.post("/progress", data=big)).status == 413
    torn = await hall.client.post(
        "/progress", data=b"--x\r\nnonsense", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert torn.status in (200, 400)


async def answered(hall: Hall, ticket: Ticket) -> None:
    await hall.act(ticket, *_to_review(hall), ("approve", {}, AGENT))


def rate(solved: str = "yes", mark: str = "5", why: str = "", key: str = "k") -> dict[str, str]:
    return {"act": "rate", "key": key, "solved": solved, "mark": mark, "why": why}


async def test_a_satisfied_citizen_closes_the_ticket_here(hall: Hall, ticket: Ticket) -> None:
    assert "这件事解决了吗" not in await hall.see(ticket)
    await answered(hall, ticket)
    assert "这件事解决了吗" in await hall.see(ticket)
    html = await hall.see(ticket, **rate())
    assert "谢谢您的评价" in html and "这件事解决了吗" not in html
    end = await hall.tickets.get(ticket.number)
    assert (end.state, end.heard.result, end.heard.satisfied) == (State.CLOSED, "solved", 5)
    assert "谢谢您的评价" in await hall.see(ticket, **rate()), "the same form again, as by a reload"
    assert await hall.count("callback") == 1


async def test_with_a_reason_it_is_redone_once_and_then_reviewed(hall: Hall, ticket: Ticket) -> None:
    await answered(hall, ticket)
    html = await hall.see(ticket, **rate("no", "1", "晚上又灭了", "a"))
    assert "重新办理" in html and (await hall.tickets.get(ticket.number)).state is State.HANDLING
    await hall.act(
        ticket, ("reply", {"public": "路灯线路已于 11 月 30 日更换。"}, hall.clerk), ("approve", {}, AGENT)
    )
    assert "由负责人来审核" in await hall.see(ticket, **rate("no", "2", "还是不亮", "b"))
    html = await hall.see(ticket)
    assert "这件事解决了吗" not in html, "a supervisor decides now"
    assert (await hall.tickets.get(ticket.number)).disputed
    assert "又灭了" not in html and "还是不亮" not in html


async def test_what_is_missing_is_told_and_the_reason_is_not_lost(hall: Hall, ticket: Ticket) -> None:
    status, html = await hall.post(number=ticket.number, code=ticket.query_code, **rate())
    assert status == 409, "nothing to rate before the answer"
    await answered(hall, ticket)
    for wrong in (rate(solved="maybe"), rate(mark="6"), rate(mark="x"), rate(why="长" * 501)):
        given = wrong | {"why": wrong["why"] or "晚上又灭了"}
        status, html = await hall.post(number=ticket.number, code=ticket.query_code, **given)
        assert status == 400 and given["why"] in html
    assert (await hall.tickets.get(ticket.number)).state is State.PENDING_CALLBACK
