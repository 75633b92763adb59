"""The same file in two checkouts: paths that differ in the folders that they begin with."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["FileFacts", "same_files"]

_Parts = tuple[str, ...]
_Prefixes = tuple[_Parts, _Parts]
_Score = tuple[int, int]
_T = TypeVar("_T")

_FEW = 2


class FileFacts(NamedTuple):
    """What is known of a file: its package, and the names of its functions."""

    package: str
    names: frozenset[str] = frozenset()


def same_files(
    tables: Sequence[Mapping[str, FileFacts]],
) -> tuple[list[dict[str, str]], list[set[str]]]:
    """Tell which files of several recordings are the same.

    Each table has the files of a recording. Returns, for each of them, what each file is called in
    the first recording that has it; and which files were moved or renamed.

    Paths are the same where they are equal, or where they end alike and what they begin with is the
    most common difference between the two recordings. A file was moved whose functions have the
    names of no other file's. One that could be several is left alone, and so is one of another
    package.
    """
    known: dict[str, FileFacts] = {}
    called, moved = [], []
    for table in tables:
        here = {file: file for file in table if file in known}
        for find in (_under_other_folders, _moved):
            found = find(
                {file: facts for file, facts in table.items() if file not in here},
                {f: facts for f, facts in known.items() if f not in here.values()},
            )
            here |= found
        moved.append(set(found))
        for file, facts in table.items():
            known.setdefault(here.setdefault(file, file), facts)
        called.append(here)
    return called, moved


def _moved(new: Mapping[str, FileFacts], old: Mapping[str, FileFacts]) -> dict[str, str]:
    """Return which of the old files each of the new ones is, told by its functions' names."""
    by_package: dict[str, list[str]] = defaultdict(list)
    for file, facts in old.items():
        by_package[facts.package].append(file)
    claims: dict[str, list[tuple[_Score, str]]] = defaultdict(list)
    for file, (package, names) in new.items():
        shared = [
            ((len(names & old[other].names), 0), other)
            for other in by_package[package]
            if _is_alike(file, names, other, old[other].names)
        ]
        best = _most(shared)
        if best is not None:
            claims[best].append(((len(names & old[best].names), 0), file))
    winners = {claimed: _most(rivals) for claimed, rivals in claims.items()}
    return {winner: claimed for claimed, winner in winners.items() if winner is not None}


def _is_alike(file: str, names: frozenset[str], other: str, others: frozenset[str]) -> bool:
    """Tell whether the functions of two files have half of their names in common."""
    shared = len(names & others)
    least = 1 if _parts(file)[-1:] == _parts(other)[-1:] else _FEW
    return shared >= least and 2 * shared >= min(len(names), len(others))


def _under_other_folders(
    new: Mapping[str, FileFacts], old: Mapping[str, FileFacts]
) -> dict[str, str]:
    """Return which of the old files each of the new ones is, where that is clear."""
    if not new or not old:
        return {}
    by_ending: dict[_Parts, list[str]] = defaultdict(list)
    for file in old:
        parts = _parts(file)
        for start in range(len(parts)):
            by_ending[parts[start:]].append(file)
    candidates = {file: _alike(file, facts, by_ending, old) for file, facts in new.items()}
    votes = Counter(prefixes for found in candidates.values() for prefixes in found)
    claims: dict[str, list[tuple[_Score, str]]] = defaultdict(list)
    for file, found in candidates.items():
        best = _most(((votes[prefixes], 0), prefixes) for prefixes in found)
        if best is not None and _is_trusted(file, best, votes):
            ending = len(_parts(file)) - len(best[0])
            claims[found[best]].append(((votes[best], ending), file))
    winners = {claimed: _most(rivals) for claimed, rivals in claims.items()}
    return {winner: claimed for claimed, winner in winners.items() if winner is not None}


def _parts(file: str) -> _Parts:
    path = file.removeprefix("file://").partition("?")[0].replace("\\", "/")
    return tuple(part for part in path.split("/") if part)


def _alike(
    file: str,
    facts: FileFacts,
    by_ending: Mapping[_Parts, list[str]],
    old: Mapping[str, FileFacts],
) -> dict[_Prefixes, str]:
    """Return the old files with the longest ending that this one has too, by what precedes it."""
    parts = _parts(file)
    for start in range(len(parts)):
        same = by_ending.get(parts[start:], ())
        found = [name for name in same if old[name].package == facts.package]
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
