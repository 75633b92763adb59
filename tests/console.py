"""Run the console examples of a Markdown page, and put what they print in their place.

A ``console`` block is what a reader would type and see::

    $ profkit top app.cpuprofile
    …

A line with ``…`` alone stands for lines that are left out; the same numbers of lines before and
after it are shown again. A command may go on in lines that begin with ``> ``. The commands of one
page run one after the other in one folder, which holds the samples. What is not to be run stands
in a block of another language, such as ``sh``.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["prepare", "run_examples", "run_python"]

ROOT = Path(__file__).parents[1]
LEFT_OUT = "…"

_BLOCK = re.compile(r"^( *)```console\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```(?:pycon|python-repl)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*(?:\n> .*)*)\n?", re.MULTILINE)
_END = "\x1e"


def prepare(folder: Path) -> dict[str, str]:
    """Put the samples into a folder. Returns the environment to run commands in."""
    (folder / "samples").symlink_to(ROOT / "samples")
    home = folder.parent / f"{folder.name}-home"
    home.mkdir()
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "100",
        "PROFKIT_TARGET": "/nowhere",  # not every machine has the same libraries
    }


def run_examples(page: str, folder: Path) -> str:
    """Return the page with what its commands print today."""
    environment = prepare(folder)
    return _BLOCK.sub(lambda block: _run_block(block, folder, environment), page)


def _run_block(block: re.Match[str], folder: Path, environment: dict[str, str]) -> str:
    indent = block[1]
    text = re.sub(f"^{indent}", "", block[2], flags=re.MULTILINE)
    pieces = _COMMAND.split(text)
    assert not pieces[0], f"output before any command: {pieces[0]!r}"
    commands, shown = pieces[1::2], pieces[2::2]
    # One shell for all, so that a later command may ask for the exit code of an earlier one.
    script = "".join(
        f"{command.replace(chr(10) + '> ', chr(10))}\nstatus=$?; printf '{_END}'; (exit $status)\n"
        for command in commands
    )
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    printed = ran.stdout.decode().split(_END)
    examples = (
        f"$ {command}\n{_shortened(output, before)}"
        for command, before, output in zip(commands, shown, printed, strict=False)
    )
    body = "".join(examples)
    return f"{indent}```console\n{re.sub('^(?=.)', indent, body, flags=re.MULTILINE)}{indent}```"


def _shortened(output: str, before: str) -> str:
    """Leave out of the output what the page leaves out."""
    lines, shown = [line.rstrip() for line in output.splitlines()], before.splitlines()
    if LEFT_OUT in shown:
        first = shown.index(LEFT_OUT)
        last = len(shown) - first - 1
        if first + last < len(lines):
            lines = [*lines[:first], LEFT_OUT, *lines[len(lines) - last :]]
    return "".join(f"{line}\n" for line in lines)


def run_python(page: str, name: str) -> None:
    """Run a page's Python sessions as one; fails where they print something else."""
    session = "\n".join(_PYTHON.findall(page))
    test = doctest.DocTestParser().get_doctest(session, {}, name, name, 0)
    report: list[str] = []
    doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS).run(test, out=report.append)
    assert not report, "".join(report)
