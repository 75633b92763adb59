"""From everything that changed to what caused it.

A slower function makes all its callers slower, and a function that V8 inlines anew hands its cost
to its caller. So changes are sorted here into causes, each with its symptoms, and costs that only
moved. Everything rests on one question: what do these nodes of the tree cost together, before and
after? See :meth:`profkit.gate.comparing.Sides.test_nodes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from profkit.gate.comparing import NEARLY_ALL
from profkit.profile import ABSENT, Kind
from profkit.symbols.packages import owned

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.gate.comparing import Hit, Sides

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Cause", "Findings", "find_causes", "has_moved"]

_MOST_OF_IT = 0.9
"""This share of a function's cost is below a caller that it can be a symptom or a part of."""
_HALF = 0.5
_ALMOST_ALL = 0.85
_SURELY = 0.01
_NEW = 0.1
_NEARBY = 5.0
"""What is within a caller of so many times a change is near it."""
_GREATER = 5.0


@dataclass(slots=True)
class Cause:
    """A change that is a cause, or a cost that moved, and the changes that follow from it.

    ``size`` is what it explains by itself. Of callers that is half of what their callees leave: a
    rise that is spread thin names nobody, and stands behind those that can be named.
    """

    hit: Hit
    size: float
    symptoms: list[Hit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Findings:
    """Causes and what only moved, of both directions, the greatest change first.

    ``nodes`` (``(nodes,)``) are those whose cost the causes explain.
    """

    causes: list[Cause]
    moved: list[Cause]
    nodes: Flags


def find_causes(sides: Sides) -> Findings:
    """Sort what changed into causes with their symptoms, and costs that only moved."""
    tree = _Tree(sides)
    causes: list[Cause] = []
    moved: list[Cause] = []
    explained = np.zeros(len(tree.delta), bool)
    for sign in (1, -1):
        one, other, nodes = _of_direction(tree, [h for h in sides.hits if h.delta * sign > 0], sign)
        causes += one
        moved += other
        explained |= nodes
    for found in (causes, moved):
        found.sort(key=lambda cause: -cause.size)
    return Findings(causes, moved, explained)


def has_moved(sides: Sides, hit: Hit) -> bool:
    """Tell whether what a rise or a fall is called by costs what it did."""
    return _is_moved(_Tree(sides), hit, 1 if hit.delta > 0 else -1)


class _Tree:
    """The mean cost of nodes on both sides, and where functions stand in the tree."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.measured = sides.measured
        self.base = sides.node_means(candidate=False)
        self.candidate = sides.node_means(candidate=True)
        self.delta = self.candidate - self.base
        self.owned = owned(self.measured.profile)
        self._nodes: dict[tuple[int, str], Flags] = {}

    @cached_property
    def bounds(self) -> Flags:
        """Tell which functions hold so nearly all that what is below them has nothing in common."""
        total = self.mean_totals
        kind = self.measured.profile.functions.kind
        whole = self.measured.own.sum(axis=1).mean()
        return np.asarray((total > NEARLY_ALL * whole) | (kind == Kind.ROOT))

    def nodes(self, hit: Hit) -> Flags:
        """Tell whose own cost a hit is about."""
        return self.of(hit.function, hit.measure)

    def of(self, function: int, measure: str) -> Flags:
        """Tell whose own cost makes up a function's by this measure."""
        key = function, measure
        if key not in self._nodes:
            self._nodes[key] = self.measured.nodes(function, measure)  # type: ignore[arg-type]
        return self._nodes[key]

    def weight(self, sign: int) -> Floats:
        """Return the cost of nodes on the side where it is greater: after a rise, before a fall."""
        return self.candidate if sign > 0 else self.base

    def callers(self, hit: Hit, sign: int) -> list[int]:
        """Return the functions that most of a hit's cost is below, or in, the nearest first."""
        weight = self.weight(sign)
        if hit.measure == "total":
            leaves = np.flatnonzero(
                (self.measured.function == hit.function) & self.measured.outermost
            )
            running = np.concatenate([[0.0], np.cumsum(weight)])
            held_here = running[self.measured.profile.tree.subtree_end[leaves]] - running[leaves]
        else:
            leaves = np.flatnonzero(self.nodes(hit) & (weight > 0))
            held_here = weight[leaves]
        parent, function = self.measured.profile.tree.parent, self.measured.function
        size = len(self.measured.profile.functions)
        seen = []
        here: npt.NDArray[np.integer] = leaves
        leaf = np.arange(len(leaves))
        while len(here):
            seen.append(leaf.astype(np.int64) * size + function[here])
            here = parent[here]
            leaf, here = leaf[here != ABSENT], here[here != ABSENT]
        if not seen:
            return []
        pairs = np.unique(np.concatenate(seen))
        held = np.bincount(pairs % size, held_here[pairs // size], size)
        found = np.flatnonzero((held >= _MOST_OF_IT * held_here.sum()) & ~self.bounds)
        total = self.mean_totals
        return sorted(found.tolist(), key=lambda f: float(total[f]))

    def mean_cost(self, function: int) -> float:
        """Return a function's mean comparable total of both sides."""
        inside = self.of(function, "total")
        return float(self.base[inside].sum() + self.candidate[inside].sum()) / 2

    @cached_property
    def mean_totals(self) -> Floats:
        """Each function's mean total, ``(functions,)``."""
        return np.asarray(self.measured.total_costs.mean(axis=0))

    def introduced(self, function: int, sign: int) -> float:
        """Return how much of a function's rise no other place gave away.

        Each function below counts by how much it rose anywhere, in the part of it that is here: one
        that is now called from here, and was from elsewhere, adds nothing.
        """
        here = self.of(function, "total")
        weight = self.weight(sign)
        size = len(self.measured.profile.functions)
        of_node = self.measured.function
        part = np.bincount(of_node[here], weight[here], size)
        whole = np.bincount(of_node, weight, size)
        rise = np.bincount(of_node, self.delta, size)
        return float((np.divide(part, whole, out=np.zeros(size), where=whole > 0) * rise).sum())


def _of_direction(
    tree: _Tree, hits: list[Hit], sign: int
) -> tuple[list[Cause], list[Cause], Flags]:
    moved = [hit for hit in hits if _is_moved(tree, hit, sign)]
    real = [hit for hit in hits if hit not in moved]
    causes: list[Cause] = []
    explained = np.zeros(len(tree.delta), bool)
    for hit in _in_order(tree, real):
        nodes = tree.nodes(hit)
        # What rose below the runtime in many places names nobody, where somebody can be named.
        is_spread = hit.measure == "total" and not tree.owned[hit.function]
        if causes and (is_spread or not _stands_alone(tree, hit, explained, sign)):
            _nearest_cause(tree, causes, nodes, sign).symptoms.append(hit)
            continue
        left = abs(float(tree.delta[nodes & ~explained].sum()))
        causes.append(Cause(hit, left / 2 if hit.measure == "total" else abs(hit.delta)))
        explained |= nodes
    causes = _folded(tree, causes, [hit for hit in real if hit.measure == "total"], sign)
    for cause in causes:
        explained |= tree.nodes(cause.hit)
    return causes, _one_a_function(moved, causes), explained


def _in_order(tree: _Tree, hits: list[Hit]) -> list[Hit]:
    """Return first what code spent itself, then what it had the runtime do, then all it called.

    The runtime's own code comes after those who are charged for it.
    """
    total = tree.mean_totals

    def key(hit: Hit) -> tuple[int, float]:
        if hit.measure == "charged":
            return 0, -abs(hit.delta)
        if hit.measure == "self":
            return 1, -abs(hit.delta)
        return 2, float(total[hit.function])

    return sorted(hits, key=key)


def _stands_alone(tree: _Tree, hit: Hit, explained: Flags, sign: int) -> bool:
    """Tell whether a change remains where what other causes explain is left out."""
    rest = tree.nodes(hit) & ~explained
    left = float(tree.delta[rest].sum()) * sign
    if left < _HALF * abs(hit.delta) and left < 2 * tree.sides.least:
        return False
    return float(tree.sides.test_nodes(rest).p[0]) <= _SURELY


def _nearest_cause(tree: _Tree, causes: list[Cause], nodes: Flags, sign: int) -> Cause:
    """Return the cause that explains most of what changed in these nodes."""
    return max(
        causes, key=lambda cause: float(tree.delta[nodes & tree.nodes(cause.hit)].sum()) * sign
    )


def _is_moved(tree: _Tree, hit: Hit, sign: int) -> bool:
    """Tell whether what a change is called by costs what it did, as the rest of that fell."""
    nodes = tree.nodes(hit)
    if hit.measure == "total" and tree.introduced(hit.function, sign) * sign < _HALF * abs(
        hit.delta
    ):
        return True
    for caller in tree.callers(hit, sign):
        rest = tree.of(caller, "total") & ~nodes
        if float(tree.weight(-sign)[rest].sum()) > _GREATER * abs(hit.delta):
            break  # that is so much more that its mere drift is as great
        change = float(tree.delta[rest].sum()) * sign
        if -change < _HALF * abs(hit.delta):
            continue
        found = tree.sides.test_nodes(rest)
        is_less = found.p[0] <= _SURELY and (found.high[0] if sign > 0 else -found.low[0]) < 0
        is_near = tree.mean_cost(caller) <= _NEARBY * abs(hit.delta)
        if is_less and (is_near or _has_given(tree, hit, rest, sign)):
            return True
    return False


def _has_given(tree: _Tree, hit: Hit, rest: Flags, sign: int) -> bool:
    """Tell whether a function among these nodes is known to cost so much less as a hit more.

    All that holds most of a run may fall by as much where the machine wavers; no function does.
    """
    return any(
        float(tree.delta[tree.nodes(other) & rest].sum()) * sign <= -_HALF * abs(hit.delta)
        for other in tree.sides.hits
        if other.delta * sign < 0
    )


def _folded(tree: _Tree, causes: list[Cause], totals: list[Hit], sign: int) -> list[Cause]:
    """Fold causes into a caller all of which changed alike: it is called more, or is new."""
    answer: list[Cause] = []
    for cause in causes:
        chosen = _caller_alike(tree, cause, totals, sign)
        hit = cause.hit if chosen is None else _hottest(tree, chosen, totals, sign)
        symptoms = [*cause.symptoms, *([] if hit is cause.hit else [cause.hit])]
        same = next((one for one in answer if one.hit.function == hit.function), None)
        if same is None:
            answer.append(Cause(hit, cause.size, symptoms))
        else:
            same.symptoms += symptoms
            same.size += cause.size
    return [
        Cause(c.hit, c.size, [s for s in c.symptoms if s.function != c.hit.function])
        for c in answer
    ]


def _caller_alike(tree: _Tree, cause: Cause, totals: list[Hit], sign: int) -> Hit | None:
    """Return the outermost caller of a cause whose other costs changed by as much, relatively."""
    nodes = tree.nodes(cause.hit)
    before, after = (tree.base, tree.candidate) if sign > 0 else (tree.candidate, tree.base)
    callers = tree.callers(cause.hit, sign)
    by_function = {hit.function: hit for hit in totals}
    own = _growth(float(before[nodes].sum()), float(after[nodes].sum()))
    for caller in reversed(callers):
        if caller not in by_function or caller == cause.hit.function:
            continue
        rest = tree.of(caller, "total") & ~nodes
        low, high = float(before[rest].sum()), float(after[rest].sum())
        part = _HALF if own < 1 / _NEW else _MOST_OF_IT
        if _growth(low, high) < part * own or high - low < tree.sides.least / 2:
            continue
        found = tree.sides.test_nodes(rest)
        if (found.low[0] if sign > 0 else -found.high[0]) > 0:
            return by_function[caller]
    return None


def _growth(before: float, after: float) -> float:
    """Return how much something grew in parts of itself; 10 at most, which is as good as new."""
    return min(after / before - 1, 1 / _NEW) if before > _NEW * after else 1 / _NEW


def _hottest(tree: _Tree, hit: Hit, totals: list[Hit], sign: int) -> Hit:
    """Go down from a change as long as one callee of the program's own has nearly all of it."""
    inside = tree.of(hit.function, "total")
    weight = tree.weight(sign)
    best = hit
    for other in totals:
        nodes = tree.of(other.function, "total")
        if (
            tree.owned[other.function]
            and abs(other.delta) >= _ALMOST_ALL * abs(hit.delta)
            and abs(other.delta) <= abs(best.delta)
            and weight[nodes & inside].sum() >= _MOST_OF_IT * weight[nodes].sum()
        ):
            best = other
    return best


def _one_a_function(moved: list[Hit], causes: list[Cause]) -> list[Cause]:
    """Return moved costs, the greatest of each function, without those of causes."""
    of_causes = {cause.hit.function for cause in causes}
    greatest: dict[int, Hit] = {}
    for hit in sorted(moved, key=lambda hit: -abs(hit.delta)):
        if hit.function not in of_causes:
            greatest.setdefault(hit.function, hit)
    return [Cause(hit, abs(hit.delta)) for hit in greatest.values()]
