"""What the heavy view and the tree view have in common: rows under rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from profkit.display import Displayed
from profkit.profile import StackTree
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values
from profkit.views.order import ordered

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

__all__ = ["CallTree", "Cut", "call_tree"]

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
    order = ordered(profile, function, total_values)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    # Each rank occurs once, so the builder merges nothing and sorts siblings by it.
    tree, place = StackTree.from_parents(parent, rank)
    row = np.empty(len(place), np.int64)
    row[place] = np.arange(len(place))
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
