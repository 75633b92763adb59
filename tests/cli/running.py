"""Run the command line: in this process where that will do, else as a user would."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import NamedTuple

from profkit.cli import main

LOG = """\
v8-version,12,4,254,21,-node.57,0
profiler,begin,1000
shared-library,/usr/bin/node,0x400000,0x500000,0
code-creation,JS,10,0,0x1000,256,logRequest /srv/api/node_modules/morgan/index.js:144:7,0x9000,*
code-creation,JS,10,0,0x2000,256,handle /srv/api/server.js:12:3,0x9100,*
tick,0x400010,1000,0,0x0,0,0x1010,0x2010
tick,0x400010,2000,0,0x0,0,0x1010,0x2010
tick,0x1020,3000,0,0x0,0,0x2010
tick,0x2020,4000,0,0x0,0
profiler,end
"""


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


def in_terminal(*arguments, columns="80", **variables) -> str:
    """Run the command line in a terminal of its own, and return what that would show."""
    leader, follower = pty.openpty()
    environment = {
        **{name: value for name, value in os.environ.items() if name != "COLORTERM"},
        "TERM": "xterm-256color",
        "COLUMNS": columns,
        **variables,
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "profkit", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    assert running.stderr.read() == b""
    assert running.wait(60) == 0
    running.stderr.close()
    return shown.decode().replace("\r\n", "\n")
