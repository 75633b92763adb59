"""The top-down view: what calls what, from the roots of the stacks to their leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT
from profkit.transforms.matching import find_function
from profkit.views.grouped import CallerGrouping, grouped
from profkit.views.top_down import top_down

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.views.calltree import CallTree

    Numbers = npt.NDArray[np.int64]

__all__ = ["TreeOptions", "tree"]


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """How far a tree goes, and from where.

    ``depth`` is the number of levels, None for all; ``min_share`` the least fraction that a row
    must have of what is shown: of the total, or of that of the function ``of``, which is named as
    :func:`~profkit.transforms.matching.find_function` takes it. ``value_type`` is a number in the
    profile's value types; ``by`` is what stands in place of functions, as
    :func:`~profkit.views.grouped.grouped` takes it.
    """

    depth: int | None = None
    min_share: float = 0.0
    of: str | None = None
    value_type: int = 0
    include_idle: bool = False
    by: CallerGrouping = "function"


def tree(profile: Profile, options: TreeOptions | None = None) -> CallTree[TreeOptions]:
    """Return the functions from the roots down, each with what it calls.

    With ``of``, the roots are all outermost calls of that function, merged into one; shares
    remain of the whole total.

    Raises :class:`UsageError` where it names no function, or several.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> view = profkit.tree(profile, profkit.TreeOptions(of="logRequest", depth=1))
    >>> view.total_values.tolist(), view.total
    ([1686], 5849)
    """
    options = options or TreeOptions()
    profile = grouped(profile, options.by)
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    parent, function, shown = _scope(profile, options.of)
    shown_values = own[shown]
    return top_down(
        profile,
        options,
        parent,
        function,
        shown_values,
        total=int(own.sum()),
        least=options.min_share * int(np.abs(shown_values).sum()),
        depth=options.depth,
    )


def _scope(profile: Profile, of: str | None) -> tuple[Numbers, Numbers, Numbers]:
    """Return the nodes in view: their parents among themselves, their functions, and which."""
    stacks = profile.tree
    function = profile.function_of_node.astype(np.int64)
    if of is None:
        return stacks.parent.astype(np.int64), function, np.arange(len(stacks))
    wanted = find_function(profile, of)
    is_wanted = np.isin(function, wanted)
    function[is_wanted] = wanted[0]
    tops = is_wanted & stacks.outermost(is_wanted.astype(np.int64))
    inside = stacks.below(tops)
    shown = np.flatnonzero(inside)
    number = np.append(np.cumsum(inside) - 1, ABSENT)
    parent = np.where(tops[shown], ABSENT, number[stacks.parent[shown]])
    return parent, function[shown], shown
