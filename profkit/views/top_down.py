"""Merge nodes from the root down: what the tree view and the butterfly's callees are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from profkit.profile import ABSENT, StackTree
from profkit.views.calltree import CallTree, Cut, call_tree
from profkit.views.order import function_label, greatest

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["top_down"]

Options = TypeVar("Options")


def top_down(
    profile: Profile,
    options: Options,
    parent: Numbers,
    function: Numbers,
    own: Numbers,
    *,
    total: int,
    least: float,
    depth: int | None,
    limit: int | None = None,
) -> CallTree[Options]:
    """Merge nodes of one function below one row, and leave out what is small or too deep.

    The nodes are given by their parents among themselves (-1 for the first level), their functions
    and their own values; all of shape ``(nodes,)``. A row stays whose value is at least ``least``
    and, on the first level, among the ``limit`` greatest; ``total`` is what shares are of.
    """
    merged, place = StackTree.from_parents(parent, function)
    self_values = np.zeros(len(merged), np.int64)
    np.add.at(self_values, place, own)
    total_values = merged.totals(self_values)
    # In a difference a total may be zero above what rose and what fell.
    weight = merged.totals(np.abs(self_values))
    is_root = merged.parent == ABSENT
    is_used = weight > 0
    is_small = is_used & (weight < least)
    if limit is not None:
        first = np.flatnonzero(is_root & is_used & ~is_small)
        is_over = np.ones(len(first), bool)
        is_over[
            greatest(
                np.abs(total_values[first]),
                limit,
                lambda n: function_label(profile, int(merged.frame[first[n]])),
            )
        ] = False
        is_small[first[is_over]] = True
    too_deep = is_used & (merged.depth >= (depth or len(merged)))
    hidden = merged.below(is_small | too_deep | ~is_used)
    kept = np.flatnonzero(~hidden)
    row = np.append(np.cumsum(~hidden) - 1, ABSENT)
    hidden_root = is_small & is_root
    above_is_kept = ~np.append(hidden, False)[merged.parent]
    goes_on = np.unique(merged.parent[above_is_kept & too_deep & ~is_root])
    return call_tree(
        profile,
        options,
        row[merged.parent[kept]],
        merged.frame[kept],
        self_values[kept],
        total_values[kept],
        total=total,
        cut=Cut(
            roots=int(hidden_root.sum()),
            roots_value=int(total_values[hidden_root].sum()),
            branches=int((is_small & ~is_root & above_is_kept & ~too_deep).sum()),
            deeper=len(goes_on),
        ),
    )
