"""``wenban doctor``: checks all parts of the installation, and says in plain words what is wrong."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape

from bot import rasa_program, training
from conversations.media import Media
from conversations.rights import RIGHTS_DAYS, open_too_long
from core.city.facts import FactsFolder
from core.database import Database
from core.errors import ConfigurationError, WenbanError
from core.jobs import troubles
from core.migrate import is_current, require_keys
from core.mishaps import in_words
from core.processes import BEAT_S, deaf, living
from core.redis_events import client
from core.settings import Settings
from desk.seals import Seals
from desk.second_place import NAME
from service import doctor_data, front_end
from service.retention import retention

SHOWN = 3
"""Most jobs with problems that are named."""
Finding = tuple[bool, str]
"""Whether the check passed, and a sentence that says what was found or what to do."""


async def examine(settings: Settings, console: Console) -> bool:
    """Make all checks, and print a line for each.

    Returns:
        Whether all checks passed.
    """
    checks: list[tuple[str, Callable[[Settings], Awaitable[Finding]]]] = [
        ("Python", _python),
        ("Rasa", _rasa),
        ("Rasa 模型", _model),
        ("网页", _web),
        ("数据文件夹", _data),
        ("密钥", _keys),
        ("数据库", _database),
        ("反向代理", _proxy),
        ("审计", _audit),
        ("进程", _processes),
        ("后台任务", _jobs),
        ("个人信息告知", _notice),
        ("保存期限", _retention),
        ("城市事实", _facts),
        ("知识库", _knowledge),
        ("判断", _decision),
        ("运行中的系统", _running),
    ]
    well = True
    for name, check in checks:
        try:
            good, words = await check(settings)
        except WenbanError as error:
            good, words = False, error.message
        except Exception as error:
            good, words = False, in_words(error) or f"{type(error).__name__}: {error}"
        well &= good
        console.print(
            f"{'[green]✓[/]' if good else '[red]✗[/]'} {name}：{escape(words)}",
            highlight=False,
            soft_wrap=True,
        )
    return well


async def _python(_: Settings) -> Finding:
    return sys.version_info >= (3, 11), f"{sys.version.split()[0]}"


async def _rasa(_: Settings) -> Finding:
    found = subprocess.run(  # noqa: ASYNC221 - nothing else runs in a diagnosis
        [str(rasa_program.python()), "-c", "import importlib.metadata as m; print(m.version('rasa'))"],
        capture_output=True,
        text=True,
    )
    if found.returncode != 0:
        return False, "它的环境坏了；请运行 rm -rf .venv-rasa && make setup"
    return True, f"Rasa {found.stdout.strip()}"


async def _model(settings: Settings) -> Finding:
    path = training.model_path(settings)
    return (
        (True, path.name) if path.exists() else (False, "训练数据变过，还没有重新训练；请运行 wenban train")
    )


async def _web(_: Settings) -> Finding:
    wrong = front_end.trouble()
    return not wrong, wrong or "已经构建"


async def _data(settings: Settings) -> Finding:
    folder = settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    probe = folder / ".doctor"
    probe.write_text("")
    probe.unlink()
    await require_keys(settings)
    _ = settings.secrets  # This reads or makes the keys, and raises an error when they can't be read.
    if wide := doctor_data.open_to_others(settings):
        return False, wide
    free = shutil.disk_usage(folder).free // 2**30
    return free >= 1, f"{folder}，还有 {free} GB" + ("" if free else "，不够用了，请腾出地方")


async def _keys(settings: Settings) -> Finding:
    return doctor_data.keys(settings)


async def _database(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        return True, "SQLite" if database.is_sqlite else "PostgreSQL"


async def _proxy(settings: Settings) -> Finding:
    host = urlsplit(settings.public_url).hostname
    if not host or host in ("localhost", "127.0.0.1", "::1"):
        return True, "没有设公开地址（WENBAN_PUBLIC_URL）"
    if not settings.trust_proxy:
        # Every client then seems to have the proxy's address, and shares its limits with all others.
        return False, (
            "设了公开地址（WENBAN_PUBLIC_URL），却没有设 WENBAN_TRUST_PROXY=true：所有人看起来都来自代理的地址，"
            "一个人猜密码或刷屏，别人也要等，审计也记不到是从哪里来的"
        )
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104
        return True, f"信任代理；应用听在 {settings.host}，请用防火墙只让代理连它，否则谁都能冒充别人的地址"
    return True, "信任代理写的地址"


async def _audit(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        verdict = await Seals(database, settings.secrets.session_key, settings.data_dir / NAME).verify()
    return not verdict.fault, verdict.fault or "；".join(
        [f"{verdict.records} 条，都在，都没有改过", *verdict.lost]
    )


async def _processes(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        found = await living(database)
        if deaf(found):
            # A killed process stays in the table for a while. Only those that give another sign of life are alive.
            before = {process.id: process.seen_at for process in found}
            await asyncio.sleep(BEAT_S + 1)
            found = [
                process for process in await living(database) if process.seen_at != before.get(process.id)
            ]
    if why := deaf(found):
        return False, why
    if not settings.redis_url:
        return True, f"{len(found)} 个在运行，不用 Redis" if found else "没有在运行"
    async with client(settings.redis_url) as redis:
        try:
            await redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            return False, f"连不上 Redis（WENBAN_REDIS_URL）：{_why(error)}。这段时间消息会晚几秒"
    return True, f"{len(found)} 个在运行，Redis 连得上"


def _why(error: BaseException) -> str:
    """Why Redis does not answer, without the words of the library where ours say it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and not isinstance(cause, TimeoutError) and (words := in_words(cause)):
            return words
        cause = cause.__cause__ or cause.__context__
    return "没有回应" if isinstance(error, TimeoutError) else f"{error}"


