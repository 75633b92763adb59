"""One function in the middle: who calls it, and what it calls, over all its occurrences.

A function may stand on one stack several times. Seen from outside, all that lies between its
outermost and its innermost occurrence is the function's own affair: what precedes the outermost
one is its caller, what follows the innermost one its callee, and where nothing follows, the stack
counts as self. So each stack has one caller or none, and one callee or is self, and

- the totals of all direct callees and the function's self value sum to its total;
- the totals of all direct callers and what was called from nowhere sum to its total.

Self and total are those of a ranking by function.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.profile import ABSENT
from profkit.transforms.matching import find_function
from profkit.views.heavy import inverted
from profkit.views.top_down import top_down

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.views.calltree import CallTree

    Numbers = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

__all__ = ["Butterfly", "ButterflyOptions", "butterfly"]


@dataclass(frozen=True, slots=True)
class ButterflyOptions:
    """Which function, and how far up and down from it.

    ``function`` names it as :func:`~profkit.transforms.matching.find_function` takes it. ``limit``
    is the number of its direct callers and of its direct callees, ``depth`` the number of levels on
    each side, None for all; ``min_share`` the least fraction of the function's total that a row
    must have; ``value_type`` a number in the profile's value types.
    """

    function: str
    limit: int | None = None
    depth: int | None = 1
    min_share: float = 0.0
    value_type: int = 0
    include_idle: bool = False


@dataclass(frozen=True, slots=True)
class Butterfly(Displayed):
    """A function with its callers and callees; values are in the value type's unit.

    ``callers`` has the direct callers on its first level and under each those that call it, with
    the value that came that way; ``callees`` the direct callees and under each what it calls.
    The ``total`` of both is the function's. ``root_value`` is what no caller is known of,
    ``recursive_value`` that of the stacks on which the function stands more than once. ``total`` is
    that of the whole profile.
    """

    profile: Profile = field(repr=False, compare=False)
    options: ButterflyOptions
    function: int
    self_value: int
    total_value: int
    root_value: int
    recursive_value: int
    callers: CallTree[ButterflyOptions]
    callees: CallTree[ButterflyOptions]
    total: int


def butterfly(profile: Profile, options: ButterflyOptions) -> Butterfly:
    """Return a function's callers and callees, merged over all its occurrences.

    Raises :class:`UsageError` where the name fits no function, or several.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> view = profkit.butterfly(profile, profkit.ButterflyOptions("logRequest", limit=1))
    >>> profkit.function_name(profile, view.callees.function[0]), int(view.callees.total_values[0])
    ('Writable.write', 1557)
    >>> view.self_value, view.total_value
    (5, 1686)
    """
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    wanted = find_function(profile, options.function)
    function = profile.function_of_node.astype(np.int64)
    is_wanted = np.isin(function, wanted)
    function[is_wanted] = wanted[0]
    stacks = profile.tree
    outermost = is_wanted & stacks.outermost(is_wanted.astype(np.int64))
    totals = stacks.totals(own)
    total = int(totals[outermost].sum())
    least = options.min_share * int(np.abs(own[stacks.below(outermost)]).sum())
    is_root = outermost & (stacks.parent == ABSENT)
    return Butterfly(
        profile=profile,
        options=options,
        function=int(wanted[0]),
        self_value=int(own[is_wanted].sum()),
        total_value=total,
        root_value=int(totals[is_root].sum()),
        recursive_value=int(own[stacks.below(is_wanted & ~outermost)].sum()),
        callers=_callers(profile, options, function, np.where(outermost, totals, 0), least),
        callees=_callees(profile, options, function, is_wanted, own, least),
        total=int(own.sum()),
    )


def _callers(
    profile: Profile, options: ButterflyOptions, function: Numbers, value: Numbers, least: float
) -> CallTree[ButterflyOptions]:
    """Climb from where the function is outermost; ``value`` is the total there, else 0."""
    stacks = profile.tree
    called = np.flatnonzero((value != 0) & (stacks.parent != ABSENT))
    at_caller = np.zeros(len(stacks), np.int64)
    np.add.at(at_caller, stacks.parent[called], value[called])
    return inverted(
        profile,
        options,
        function,
        at_caller,
        total=int(value.sum()),
        least=least,
        depth=options.depth,
        limit=options.limit,
    )


def _callees(
    profile: Profile,
    options: ButterflyOptions,
    function: Numbers,
    is_wanted: Mask,
    own: Numbers,
    least: float,
) -> CallTree[ButterflyOptions]:
    """Merge what lies below each occurrence, up to the next one below it."""
    stacks = profile.tree
    inside = stacks.below(is_wanted) & ~is_wanted
    shown = np.flatnonzero(inside)
    number = np.append(np.cumsum(inside) - 1, ABSENT)
    above = stacks.parent[shown]
    return top_down(
        profile,
        options,
        np.where(is_wanted[above], ABSENT, number[above]),
        function[shown],
        own[shown],
        total=int(own[stacks.below(is_wanted)].sum()),
        least=least,
        depth=options.depth,
        limit=options.limit,
    )
