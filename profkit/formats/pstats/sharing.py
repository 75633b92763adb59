"""A call tree estimated from who called whom, as ``gprof`` does it.

Source: Graham, Kessler and McKusick, "gprof: a call graph execution profiler", 1982. What a caller
has of a function's own time is known; what the function calls is shared among its callers in
proportion of the time that each has of it. So each function's own time and calls stay exact, and
where nothing below it calls itself, directly or by others, its total time as well.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.pstats.table import Call

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.pstats.table import Entry, Function

    Ints = npt.NDArray[np.int64]

__all__ = ["MOST_NODES", "Estimate", "estimate"]

MOST_NODES = 100_000
"""As many nodes at most; a graph has more paths than anybody could look at."""

_DEEPEST = 1_000
"""As many functions below one another, which is what Python allows."""

_LEAST = 0.5e-9
_ROOT = -1
_MOST_ROUNDS = 200
_SETTLED = 1e-12


@dataclass(slots=True)
class Estimate:
    """A tree: one row a node, of its parent (-1 for a root) and its function's number.

    ``ratio`` is the part of what the function calls that its caller has, ``own`` and ``calls``
    what the caller has of the function's own time and calls, all of it for the caller wherever it
    is in the tree. ``is_open`` tells which nodes have what the function calls below them. ``cut``
    counts branches that were not followed, because there were too many or they were too deep.
    """

    parents: list[int] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    is_open: list[bool] = field(default_factory=list)
    cut: int = 0

    def part_of_caller(self) -> npt.NDArray[np.float64]:
        """Return which part of its caller each node is below; shape ``(nodes,)``.

        The nodes of a function together are all of it, so that nothing gets lost on the way from
        callers to callees: each round settles those one call farther from the roots.
        """
        parent, function = np.array(self.parents, np.int64), np.array(self.functions, np.int64)
        ratio, is_open = np.array(self.ratio), np.array(self.is_open, bool)
        count = int(function.max()) + 1
        of_caller = np.ones(len(parent))
        for _ in range(_MOST_ROUNDS):
            part = np.where(is_open, ratio * of_caller, 0.0)
            sums = np.bincount(function, part, count)[function]
            part = np.divide(part, sums, out=np.zeros(len(part)), where=sums > 0)
            before, of_caller = of_caller, np.where(parent == _ROOT, 1.0, part[parent])
            if np.abs(of_caller - before).max() < _SETTLED:
                break
        return of_caller

    def shares(self, amounts: Ints, weight: npt.NDArray[np.float64]) -> Ints:
        """Share what each function has among its nodes: whole numbers, whose sum is exact.

        ``amounts`` has the shape ``(functions,)``, ``weight`` and the answer ``(nodes,)``.
        """
        function = np.array(self.functions, np.int64)
        sums = np.bincount(function, weight, len(amounts))
        count = np.bincount(function, minlength=len(amounts))
        # Where no node weighs anything, all weigh the same.
        weightless = sums[function] <= 0
        part = np.where(weightless, 1 / count[function], weight)
        part /= np.where(weightless, 1, sums[function])
        order = np.argsort(function, kind="stable")
        running = np.cumsum(part[order])
        last = np.cumsum(count) - 1
        before = np.concatenate([[0.0], running[last]])[:-1]
        within = np.clip(running - before[function[order]], 0, 1)
        edge = np.rint(within * amounts[function[order]].astype(np.float64)).astype(np.int64)
        edge[last[count > 0]] = amounts[count > 0]
        edge = np.minimum(edge, amounts[function[order]])
        first = np.concatenate([[0], last + 1])[:-1]
        answer = np.diff(edge, prepend=0)
        answer[first[count > 0]] = edge[first[count > 0]]
        shared = np.empty(len(function), np.int64)
        shared[order] = np.maximum(answer, 0)
        return shared


def estimate(table: dict[Function, Entry], most: int = MOST_NODES) -> Estimate:
    """Lay out who called whom as a tree, the branches with most time first.

    A function below itself is a leaf: what it calls is below its outermost call.
    """
    numbers = {function: number for number, function in enumerate(table)}
    entries = list(table.values())
    callees: list[list[tuple[int, Call]]] = [[] for _ in entries]
    for number, entry in enumerate(entries):
        for caller, call in entry.callers.items():
            callees[numbers[caller]].append((number, call))
    sweep = _Sweep(entries, callees, most)
    for number, entry in enumerate(entries):
        outside = _without_caller(entry)
        if outside.calls > 0 or not entry.callers:
            sweep.push(_ROOT, number, outside)
    sweep.run()
    # What is called in a circle only, or was cut away altogether, begins a tree of its own.
    for number in sorted(range(len(entries)), key=lambda n: -entries[n].total):
        if not sweep.is_reached[number]:
            entry = entries[number]
            sweep.push(_ROOT, number, Call(entry.calls, entry.own, entry.total))
            sweep.run()
    return sweep.answer


def _without_caller(entry: Entry) -> Call:
    calls = entry.callers.values()
    return Call(
        entry.calls - sum(call.calls for call in calls),
        max(entry.own - sum(call.own for call in calls), 0),
        max(entry.total - sum(call.total for call in calls), 0),
    )


def _part_below(call: Call, entry: Entry) -> float:
    """Return which part of the time below a function its caller has; by calls, where that is 0."""
    whole = entry.total - entry.own
    if whole >= _LEAST:
        return max(call.total - call.own, 0.0) / whole
    return call.calls / max(entry.calls, 1)


class _Sweep:
    def __init__(
        self, entries: list[Entry], callees: list[list[tuple[int, Call]]], most: int
    ) -> None:
        self.answer = Estimate()
        self.is_reached = [False] * len(entries)
        self._entries = entries
        self._callees = callees
        self._most = most
        self._pending: list[tuple[float, int, int, int, Call, float]] = []
        self._pushed = 0
        self._depths: list[int] = []

    def push(self, parent: int, function: int, call: Call, share: float = 1.0) -> None:
        """Note a branch to follow; ``share`` is how much of its caller is there."""
        self._pushed += 1
        item = (-call.total * share, self._pushed, parent, function, call, share)
        heapq.heappush(self._pending, item)

    def run(self) -> None:
        """Follow what is noted, and what follows from that."""
        answer = self.answer
        while self._pending:
            negative, _, parent, function, call, share = heapq.heappop(self._pending)
            entry = self._entries[function]
            if parent != _ROOT and (self.is_reached[function] or self._depths[parent] >= _DEEPEST):
                if -negative < _LEAST:
                    continue
                if len(answer.parents) >= self._most or self._depths[parent] >= _DEEPEST:
                    answer.cut += 1
                    continue
            self.is_reached[function] = True
            node = len(answer.parents)
            self._depths.append(1 if parent == _ROOT else self._depths[parent] + 1)
            answer.parents.append(parent)
            answer.functions.append(function)
            answer.own.append(call.own)
            answer.calls.append(call.calls)
            ratio = _part_below(call, entry)
            answer.ratio.append(ratio)
            answer.is_open.append(not self._is_below_itself(node))
            if answer.is_open[node]:
                below = ratio * share
                for callee, edge in self._callees[function]:
                    self.push(node, callee, edge, min(below, 1.0))

    def _is_below_itself(self, node: int) -> bool:
        function, parents = self.answer.functions[node], self.answer.parents
        node = parents[node]
        while node != _ROOT:
            if self.answer.functions[node] == function:
                return True
            node = parents[node]
        return False
