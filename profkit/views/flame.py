"""The layout of a flame graph: what stands where, as columns of whole numbers.

A flame graph merges all stacks of all threads from the root on: a box is a function below one
chain of callers, as wide as the time in which that chain was on the stack. Brendan Gregg's "The
Flame Graph" (ACM Queue 14(2), 2016) is the source of the idea; positions here follow from running
sums over the tree's depth-first order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.errors import UsageError
from profkit.profile import ABSENT, StackTree
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values
from profkit.views.order import function_label

if TYPE_CHECKING:
    from profkit.profile import Profile

__all__ = ["FlameGraph", "FlameOptions", "flame"]


@dataclass(frozen=True, slots=True)
class FlameOptions:
    """What a flame graph shows.

    ``value_type`` is a column of the samples' values. ``width`` is that of the picture and
    ``min_width`` that of the narrowest box drawn, both in pixels; of more than ``max_boxes`` boxes
    the widest are drawn, and among equals those nearest to the root.

    Raises :class:`UsageError` for a width that is not positive.
    """

    value_type: int = 0
    include_idle: bool = False
    width: int = 1200
    min_width: float = 0.1
    max_boxes: int = 40_000

    def __post_init__(self) -> None:
        if self.width <= 0:
            raise UsageError(f"a picture cannot be {self.width} pixels wide")
        if not (math.isfinite(self.min_width) and self.min_width >= 0):
            raise UsageError(f"a box cannot be {self.min_width} pixels wide")


@dataclass(frozen=True, slots=True)
class FlameGraph(Displayed):
    """One row a box, in depth-first order; all columns of shape ``(boxes,)``.

    The first box stands for everything: its ``function`` is -1, its ``depth`` 0. ``function`` and
    ``depth`` are ``int32``; ``x`` (where the box begins), ``total_values`` (how wide it is) and
    ``self_values`` are ``int64``, in the value type's unit. The callees of a box stand side by
    side from its left edge, by name; what remains to the right of them is its self value.

    ``options`` are what it was laid out with. ``pruned`` boxes were too narrow to be drawn;
    ``pruned_self`` is the sum of their self values. ``idle`` is what was left out as idle.
    ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
    options: FlameOptions
    function: IndexColumn
    depth: IndexColumn
    x: ValueColumn
    self_values: ValueColumn
    total_values: ValueColumn
    pruned: int
    pruned_self: int
    idle: int

    def __len__(self) -> int:
        return len(self.function)

    @property
    def total(self) -> int:
        """What all shares are of."""
        return int(self.total_values[0])

    @property
    def levels(self) -> int:
        """How many boxes stand one on another at most, the first one included."""
        return int(self.depth.max()) + 1


def flame(profile: Profile, options: FlameOptions | None = None) -> FlameGraph:
    """Lay out the flame graph of all threads, frames of one function merged.

    Boxes without any value are not part of the graph, so they do not count as pruned.

    Raises :class:`UsageError` where a value is negative: a difference has no widths.

    >>> import profkit
    >>> graph = profkit.flame(profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz"))
    >>> graph.total, graph.levels, graph.pruned
    (5849, 72, 0)
    """
    options = options or FlameOptions()
    sampled = profile.self_values(options.value_type)
    if int(sampled.min(initial=0)) < 0:
        raise UsageError("a flame graph cannot show negative values")
    measured = profile.self_values(options.value_type, include_idle=options.include_idle)
    by_name, rank = _by_name(profile)
    # A tree's siblings are in the order of their frames' numbers; ranks as frames sort by name.
    tree, place = StackTree.from_parents(profile.tree.parent, rank[profile.function_of_node])
    own = np.zeros(len(tree), np.int64)
    np.add.at(own, place, measured)
    total = tree.totals(values(own))
    x = _left_edges(tree, own)
    depth = tree.depth
    everything = int(own.sum())
    drawn = _wide_enough(total, depth, everything, options)
    return FlameGraph(
        profile=profile,
        options=options,
        function=indexes(np.append(ABSENT, by_name[tree.frame[drawn]])),
        depth=indexes(np.append(0, depth[drawn] + 1)),
        x=values(np.append(0, x[drawn])),
        self_values=values(np.append(0, own[drawn])),
        total_values=values(np.append(everything, total[drawn])),
        pruned=int(np.count_nonzero(total)) - len(drawn),
        pruned_self=everything - int(own[drawn].sum()),
        idle=int(sampled.sum()) - everything,
    )


def _by_name(profile: Profile) -> tuple[IndexColumn, IndexColumn]:
    """Return the functions in the order of their names, and each function's place in it."""
    labels = [function_label(profile, number) for number in range(len(profile.functions))]
    rows = [(label[0].casefold(), label, number) for number, label in enumerate(labels)]
    by_name = indexes([number for _, _, number in sorted(rows)])
    rank = np.empty(len(by_name), np.int32)
    rank[by_name] = np.arange(len(by_name))
    return by_name, rank


def _left_edges(tree: StackTree, own: ValueColumn) -> ValueColumn:
    """Return where each node begins: all that stands to its left, its ancestors' own value not."""
    path = np.zeros(len(tree) + 1, np.int64)
    path[:-1] = own
    np.subtract.at(path, tree.subtree_end, own)
    ancestors = np.cumsum(path)[:-1] - own
    return np.cumsum(own) - own - ancestors


def _wide_enough(
    total: ValueColumn, depth: IndexColumn, everything: int, options: FlameOptions
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the nodes to draw, in order; with a node its ancestors, for none is narrower."""
    smallest = math.ceil(everything * options.min_width / options.width)
    drawn = np.flatnonzero(total >= max(smallest, 1))
    if len(drawn) > options.max_boxes:
        widest_first = np.lexsort((drawn, depth[drawn], -total[drawn]))
        drawn = np.sort(drawn[widest_first[: options.max_boxes]])
    return drawn
