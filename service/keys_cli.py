"""``wenban keys``: shows the data keys, makes a new one, forgets an old one, and moves them away from the data."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.clock import local, now
from core.errors import BadRequest, ConfigurationError
from core.installation_keys import drop_first_key, move_keys
from core.jobs import remind
from core.keyring import DataKey, read_keys, write_keys
from core.migrate import opened, require_keys
from core.resealing import counts
from core.sealing import use_ring
from core.settings import Settings, load_settings
from service.renewal import RESEAL, photo_counts

app = typer.Typer(no_args_is_help=True)
console = Console()


@app.command("list")
def show() -> None:
    """Show the keys, and how many rows and photos are encrypted with each."""
    settings = load_settings()
    used = asyncio.run(_used(settings))
    table = Table("密钥", "生成时间", "", "还用着的行和照片")
    for key in settings.key_ring.keys:
        made = f"{local(key.made_at):%Y-%m-%d %H:%M}" if key.made_at else "不知道"
        state = "现用" if key == settings.key_ring.present else "旧的"
        table.add_row(key.id, made, state, str(used.get(key.id, 0)))
    console.print(table)


@app.command("rotate")
def rotate() -> None:
    """Make a new key. The running system then encrypts everything anew with it, as a job."""
    settings = load_settings()
    path = settings.key_ring.path
    if path is None:
        raise ConfigurationError(
            "密钥是用 WENBAN_DATA_KEY 设的，换不了；请设 WENBAN_DATA_KEY_FILE，运行 wenban keys move，再去掉 WENBAN_DATA_KEY"
        )

    async def act() -> None:
        async with opened(settings) as database:
            fresh = DataKey.new()
            write_keys(path, [fresh, *settings.key_ring.keys])
            drop_first_key(settings.data_dir)
            async with database.write() as session:
                await remind(session, RESEAL, fresh.id, now())

    asyncio.run(act())
    console.print(
        f"新密钥 {read_keys(path)[0].id} 已经启用。系统在运行的话，会在后台把全部内容重新加密，旧密钥先留着。\n"
        f"请马上备份 {path}。做完没有，看 wenban keys list；旧密钥不再用到以后，用 wenban keys forget 删掉。\n"
        "Rasa 下次重启后也用新密钥。",
        highlight=False,
        soft_wrap=True,
    )


@app.command("forget")
def forget(
    key_id: Annotated[str, typer.Argument(help="The old key, as `wenban keys list` shows it.")],
) -> None:
    """Delete an old key with which nothing is encrypted any more. Backups from its time can't be read without it."""
    settings = load_settings()
    ring, path = settings.key_ring, settings.key_ring.path
    if key_id not in {key.id for key in ring.keys[1:]} or path is None:
        raise BadRequest(f"没有旧密钥 {key_id}；有哪些，看 wenban keys list")
    if left := asyncio.run(_used(settings)).get(key_id, 0):
        raise BadRequest(f"还有 {left} 处是用 {key_id} 加密的，现在不能删；系统运行着，会接着重新加密")
    write_keys(path, [key for key in ring.keys if key.id != key_id])
    console.print(f"密钥 {key_id} 已删除。用它加密的旧备份要读出来，得有那时的密钥文件。", highlight=False)


@app.command("move")
def move() -> None:
    """Move the data keys from the data folder to WENBAN_DATA_KEY_FILE. Stop the system first."""
    settings = load_settings()
    if settings.data_key_file is None:
        raise BadRequest("请先设 WENBAN_DATA_KEY_FILE：密钥文件要放的地方，在数据文件夹外面")
    if settings.data_key_file.resolve().is_relative_to(settings.data_dir.resolve()):
        raise BadRequest("WENBAN_DATA_KEY_FILE 在数据文件夹里面；请换一个外面的地方")
    move_keys(settings.data_dir, settings.data_key_file, settings.data_key)
    console.print(
        f"密钥已经搬到 {settings.data_key_file}。请把它和数据分开备份。", highlight=False, soft_wrap=True
    )


@app.command("tracker")
def tracker() -> None:
    """Print WENBAN_RASA_TRACKER_KEYS for a Rasa that runs on another machine. It is secret."""
    from bot.rasa_program import tracker_keys

    settings = load_settings()
    asyncio.run(require_keys(settings))
    typer.echo(tracker_keys(settings.key_ring))


async def _used(settings: Settings) -> dict[str, int]:
    use_ring(settings.key_ring)
    async with opened(settings) as database:
        found = await counts(database)
    for key_id, count in photo_counts(settings.media_folder).items():
        found[key_id] = found.get(key_id, 0) + count
    return found
