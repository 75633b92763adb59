"""Where results go: standard output, or a file that is written whole."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from profkit.files import output_error, write_file
from profkit.render.text import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profkit.render.tables import Document

__all__ = ["show", "terminal_width", "write"]

STDOUT = "-"


def write(content: str | bytes | Iterable[str] | Iterable[bytes], output: str | None) -> None:
    """Write a result to the file ``output``, or to standard output where that is None or ``-``.

    A long one may come in pieces.

    Raises :class:`~profkit.errors.OutputError` where it cannot be written, and leaves a broken
    pipe to :func:`profkit.cli.main`.
    """
    if output is not None and output != STDOUT:
        write_file(output, content)
        return
    try:
        for piece in [content] if isinstance(content, str | bytes) else content:
            if isinstance(piece, bytes):
                sys.stdout.buffer.write(piece)
            else:
                sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise output_error("standard output", error) from None


def discard_output() -> None:
    """Lead standard output into nothing: what could not be written is not tried again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(document: Document, output: str | None) -> None:
    """Write a document for people: to a file, a pipe or a terminal, each in its own way.

    In a terminal it is as wide as that, in colours unless they are switched off (``--no-color``,
    ``NO_COLOR``, ``TERM=dumb``); elsewhere it is plain text that nothing is cut from.
    ``FORCE_COLOR`` asks for colours where there is no terminal.

    Raises :class:`~profkit.errors.OutputError` where it cannot be written.
    """
    if output is not None and output != STDOUT:
        write(to_text(document), output)
    elif _wants_color():
        from profkit.render.terminal import to_terminal  # noqa: PLC0415 (rich costs 50 ms)

        write(to_terminal(document, terminal_width()), None)
    elif sys.stdout.isatty():
        can_decorate = sys.stdout.encoding.lower().startswith("utf")
        write(to_text(document, terminal_width(), decorated=can_decorate), None)
    else:
        write(to_text(document), None)


def terminal_width() -> int:
    """Return the columns of the terminal; ``COLUMNS`` has its say, and 80 is the last resort."""
    import shutil  # noqa: PLC0415 (costs more than it does, and pipes have no width)

    return shutil.get_terminal_size().columns


def _wants_color() -> bool:
    context = click.get_current_context(silent=True)
    if (context and context.color is False) or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
