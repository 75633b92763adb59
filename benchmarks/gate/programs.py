"""Programs to record in /srv/gate, each with a function that can be made slower."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = ["PROGRAMS", "AuthApi", "Program", "PyWeb", "Spent", "Tsc", "ended", "say"]

BENCHMARKS = Path(__file__).resolve().parent.parent
PLACE = Path("/srv/gate")
API_REQUESTS = 14_000
WEB_REQUESTS = 3000  # a connection
WEB_CONNECTIONS = 4
WEB_RATE = 500


def recorder(script: Path) -> ModuleType:
    """Load another of the scripts that record."""
    loader = SourceFileLoader(f"{script.parent.name}_recorder", str(script))
    spec = spec_from_loader(loader.name, loader)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


large = recorder(BENCHMARKS / "record")
samples = large.samples
say = samples.say


@dataclass(frozen=True)
class Spent:
    """What a run took: wall and CPU seconds (of all threads, of the first), operations."""

    wall: float
    cpu: float
    main_cpu: float
    operations: int


class Program:
    """One that is recorded, with a function that can be made slower in place.

    The file keeps its path and the function its line, whatever is planted.
    """

    name: str
    ending: str
    culprit: str
    file: str
    line: str
    burn: str
    first_count: int

    def __init__(self) -> None:
        self.folder = PLACE / self.name
        self.prepare()
        self._target = self.folder / self.file
        self._text = self._original()

    def _original(self) -> str:
        kept = self._target.with_name(self._target.name + ".original")
        if not kept.exists():
            shutil.copy(self._target, kept)
        text = kept.read_text()
        if text.count(self.line) != 1:
            raise SystemExit(f"{self._target}: {self.line!r} is not there once")
        return text

    def plant(self, count: int) -> None:
        """Let each call of the culprit go round a loop so often more."""
        burn = self.burn.replace("COUNT", str(count)) if count else ""
        self._target.write_text(self._text.replace(self.line, self.line + burn))

    def profiled_cpu(self, spent: Spent) -> float:
        """CPU seconds that the profile shows: Node's is of one thread."""
        return spent.main_cpu if self.ending == "cpuprofile" else spent.cpu

    def prepare(self) -> None:
        """Install the program."""
        raise NotImplementedError

    def record(self, target: Path, *, logger: bool) -> Spent:
        """Record one run to the target."""
        raise NotImplementedError


class AuthApi(Program):
    """The samples' API in Node under a fixed number of requests, sampled each millisecond."""

    name, ending = "auth-api", "cpuprofile"
    culprit, file = "metrics", "lib/metrics.js"
    line = "function metrics(req, res, next) {"
    burn = " for (let i = 0, x = 1; i < COUNT; i++) x = x * 16807 % 2147483647;"
    first_count = 4000

    def prepare(self) -> None:
        """Install the program."""
        self.node = samples.install_node(samples.MODERN)
        copy_program(self.name)
        samples.install_packages(self.folder)

    def record(self, target: Path, *, logger: bool) -> Spent:
        """Record one run."""
        port = samples.free_port()
        terminal = samples.Terminal(None)
        service = subprocess.Popen(
            [self.node, *cpu_prof(target), "server.js"],
            cwd=self.folder,
            env=samples.clean_environment(PORT=str(port), LOGGER="on" if logger else "off"),
            stdin=subprocess.DEVNULL,
            stdout=terminal.slave,
            stderr=subprocess.DEVNULL,
        )
        terminal.started()
        start = time.monotonic()
        with ended(service):
            samples.wait_for_port(port, service)
            load = samples.run(
                [self.node, "load.js", "--port", port, "--requests", API_REQUESTS],
                cwd=self.folder,
                capture_output=True,
                timeout=samples.SECONDS_AT_MOST,
            )
            main_cpu = first_thread(service.pid)
            service.terminate()
            cpu, wall = reaped(service), time.monotonic() - start
        outcome = json.loads(load.stdout)
        if outcome["errors"] or outcome["non2xx"] or outcome["requests"] != API_REQUESTS:
            raise SystemExit(f"the load went wrong: {outcome}")
        return Spent(wall, cpu, main_cpu, API_REQUESTS)


