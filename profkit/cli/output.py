"""Where results go: standard output, or a file that is written beside its place and renamed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from profkit.errors import OutputError

__all__ = ["write", "write_file"]


def write(text: str, output: str | None) -> None:
    """Write a result to the file ``output``, or to standard output where that is None or ``-``.

    Raises :class:`~profkit.errors.OutputError` where the file cannot be written.
    """
    if output is None or output == "-":
        sys.stdout.write(text)
    else:
        write_file(output, text)


def write_file(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed. Text becomes UTF-8.

    A link is followed, and what is no plain file (``/dev/null``, a named pipe) is written to as
    it is.

    Raises :class:`~profkit.errors.OutputError` where that cannot be done.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise OutputError(f"{os.fspath(path)}: cannot be written: {reason}") from None


def _replace(target: Path, data: bytes) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
