"""``profkit view``: a profile in the browser."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from profkit.cli import options as shared
from profkit.cli.loading import pick_value_type
from profkit.cli.messages import note
from profkit.cli.sides import against_base, load_subject
from profkit.errors import OutputError, UsageError
from profkit.files import output_error, write_file
from profkit.transforms.joining import Joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profkit.cli.loading import Reading

__all__ = ["view"]

_SPEEDSCOPE = "speedscope"
_LONGEST_NAME = 80
_UNFIT = re.compile(r"[^\w.-]+")


@click.command(
    epilog="""\b
Examples:
  profkit view app.cpuprofile               in the browser
  profkit view                              the profile read last in this directory
  profkit view --base old.log new.log       what changed from one to the other
  profkit view --no-open isolate.log        write the page, and say where it is
  profkit view --speedscope isolate.log     in speedscope, if it is installed
"""
)
@shared.profiles
@click.option("--title", metavar="TEXT", help="The page's title; the file's name without it.")
@click.option(
    "--no-open", is_flag=True, help="Write the page and print where it is; open no browser."
)
@click.option(
    "--speedscope",
    "in_speedscope",
    is_flag=True,
    help="Open it in speedscope, which must be installed.",
)
@against_base
@shared.measuring
@shared.reading
@shared.input_format
def view(
    profiles: tuple[str, ...],
    *,
    title: str | None,
    no_open: bool,
    in_speedscope: bool,
    base: tuple[str, ...],
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
) -> None:
    """Look into a profile in the browser.

    Writes one HTML file, for this user alone, into the folder for temporary files, and opens it:
    flame graph, calls by time, tables. profkit flame writes such a file to a place of your choice.
    """
    if in_speedscope and base:
        raise UsageError("speedscope shows one side: leave out --base")
    program = _speedscope() if in_speedscope else ""
    reading = reading if in_speedscope else reading.but(lines=True, sources=True)
    subject = load_subject(profiles, base, input_format=input_format, reading=reading)
    profile = subject.profile if isinstance(subject, Joined) else subject
    number = pick_value_type(profile, value_type)
    name = _file_name(title or profile.meta.source)
    if in_speedscope:
        from profkit.formats.targets import find_target  # noqa: PLC0415
        from profkit.saving import encode  # noqa: PLC0415 (only needed here)

        target = find_target(_SPEEDSCOPE)
        file = _private(f"{name}.speedscope.json", encode(profile, target, name, number))
    else:
        from profkit.render.page import PageOptions, flame_html  # noqa: PLC0415

        options = PageOptions(title or "", number, include_idle)
        file = _private(f"{name}.html", flame_html(subject, options))
    if no_open:
        click.echo(file)
    elif in_speedscope:
        _run(program, file)
    else:
        _open(file)


def _speedscope() -> str:
    """Return the program. Raises :class:`UsageError` where there is none."""
    import shutil  # noqa: PLC0415 (only needed here)

    program = shutil.which(_SPEEDSCOPE)
    if program is None:
        raise UsageError(
            "speedscope is not installed: npm install -g speedscope, or profkit view without it"
        )
    return program


def _file_name(source: str) -> str:
    """Return a name for a file that tells what it is of, and does no harm anywhere."""
    return _UNFIT.sub("-", PurePath(source).name)[:_LONGEST_NAME].strip("-.") or "profile"


def _private(name: str, content: Iterable[bytes]) -> str:
    """Write a file that nobody else can read; return where it is."""
    import tempfile  # noqa: PLC0415 (only needed here)

    try:
        folder = tempfile.mkdtemp(prefix="profkit-")
    except OSError as error:
        raise output_error("the folder for temporary files", error) from None
    path = str(Path(folder, name))
    write_file(path, content)
    return path


def _open(file: str) -> None:
    """Open a page in the browser where there is one to open windows, and say where the page is."""
    import webbrowser  # noqa: PLC0415 (costs 10 ms)

    if _has_display() and webbrowser.open(Path(file).as_uri()):
        note(f"opened {file}")
        return
    note("there is no browser to open here; the page is in")
    click.echo(file)


def _has_display() -> bool:
    """Tell whether a browser would open a window; in a terminal it would be in the way."""
    if sys.platform in ("win32", "darwin"):
        return True
    given = (
        os.environ.get("DISPLAY"),
        os.environ.get("WAYLAND_DISPLAY"),
        os.environ.get("BROWSER"),
    )
    return any(given)


def _run(program: str, file: str) -> None:
    """Open a file in speedscope. Raises :class:`OutputError` where that fails."""
    import subprocess  # noqa: PLC0415 (only needed here)

    try:
        code = subprocess.run([program, file], check=False).returncode  # noqa: S603
    except OSError as error:
        raise output_error(program, error) from None
    if code:
        raise OutputError(f"speedscope ended with code {code}; the profile is in {file}")
    note(f"opened {file} in speedscope")
