"""Where results go: standard output, or a file that is written whole."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from profkit.files import output_error, write_file
from profkit.render.records import record_of
from profkit.render.text import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from profkit.render.tables import Document

__all__ = ["LAYOUTS", "Writing", "terminal_width", "wants_color", "write"]

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


@dataclass(frozen=True, slots=True)
class Writing:
    """How a result is written, and to which file; None or ``-`` is standard output."""

    layout: str
    output: str | None

    @property
    def is_data(self) -> bool:
        """Whether it is for programs: JSON or CSV."""
        return self.layout in ("json", "csv")

    @property
    def is_shown(self) -> bool:
        """Whether somebody looks at it in a terminal."""
        return self.layout == "rich" and self.output in (None, STDOUT) and sys.stdout.isatty()

    def show(
        self,
        document: Callable[[], Document],
        view: str,
        *content: object,
    ) -> None:
        """Write a view as the user wants it.

        ``document`` makes what people read; data come from the record of the view of this name,
        made from ``content``: see :func:`profkit.render.records.record_of`.

        Raises :class:`~profkit.errors.OutputError` where it cannot be written.
        """
        if self.layout == "rich":
            _show_rich(document(), self.output)
        else:
            write(_TEXTS[self.layout](document, view, *content), self.output)


def _markdown(document: Callable[[], Document], *_: object) -> str:
    from profkit.render.markdown import to_markdown  # noqa: PLC0415 (only needed here)

    return to_markdown(document())


def _csv(_: object, view: str, *content: object) -> str:
    from profkit.render.delimited import to_csv  # noqa: PLC0415 (only needed here)

    return to_csv(record_of(view, *content).table())


def _json(_: object, view: str, *content: object) -> str:
    from profkit.render.records.shared import to_json  # noqa: PLC0415 (imports msgspec)

    return to_json(record_of(view, *content))


_TEXTS: dict[str, Callable[..., str]] = {
    "plain": lambda document, *_: to_text(document()),
    "markdown": _markdown,
    "csv": _csv,
    "json": _json,
}
LAYOUTS = ("rich", *_TEXTS)
"""The values of ``--format`` that every command with tables has; the first one is the default."""


def _show_rich(document: Document, output: str | None) -> None:
    """Write a document for people: to a file, a pipe or a terminal, each in its own way.

    In a terminal it is as wide as that, in colours unless they are switched off (``--no-color``,
    ``NO_COLOR``, ``TERM=dumb``); elsewhere it is plain text that nothing is cut from.
    ``FORCE_COLOR`` asks for colours where there is no terminal.
    """
    if output is not None and output != STDOUT:
        write(to_text(document), output)
    elif wants_color():
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


def wants_color() -> bool:
    """Tell whether standard output is to be in colours."""
    context = click.get_current_context(silent=True)
    if (context and context.color is False) or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
