"""Comparisons of runs drawn from a pool, and how often a method is right about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from plain_methods import Method
    from pools import Pool

__all__ = ["Culprit", "Draw", "Finder", "Tally", "drawn", "in_a_row", "naive_finder", "tally"]

LEVEL = 0.05


@dataclass(frozen=True)
class Draw:
    """Which runs of a pool are compared."""

    base: npt.NDArray[np.intp]
    candidate: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Culprit:
    """Who is to blame: functions of these names, or in a file with this in its path."""

    names: frozenset[str] = frozenset()
    path: str = ""

    def matches(self, function: tuple[str, str]) -> bool:
        """Tell whether a function, by name and file, is one of them."""
        name, file = function
        return name in self.names or bool(self.path and self.path in file)


Finder: TypeAlias = "Callable[[Pool, Draw], Sequence[tuple[str, str]]]"
"""Names the functions that became slower, by name and file, the surest first."""


@dataclass(frozen=True)
class Tally:
    """Of so many comparisons, in how many something was blamed, the culprit, and it first."""

    draws: int
    alarms: int
    found: int
    first: int
    blamed: int

    def share(self, count: int) -> str:
        """Return a count in percent of the comparisons."""
        return f"{100 * count / self.draws:.0f} %" if self.draws else ""


def drawn(
    base: npt.NDArray[np.intp],
    candidate: npt.NDArray[np.intp],
    runs: int,
    draws: int,
    chance: np.random.Generator,
) -> list[Draw]:
    """Draw so many runs a side, as often as told; no run stands on both sides.

    Where the sides are the same pool, they are parts of one draw from it. Nothing is drawn from
    pools of too few.
    """
    is_one = base is candidate
    if len(base) < runs * (1 + is_one) or len(candidate) < runs:
        return []
    answer = []
    for _ in range(draws):
        first = chance.choice(base, runs * (1 + is_one), replace=False)
        second = first[runs:] if is_one else chance.choice(candidate, runs, replace=False)
        answer.append(Draw(first[:runs], second))
    return answer


def in_a_row(rows: npt.NDArray[np.intp], runs: int) -> list[Draw]:
    """Compare runs recorded one after the other: first the one side, then the other."""
    return [
        Draw(rows[start : start + runs], rows[start + runs : start + 2 * runs])
        for start in range(len(rows) - 2 * runs + 1)
    ]


def naive_finder(method: Method) -> Finder:
    """Blame what a naive method is sure of, and of what is as sure what grew more."""

    def find(pool: Pool, draw: Draw) -> Sequence[tuple[str, str]]:
        sides = pool.sides(draw)
        p = method(sides)
        base, candidate = (shares.mean(axis=0) for shares in sides.shares)
        sure = np.flatnonzero(p < LEVEL)
        order = np.lexsort(((base - candidate)[sure], p[sure]))
        return [pool.functions[place] for place in sure[order]]

    return find


def tally(pool: Pool, draws: Sequence[Draw], find: Finder, culprit: Culprit) -> Tally:
    """Count how a method fares."""
    alarms = found = first = blamed = 0
    for draw in draws:
        named = find(pool, draw)
        hits = [culprit.matches(function) for function in named]
        alarms += bool(named)
        found += any(hits)
        first += bool(hits) and hits[0]
        blamed += len(named)
    return Tally(len(draws), alarms, found, first, blamed)
