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

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

__all__ = ["find_extra", "reweigh", "spread", "usual_interval"]

_PLAUSIBLE = 2


def find_extra(node: Ints, duration: Ints, hits: Ints) -> npt.NDArray[np.bool_]:
    """Tell which samples no hit stands for; shape ``(samples,)``.

    ``node`` and ``duration`` (shape ``(samples,)``) are in the order of time, ``hits`` of shape
    ``(nodes,)``. Where a node has more samples than hits, those that follow soonest on the sample
    before them are the extra ones: the clock does not strike twice in so short a time. Where hits
    are missing, or are so many that they cannot belong to these samples, none is extra.
    """
    count = np.bincount(node, minlength=len(hits))
    surplus = np.maximum(count - hits, 0)
    extra = np.zeros(len(node), bool)
    total = int(hits.sum())
    if (hits < 0).any() or not 0 < total <= _PLAUSIBLE * len(node):
        return extra
    candidates = np.flatnonzero(surplus[node] > 0)
    before = np.concatenate([duration[:1], duration[:-1]])
    order = candidates[np.lexsort((before[candidates], node[candidates]))]
    ordered = node[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    extra[order] = rank < surplus[ordered]
    return extra


def reweigh(duration: Ints, extra: npt.NDArray[np.bool_]) -> Ints:
    """Take the time of extra samples away from them. Returns durations of the same sum."""
    count = len(duration)
    if not extra.any() or extra.all():
        return duration
    regular = ~extra
    usual = usual_interval(duration, extra)
    owner = np.maximum.accumulate(np.where(regular, np.arange(count), -1))
    taken = np.zeros(count, np.int64)
    owned = extra & (owner >= 0)
    np.add.at(taken, owner[owned], duration[owned])
    room = np.maximum(usual - duration, 0)
    weight = np.where(extra, 0, duration + np.minimum(taken, room))
    return spread(weight, int(duration.sum())) if weight.any() else duration


def usual_interval(duration: Ints, extra: npt.NDArray[np.bool_]) -> int:
    """Return the median time between samples of which neither is extra; 0 without samples."""
    regular = ~extra
    undisturbed = duration[:-1][regular[:-1] & regular[1:]]
    known = undisturbed if len(undisturbed) else duration
    return int(np.median(known)) if len(known) else 0


def spread(weight: Ints, total: int) -> Ints:
    """Divide ``total`` in proportion to ``weight``, into whole numbers of exactly that sum."""
    running = np.cumsum(weight, dtype=np.float64)
    if not len(running) or not running[-1]:
        return np.zeros(len(weight), np.int64)
    ends = np.minimum(np.rint(running * (total / running[-1])).astype(np.int64), total)
    ends[running == running[-1]] = total
    shares: Ints = np.diff(ends, prepend=0)
    return shares
