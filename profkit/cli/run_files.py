"""The files of a comparison's runs, and how much work was done in each."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import TYPE_CHECKING

from profkit.cli.messages import note
from profkit.errors import UnknownFormatError, UsageError
from profkit.formats import detect
from profkit.loadtests import requests_of
from profkit.render.values import count
from profkit.source import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    Operations = list[float | None]

__all__ = ["files_named", "operations_told", "requests_told"]

_DIGITS = re.compile(r"([0-9]+)")


def files_named(named: Sequence[str], input_format: str | None = None) -> list[str]:
    """Return the profiles that files, folders and patterns stand for, each once.

    What is no profile in a folder is left out, and said; all of it is one where the format is told.

    Raises :class:`UsageError` where a folder or a pattern stands for none.
    """
    files: list[str] = []
    for name in named:
        listed = _listed(name)
        if Path(name).is_dir() and not input_format:
            others = [path for path in listed if not _is_profile(path)]
            listed = [path for path in listed if path not in others]
            if not listed:
                raise UsageError(f"{name}: there is no profile in this folder")
            if others:
                what = ", ".join(Path(path).name for path in others)
                note(f"{name}: {count(len(others), 'file')} left out as no profile: {what}")
        files += listed
    return list(dict.fromkeys(files))


def _listed(name: str) -> list[str]:
    """Return the files that a name stands for: those of a folder, those of a pattern, or itself."""
    path = Path(name)
    if path.is_dir():
        found = [one for one in path.iterdir() if not one.name.startswith(".")]
    elif path.exists() or not glob.has_magic(name):
        return [name]
    else:
        found = [Path(one) for one in glob.glob(name, recursive=True)]  # noqa: PTH207 (a Path's own knows no absolute pattern)
    files = sorted((str(one) for one in found if one.is_file()), key=_by_number)
    if not files:
        what = "there is nothing in this folder" if path.is_dir() else "there is no such file"
        raise UsageError(f"{name}: {what}")
    return files


def _by_number(path: str) -> list[tuple[int, str]]:
    """Return what puts run-2 before run-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(path)]


def _is_profile(path: str) -> bool:
    with open_source(path) as source:
        try:
            detect(source)
        except UnknownFormatError:
            return False
    return True


def operations_told(
    told: tuple[Sequence[float], Sequence[float]], base: Sequence[str], candidate: Sequence[str]
) -> Operations:
    """Return how much work was done in each run, of the base first, by ``--ops-base`` and its like.

    Raises :class:`UsageError` where one side lacks it, or there are other runs than numbers.
    """
    if not any(told):
        return [None] * (len(base) + len(candidate))
    answer: Operations = []
    for side, numbers, runs in zip(("base", "candidate"), told, (base, candidate), strict=True):
        if not numbers and runs:
            raise UsageError(f"the operations of the {side} are missing: give --ops-{side}, too")
        if runs and len(numbers) not in (1, len(runs)):
            raise UsageError(
                f"--ops-{side} has {len(numbers)} numbers for {count(len(runs), 'run')}: "
                "give one for all, or one for each"
            )
        answer += list(numbers) * (1 if len(numbers) == len(runs) else len(runs))
    return answer


def requests_told(
    named: Sequence[str], base: Sequence[str], candidate: Sequence[str]
) -> Operations:
    """Return the requests of each run, of the base first, as ``--per-request`` names load tests.

    Raises :class:`UsageError` where it is not clear which load test belongs to which run.
    """
    runs = [*base, *candidate]
    if len(named) == 1 and named[0].startswith(".") and not Path(named[0]).exists():
        return [requests_of(_beside(path, named[0])) for path in runs]
    files = [path for name in named for path in _listed(name)]
    if len(files) == len(runs):
        return [requests_of(path) for path in files]
    if base and candidate and len(files) == 2:  # noqa: PLR2004 (the sides)
        of_base, of_candidate = (requests_of(path) for path in files)
        return [*[of_base] * len(base), *[of_candidate] * len(candidate)]
    raise UsageError(
        f"--per-request names {count(len(files), 'file')} for {count(len(runs), 'run')}: "
        "give one for each run, one for each side, or the .SUFFIX of those beside the profiles"
    )


def _beside(path: str, suffix: str) -> str:
    """Return the file of another suffix beside a profile: run-1.json or run-1.cpuprofile.json."""
    plain = path.removesuffix(".gz").removesuffix(".zst")
    places = [path + suffix, plain + suffix, str(Path(plain).with_suffix(suffix))]
    for place in places:
        if place != path and Path(place).is_file():
            return place
    raise UsageError(f"{path}: there is no {places[-1]} beside it for --per-request")
