"""The same file in two checkouts: paths that differ in the folders that they begin with."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["same_files"]

_Parts = tuple[str, ...]
_Prefixes = tuple[_Parts, _Parts]
_Score = tuple[int, int]
_T = TypeVar("_T")


def same_files(tables: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Tell which files of several recordings are the same.

    Each table has the package of each file of a recording. Returns, for each of them, what each
    file is called in the first recording that has it. Paths are the same where they are equal, or
    where they end alike and what they begin with is the most common difference between the two
    recordings. One that ends like several others is left alone, and so is one of another package.
    """
    known: dict[str, str] = {}
    answer = []
    for table in tables:
        here = {file: file for file in table if file in known}
        here |= _under_other_folders(
            {file: package for file, package in table.items() if file not in here},
            {file: package for file, package in known.items() if file not in here},
        )
        for file, package in table.items():
            known.setdefault(here.setdefault(file, file), package)
        answer.append(here)
    return answer


def _under_other_folders(new: Mapping[str, str], old: Mapping[str, str]) -> dict[str, str]:
    """Return which of the old files each of the new ones is, where that is clear."""
    if not new or not old:
        return {}
    by_ending: dict[_Parts, list[str]] = defaultdict(list)
    for file in old:
        parts = _parts(file)
        for start in range(len(parts)):
            by_ending[parts[start:]].append(file)
    candidates = {file: _alike(file, package, by_ending, old) for file, package in new.items()}
    votes = Counter(prefixes for found in candidates.values() for prefixes in found)
    claims: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for file, found in candidates.items():
        best = _most(((votes[prefixes], 0), prefixes) for prefixes in found)
        if best is not None and _is_trusted(file, best, votes):
            ending = len(_parts(file)) - len(best[0])
            claims[found[best]].append((votes[best], ending, file))
    answer = {}
    for claimed, rivals in claims.items():
        winner = _most(((score, ending), file) for score, ending, file in rivals)
        if winner is not None:
            answer[winner] = claimed
    return answer


def _parts(file: str) -> _Parts:
    path = file.removeprefix("file://").partition("?")[0].replace("\\", "/")
    return tuple(part for part in path.split("/") if part)


def _alike(
    file: str, package: str, by_ending: Mapping[_Parts, list[str]], old: Mapping[str, str]
) -> dict[_Prefixes, str]:
    """Return the old files with the longest ending that this one has too, by what precedes it."""
    parts = _parts(file)
    for start in range(len(parts)):
        found = [name for name in by_ending.get(parts[start:], ()) if old[name] == package]
        if found:
            ending = len(parts) - start
            return {(parts[:start], _parts(name)[:-ending]): name for name in found}
    return {}


def _is_trusted(file: str, prefixes: _Prefixes, votes: Mapping[_Prefixes, int]) -> bool:
    """Tell whether two paths are more alike than by a common last name, such as index.js."""
    ending = len(_parts(file)) - len(prefixes[0])
    return ending > 1 or votes[prefixes] > 1 or not all(prefixes)


def _most(scored: Iterable[tuple[_Score, _T]]) -> _T | None:
    """Return what has the greatest score; None where there is none, or not one alone."""
    ranked = sorted(scored, key=lambda pair: pair[0], reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]
