"""The ``wenban`` command."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from functools import cache
from typing import Annotated

import typer
import typer.core
import typer.main
from rich.console import Console
from rich.markup import escape

from core.errors import ConfigurationError
from core.mishaps import in_words
from core.settings import ROOT, load_settings
from service.users_cli import app as users

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Wenban 问办: intake assistant for a city's 12345 hotline.",
)
database = typer.Typer(no_args_is_help=True, help="The database.")
"""The group ``wenban db``."""
app.add_typer(users, name="user")
app.add_typer(database, name="db")
console = Console()


@app.command()
def run() -> None:
    """Start the whole system: Rasa and the app under one supervisor. Ctrl-C stops it."""
    from bot.training import train
    from core.migrate import prepare
    from kb_index.publishing.build import build
    from service import supervise

    settings = load_settings()
    supervise.require_free_ports(settings)
    console.print("[bold]==[/] Database")
    asyncio.run(prepare(settings))
    console.print("[bold]==[/] Knowledge base")
    report = build(settings.knowledge_dir, settings.index_dir, settings.kb_model)
    console.print(
        f"   {report.entries} entries, {report.questions} questions"
        + ("; unchanged" if report.unchanged else f"; {report.embedded} embedded in {report.seconds:.1f} s"),
        highlight=False,
    )
    console.print("[bold]==[/] Rasa model")
    model, trained = train(settings)
    console.print("   trained" if trained else "   unchanged, not trained again")
    console.print("[bold]==[/] Starting Rasa and the app")
    supervise.run(settings, model)


@app.command(name="app")
def app_only() -> None:
    """Start the app alone; Rasa runs elsewhere (WENBAN_RASA_URL)."""
    from aiohttp import web

    from core.bodies import HEADERS_S
    from service import front_end, logs
    from service.app import create_app
    from service.settled import settle

    async def made() -> web.Application:
        app = await create_app(settings)
        app.on_startup.append(settle)
        return app

    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    if wrong := front_end.trouble():
        logging.getLogger(__name__).warning("front end: %s", wrong)
    web.run_app(
        made(),
        host=settings.host,
        port=settings.port,
        access_log_class=logs.AccessLog,
        print=lambda *_: None,
        shutdown_timeout=10,
        keepalive_timeout=HEADERS_S,  # also ends who dribbles the first line and the headers
    )


@app.command(name="rasa")
def rasa_only() -> None:
    """Start Rasa alone, with the model that was trained last; the app runs as a service of its own."""
    from bot import rasa_program
    from bot.training import model_path

    settings = load_settings()
    model = model_path(settings)
    if not model.exists():
        raise ConfigurationError("Rasa 的模型还没有训练；请先运行 wenban train")
    (settings.data_dir / "rasa").mkdir(parents=True, exist_ok=True)
    command = rasa_program.serve(settings.rasa_port, model)
    os.chdir(ROOT)
    os.execve(command[0], command, rasa_program.environment(settings))  # noqa: S606


@app.command(hidden=True)
def announce() -> None:
    """Wait until the system answers, then print its addresses, and once the password of the first account."""
    from service.announce import wait_and_print

    settings = load_settings()
    asyncio.run(wait_and_print(settings, console))


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even when nothing changed.")] = False) -> None:
    """Train Rasa's model when its training data have changed."""
    from bot.training import train as train_model

    path, trained = train_model(load_settings(), force=force)
    console.print(f"{'训练好了' if trained else '没有变化，不用重新训练'}：{path.name}")


@app.command()
def chat(url: Annotated[str, typer.Option(help="Address of the running system.")] = "") -> None:
    """Talk to a running system in the terminal, like a visitor of the web page."""
    from channels.web.terminal import talk

    asyncio.run(talk(url or load_settings().app_url, console))


@app.command()
def doctor() -> None:
    """Check the installation, and say what is wrong. Exit status 1 when something is wrong."""
    from service.doctor import examine

    if not asyncio.run(examine(load_settings(), console)):
        raise typer.Exit(1)


@database.command("upgrade")
def database_upgrade() -> None:
    """Bring the database to the newest schema."""
    from core.migrate import prepare

    asyncio.run(prepare(load_settings()))
    console.print("数据库已是最新。")


@database.command("revision")
def database_revision(message: Annotated[str, typer.Argument(help="What the change is, and why.")]) -> None:
    """Draft a migration from the difference between the database and the tables in the code."""
    from alembic import command

    from core.errors import BadRequest
    from core.migrate import config, opened
    from core.text import written

    if not written(message):
        raise BadRequest("请写一句这次改了什么、为什么改")

    async def at_hand() -> None:
        async with opened(load_settings()):
            pass

    asyncio.run(at_hand())
    command.revision(config(load_settings().sqlalchemy_url), message=message, autogenerate=True)


@cache
def whole() -> typer.Typer:
    """The whole command: the sub-commands of this file and those of the packages."""
    from bot.evaluation.cli import app as understanding
    from bot.understanding.category.cli import app as category
    from bot.understanding.danger.cli import app as danger
    from channels.wechat.cli import app as wechat
    from gaps.cli import app as gaps
    from kb_index.cli.commands import app as knowledge
    from service.audit_cli import app as audit
    from service.city_cli import app as city
    from service.decision import explain, train_decision
    from service.demo_cli import demo
    from service.evaluate import app as evaluation
    from service.jobs_cli import app as jobs
    from service.keys_cli import app as keys
    from service.partner_cli import app as partner
    from service.privacy_cli import app as privacy
    from service.tickets_cli import app as tickets

    knowledge.add_typer(gaps, name="gaps")
    app.add_typer(understanding, name="nlu")
    app.add_typer(evaluation, name="evaluate")
    app.command()(explain)
    app.command()(demo)
    app.command("train-decision")(train_decision)
    app.add_typer(danger, name="danger")
    app.add_typer(category, name="category")
    app.add_typer(knowledge, name="kb", help="The knowledge base: check, build, search, evaluate.")
    app.add_typer(city, name="city", help="The city's profile: check.")
    app.add_typer(audit, name="audit", help="The audit of the desk: verify.")
    app.add_typer(jobs, name="jobs", help="What is done by the clock: list, retry, drop.")
    app.add_typer(
        privacy, name="privacy", help="Citizens' personal data: export, erase, purge, requests, notice."
    )
    app.add_typer(
        partner, name="partner", help="The city's own work-order systems: add, list, close, replay."
    )
    app.add_typer(keys, name="keys", help="The data keys: list, rotate, forget, move.")
    app.add_typer(tickets, name="tickets", help="Tickets: check-catalog, table of moves.")
    app.add_typer(wechat, name="wechat", help="WeChat accounts: menu, diagnosis.")
    return app


def _wanted(arguments: list[str]) -> typer.Typer:
    """Only the commands of this file when one of them is called, because importing the packages takes a second."""
    own = typer.main.get_command(app)
    assert isinstance(own, typer.core.TyperGroup)
    return app if arguments[:1] and arguments[0] in own.commands else whole()


def main() -> None:
    """Run the command. An error from the user's input or machine becomes one sentence; others show their trace.

    Only the app's user can read the files that it and the programs it starts make.
    """
    os.umask(0o077)
    # The app and most commands need the sounds of single characters only, and a fifth of a second and 45 MB are saved without
    # those of phrases. Who needs these loads them (kb_index/language/spelling.py).
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    try:
        _wanted(sys.argv[1:])()
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        Console(stderr=True).print(f"[red]✗[/] {escape(words)}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
