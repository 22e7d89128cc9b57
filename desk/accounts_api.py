"""The administrator's page of accounts: /api/desk/accounts/…"""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import Field
from sqlalchemy import select

from core.database import Alongside, Database
from core.errors import Conflict, NotFound
from desk import acts, body
from desk.accounts import Account, Accounts, everybody, fitting
from desk.acts import Act
from desk.audit import record
from desk.guard import Guard, UserHandler
from desk.roles import ACCOUNTS, Role
from desk.users import User, Users
from tickets.models import Department

_ROLES = {
    Role.AGENT: "坐席",
    Role.DEPARTMENT: "承办单位",
    Role.SUPERVISOR: "班长",
    Role.EDITOR: "知识库编辑",
    Role.ADMIN: "管理员",
    Role.AUDITOR: "审计员",
}


class _Change(body.Body):
    display_name: Annotated[str, Field(title="显示名", min_length=1, max_length=100)]
    role: Annotated[str, Field(title="角色", min_length=1, max_length=20)]
    department_id: Annotated[str | None, Field(title="单位", max_length=36)] = None


class _New(_Change):
    username: Annotated[str, Field(title="用户名", min_length=1, max_length=100)]


class AccountsApi:
    """Handlers of the addresses for accounts. Every change is recorded in its own transaction."""

    def __init__(self, guard: Guard, database: Database, users: Users, accounts: Accounts) -> None:
        self._guard = guard
        self._database = database
        self._users = users
        self._accounts = accounts

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""

        def only(handler: UserHandler, act: Act) -> Handler:
            return self._guard.only(ACCOUNTS, handler, act)

        one = "/api/desk/accounts/{id}"
        return [
            web.get("/api/desk/accounts", only(self.show, acts.LIST_ACCOUNTS)),
            web.post("/api/desk/accounts", only(self.add, acts.ADD_ACCOUNT)),
            web.post(one, only(self.change, acts.CHANGE_ACCOUNT)),
            web.post(f"{one}/close", only(self.close, acts.CLOSE_ACCOUNT)),
            web.post(f"{one}/open", only(self.open, acts.OPEN_ACCOUNT)),
            web.post(f"{one}/reset_password", only(self.reset_password, acts.RESET_PASSWORD)),
            web.post(
                f"{one}/remove_second_factor", only(self.remove_second_factor, acts.REMOVE_SECOND_FACTOR)
            ),
        ]

    async def show(self, request: web.Request, user: User) -> web.Response:
        """All accounts, and the departments an account can be bound to."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(Department).where(Department.active.is_(True)).order_by(Department.name)
            )
            departments = [{"id": row.id, "name": row.name} for row in rows]
        accounts = [account.to_json() for account in await everybody(self._database)]
        return web.json_response({"accounts": accounts, "departments": departments})

    async def add(self, request: web.Request, user: User) -> web.Response:
        """Make an account. The answer holds its one-time password, which is shown this once."""
        said = await body.read(request, _New)
        shown, role = fitting(said.display_name, said.role, said.department_id)
        note = self._note(
            request, user, "account_add", said.username, f"新建：{shown}，{_ROLES.get(role, role)}"
        )
        password = await self._users.create(said.username, shown, role, said.department_id, also=note)
        return web.json_response({"password": password}, status=201)

    async def change(self, request: web.Request, user: User) -> web.Response:
        """Change the name, the role and the department of an account."""
        said = await body.read(request, _Change)
        account = await self._other(request, user)
        before, after = (
            _ROLES.get(Role(r), r)
            for r in (account.role, fitting(said.display_name, said.role, said.department_id)[1])
        )
        why = f"显示名：{account.display_name} → {said.display_name.strip()}；角色：{before} → {after}；单位：{account.department_id or '无'} → {said.department_id or '无'}"
        await self._accounts.change(
            account.username,
            display_name=said.display_name,
            role=said.role,
            department_id=said.department_id,
            also=self._note(request, user, "account_change", account.id, why),
        )
        return web.json_response({})

    async def close(self, request: web.Request, user: User) -> web.Response:
        """Close an account. Its sessions and open connections end at once."""
        account = await self._other(request, user)
        note = self._note(request, user, "account_close", account.id, "停用")
        await self._accounts.close(account.username, note)
        return web.json_response({})

    async def open(self, request: web.Request, user: User) -> web.Response:
        """Open a closed account. The answer holds its new one-time password."""
        account = await self._other(request, user)
        note = self._note(request, user, "account_open", account.id, "重新启用")
        return web.json_response({"password": await self._accounts.open(account.username, note)})

    async def reset_password(self, request: web.Request, user: User) -> web.Response:
        """Give an account a new one-time password. Its sessions and open connections end at once."""
        account = await self._other(request, user)
        note = self._note(request, user, "account_password", account.id, "重置密码")
        return web.json_response({"password": await self._users.reset_password(account.username, note)})

    async def remove_second_factor(self, request: web.Request, user: User) -> web.Response:
        """Remove the second factor of an account."""
        account = await self._other(request, user)
        note = self._note(request, user, "account_second", account.id, "取消两步验证")
        await self._accounts.remove_second_factor(account.username, note)
        return web.json_response({})

    async def _other(self, request: web.Request, user: User) -> Account:
        """The account in the address. Nobody changes the own one here, so that nobody shuts themselves out.

        Raises:
            NotFound: there is no such account.
            Conflict: code ``own_account``.
        """
        wanted = request.match_info["id"]
        found = next((one for one in await everybody(self._database) if one.id == wanted), None)
        if found is None:
            raise NotFound("没有这个账号")
        if found.id == user.id:
            raise Conflict("不能在这里改自己的账号，请另一位管理员来改", code="own_account")
        return found

    @staticmethod
    def _note(request: web.Request, user: User, action: str, subject: str, why: str) -> Alongside:
        return record(user, action, subject[:40], why[:200], request.remote or "unknown")
