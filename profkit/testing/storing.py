"""Where the runs of tests are kept: a folder a test, below ``.profkit/tests/NAME`` of the project.

It holds the profiles as they were recorded and ``runs.json``, which lists them with the units of
work done in each: ``[["0.speedscope.json", 431.0], …]``. So a baseline can be looked at with any
command, copied, and kept in the repository or a cache.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from profkit.errors import InputError, UsageError
from profkit.files import output_error, write_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from profkit.gate.verdict import Verdict
    from profkit.profile import Profile

__all__ = ["Run", "Store"]

_LIST = "runs.json"
_NAME = re.compile(r"\w[\w.-]{0,99}")
_LONGEST_TEST = 80


class Run(NamedTuple):
    """A recorded run: its profile's file, and how many units of work were done in it."""

    path: Path
    operations: float


class Store:
    """The baseline of this name, of the tests of the project in the folder ``root``.

    Raises :class:`~profkit.errors.UsageError` for a name that could not be a folder's everywhere.
    """

    def __init__(self, root: Path, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name of a baseline: it has letters, digits, and . _ - within"
            )
        self._name = name
        self._folder = root / ".profkit" / "tests" / name

    def keep(self, test: str, runs: Sequence[Run]) -> None:
        """Keep runs as the baseline of a test, in place of those before, all of them or none.

        Raises :class:`~profkit.errors.InputError` where one cannot be read as a profile,
        :class:`~profkit.errors.OutputError` where they cannot be written.
        """
        _profiles(runs)
        folder = self._of(test)
        new = folder.with_name(f".{folder.name}.{os.getpid()}.new")
        old = new.with_suffix(".old")
        try:
            new.mkdir(parents=True)
            listed = []
            for number, run in enumerate(runs):
                file = f"{number}{''.join(run.path.suffixes)}"
                shutil.copy(run.path, new / file)
                listed.append([file, run.operations])
            write_file(new / _LIST, json.dumps(listed))
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        except OSError as error:
            raise output_error(str(folder), error) from None
        finally:
            if old.exists() and not folder.exists():
                old.rename(folder)
            for left in (new, old):
                shutil.rmtree(left, ignore_errors=True)

    def compare(self, test: str, runs: Sequence[Run]) -> Verdict | None:
        """Return the verdict on runs of a test; None where there is no baseline of it.

        Raises :class:`~profkit.errors.InputError` where a profile or the baseline cannot be read.
        """
        from profkit.gate.check import CheckOptions, check  # noqa: PLC0415 (imports numpy)

        base = self._runs(test)
        if base is None:
            return None
        options = CheckOptions(
            base_operations=[run.operations for run in base],
            candidate_operations=[run.operations for run in runs],
            base_name=self._name,
        )
        return check(_profiles(base), _profiles(runs), options)

    def _runs(self, test: str) -> list[Run] | None:
        folder = self._of(test)
        file = folder / _LIST
        if not file.exists():
            return None
        try:
            listed = json.loads(file.read_text(encoding="utf-8"))
            return [Run(folder / str(name), float(operations)) for name, operations in listed]
        except (OSError, ValueError, TypeError):
            raise InputError(str(file), "this is no list of a baseline's runs") from None

    def _of(self, test: str) -> Path:
        """Return a test's folder: what its name begins with, and a hash to tell it from others."""
        plain = re.sub(r"[^\w.-]+", "-", test, flags=re.ASCII)[-_LONGEST_TEST:].lstrip(".-")
        return self._folder / f"{plain}-{sha256(test.encode()).hexdigest()[:8]}"


def _profiles(runs: Sequence[Run]) -> list[Profile]:
    from profkit.loading import load  # noqa: PLC0415 (imports numpy)

    return [load(run.path) for run in runs]