class Tsc(Program):
    """The TypeScript compiler on a small project, sampled each millisecond."""

    name, ending = "tsc", "cpuprofile"
    culprit, file = "checkSourceElement", "node_modules/typescript/lib/_tsc.js"
    line = "function checkSourceElement(node) {"
    burn = " for (let i = 0, x = 1; i < COUNT; i++) x = x * 16807 % 2147483647;"
    first_count = 2000

    def prepare(self) -> None:
        """Install the program."""
        self.node = samples.install_node(samples.MODERN)
        compiler, _, project = large._compiler(large.SMALL)  # noqa: SLF001
        self.compiler = Path(compiler).relative_to(project)
        if not self.folder.exists():
            left_out = shutil.ignore_patterns("out")
            shutil.copytree(project, self.folder, symlinks=True, ignore=left_out)

    def record(self, target: Path, *, logger: bool) -> Spent:
        """Record one run."""
        del logger
        start = time.monotonic()
        compiler = subprocess.Popen(
            [self.node, *cpu_prof(target), self.compiler, "-p", ".", "--noEmit"],
            cwd=self.folder,
            # What is compiled is not kept for the next run, or the first of each is another.
            env=samples.clean_environment(NODE_DISABLE_COMPILE_CACHE="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        with ended(compiler):
            os.waitid(os.P_PID, compiler.pid, os.WEXITED | os.WNOWAIT)
            main_cpu = first_thread(compiler.pid)
            cpu, wall = reaped(compiler), time.monotonic() - start
        return Spent(wall, cpu, main_cpu, 1)


class PyWeb(Program):
    """The samples' service in Python under a fixed number of requests, by py-spy."""

    name, ending = "py-web", "raw.txt"
    culprit, file = "summarise", "store.py"
    line = "def summarise(orders):\n"
    burn = "    for _ in range(COUNT): pass\n"
    first_count = 4000

    def prepare(self) -> None:
        """Install the program."""
        samples.install_python()
        copy_program(self.name)
        log = self.folder / "service.py"
        log.write_text(log.read_text().replace("/srv/py-web/", f"{self.folder}/"))

    def record(self, target: Path, *, logger: bool) -> Spent:
        """Record one run."""
        start = time.monotonic()
        home = samples.PYTHON_HOME / "bin"
        with served(self.folder, home / "python", logger=logger) as (service, port):
            spy = subprocess.Popen(
                [
                    # Where it has to wait for a core, or counts threads that wait, it is of no use.
                    *("nice", "-n", "-15", home / "py-spy", "record", "--pid", str(service.pid)),
                    *("--gil", "--rate", str(WEB_RATE), "--format", "raw", "--output", target),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            with ended(spy):
                time.sleep(0.6)  # until it has found its way about the process
                load = (
                    f"import sys, load; load.REQUESTS_AT_MOST = {WEB_REQUESTS}; "
                    f"sys.argv += '--port {port} --connections {WEB_CONNECTIONS}"
                    f" --seconds {samples.SECONDS_AT_MOST}'.split(); load.main()"
                )
                told = samples.run(
                    ["/usr/bin/python3", "-B", "-c", load], cwd=self.folder, capture_output=True
                )
                main_cpu = first_thread(service.pid)
                service.terminate()
                cpu, wall = reaped(service), time.monotonic() - start
                spy.wait(30)
        operations = json.loads(told.stdout)["requests"]
        if operations != WEB_REQUESTS * WEB_CONNECTIONS:
            raise SystemExit(f"the load went wrong: {told.stdout}")
        return Spent(wall, cpu, main_cpu, operations)


PROGRAMS = {kind.name: kind for kind in (AuthApi, Tsc, PyWeb)}


def copy_program(name: str) -> None:
    """Copy one of the samples' programs to this script's own folder."""
    shutil.copytree(
        samples.PROGRAMS / name,
        PLACE / name,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
    )


def cpu_prof(target: Path) -> tuple[str, ...]:
    return "--cpu-prof", f"--cpu-prof-dir={target.parent}", f"--cpu-prof-name={target.name}"


@contextlib.contextmanager
def served(
    folder: Path, python: Path, *, logger: bool
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the web service; gives its process and its port."""
    port = samples.free_port()
    settings = {"PORT": str(port), "LOGGER": "on" if logger else "off"}
    service = subprocess.Popen(
        [python, "-B", "service.py"],
        cwd=folder,
        env=samples.clean_environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ended(service):
        samples.wait_for_port(port, service)
        yield service, port


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave no process behind."""
    try:
        yield
    finally:
        if process.returncode is None and process.poll() is None:
            process.kill()
            process.wait()


def first_thread(process: int) -> float:
    """CPU seconds of the process's first thread up to now."""
    text = Path(f"/proc/{process}/task/{process}/schedstat").read_text()
    return int(text.split()[0]) / 1e9


def reaped(process: subprocess.Popen[bytes]) -> float:
    """Wait for the end; returns the CPU seconds of all threads."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime
