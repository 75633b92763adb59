"""Files are written whole or not at all: beside their place, then renamed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from profkit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["output_error", "write_file"]


def write_file(path: str | os.PathLike[str], content: str | bytes | Iterable[str | bytes]) -> None:
    """Write a file whole or not at all: beside its place, then renamed. Text becomes UTF-8.

    A link is followed, and what is no plain file (``/dev/null``, a named pipe) is written to as
    it is.

    Raises :class:`~profkit.errors.OutputError` where that cannot be done.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            _write(path, content)
        else:
            _replace(os.path.realpath(path), content)
    except (OSError, ValueError) as error:
        raise output_error(os.fspath(path), error) from None


def output_error(place: str, error: OSError | ValueError) -> OutputError:
    """Return what to raise where ``place`` cannot be written."""
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return OutputError(f"{place}: cannot be written: {reason}")


def _replace(target: str, content: str | bytes | Iterable[str | bytes]) -> None:
    folder, name = os.path.split(target)
    beside = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        _write(beside, content)
        if os.path.exists(target):
            os.chmod(beside, os.stat(target).st_mode & 0o7777)
        os.replace(beside, target)
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def _write(path: str | os.PathLike[str], content: str | bytes | Iterable[str | bytes]) -> None:
    pieces = [content] if isinstance(content, str | bytes) else content
    with open(path, "wb") as file:
        file.writelines(
            piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace")
            for piece in pieces
        )
