"""Unbroken stretches: how long a thread was busy without a break.

A stretch is a run of samples of one thread. It ends

- where a sample is idle, and where nothing is known for longer than the gap allowed;
- in a profile with JavaScript also where the event loop itself runs: at a sample with nothing but
  native code on its stack, unless garbage is being collected or V8's state, where a V8 tick log
  tells it, is another than external;
- and there where the outermost JavaScript function changes, since another callback began. What
  Node and V8 run at the end of each callback belongs to it: ``process.nextTick`` and promises
  (``processTicksAndRejections``, ``runMicrotasks``) go on with the stretch before.

Two callbacks of one function, one right after the other between two samples, cannot be told apart:
a stretch is not a measurement of one callback. Where V8 could not walk the stack, a sample looks
like the loop's own; one of these alone is taken for part of the stretch where the stacks before and
after it share three frames and half of the shorter one. V8 looks at 255 frames: what called a
deeper stack is not known, and it goes on with the stretch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Kind, VmState
from profkit.profile.columns import IndexColumn, ValueColumn, concat, indexes, values
from profkit.views.activity import Activity, activities, only_native, spans
from profkit.views.common import shared_frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile, SampleTable, StackTree

    Numbers = npt.NDArray[np.int64]

__all__ = ["Stretches", "longest_stretches"]

_GOES_ON = frozenset(
    {"processTicksAndRejections", "runMicrotasks", "_tickCallback", "_tickDomainCallback"}
)
"""What runs at the end of a callback, by its name in Node 6 to 26."""
_LEAST_COMMON = 3
_MOST_FRAMES = 255
"""V8 looks at no more (``TickSample::kMaxFramesCount``): a deeper stack's root is not known."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """The longest stretches first, equal ones by their begin; columns of shape ``(stretches,)``.

    ``thread`` (``int32``) is a thread's number, ``samples`` (``int32``) how many there are in it,
    ``start`` and ``end`` (``int64``) are nanoseconds of the recording's clock. ``stacks`` are the
    heaviest stack of each: functions from root to leaf, with the time that was spent below each
    of them in the stretch. ``found`` is how many stretches there are in all.
    """

    thread: IndexColumn
    samples: IndexColumn
    start: ValueColumn
    end: ValueColumn
    stacks: tuple[tuple[tuple[int, int], ...], ...]
    found: int

    def __len__(self) -> int:
        return len(self.thread)


def longest_stretches(
    profile: Profile, threads: Sequence[int], *, gap: int, limit: int | None
) -> Stretches:
    """Return the ``limit`` longest stretches of some threads, all of them for None."""
    turn = _turns(profile)
    rows = []
    for number in threads:
        samples = profile.threads[number].samples
        start, end = spans(profile, samples, gap)
        first, last = _runs(profile, samples, start, end, turn)
        rows.append(np.stack([np.full(len(first), number), first, last, start[first], end[last]]))
    table = concat([row.T for row in rows], np.int64).reshape(-1, 5)
    order = np.lexsort((table[:, 0], table[:, 3], table[:, 3] - table[:, 4]))[:limit]
    shown = table[order]
    return Stretches(
        thread=indexes(shown[:, 0]),
        samples=indexes(shown[:, 2] - shown[:, 1] + 1),
        start=values(shown[:, 3]),
        end=values(shown[:, 4]),
        stacks=tuple(
            _heaviest(profile, profile.threads[thread].samples, first, last, gap)
            for thread, first, last, _, _ in shown.tolist()
        ),
        found=len(table),
    )


def _turns(profile: Profile) -> Numbers | None:
    """Return for each node what the event loop called: a function, -1 unknown, -2 nothing.

    None where the profile has no JavaScript, so that nothing is known of a loop.
    """
    kinds = profile.kind_of_node
    is_script = kinds == Kind.JS
    if not is_script.any():
        return None
    tree = profile.tree
    answer = np.full(len(tree), ABSENT, np.int64)
    answer[only_native(profile)] = ABSENT - 1
    tops = np.flatnonzero(is_script & tree.outermost(is_script.astype(np.int64)))
    node = np.arange(len(tree))
    top = tops[np.maximum(np.searchsorted(tops, node, side="right") - 1, 0)]
    inside = (node >= top) & (node < tree.subtree_end[top])
    answer[inside] = profile.function_of_node[top[inside]]
    answer[tree.depth >= _MOST_FRAMES - 1] = ABSENT
    return answer


def _runs(
    profile: Profile, samples: SampleTable, start: Numbers, end: Numbers, turn: Numbers | None
) -> tuple[Numbers, Numbers]:
    """Return the first and the last sample of each stretch of a thread."""
    activity = activities(profile, samples)
    outside = activity == Activity.IDLE
    fresh = np.ones(len(start), bool)
    fresh[1:] = start[1:] > end[:-1]
    if turn is not None:
        of_sample = turn[samples.node]
        loop = (of_sample < ABSENT) & (activity != Activity.GC) & _may_be_loop(samples)
        outside |= loop
        outside[_not_walked(profile.tree, samples.node, loop, outside)] = False
        fresh[1:] |= _changes(profile, of_sample)
    fresh[1:] |= outside[1:] != outside[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(start))[: len(first)] - 1
    inside = ~outside[first]
    return first[inside], last[inside]


def _may_be_loop(samples: SampleTable) -> npt.NDArray[np.bool_]:
    """Tell for which samples V8's state allows that the event loop runs, not V8."""
    if samples.state is None:
        return np.ones(len(samples), bool)
    return np.isin(samples.state, (VmState.UNKNOWN, VmState.EXTERNAL))


