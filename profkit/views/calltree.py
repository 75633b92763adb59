"""What the heavy view and the tree view have in common: rows under rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from profkit.display import Displayed
from profkit.profile import ABSENT, StackTree
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values
from profkit.views.bottom_up import Unfolding
from profkit.views.order import ordered

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.views.bottom_up import BottomUp

__all__ = ["CallTree", "Cut", "call_tree", "inverted_call_tree"]

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class Cut:
    """What a call tree leaves out.

    ``roots`` first-level rows of the value ``roots_value`` are not shown, nor are ``branches``
    further rows below shown ones, because of their small share or by a limit; what lies under a
    row left out is not counted again. ``deeper`` of the rows shown go on below the depth limit.
    """

    roots: int = 0
    roots_value: int = 0
    branches: int = 0
    deeper: int = 0


@dataclass(frozen=True, slots=True)
class CallTree(Displayed, Generic[Options]):
    """Rows in display order: each row's own rows follow it, the greatest first.

    Columns are of shape ``(rows,)``: ``parent`` is the row above (-1 on the first level), ``depth``
    the number of rows above, ``function`` a function's number; ``int32``. ``self_values`` and
    ``total_values`` are ``int64``, in the value type's unit. ``total`` is what shares are of.
    ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
    options: Options
    parent: IndexColumn
    depth: IndexColumn
    function: IndexColumn
    self_values: ValueColumn
    total_values: ValueColumn
    total: int
    cut: Cut

    def __len__(self) -> int:
        return len(self.parent)


def call_tree(
    profile: Profile,
    options: Options,
    parent: npt.NDArray[np.integer],
    function: npt.NDArray[np.integer],
    self_values: npt.NDArray[np.int64],
    total_values: npt.NDArray[np.int64],
    *,
    total: int,
    cut: Cut,
) -> CallTree[Options]:
    """Put rows that are linked by ``parent`` into display order: by value, equal ones by name."""
    tree, row = _displayed(profile, parent, function, total_values)
    return CallTree(
        profile=profile,
        options=options,
        parent=tree.parent,
        depth=tree.depth,
        function=indexes(function[row]),
        self_values=values(self_values[row]),
        total_values=values(total_values[row]),
        total=total,
        cut=cut,
    )


def inverted_call_tree(
    profile: Profile,
    options: Options,
    rows: BottomUp,
    group_of_node: npt.NDArray[np.integer],
    *,
    total: int,
    cut: Cut,
) -> CallTree[Options]:
    """Do the same for rows that lead from leaves upwards, with self values on the first level.

    ``group_of_node`` are the functions that rows were grouped by.
    """
    tree, row = _displayed(profile, rows.parent, rows.group, rows.total)
    whole = Unfolding(tree.parent, rows.tail[row])
    total_values = rows.total[row][whole.row]
    return CallTree(
        profile=profile,
        options=options,
        parent=indexes(whole.parent),
        depth=indexes(tree.depth[whole.row] + whole.step),
        function=indexes(
            whole.groups(profile.tree, group_of_node, rows.group[row], rows.node[row])
        ),
        self_values=values(np.where(whole.parent == ABSENT, total_values, 0)),
        total_values=values(total_values),
        total=total,
        cut=cut,
    )


def _displayed(
    profile: Profile,
    parent: npt.NDArray[np.integer],
    function: npt.NDArray[np.integer],
    total_values: npt.NDArray[np.int64],
) -> tuple[StackTree, npt.NDArray[np.int64]]:
    """Return rows in display order as a tree, and the row that stands at each place of it."""
    order = ordered(profile, function, np.abs(total_values))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    # Each rank occurs once, so the builder merges nothing and sorts siblings by it.
    tree, place = StackTree.from_parents(parent, rank)
    row = np.empty(len(place), np.int64)
    row[place] = np.arange(len(place))
    return tree, row
