"""How often a check alarms on a machine where nothing changed: runs of one version, split."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.gate.check import CheckOptions, judge
from profkit.gate.measuring import measure
from profkit.gate.verdict import Outcome
from profkit.transforms.joining import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.gate.measuring import Measured
    from profkit.profile import Profile

__all__ = ["Calibration", "Size", "calibrate"]

_SIZES = (1, 2, 3, 5, 8, 10)


@dataclass(frozen=True, slots=True)
class Size:
    """Comparisons of ``runs`` against as many: how many there were, and how they ended.

    ``smallest`` is the median of the smallest change of one function that would have been found,
    ``smallest_total`` that of everything together. ``all_splits`` tells that there are no others.
    """

    runs: int
    splits: int
    regressions: int
    improvements: int
    undecided: int
    smallest: float
    smallest_total: float
    all_splits: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """The sizes that runs suffice for, and the changes that were alarmed for, most often first."""

    runs: int
    sizes: tuple[Size, ...]
    alarms: tuple[tuple[str, int], ...] = field(default=())


def calibrate(
    profiles: Sequence[Profile],
    options: CheckOptions | None = None,
    *,
    operations: Sequence[float | None] | None = None,
    most: int = 200,
    seed: int = 1,
) -> Calibration:
    """Compare runs of one version with one another, ``most`` splits of each size at most.

    Which splits are drawn depends on ``seed`` alone.

    Raises :class:`UsageError` where there are fewer than two runs.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-quiet.cpuprofile.gz")
    >>> profkit.calibrate([profile, profile]).sizes[0].regressions
    0
    """
    if len(profiles) < 2:  # noqa: PLR2004 (two sides)
        raise UsageError("one run cannot be split: record several of the same version")
    options = options or CheckOptions()
    done = list(operations or [None] * len(profiles))
    joined = join(
        profiles[:1], profiles[1:], base_operations=done[:1], candidate_operations=done[1:]
    )
    measured = measure(joined, profiles, value_type=options.value_type)
    random = np.random.default_rng(seed)
    alarms: Counter[str] = Counter()
    plain = replace(options, budgets=())
    sizes = [
        _size(measured, runs, plain, most, random, alarms)
        for runs in _SIZES
        if 2 * runs <= len(profiles)
    ]
    return Calibration(len(profiles), tuple(sizes), tuple(alarms.most_common()))


def _size(
    measured: Measured,
    runs: int,
    options: CheckOptions,
    most: int,
    random: np.random.Generator,
    alarms: Counter[str],
) -> Size:
    splits, are_all = _splits(len(measured.name), runs, most, random)
    ends: Counter[Outcome] = Counter()
    smallest, smallest_total = [], []
    for base, candidate in splits:
        verdict = judge(measured.choose(base, candidate), options)
        ends[verdict.outcome] += 1
        smallest.append(verdict.smallest)
        smallest_total.append(verdict.smallest_total)
        if verdict.outcome is Outcome.REGRESSION:
            alarms[verdict.changes[0].name] += 1
    return Size(
        runs=runs,
        splits=len(splits),
        regressions=ends[Outcome.REGRESSION],
        improvements=ends[Outcome.IMPROVEMENT],
        undecided=ends[Outcome.CANNOT_DECIDE],
        smallest=float(np.median(smallest)),
        smallest_total=float(np.median(smallest_total)),
        all_splits=are_all,
    )


def _splits(
    existing: int, runs: int, most: int, random: np.random.Generator
) -> tuple[list[tuple[list[int], list[int]]], bool]:
    """Return which runs are compared with which: all ways there are, or as many as ``most``."""
    ways = math.comb(existing, 2 * runs) * math.comb(2 * runs, runs)
    if ways <= most:
        return [
            (list(base), [n for n in chosen if n not in base])
            for chosen in itertools.combinations(range(existing), 2 * runs)
            for base in itertools.combinations(chosen, runs)
        ], True
    drawn = (random.permutation(existing)[: 2 * runs].tolist() for _ in range(most))
    return [(chosen[:runs], chosen[runs:]) for chosen in drawn], False
