"""A progress bar for big inputs, by bytes, on standard error."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from profkit.render.escape import escape
from profkit.source import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["showing_progress"]


@contextmanager
def showing_progress(path: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar, and wipe it away at the end; yields what is to be called with bytes and total."""
    name = "standard input" if path == STDIN else PurePath(path).name
    bar = Progress(
        TextColumn("{task.fields[name]}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None, name=f"reading {escape(name)}")

        def on_progress(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield on_progress
