"""Reads a file that an editor saved, and reports plainly when it isn't UTF-8 Markdown."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from core.errors import BadRequest
from kb_index.entries.problems import Problem

MAX_BYTES = 200_000
"""Largest entry file, in bytes. An answer is at most one page long."""

_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7})(?: |$)|^={7}$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_text(path: Path, name: str, limit: int = MAX_BYTES) -> tuple[str | None, str, list[Problem]]:
    """Reads a UTF-8 text file with any kind of line ends.

    Args:
        path: the file.
        name: the name of the file in problems.
        limit: largest size in bytes.

    Returns:
        The text (None when it can't be used), the SHA-256 of its bytes, and the problems found.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            mend = "一个文件只写一个问题；图片和附件放到别处，只写网址"
            message = f"文件有 {size / 1_000_000:.1f} MB，超过 {limit // 1000} KB"
            return None, "", [Problem(name, 1, "error", "file_too_large", message, mend)]
        raw = path.read_bytes()
    except OSError as error:
        message = f"文件读不出来：{error.strerror or error}"
        return (
            None,
            "",
            [Problem(name, 1, "error", "file_unreadable", message, "检查文件权限，或重新保存一次")],
        )
    digest = hashlib.sha256(raw).hexdigest()
    problem = encoding_problem(raw, name)
    if problem is not None:
        return None, digest, [problem]
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    problems = []
    for number, line in enumerate(text.split("\n"), 1):
        if _CONFLICT.match(line):
            mend = "两个人改了同一处：留下正确的内容，删掉 <<<<<<<、=======、>>>>>>> 这几行"
            problems.append(Problem(name, number, "error", "conflict_marker", "有没解决的合并冲突", mend))
    return (None if problems else text), digest, problems


def encoding_problem(raw: bytes, name: str) -> Problem | None:
    """What keeps a file from being read as text: another encoding, or characters that nobody sees; None: nothing.

    Args:
        raw: the file's bytes.
        name: how the problem names the file.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "文件是 UTF-16（记事本的“Unicode”）编码"
        return Problem(
            name, 1, "error", "encoding_utf16", message, f"运行 wenban kb convert {name}，或另存为 UTF-8"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if _looks_gbk(raw):
            mend = f"运行 wenban kb convert {name}，或用编辑器另存为 UTF-8"
            return Problem(name, line, "error", "encoding_gbk", "文件是 GBK（GB18030）编码，不是 UTF-8", mend)
        return Problem(name, line, "error", "file_binary", "不是文本文件", "只放 Markdown 文本，扩展名 .md")
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        return Problem(
            name, line, "error", "file_binary", "文件里有不可见的控制字符", "用编辑器重新保存为纯文本"
        )
    return None


def _looks_gbk(raw: bytes) -> bool:
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(text)


def convert_to_utf8(path: Path) -> str:
    """Rewrites a GBK or UTF-16 file as UTF-8, in place and atomically.

    Returns:
        The encoding the file had.

    Raises:
        BadRequest: when the file is UTF-8 already, or is not text.
    """
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            encoding = "gb18030"
        else:
            raise BadRequest(f"{path.name} 已经是 UTF-8，不用转换", code="already_utf8")
        if not _looks_gbk(raw):
            raise BadRequest(f"{path.name} 不是 GBK 文本，没有改动", code="not_text")
    temporary = path.with_suffix(path.suffix + ".tmp")
    temporary.write_bytes(raw.decode(encoding).encode("utf-8"))
    temporary.replace(path)
    return encoding
