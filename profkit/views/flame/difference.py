"""Differential flame graphs: the stacks of two sides in one tree, and what became of each.

Two sides differ in how long they were recorded, so what is compared are shares: of all that was
sampled on a side, its runs together.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT
from profkit.profile.columns import sums_by, values
from profkit.transforms.joining import Side
from profkit.views.flame.graph import BILLION, FlameChange, FlameGraph, FlameOptions
from profkit.views.flame.parts import Part, joined_parts, stand
from profkit.views.flame.stacks import Measured, merged_values, named_stacks

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.transforms.joining import Joined
    from profkit.views.flame.graph import WidthBy
    from profkit.views.flame.stacks import Boxes, NamedStacks

    Numbers = npt.NDArray[np.int64]

__all__ = ["flame_difference"]


def flame_difference(joined: Joined, options: FlameOptions | None = None) -> FlameGraph:
    """Lay out the flame graph of two sides; its ``change`` says what became of each box.

    Raises :class:`UsageError` where a value is negative, for a chart, and for threads apart: the
    threads of two runs are not known to be the same.

    >>> import profkit
    >>> from profkit.transforms.joining import join
    >>> before = profkit.load("samples/node/22.23.3/auth-api-quiet.v8.log.gz")
    >>> after = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> graph = profkit.flame_difference(join([before], [after]))
    >>> change = graph.change
    >>> [profkit.function_name(graph.profile, function) for function, _ in change.new[:2]]
    ['logRequest', 'Socket._write']
    """
    options = options or FlameOptions()
    if options.layout == "chart":
        raise UsageError("a flame chart shows one side: two have no time in common")
    if options.per_thread:
        raise UsageError("threads of two sides cannot be told apart: leave out --per-thread")
    profile = joined.profile
    whole = joined.self_values(options.value_type, include_idle=True)
    if int(whole.min(initial=0)) < 0:
        raise UsageError("a flame graph cannot show negative values")
    of_run = joined.self_values(options.value_type, include_idle=options.include_idle)
    stacks = named_stacks(profile)
    base, candidate = (
        merged_values(stacks, values(of_run[joined.of_side(side)].sum(axis=0))) for side in Side
    )
    own = _widths(base, candidate, options.width_by)
    total = int(own.sum())
    boxes = stand(options)(
        stacks, Measured(own, np.stack([base, candidate]), None), options.least(total)
    )
    return joined_parts(
        profile,
        options,
        [Part(ABSENT, total, 0, boxes)],
        idle=int(whole.sum()) - int(of_run.sum()),
        left_out=0,
        change=partial(_change, joined, stacks, base, candidate),
    )


def _widths(base: Numbers, candidate: Numbers, by: WidthBy) -> Numbers:
    if by == "candidate":
        return candidate
    if by == "base":
        return base
    before, after = (side / max(int(side.sum()), 1) for side in (base, candidate))
    part = np.abs(after - before) if by == "delta" else (before + after) / 2
    return np.rint(part * BILLION).astype(np.int64)


def _change(
    joined: Joined, stacks: NamedStacks, base: Numbers, candidate: Numbers, boxes: Boxes
) -> FlameChange:
    """Return what became of boxes, and of everything before them."""
    before, after = (_of_functions(stacks, side) for side in (base, candidate))
    before_self, after_self = (
        sums_by(stacks.by_name[stacks.tree.frame], side, len(stacks.by_name))
        for side in (base, candidate)
    )
    wholes = int(base.sum()), int(candidate.sum())
    of_function = after / max(wholes[1], 1) - before / max(wholes[0], 1)
    is_gone, is_new = (before > 0) & (after == 0), (after > 0) & (before == 0)
    totals = [np.append(whole, side) for whole, side in zip(wholes, boxes.sides, strict=True)]
    selves = [np.append(0, side) for side in boxes.sides_own]
    base_names, candidate_names = (
        tuple(run.name for run in joined.runs if run.side == side) for side in Side
    )
    return FlameChange(
        base=values(totals[Side.BASE]),
        candidate=values(totals[Side.CANDIDATE]),
        base_self=values(selves[Side.BASE]),
        candidate_self=values(selves[Side.CANDIDATE]),
        of_function=np.append(0.0, of_function[boxes.function]),
        base_total=wholes[Side.BASE],
        candidate_total=wholes[Side.CANDIDATE],
        gone=_greatest_first(stacks, before, is_gone),
        new=_greatest_first(stacks, after, is_new),
        gone_self=int(before_self[is_gone].sum()),
        new_self=int(after_self[is_new].sum()),
        base_names=base_names,
        candidate_names=candidate_names,
    )


def _of_functions(stacks: NamedStacks, own: Numbers) -> Numbers:
    """Return the total of each function, recursion counted once; shape ``(functions,)``."""
    tree = stacks.tree
    outermost = tree.outermost(tree.frame)
    function = stacks.by_name[tree.frame[outermost]]
    return sums_by(function, tree.totals(values(own))[outermost], len(stacks.by_name))


def _greatest_first(
    stacks: NamedStacks, total: Numbers, which: npt.NDArray[np.bool_]
) -> tuple[tuple[int, int], ...]:
    by_name = stacks.by_name[which[stacks.by_name]]
    order = by_name[np.argsort(-total[by_name], kind="stable")].tolist()
    return tuple((function, int(total[function])) for function in order)
