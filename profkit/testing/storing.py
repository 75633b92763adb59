"""Where the runs of tests are kept: a stored baseline a test, below ``.profkit/tests/NAME``.

They are files of the same form as those of ``profkit baseline``, made to be committed or cached.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from profkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from profkit.gate.verdict import Verdict
    from profkit.profile import Profile

__all__ = ["Run", "Store"]

_SUFFIX = ".json.gz"
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
        from profkit.gate.baseline import baseline_of, write_baseline  # noqa: PLC0415 (numpy)

        kept = baseline_of(_profiles(runs), [run.operations for run in runs])
        write_baseline(kept, str(self._file(test)))

    def compare(self, test: str, runs: Sequence[Run]) -> Verdict | None:
        """Return the verdict on runs of a test; None where there is no baseline of it.

        What counts as a change is what the project's configuration says; budgets are for programs.

        Raises :class:`~profkit.errors.InputError` where a profile, the baseline or the
        configuration cannot be read, :class:`~profkit.errors.UsageError` where that makes no sense.
        """
        from profkit.gate.baseline import read_baseline  # noqa: PLC0415 (imports numpy)
        from profkit.gate.check import CheckOptions, check  # noqa: PLC0415
        from profkit.gate.config import read_config  # noqa: PLC0415

        file = self._file(test)
        if not file.exists():
            return None
        base = read_baseline(str(file))
        asked = read_config()
        options = CheckOptions(
            least=CheckOptions().least if asked.least is None else asked.least,
            drift=asked.drift,
            base_operations=base.operations,
            candidate_operations=[run.operations for run in runs],
            base_name=self._name,
        )
        return check(base.profiles(), _profiles(runs), options)

    def _file(self, test: str) -> Path:
        """Return a test's file: how its name ends, and a hash to tell it from others."""
        plain = re.sub(r"[^\w.-]+", "-", test, flags=re.ASCII)[-_LONGEST_TEST:].lstrip(".-")
        return self._folder / f"{plain}-{sha256(test.encode()).hexdigest()[:8]}{_SUFFIX}"


def _profiles(runs: Sequence[Run]) -> list[Profile]:
    from profkit.loading import load  # noqa: PLC0415 (imports numpy)

    return [load(run.path) for run in runs]
