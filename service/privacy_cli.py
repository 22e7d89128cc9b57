"""``wenban privacy``: exports and erases one person's data, removes what is over its time, shows the notice and requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from bot.forgetting import Tracker
from bot.rasa_program import tracker_url
from conversations.media import Media
from core.clock import local
from core.database import Database
from core.errors import NotFound
from core.migrate import opened, require_keys
from core.sealing import use_ring
from core.settings import Settings, load_settings
from service import personal_data
from service.retention import retention

app = typer.Typer(no_args_is_help=True)
console = Console()

T = TypeVar("T")
"""The type of what ``act`` returns."""
Act = Callable[[Settings, Database, Media], Awaitable[T]]
"""What a command does with the parts that it needs."""

Conversation = Annotated[str, typer.Option(help="Id of a conversation of the person.")]
"""Option: the id of a conversation."""
Phone = Annotated[str, typer.Option(help="The person's phone. Verify first that it is theirs.")]
"""Option: a phone."""


@app.command("export")
def export(
    to: Annotated[Path, typer.Option(help="A new folder for data.json and the photos.")],
    conversation: Conversation = "",
    phone: Phone = "",
) -> None:
    """Write all that is stored of one person into a new folder (个人信息保护法 Art. 45)."""

    async def act(_: Settings, database: Database, media: Media) -> tuple[personal_data.Person, int]:
        person = await personal_data.find(database, conversation_id=conversation, phone=phone)
        return person, await personal_data.export(database, media, person, to)

    person, photos = _with_parts(act)
    _say(
        f"写好了：{to}，{len(person.conversations)} 个会话、{len(person.tickets)} 个工单、{photos} 张照片。"
        "里面是明文，交给本人后请删掉"
    )


@app.command("erase")
def erase(
    conversation: Conversation = "",
    phone: Phone = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Remove what is stored of one person, as far as the law lets (个人信息保护法 Art. 47). It can't be undone."""

    async def look(_: Settings, database: Database, __: Media) -> personal_data.Person:
        return await personal_data.find(database, conversation_id=conversation, phone=phone)

    person = _with_parts(look)
    what = f"{len(person.conversations)} 个会话、{len(person.tickets)} 个工单"
    if not yes and not typer.confirm(f"要删除这个人的 {what}，删了找不回来。确定吗？"):
        raise typer.Exit(1)

    async def act(settings: Settings, database: Database, media: Media) -> personal_data.Erased:
        tracker = Tracker(timedelta(days=settings.keep_tracker_days), tracker_url(settings))
        return await personal_data.erase(database, media, tracker, person)

    erased = _with_parts(act)
    _say(f"删了 {erased.messages} 条消息；去掉了个人信息的工单：{personal_data.numbers(erased.tickets)}")
    for kept in erased.kept:
        _say(f"留着：{kept}")
    if erased.kept:
        _say("办完以后请再运行一次。备份里的，随备份的保存期限消失")


@app.command("purge")
def purge() -> None:
    """Remove everything that is over its time now, instead of at the next hourly run."""

    async def act(settings: Settings, database: Database, media: Media) -> dict[str, int]:
        return (await retention(settings, database, media).run())[0]

    removed = _with_parts(act)
    _say("；".join(f"{name} {count}" for name, count in removed.items()) or "没有过了保存期限的")


@app.command("requests")
def requests() -> None:
    """Show the open requests of citizens about their own data."""
    from conversations.rights import NAMES, Request, Rights

    async def act(_: Settings, database: Database, __: Media) -> list[Request]:
        return await Rights(database, None, "").list()

    found = _with_parts(act)
    for one in found:
        _say(f"{local(one.asked_at):%Y-%m-%d %H:%M}  {NAMES[one.kind]}  会话 {one.conversation_id}")
    if not found:
        _say("没有等着办的请求")


@app.command("notice")
def notice() -> None:
    """Print the notice as citizens read it, with the times of storage that are set, and the agent's line for the phone."""
    found = load_settings().notice
    if found is None:
        raise NotFound("城市档案里没有 notice.md")
    _say(f"{found.title}（版本 {found.number}，同意从 {found.again_since} 起有效）\n")
    _say(
        f"使用前：{found.line}\n电话开头：{found.phone}\n发照片前：{found.photos}\n发位置前：{found.place}\n"
    )
    _say(found.text)


def _say(words: str) -> None:
    console.print(words, highlight=False, markup=False, soft_wrap=True)


def _with_parts(act: Act[T]) -> T:
    async def run() -> T:
        settings = load_settings()
        await require_keys(settings)
        use_ring(settings.key_ring)
        async with opened(settings) as database:
            return await act(settings, database, Media(database, settings.media_folder))

    return asyncio.run(run())
