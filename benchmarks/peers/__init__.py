"""The programs that profkit is measured against: how they are installed and run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MissingError", "Peers"]

HERE = Path(__file__).resolve().parent
CPUPRO = "0.7.0"
SPEEDSCOPE = "1.25.0"
DEVTOOLS = "0.0.65"
PYINFERNO = "0.2.6"
# What speedscope makes of a large profile does not fit into Node's own bounds on every machine.
ROOM = "--max-old-space-size=12000"

COUNT_LINES = "import sys; print(sum(1 for line in open(sys.argv[1], 'rb')))"


class MissingError(Exception):
    """A peer, or what it is to read, cannot be had."""


class Peers:
    """The peers' commands. Each is installed into ``folder`` when it is first asked for."""

    def __init__(self, folder: Path, node: Path) -> None:
        self.versions: dict[str, str] = {}
        self._folder = folder
        self._node = node

    def command(self, peer: str, file: Path | None, out: Path) -> list[str | Path]:
        """Return the command that does with ``file`` what ours does. Raises MissingError."""
        commands: dict[str, Callable[[], list[str | Path]]] = {
            "node": lambda: [self._found_node(), "--prof-process", "--nm=true", str(file)],
            "node with nm": lambda: [self._found_node(), "--prof-process", str(file)],
            "lines": lambda: [sys.executable, "-c", COUNT_LINES, str(file)],
            "cpupro": lambda: self._script("cpupro", CPUPRO, file),
            "speedscope": lambda: self._script("speedscope", SPEEDSCOPE, file),
            "speedscope_callers": lambda: self._script(
                "speedscope", SPEEDSCOPE, file, "speedscope_callers"
            ),
            "pyinferno": lambda: [self._pyinferno(), HERE / "pyinferno_flame.py", str(file), out],
            "imports": lambda: [sys.executable, "-c", "import click, rich"],
        }
        return commands[peer]()

    def _found_node(self) -> Path:
        if not self._node.exists():
            raise MissingError(f"no {self._node} (benchmarks/record installs it)")
        said = subprocess.run([self._node, "--version"], capture_output=True, text=True, check=True)
        self.versions["Node"] = said.stdout.strip().lstrip("v")
        return self._node

    def figures(self, peer: str, file: Path) -> list[str | Path]:
        """Return the command that prints what a peer makes of ``file``. Raises MissingError."""
        if peer == "devtools":
            node = self._found_node()
            self._ensure_package("@paulirish/trace_engine", DEVTOOLS)
            return [node, HERE / "devtools.mjs", self._folder, file]
        return [*self.command(peer, file, file), "figures"]

    def _script(
        self, name: str, version: str, file: Path | None, script: str = ""
    ) -> list[str | Path]:
        node = self._found_node()
        self._ensure_package(name, version)
        return [node, ROOM, HERE / f"{script or name}.js", self._folder, str(file)]

    def _ensure_package(self, name: str, version: str) -> None:
        if not (self._folder / "node_modules" / name).exists():
            npm = shutil.which("npm")
            if not npm:
                raise MissingError(f"no npm to install {name} with")
            self._folder.mkdir(parents=True, exist_ok=True)
            options = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts")
            _install(
                name, [npm, "install", *options, "--prefix", self._folder, f"{name}@{version}"]
            )
        self.versions[name] = version

    def _pyinferno(self) -> Path:
        python = self._folder / "python/bin/python"
        if not python.exists():
            _install("pyinferno", [sys.executable, "-m", "venv", python.parent.parent])
        if not list(self._folder.glob("python/lib/*/site-packages/pyinferno")):
            _install(
                "pyinferno", [python, "-m", "pip", "install", "--quiet", f"pyinferno=={PYINFERNO}"]
            )
        self.versions["pyinferno"] = PYINFERNO
        return python


def _install(name: str, command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise MissingError(f"{name} cannot be installed: {lines[-1]}")
