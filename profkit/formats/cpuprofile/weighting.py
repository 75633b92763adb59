"""Time that agrees with hit counts: what to do with the samples that V8 adds.

V8 takes a sample by the clock, which counts as a hit of its node, and one more each time that
optimised code is thrown away, which does not (``CpuProfiler``'s ``AddDeoptStack``). So samples
outnumber hits, and time piles onto functions that deoptimise.

An extra sample cuts the time of the sample before it short. That time goes back there, up to the
usual time between two samples; what remains is spread over all samples in proportion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import BLOCK, sums_by

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

__all__ = ["find_extra", "median", "reweigh", "spread", "usual_interval"]

_PLAUSIBLE = 2
_CLASS_BITS = 16


def find_extra(node: Ints, duration: Ints, hits: Ints) -> npt.NDArray[np.bool_]:
    """Tell which samples no hit stands for; shape ``(samples,)``.

    ``node`` and ``duration`` (shape ``(samples,)``) are in the order of time, ``hits`` of shape
    ``(nodes,)``. Where a node has more samples than hits, those that follow soonest on the sample
    before them are the extra ones: the clock does not strike twice in so short a time. Where hits
    are missing, or are so many that they cannot belong to these samples, none is extra.
    """
    count = sums_by(node, None, len(hits))
    surplus = np.maximum(count - hits, 0)
    extra = np.zeros(len(node), bool)
    total = int(hits.sum())
    if (hits < 0).any() or not 0 < total <= _PLAUSIBLE * len(node):
        return extra
    candidates = np.flatnonzero(surplus[node] > 0)
    before = duration[np.maximum(candidates - 1, 0)]
    order = candidates[np.lexsort((before, node[candidates]))]
    ordered = node[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    extra[order] = rank < surplus[ordered]
    return extra


def reweigh(duration: Ints, extra: npt.NDArray[np.bool_], usual: int) -> Ints:
    """Take the time of extra samples away from them. Returns durations of the same sum.

    ``usual`` is the :func:`usual_interval`.
    """
    row = np.flatnonzero(extra)
    if not len(row) or len(row) == len(extra):
        return duration
    starts = np.flatnonzero(np.diff(row, prepend=-2) > 1)
    taken = np.add.reduceat(duration[row], starts)
    owner = row[starts] - 1
    taken, owner = taken[owner >= 0], owner[owner >= 0]
    weight = duration.copy()
    weight[owner] += np.minimum(taken, np.maximum(usual - duration[owner], 0))
    weight[row] = 0
    return spread(weight, int(duration.sum()), out=weight) if weight.any() else duration


def usual_interval(duration: Ints, extra: npt.NDArray[np.bool_]) -> int:
    """Return the median time between samples of which neither is extra; 0 without samples."""
    regular = ~extra
    undisturbed = duration[:-1][regular[:-1] & regular[1:]]
    known = undisturbed if len(undisturbed) else duration
    return int(median(known)) if len(known) else 0


def median(value: Ints) -> float:
    """Return what ``np.median`` does, of many in less time: by counting them in classes first."""
    count, low = len(value), int(value.min())
    shift = max((int(value.max()) - low).bit_length() - _CLASS_BITS, 0)
    classes = np.zeros(2**_CLASS_BITS, np.int64)
    for start in range(0, count, BLOCK):
        part = (value[start : start + BLOCK] - low) >> shift
        classes += np.bincount(part, minlength=len(classes))
    ends = np.cumsum(classes)
    first, last = np.searchsorted(ends, [(count - 1) // 2, count // 2], side="right").tolist()
    lowest, highest = low + (first << shift), low + ((last + 1) << shift)
    inside = np.sort(value[(value >= lowest) & (value < highest)])
    below = int(ends[first] - classes[first])
    return float(inside[(count - 1) // 2 - below] + inside[count // 2 - below]) / 2


def spread(weight: Ints, total: int, out: Ints | None = None) -> Ints:
    """Divide ``total`` in proportion to ``weight``, into whole numbers of exactly that sum.

    The answer goes to ``out``, which may be ``weight`` itself.
    """
    whole = int(weight.sum())
    answer = np.zeros(len(weight), np.int64) if out is None else out
    before, done = 0, 0
    for start in range(0, len(weight) if whole else 0, BLOCK):
        running = np.cumsum(weight[start : start + BLOCK])
        running += before
        before = int(running[-1])
        ends = np.rint(running * (total / whole)).astype(np.int64)
        if before == whole:
            ends[running == whole] = total
            np.minimum(ends, total, out=ends)
        part = answer[start : start + BLOCK]
        part[0] = ends[0] - done
        np.subtract(ends[1:], ends[:-1], out=part[1:])
        done = int(ends[-1])
    return answer
