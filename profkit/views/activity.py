"""What a thread did at each time, as far as its samples tell."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, NANOSECONDS, Kind, VmState

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile, SampleTable

    Numbers = npt.NDArray[np.int64]

__all__ = [
    "Activity",
    "activities",
    "covered_until",
    "longest_gap",
    "moments",
    "only_native",
    "spans",
    "timed_threads",
]

_LEAST_GAP = 50_000_000
_INTERVALS = 50


class Activity(enum.IntEnum):
    """What a thread does, told by a sample's leaf and, in V8 tick logs, by V8's state."""

    BUSY = 0
    """Running code of the program or of its runtime."""
    NATIVE = 1
    """In native code or a shared library, or in what V8 calls ``(program)``."""
    GC = 2
    """Collecting garbage."""
    IDLE = 3
    """Waiting: ``(idle)``, or V8's states idle, idle-external and atomics-wait."""

    @property
    def label(self) -> str:
        """The word that tables and JSON use."""
        return self.name.lower()


_LATE = 3
_NATIVE = (Kind.NATIVE, Kind.SHARED_LIBRARY, Kind.PROGRAM, Kind.ROOT)
_BY_KIND = {
    Kind.NATIVE: Activity.NATIVE,
    Kind.SHARED_LIBRARY: Activity.NATIVE,
    Kind.PROGRAM: Activity.NATIVE,
    Kind.GC: Activity.GC,
    Kind.IDLE: Activity.IDLE,
}
_BY_STATE = {
    VmState.GC: Activity.GC,
    VmState.ATOMICS_WAIT: Activity.IDLE,
    VmState.IDLE: Activity.IDLE,
    VmState.IDLE_EXTERNAL: Activity.IDLE,
}


def moments(samples: SampleTable) -> Numbers:
    """Return the samples' times; none where the format has none."""
    return np.zeros(0, np.int64) if samples.time is None else samples.time


def timed_threads(profile: Profile, picture: str) -> tuple[list[int], int]:
    """Return the threads that have samples with times, and how many have samples without.

    ``picture`` is what needs times, such as ``a timeline``.

    Raises :class:`UsageError` where there are samples, and none has a time.
    """
    used = [n for n, thread in enumerate(profile.threads) if len(thread.samples)]
    timed = [n for n in used if profile.threads[n].samples.time is not None]
    if used and not timed:
        raise UsageError(
            f"{profile.meta.source}: its samples have no times, and {picture} needs them: V8 "
            "logs, .cpuprofile, traces and speedscope files have them, folded stacks do not"
        )
    return timed, len(used) - len(timed)


def activities(profile: Profile, samples: SampleTable) -> Numbers:
    """Return the :class:`Activity` of each sample; shape ``(samples,)``."""
    by_kind = np.zeros(len(Kind), np.int64)
    by_kind[list(_BY_KIND)] = list(_BY_KIND.values())
    found = by_kind[profile.kind_of_node[samples.node]]
    if samples.state is None:
        return found
    by_state = np.full(len(VmState), ABSENT, np.int64)  # the last place serves an unknown state
    by_state[list(_BY_STATE)] = list(_BY_STATE.values())
    of_state = by_state[samples.state]
    found = np.where(of_state == ABSENT, found, of_state)
    found[_after_waiting(profile, samples)] = Activity.IDLE
    return found


def only_native(profile: Profile) -> npt.NDArray[np.bool_]:
    """Tell which nodes have nothing but native code on their stacks; shape ``(nodes,)``."""
    tree = profile.tree
    is_other = ~np.isin(profile.kind_of_node, _NATIVE)
    others = np.zeros(len(tree) + 1, np.int64)
    others[:-1] += is_other
    np.subtract.at(others, tree.subtree_end[is_other], 1)
    within: npt.NDArray[np.bool_] = np.cumsum(others)[:-1] == 0
    return within


def _after_waiting(profile: Profile, samples: SampleTable) -> Numbers:
    """Return the ticks of a V8 log that say that the event loop has been waiting since the last.

    Node has the loop block the profiler's signal while it waits (``UV_LOOP_BLOCK_SIGNAL`` in
    ``src/node.cc``), so no ticks come in that time, and one when it is over: an idle one, or in
    old versions one in native code outside of V8.
    """
    interval = profile.meta.interval
    if samples.state is None or interval is None or samples.time is None:
        return np.zeros(0, np.int64)
    late = np.flatnonzero(np.diff(samples.time) > _LATE * interval) + 1
    state = samples.state[late]
    of_loop = (state == VmState.EXTERNAL) & only_native(profile)[samples.node[late]]
    found: Numbers = late[of_loop | np.isin(state, (VmState.IDLE, VmState.IDLE_EXTERNAL))]
    return found


def longest_gap(profile: Profile) -> int:
    """Return how many nanoseconds a sample may stand for: 50 intervals, and at least 50 ms."""
    return max(_LEAST_GAP, _INTERVALS * (profile.meta.interval or 0))


def spans(profile: Profile, samples: SampleTable, gap: int) -> tuple[Numbers, Numbers]:
    """Return from when to when each sample stands, in nanoseconds; spans do not overlap.

    Where the recording has no interval and its values are times, a sample lasts as long as its
    value says. Else it stands until the next one; where that is further away than ``gap``, and at
    the end, for the usual time between two: nobody knows what happened in what is longer. In a V8
    log a tick that ends the waiting of the event loop stands for the waiting too.
    """
    time = moments(samples)
    if not len(time):
        return time, time
    step = np.diff(time)
    usual = profile.meta.interval or (int(np.median(step)) if len(step) else 0)
    room = np.append(step, usual)
    clocks = [n for n, kind in enumerate(profile.value_types) if kind.unit == NANOSECONDS]
    if profile.meta.interval is None and clocks:
        lasts = np.maximum(samples.values[:, clocks[0]], 0)
        room[-1] = lasts[-1]
        return time, time + np.minimum(room, lasts)
    end = time + np.where(room > gap, min(usual, gap), room)
    waited = _after_waiting(profile, samples)
    if not len(waited):
        return time, end
    start = time.copy()
    start[waited] = end[waited - 1] = time[waited - 1] + usual
    return start, end


def covered_until(start: Numbers, end: Numbers, edges: Numbers) -> Numbers:
    """Return how much of some spans lies before each edge; spans are in order and apart."""
    length = np.append(0, np.cumsum(end - start))
    begun = np.searchsorted(start, edges, side="right")
    last = np.maximum(begun - 1, 0)
    beyond = np.maximum(end[last] - edges, 0) if len(end) else np.zeros(len(edges), np.int64)
    return length[begun] - np.where(begun > 0, beyond, 0)
