"""Run the command line: in this process where that will do, else as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

from profkit.cli import main


class Result(NamedTuple):
    code: int
    out: str
    err: str


def run(capsys, *arguments) -> Result:
    """Call ``main``; what it prints is captured."""
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return Result(code, out, err)


def spawn(*arguments, **options) -> subprocess.CompletedProcess:
    """Run ``python -m profkit`` in a process of its own, without a terminal."""
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "profkit", *map(str, arguments)],
        env=environment,
        stdin=options.pop("stdin", None if "input" in options else subprocess.DEVNULL),
        capture_output=True,
        check=False,
        timeout=120,
        **options,
    )
