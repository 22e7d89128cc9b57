"""Turns an error of a command into one Chinese sentence for the person who typed the command."""

from __future__ import annotations

import errno
import json

import yaml
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.errors import WenbanError
from core.expected import expected


def in_words(error: BaseException) -> str | None:
    """The sentence for an error that comes from the user's input, files or machine; None for other errors.

    Other errors are mistakes of the program, for which the trace is shown. The sentence has no values of the
    database, because the statement of a failed write may have the hash of a password.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "a.csv"))
    '没有这个文件：a.csv'
    >>> in_words(KeyError("id")) is None
    True
    """
    if isinstance(error, WenbanError):
        return error.message
    if isinstance(error, UnicodeError):
        return "文件不是 UTF-8 文本，请另存为 UTF-8（条目文件可以用 wenban kb convert 转换）"
    if isinstance(error, json.JSONDecodeError):
        return f"不是正确的 JSON：第 {error.lineno} 行第 {error.colno} 个字符"
    if isinstance(error, yaml.MarkedYAMLError):
        return f"不是正确的 YAML：{_place(error)}"
    if isinstance(error, ValidationError):
        return "内容不对：" + "；".join(
            f"{'.'.join(map(str, e['loc'])) or '整体'} {expected(e)}" for e in error.errors()
        )
    if isinstance(error, DBAPIError):
        return f"数据库出错：{_first_line(error.orig)}"
    if isinstance(error, SQLAlchemyError | CommandError):
        return f"数据库出错：{_first_line(error)}"
    return _of_the_machine(error) if isinstance(error, OSError) else None


_CAUSES = {
    errno.ENOENT: "没有这个文件",
    errno.EISDIR: "这是文件夹，要给一个文件",
    errno.ENOTDIR: "这不是文件夹",
    errno.EEXIST: "已经有这个文件了",
    errno.EACCES: "没有权限读写",
    errno.EPERM: "没有权限读写",
    errno.EROFS: "这里只能读，不能写",
    errno.ENOSPC: "磁盘满了",
    errno.ENAMETOOLONG: "文件名太长了",
    errno.EADDRINUSE: "端口已被占用，请先停掉占用它的程序，或者换一个端口（WENBAN_PORT）",
    errno.ECONNREFUSED: "连不上",
}


def _of_the_machine(error: OSError) -> str:
    cause = _CAUSES.get(error.errno or 0)
    if cause is None:
        return f"系统报错：{error.strerror or error}" + (f"（{error.filename}）" if error.filename else "")
    return cause + (f"：{error.filename}" if error.filename else "")


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    where = f"{mark.name} 第 {mark.line + 1} 行，" if mark else ""
    return f"{where}{error.problem or error.context or '写法不对'}"


def _first_line(error: BaseException | None) -> str:
    lines = str(error or "").splitlines()
    return lines[0] if lines else type(error).__name__