async def _jobs(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        found = await troubles(database)
        running = bool(await living(database))
    # While no app runs, all jobs are late. They are done at the next start.
    wrong = [trouble for trouble in found if running or trouble.state != "late"]
    if not wrong:
        return True, "没有失败的，没有晚的"
    more = f"；还有 {len(wrong) - SHOWN} 个" if len(wrong) > SHOWN else ""
    return False, "；".join(map(str, wrong[:SHOWN])) + more + "。都有哪些，看 wenban jobs list"


async def _notice(settings: Settings) -> Finding:
    notice = settings.notice
    if notice is None:
        return False, "城市档案里没有 notice.md，群众看不到个人信息处理告知；怎么写，看 docs/city.md"
    if settings.public_url:
        return True, f"版本 {notice.number}，{settings.notice_url}"
    return True, f"版本 {notice.number}；没有设 WENBAN_PUBLIC_URL，微信里只能发“隐私”看摘要"


async def _retention(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        late = await retention(settings, database, Media(database, settings.media_folder)).overdue()
        rights = await open_too_long(database)
    if late:
        found = "、".join(f"{name} {count}" for name, count in late.items())
        return False, f"有过了保存期限还没有删的：{found}；请运行 wenban privacy purge"
    if rights:
        return False, f"有 {rights} 个个人信息请求超过 {RIGHTS_DAYS} 天没有办；请主管在坐席台办理"
    return (
        True,
        f"没有过期没删的；对话保存 {settings.keep_messages_days} 天，工单联系方式保存到办结后 {settings.keep_contacts_days} 天",
    )


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    """Open the database.

    Raises:
        ConfigurationError: it does not exist, or its schema is old.
    """
    url = settings.sqlalchemy_url
    if url.startswith("sqlite") and not Path(url.partition("///")[2]).exists():  # noqa: ASYNC240
        raise ConfigurationError("还没有建；请运行 wenban db upgrade（make run 会自己建）")
    database = Database(url)
    try:
        await database.ping()
        if not await is_current(database):
            raise ConfigurationError("结构是旧的；请运行 wenban db upgrade")
        yield database
    finally:
        await database.close()


async def _facts(settings: Settings) -> Finding:
    found = FactsFolder(settings.facts_folder, settings.city)
    found.refresh()
    if found.troubles:
        more = f"；共 {len(found.troubles)} 处" if len(found.troubles) > 1 else ""
        return (
            False,
            f"{found.troubles[0]}{more}。改好以前，运行中的系统用的是它改坏之前的内容；请运行 wenban city check",
        )
    if not len(found.now):
        return True, f"{found.folder} 里还没有，问电话、地址和上班时间的只能答全国统一的热线"
    return True, f"{len(found.now)} 条，在 {found.folder}"


async def _knowledge(settings: Settings) -> Finding:
    from kb_index.checks.check import check

    errors = [p for p in check(settings.knowledge_dir) if p.severity == "error"]
    if errors:
        return False, f"有 {len(errors)} 处错误，第一处：{errors[0]}；请运行 wenban kb check"
    if not (settings.index_dir / "CURRENT").exists():
        return False, "还没有发布；请运行 wenban kb build"
    return True, "检查过，已发布"


async def _decision(settings: Settings) -> Finding:
    from bot.understanding.decide import fitted_with
    from kb_index.index.versions import current_version
    from kb_index.search.loading import numbers_of

    version = current_version(settings.index_dir)
    if version is None:
        return True, "没有看：知识库还没有发布"
    numbers = numbers_of(settings.index_dir, version)
    if numbers.source != "labelled":
        return True, f"用的是自带的界线；检索的数字是按这个知识库算的（{numbers.source}）"
    if numbers.stamp != fitted_with():
        return False, "是按检索的另一套数字算的；请运行 wenban train-decision"
    return True, "和检索的数字是一套"


async def _running(settings: Settings) -> Finding:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(f"{settings.app_url}/readyz") as response,
        ):
            parts = (await response.json())["parts"]
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError):
        return True, f"{settings.app_url} 没有回应（用 make run 启动）"
    down = [name for name, ready in parts.items() if not ready]
    if down:
        return (
            False,
            f"{settings.app_url} 起来了，但还有没准备好的：{'、'.join(down)}；请看 {settings.data_dir / 'log'}",
        )
    return True, f"{settings.app_url} 已就绪"
