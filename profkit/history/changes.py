"""Change points of a series: where its distribution changed, found by E-divisive with means.

Source: Matteson and James, "A nonparametric approach for multiple change point analysis of
multivariate data", Journal of the American Statistical Association 109 (2014), with an exponent of
1 and each segment compared up to its end, as Daly et al. do for performance tests ("The use of
change point detection to identify software performance regressions", ICPE 2020).

Two parts of a segment are compared by the energy distance of their values. The place where it is
greatest is a change point where chance seldom makes it as great: where hardly any permutation of
the values does. What is left on both sides is looked at in the same way, until nothing is found.

One thing is added: a value far off its segment's median counts as less far, so that one disturbed
commit does not hide a small step elsewhere. The test stays exact, for it permutes what is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["LEAST", "ChangePoint", "change_points", "energy_distances"]

LEAST = 3
"""How many values there are at least on each side of a change point: one or two may be chance."""

_FAR = 5 * 1.4826
"""How many median absolute deviations from the median count; 1.4826 make a standard deviation."""
_THRESHOLDS = 64
"""In how many steps the distribution of a longer segment is looked at."""
_EXCEEDING = 1
"""How many permutations may do as well as the series itself at the significance level."""
_BATCH = 1 << 19


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A place where a series changed.

    ``index`` is the first value after it; ``start`` and ``end`` bound the segments beside it:
    ``[start, index)`` and ``[index, end)``. ``before`` and ``after`` are their medians; the
    95 % interval of the shift between them is ``low`` to ``high``, by Mann and Whitney's test as
    Hodges and Lehmann (1963) invert it. ``p`` is the p-value of the test by permutations.
    """

    index: int
    start: int
    end: int
    before: float
    after: float
    low: float
    high: float
    p: float


def change_points(
    series: Sequence[float] | Floats, level: float = 0.01, *, seed: int = 0
) -> tuple[ChangePoint, ...]:
    """Find the change points of a series, in the order of their places.

    ``level`` is the significance level of each test: a series of pure noise has a change point with
    this probability at most. The same series and seed have the same answer.
    """
    values = np.asarray(series, np.float64)
    permutations = math.ceil((1 + _EXCEEDING) / level) - 1
    random = np.random.default_rng(seed)
    found: dict[int, float] = {}
    known: dict[tuple[int, int], tuple[float, int]] = {}
    while True:
        edges = [0, *sorted(found), len(values)]
        for start, end in pairwise(edges):
            if (start, end) not in known:
                known[start, end] = _best(values[start:end], start)
        greatest, place = max(known[bounds] for bounds in pairwise(edges))
        if greatest <= 0:
            break
        segments = [_features(values[start:end]) for start, end in pairwise(edges)]
        p = _p_value(greatest, segments, permutations, level, random)
        if p > level:
            break
        found[place] = p
    edges = [0, *sorted(found), len(values)]
    return tuple(
        _change_point(values, *bounds, found[bounds[1]])
        for bounds in zip(edges, edges[1:], edges[2:], strict=False)
    )


def energy_distances(series: Sequence[float] | Floats) -> Floats:
    """Return how much what is before each value differs from the rest; shape ``(values,)``.

    It is the energy distance (Székely and Rizzo) of both parts, weighed by their sizes ``n`` and
    ``m``: ``nm/(n+m) (2 E|X-Y| - E|X-X'| - E|Y-Y'|)``; 0 for the first value.
    """
    features = _features(np.asarray(series, np.float64))
    return np.append(0.0, _distances(features[None])[0])


def _features(segment: Floats) -> Floats:
    """Return a vector for each value, with which energy distances are squares of sums.

    ``2 E|X-Y| - E|X-X'| - E|Y-Y'|`` is twice the integral of the squared difference of both
    distribution functions (Székely 2003). A value's distribution function is a step at that value;
    here it is less the segment's own, in the middle of each gap between values, times the root of
    the gap. Shape ``(values, gaps)``.
    """
    middle = np.median(segment) if len(segment) else 0.0
    spread = np.median(np.abs(segment - middle)) if len(segment) else 0.0
    if spread > 0:
        segment = np.clip(segment, middle - _FAR * spread, middle + _FAR * spread)
    levels = np.unique(segment)
    if len(levels) > _THRESHOLDS:
        levels = levels[np.linspace(0, len(levels) - 1, _THRESHOLDS).astype(np.int64)]
    steps = (segment[:, None] <= levels[None, :-1]).astype(np.float64)
    steps -= steps.mean(axis=0) if len(steps) else 0.0
    answer: Floats = steps * np.sqrt(np.diff(levels))
    return answer


def _distances(features: Floats) -> Floats:
    """Return the weighed energy distances at each place but the first.

    ``features`` is of shape ``(permutations, values, gaps)``, the answer ``(permutations,
    values - 1)``.
    """
    count = features.shape[1]
    sums = np.cumsum(features[:, :-1], axis=1)
    size = np.arange(1, count)
    squares = np.einsum("pvg,pvg->pv", sums, sums)
    weighed: Floats = squares * (2 * count / (size * (count - size)))
    return weighed


def _best(segment: Floats, start: int) -> tuple[float, int]:
    """Return the greatest distance within a segment, and its place in the series."""
    if len(segment) < 2 * LEAST:
        return 0.0, start
    distances = energy_distances(segment)[LEAST : len(segment) - LEAST + 1]
    place = int(np.argmax(distances))
    return float(distances[place]), start + LEAST + place


def _p_value(
    greatest: float,
    segments: Sequence[Floats],
    permutations: int,
    level: float,
    random: np.random.Generator,
) -> float:
    """Return the share of permutations within segments that have as great a distance somewhere.

    Stops where the share is above the level in any case.
    """
    # A permutation of what is equal has sums that differ in their last digits.
    greatest *= 1 - 1e-9
    long_enough = [segment for segment in segments if len(segment) >= 2 * LEAST]
    batch = max(1, _BATCH // max(segment.size + 1 for segment in long_enough))
    exceeding = done = 0
    while done < permutations:
        size = min(batch, permutations - done)
        best = np.zeros(size)
        for segment in long_enough:
            count = len(segment)
            order = random.permuted(np.tile(np.arange(count), (size, 1)), axis=1)
            distances = _distances(segment[order])[:, LEAST - 1 : count - LEAST]
            np.maximum(best, distances.max(axis=1), out=best)
        exceeding += int((best >= greatest).sum())
        done += size
        if 1 + exceeding > level * (1 + permutations):
            break
    return (1 + exceeding) / (1 + done)


def _change_point(values: Floats, start: int, index: int, end: int, p: float) -> ChangePoint:
    left, right = values[start:index], values[index:end]
    low, high = _shift(left, right)
    return ChangePoint(
        index, start, end, float(np.median(left)), float(np.median(right)), low, high, p
    )


def _shift(left: Floats, right: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the shift from ``left`` to ``right``.

    It is that between the smallest and the greatest difference where there are too few values for
    95 %.
    """
    n, m = len(left), len(right)
    differences = np.sort((right[:, None] - left[None, :]).ravel())
    spread = math.sqrt(n * m * (n + m + 1) / 12)
    cut = max(0, math.floor(n * m / 2 - 1.959964 * spread))
    return float(differences[cut]), float(differences[-1 - cut])
