"""Where the runs of tests are kept, and what they are compared with."""

from __future__ import annotations

import json
import re
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from profkit.files import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from profkit.gate.verdict import Verdict

__all__ = ["Run", "compare", "store"]


class Run(NamedTuple):
    """A recorded run: its profile's file, and how many times it did what it does."""

    path: Path
    operations: float


def store(root: Path, name: str, test: str, runs: Sequence[Run]) -> None:
    """Keep runs as the baseline of a test, in place of those before."""
    folder = _folder(root, name, test)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    listed = []
    for number, run in enumerate(runs):
        file = f"{number}{''.join(run.path.suffixes)}"
        shutil.copy(run.path, folder / file)
        listed.append([file, run.operations])
    write_file(folder / "runs.json", json.dumps(listed))


def compare(root: Path, name: str, test: str, runs: Sequence[Run]) -> Verdict | None:
    """Return the verdict on runs of a test; None where it has no baseline of this name."""
    from profkit.gate.check import CheckOptions, check  # noqa: PLC0415
    from profkit.loading import load  # noqa: PLC0415

    folder = _folder(root, name, test)
    if not (folder / "runs.json").exists():
        return None
    listed = json.loads((folder / "runs.json").read_text())
    base = [Run(folder / file, count) for file, count in listed]
    return check(
        [load(run.path) for run in base],
        [load(run.path) for run in runs],
        CheckOptions(
            base_operations=[run.operations for run in base],
            candidate_operations=[run.operations for run in runs],
            base_name=name,
        ),
    )


def _folder(root: Path, name: str, test: str) -> Path:
    plain = re.sub(r"[^\w.-]+", "-", test)[-80:]
    return root / ".profkit" / "tests" / name / f"{plain}-{sha256(test.encode()).hexdigest()[:8]}"
