"""Run a composite action's steps as GitHub's runner does: in bash, with its environment and files.

What this knows of expressions is what an action needs: contexts, ``==``, ``!=`` and ``&&``.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Action", "Ran"]

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Ran:
    """What a run of an action left."""

    log: str = ""
    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    skipped: list[str] = field(default_factory=list)


class Action:
    """An action, with the folder it is run in and the programs that it finds there."""

    def __init__(self, file: Path, folder: Path, programs: Path) -> None:
        self.definition = yaml.safe_load(file.read_text())
        self.steps = self.definition["runs"]["steps"]
        self.folder = folder
        self.programs = programs

    def run(self, inputs: dict[str, str], github: dict[str, str] | None = None) -> Ran:
        """Run the steps one after the other; the first that fails is the last."""
        known = {name: one.get("default", "") for name, one in self.definition["inputs"].items()}
        assert inputs.keys() <= known.keys()
        context = {f"inputs.{name}": value for name, value in {**known, **inputs}.items()}
        context |= {f"github.{name}": value for name, value in (github or {}).items()}
        ran = Ran()
        for number, step in enumerate(self.steps):
            if "if" in step and not self._holds(step["if"], context):
                ran.skipped.append(step["name"])
                continue
            if "uses" in step:
                continue
            outputs = self._run_step(number, step, context, ran)
            if "id" in step:
                context |= {f"steps.{step['id']}.outputs.{k}": v for k, v in outputs.items()}
            if ran.code:
                break
        for name, output in self.definition["outputs"].items():
            ran.outputs[name] = _expanded(output["value"], context)
        return ran

    def _run_step(self, number, step, context, ran: Ran) -> dict[str, str]:
        files = self.folder.parent / f"step-{number}"
        files.mkdir()
        (files / "script.sh").write_text(step["run"])
        for name in ("output", "summary"):
            (files / name).touch()
        temporary = self.folder.parent / "runner"
        temporary.mkdir(exist_ok=True)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(files / "script.sh")],
            cwd=self.folder / _expanded(step.get("working-directory", "."), context),
            env={
                "PATH": os.pathsep.join([str(self.programs), os.environ["PATH"]]),
                "HOME": str(self.folder.parent),
                "LANG": "C.UTF-8",
                "PROFKIT_TARGET": "/nowhere",
                "RUNNER_TEMP": str(temporary),
                "GITHUB_OUTPUT": str(files / "output"),
                "GITHUB_STEP_SUMMARY": str(files / "summary"),
                **{name: _expanded(value, context) for name, value in step["env"].items()},
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        ran.log += done.stdout.decode()
        ran.code = done.returncode
        ran.summary += (files / "summary").read_text()
        written = (files / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in written)

    def _holds(self, condition: str, context: dict[str, str]) -> bool:
        expression = _EXPRESSION.fullmatch(condition)[1]
        return all(_is_true(part.strip(), context) for part in expression.split("&&"))


def _is_true(part: str, context: dict[str, str]) -> bool:
    compared = re.fullmatch(r"(\S+) (==|!=) '([^']*)'", part)
    if not compared:
        return bool(context.get(part))
    return (context.get(compared[1], "") == compared[3]) == (compared[2] == "==")


def _expanded(text: str, context: dict[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: context.get(match[1], ""), str(text))
