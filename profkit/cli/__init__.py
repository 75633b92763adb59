"""The command line: one module a command, imported when it is called."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from profkit.cli.messages import note
from profkit.errors import ProfkitError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_COMPLETION = "_PROFKIT_COMPLETE"
_USAGE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 fine, 1 a check failed, 2 wrong usage or unreadable input, 3 cannot decide, 130 interrupted.
    """
    # Nothing here multiplies matrices, and the threads for it take half of numpy's start-up time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A process may be started with its output closed.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except BrokenPipeError:
        from profkit.cli.output import discard_output  # noqa: PLC0415 (only needed here)

        discard_output()  # whoever reads has had enough
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except ProfkitError as error:
        note(str(error))
        return error.exit_code
    except MemoryError:
        note("there is not enough memory for this")
        return _USAGE
    except click.ClickException as error:
        _explain(error)
        return _USAGE


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 (for the process's life)


def _run(arguments: Sequence[str]) -> int:
    from profkit.cli.commands import profkit  # noqa: PLC0415 (an interrupt while it loads is caught)

    if instruction := os.environ.get(_COMPLETION):
        from click.shell_completion import shell_complete  # noqa: PLC0415 (seldom needed)

        return shell_complete(profkit, {}, "profkit", _COMPLETION, instruction)
    try:
        with profkit.make_context("profkit", list(arguments)) as context:
            profkit.invoke(context)
    except click.exceptions.Exit as request:
        return request.exit_code
    finally:
        sys.stdout.flush()
    return 0


def _explain(error: click.ClickException) -> None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "profkit"
    note(f"{error.format_message().rstrip('.')} (see {command} --help)")
