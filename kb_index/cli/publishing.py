"""``wenban kb build``, ``watch`` and ``rollback``: the commands that put a version in service."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import threading
from typing import Annotated

import typer

from core.progress import bars
from kb_index.cli.common import (
    Index,
    Knowledge,
    Model,
    SkipBroken,
    app,
    guarded,
    index_dir,
    knowledge_dir,
    model_name,
    weights_in_words,
)
from kb_index.entries.problems import Problem
from kb_index.publishing.build import BuildReport, build
from kb_index.publishing.rollback import rollback
from kb_index.publishing.watch import builds


@app.command("build")
def build_command(
    knowledge: Knowledge = None,
    index: Index = None,
    model: Model = None,
    skip_broken: SkipBroken = False,
) -> None:
    """Build a version from the Markdown and put it in service. After an error the earlier version stays in service."""
    with guarded(), bars() as stage:
        _tell(
            build(
                knowledge_dir(knowledge),
                index_dir(index),
                model_name(model),
                skip_broken=skip_broken,
                progress=stage("计算向量"),
            )
        )


def _tell(done: BuildReport) -> None:
    for file in done.left_out:
        typer.secho(f"没有放进去：{file}（有错误，见 wenban kb check）", fg="yellow", err=True)
    state = "内容没有变化，版本" if done.unchanged else "已发布版本"
    typer.echo(
        f"{state} {done.version}：{done.entries} 个条目，{done.questions} 个问法，"
        f"新算向量 {done.embedded}，用时 {done.seconds:.1f} 秒"
    )
    typer.echo(f"检索权重：{weights_in_words(done.numbers)}")


@app.command()
def watch(
    knowledge: Knowledge = None,
    index: Index = None,
    model: Model = None,
    skip_broken: SkipBroken = False,
) -> None:
    """Build again after each save. After an error the earlier version stays in service. Ctrl-C ends the command."""
    stop = threading.Event()

    def end(*_: object) -> None:
        if stop.is_set():  # Ctrl-C for the second time: don't wait for the running build
            raise KeyboardInterrupt
        stop.set()

    # Ctrl-C sets an event, because a KeyboardInterrupt raised inside a destructor is lost.
    signal.signal(signal.SIGINT, end)
    with guarded(), contextlib.suppress(KeyboardInterrupt):
        folder, target, name = knowledge_dir(knowledge), index_dir(index), model_name(model)
        typer.echo(f"正在看着 {folder}，保存后自动发布；按 Ctrl-C 结束")
        for changed, outcome in builds(
            folder, lambda: build(folder, target, name, skip_broken=skip_broken), stop
        ):
            if changed:
                typer.echo(f"{dt.datetime.now():%H:%M:%S} 改动：{_few(changed)}")
            if isinstance(outcome, BuildReport):
                _tell(outcome)
                continue
            problems = [Problem(**p) for p in getattr(outcome, "details", {}).get("problems", [])]
            for problem in problems:
                typer.echo(f"  {problem}", err=True)
            reason = f"有 {len(problems)} 处错误" if problems else str(outcome)
            typer.secho(f"没有发布，原来的版本继续使用：{reason}", fg="red", err=True)


def _few(names: list[str]) -> str:
    return "、".join(names[:5]) + (f" 等 {len(names)} 个文件" if len(names) > 5 else "")


@app.command("rollback")
def rollback_command(
    to: Annotated[str | None, typer.Option(help="Version name; default: the one before the current.")] = None,
    index: Index = None,
) -> None:
    """Put an earlier version in service. Running apps load it within seconds."""
    with guarded():
        typer.echo(f"现在使用版本 {rollback(index_dir(index), to)}")