def _not_walked(
    tree: StackTree,
    node: npt.NDArray[np.integer],
    loop: npt.NDArray[np.bool_],
    outside: npt.NDArray[np.bool_],
) -> Numbers:
    """Return the samples alone that look like the loop's, between two that are of one call."""
    inner = np.arange(1, max(len(node) - 1, 1))
    row = inner[loop[inner] & ~outside[inner - 1] & ~outside[np.minimum(inner + 1, len(node) - 1)]]
    above = shared_frames(tree, node[row - 1], node[row + 1])
    shorter = np.minimum(tree.depth[node[row - 1]], tree.depth[node[row + 1]]) + 1
    found: Numbers = row[(above >= _LEAST_COMMON) & (2 * above >= shorter)]
    return found


def _changes(profile: Profile, turn: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which samples, but the first, begin another turn than the one known before."""
    latest = np.maximum.accumulate(np.where(turn >= 0, np.arange(len(turn)), 0))
    known = turn[latest]
    ends_turn = np.append(
        [profile.text(int(name)) in _GOES_ON for name in profile.functions.name], False
    )
    is_another = (turn[1:] >= 0) & (known[:-1] >= 0) & (turn[1:] != known[:-1])
    changes: npt.NDArray[np.bool_] = is_another & ~ends_turn[turn[1:]]
    return changes


def _heaviest(
    profile: Profile, samples: SampleTable, first: int, last: int, gap: int
) -> tuple[tuple[int, int], ...]:
    """Follow the heaviest callee from the roots on, until more was spent in a function itself."""
    tree = profile.tree
    start, end = spans(profile, samples, gap)
    own = np.zeros(len(tree), np.int64)
    run = slice(first, last + 1)
    np.add.at(own, samples.node[run], (end - start)[run])
    total = tree.totals(own)
    function = profile.function_of_node
    stack: list[tuple[int, int]] = []
    begin, limit, here = 0, len(tree), 0
    while True:
        best, child = ABSENT, begin
        while child < limit:
            if total[child] > (total[best] if best != ABSENT else 0):
                best = child
            child = int(tree.subtree_end[child])
        if best == ABSENT or total[best] < here:
            return tuple(stack)
        stack.append((int(function[best]), int(total[best])))
        begin, limit, here = best + 1, int(tree.subtree_end[best]), int(own[best])
