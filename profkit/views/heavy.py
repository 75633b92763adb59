"""The bottom-up view: what takes the time, and from where it is called.

Every stack is read from its leaf to its root. The first level is the functions by their self
value; a row below another is a caller, with as much of the value as came that way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from profkit.views.bottom_up import bottom_up
from profkit.views.calltree import CallTree, Cut, inverted_call_tree
from profkit.views.grouped import CallerGrouping, grouped
from profkit.views.order import function_label, greatest

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["HeavyOptions", "heavy", "inverted"]

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class HeavyOptions:
    """How far a heavy view goes.

    ``limit`` is the number of functions on the first level and ``depth`` the number of levels,
    None for all; ``min_share`` the least fraction of the total that a row must have;
    ``value_type`` a number in the profile's value types; ``by`` what stands in place of functions,
    as :func:`~profkit.views.grouped.grouped` takes it.
    """

    limit: int | None = None
    depth: int | None = None
    min_share: float = 0.0
    value_type: int = 0
    include_idle: bool = False
    by: CallerGrouping = "function"


def heavy(profile: Profile, options: HeavyOptions | None = None) -> CallTree[HeavyOptions]:
    """Return the functions by their self value, each with its callers.

    A row's total is the value of the stacks that end in its first-level function and lead there
    through the rows between. Its self value is the same on the first level and 0 for callers, so
    the self values of all rows sum to the total, less that of the roots cut.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> view = profkit.heavy(profile, profkit.HeavyOptions(limit=1, depth=3, min_share=0.2))
    >>> for depth, function, ticks in zip(view.depth, view.function, view.total_values):
    ...     print("  " * depth, profkit.function_name(profile, function), ticks)
     libc.so.6 2637
       node 2149
         handleWriteReq 1442
    """
    options = options or HeavyOptions()
    profile = grouped(profile, options.by)
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    return inverted(
        profile,
        options,
        profile.function_of_node,
        own,
        total=int(own.sum()),
        least=options.min_share * int(np.abs(own).sum()),
        depth=options.depth,
        limit=options.limit,
    )


def inverted(
    profile: Profile,
    options: Options,
    function: npt.NDArray[np.integer],
    value: Numbers,
    *,
    total: int,
    least: float,
    depth: int | None,
    limit: int | None,
) -> CallTree[Options]:
    """Merge stacks from the nodes that have a value up to their roots, by function.

    ``function`` and ``value`` are of shape ``(nodes,)``. A row stays whose value is at least
    ``least`` and, on the first level, among the ``limit`` greatest; ``total`` is what shares are
    of. Self values are the values of the first level.
    """
    flat = np.zeros(len(profile.functions), np.int64)
    np.add.at(flat, function, value)
    present = np.flatnonzero(flat)
    first = present[np.abs(flat[present]) >= least]
    first = first[
        greatest(np.abs(flat[first]), limit, lambda n: function_label(profile, int(first[n])))
    ]
    is_first = np.zeros(len(flat), bool)
    is_first[first] = True
    branches = 0

    def keep(value: Numbers, of_parent: Numbers) -> npt.NDArray[np.bool_]:  # noqa: ARG001
        nonlocal branches
        kept = np.abs(value) >= least
        branches += int((~kept).sum())
        return kept

    rows = bottom_up(
        profile.tree,
        function,
        np.where(is_first[function], value, 0),
        depth=None if depth is None else depth - 1,
        keep=keep,
    )
    return inverted_call_tree(
        profile,
        options,
        rows,
        function,
        total=total,
        cut=Cut(
            roots=len(present) - len(first),
            roots_value=int(flat.sum()) - int(flat[first].sum()),
            branches=branches,
            deeper=rows.deeper,
        ),
    )
