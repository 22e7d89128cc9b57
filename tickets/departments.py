"""承办单位: the departments of the city's profile as rows that tickets and desk accounts refer to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from core.city import City
from core.clock import now
from core.database import Database
from core.errors import NotFound
from core.ids import new_id
from tickets import catalog
from tickets.models import Department


async def add_missing(database: Database, city: City) -> None:
    """Give every department of the profile its row; two processes at once do no harm.

    A department that left the profile keeps its row: tickets and accounts refer to it.
    """
    names = [department.name for department in city.departments]
    async with database.read() as session:
        known = set(await session.scalars(select(Department.name).where(Department.name.in_(names))))
    rows = [
        {"id": new_id(), "name": name, "active": True, "created_at": now()}
        for name in names
        if name not in known
    ]
    if rows:
        async with database.write() as session:
            dialect = session.get_bind().dialect.name
            insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
            await session.execute(insert(Department).values(rows).on_conflict_do_nothing())


async def id_of(database: Database, name: str) -> str:
    """The id of a department.

    Raises:
        NotFound: there is none of that name.
    """
    async with database.read() as session:
        found: str | None = await session.scalar(select(Department.id).where(Department.name == name))
    if found is None:
        raise NotFound(f"没有这个承办单位：{name}。在城市档案的 departments.yml 里加上，重启后再试。")
    return found


def unknown_categories(city: City) -> list[str]:
    """Categories a department leads on that the catalogue does not have."""
    known = set(_categories())
    return [name for department in city.departments for name in department.leads if name not in known]


def without_lead(city: City) -> list[str]:
    """Categories of the catalogue that no department leads on: their tickets have to be dispatched by hand."""
    return [name for name in _categories() if city.lead(name) is None]


def _categories() -> list[str]:
    return [f"{category.name}/{leaf.name}" for category in catalog.categories() for leaf in category.children]
