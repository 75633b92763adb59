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
    from collections.abc import Iterator

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
    total = int(hits.sum())
    if (hits < 0).any() or not 0 < total <= _PLAUSIBLE * len(node):
        return np.zeros(len(node), bool)
    # Where none of a node's samples is a hit, or all are, there is nothing to choose.
    extra: npt.NDArray[np.bool_] = (hits == 0)[node]
    candidates = np.flatnonzero(((surplus > 0) & (hits > 0))[node])
    before = duration[np.maximum(candidates - 1, 0)]
    order = candidates[np.lexsort((before, node[candidates]))]
    ordered = node[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    extra[order] = rank < surplus[ordered]
    return extra


def reweigh(duration: Ints, extra: npt.NDArray[np.bool_], usual: int) -> None:
    """Take the time of extra samples away from them, in place. The sum stays as it is.

    ``usual`` is the :func:`usual_interval`.
    """
    row = np.flatnonzero(extra)
    if not len(row) or len(row) == len(extra):
        return
    starts = np.flatnonzero(np.diff(row, prepend=-2) > 1)
    theirs, total = duration[row], int(duration.sum())
    taken = np.add.reduceat(theirs, starts)
    owner = row[starts] - 1
    taken, owner = taken[owner >= 0], owner[owner >= 0]
    duration[owner] += np.minimum(taken, np.maximum(usual - duration[owner], 0))
    duration[row] = 0
    if duration.any():
        spread(duration, total, out=duration)
    else:
        duration[row] = theirs  # no other sample has a time, nor is there a usual one


def usual_interval(duration: Ints, extra: npt.NDArray[np.bool_]) -> int:
    """Return the median time between samples of which neither is extra; 0 without samples."""
    undisturbed = ~(extra[:-1] | extra[1:])
    if undisturbed.any():
        return int(median(duration[:-1], undisturbed))
    return int(median(duration)) if len(duration) else 0


def median(value: Ints, chosen: npt.NDArray[np.bool_] | None = None) -> float:
    """Return what ``np.median`` does, of many in less time: by counting them in classes first.

    With ``chosen`` (of the same shape) it is that of ``value[chosen]``.
    """

    def parts() -> Iterator[Ints]:
        for start in range(0, len(value), BLOCK):
            rows = slice(start, start + BLOCK)
            yield value[rows] if chosen is None else value[rows][chosen[rows]]

    low = int(value.min())
    shift = max((int(value.max()) - low).bit_length() - _CLASS_BITS, 0)
    classes = np.zeros(2**_CLASS_BITS, np.int64)
    for part in parts():
        classes += np.bincount((part - low) >> shift, minlength=len(classes))
    ends = np.cumsum(classes)
    count = int(ends[-1])
    first, last = np.searchsorted(ends, [(count - 1) // 2, count // 2], side="right").tolist()
    lowest, highest = low + (first << shift), low + ((last + 1) << shift)
    inside = np.concatenate([part[(part >= lowest) & (part < highest)] for part in parts()])
    inside.sort()
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
