"""承办单位: the departments of the city's profile as rows. Tickets and desk accounts refer to these rows."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Add a row for each department of the profile that has none. Two processes may do so at the same time.

    A department that was removed from the profile keeps its row, because tickets and accounts refer to it.
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
    """The id of the department with this name.

    Raises:
        NotFound: there is no such department.
    """
    async with database.read() as session:
        found: str | None = await session.scalar(select(Department.id).where(Department.name == name))
    if found is None:
        raise NotFound(f"没有这个承办单位：{name}。在城市档案的 departments.yml 里加上，重启后再试。")
    return found


async def active(database: Database) -> list[tuple[str, str]]:
    """Id and name of all departments in service, in the order in which they were added."""
    async with database.read() as session:
        found = await session.execute(
            select(Department.id, Department.name).where(Department.active.is_(True)).order_by(Department.id)
        )
        return [(key, name) for key, name in found]


@dataclass(frozen=True)
class Office:
    """A department as other systems choose it.

    Args:
        id: its id.
        name: its name.
        categories: what it leads (``一级/二级``) by the city's profile.
        districts: the district whose government it is; none for a department of the city.
    """

    id: str
    name: str
    categories: tuple[str, ...]
    districts: tuple[str, ...]


async def offices(database: Database, city: City) -> list[Office]:
    """The departments in service with what the city's profile gives to each."""
    found = []
    for key, name in await active(database):
        told = city.department(name)
        categories = tuple(told.leads) if told else ()
        districts = (told.district,) if told and told.district else ()
        found.append(Office(key, name, categories, districts))
    return found


def unknown_categories(city: City) -> list[str]:
    """What is wrong with categories that have a lead in the profile, but do not exist in the catalogue."""
    known = set(_categories())
    return [
        f"{department.name}：没有“{name}”这个分类"
        for department in city.departments
        for name in department.leads
        if name not in known
    ]


def unknown_directory(city: City) -> list[str]:
    """What is wrong with the directory of dispatch (派单目录): categories that do not exist in the catalogue."""
    known = {*_categories(), *(category.name for category in catalog.categories())}
    return [
        f"派单目录第 {number} 条：没有“{name}”这个分类"
        for number, rule in enumerate(city.handling.directory, start=1)
        for name in rule.categories
        if name not in known
    ]


def without_lead(city: City) -> list[str]:
    """Categories of the catalogue without a lead department. An agent must dispatch their tickets by hand."""
    return [name for name in _categories() if city.lead(name) is None]


def _categories() -> list[str]:
    return [f"{category.name}/{leaf.name}" for category in catalog.categories() for leaf in category.children]
