"""The API and the webhooks on a real database; each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from core.rates import LocalRates
from partners import service
from partners.api import WorkOrders
from partners.models import WebhookDelivery
from partners.service import Origins
from partners.webhooks import Webhooks
from service.errors import errors
from tests import both_databases
from tests.cities import HUAINAN
from tickets.models import Department
from tickets.service import Tickets
from tickets.types import Actor

database_url = both_databases.database_url
AGENT = Actor("agent", "坐席 1 号")
OFFICE = "市城市管理行政执法局"


@dataclass
class Receiver:
    """Another system's server: keeps what it gets, and answers as it is told."""

    server: TestServer | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    sleep: Any = None
    got: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    elsewhere: int = 0

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/events"))

    @property
    def origin(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/")).rstrip("/")

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), dict(request.headers)))
        if self.sleep is not None:
            await self.sleep.wait()
        return web.Response(status=self.status, headers=self.headers)

    async def other(self, _: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()

    async def start(self, port: int | None = None) -> None:
        app = web.Application()
        app.add_routes([web.post("/events", self.take), web.route("*", "/inside", self.other)])
        self.server = TestServer(app, port=port)
        await self.server.start_server()


@dataclass
class City:
    """The API, and a system that uses it."""

    client: TestClient[web.Request, web.Application]
    database: Database
    tickets: Tickets
    office: str

    async def connect(self, *scopes: str, name: str = "市级工单系统", **options: Any) -> service.Made:
        origins = options.pop("origins", Origins([]))
        return await service.add(self.database, origins, name, scopes or ("read",), **options)

    async def ask(
        self, token: str, method: str, path: str = "", key: str = "", **options: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        answer = await self.client.request(method, f"/api/work-orders{path}", headers=headers, **options)
        return answer.status, await answer.json()

    async def deliveries(self) -> list[WebhookDelivery]:
        async with self.database.read() as session:
            return list(await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.event_id)))


@pytest.fixture
async def city(database: Database) -> AsyncIterator[City]:
    tickets = Tickets(database, LocalEvents(), HUAINAN)
    async with database.write() as session:
        session.add(office := Department(name=OFFICE))
        await session.flush()
    app = web.Application(middlewares=[errors])
    api = WorkOrders(database, tickets, LocalRates(), lambda request: request.remote or "", "淮南市")
    app.add_routes(api.routes())
    async with TestClient(TestServer(app)) as client:
        yield City(client, database, tickets, office.id)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    await made.start()
    yield made
    assert made.server is not None
    await made.server.close()


@pytest.fixture
def webhooks(database: Database, receiver: Receiver) -> Webhooks:
    return Webhooks(database, Origins([receiver.origin]), Jobs(database), answer_s=0.5)
