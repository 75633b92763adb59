"""What a flame graph is, and what may be asked of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from profkit.display import Displayed
from profkit.errors import UsageError
from profkit.profile import NANOSECONDS, ValueType

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn, ValueColumn

__all__ = ["FlameChange", "FlameGraph", "FlameOptions", "FlamePart", "Layout", "WidthBy"]

Layout: TypeAlias = Literal["graph", "heavy", "chart"]
"""``graph`` merges stacks from their roots on, ``heavy`` from their leaves on; ``chart`` has them
in the order of time."""

WidthBy: TypeAlias = Literal["candidate", "base", "both", "delta"]
"""How wide a box of a difference is: by its value in the candidate or in the base, by the mean of
its shares in both, or by how much the shares of the stacks in it changed."""

BILLION = 10**9
"""What shares are counted in where widths are shares: whole numbers, like all widths."""

_TIME = ValueType("time", NANOSECONDS)
_SHARE = ValueType("share", "billionths")


@dataclass(frozen=True, slots=True)
class FlameOptions:
    """What a flame graph shows.

    ``value_type`` is a column of the samples' values; a chart shows time instead. ``width`` is that
    of the picture and ``min_width`` that of the narrowest box drawn, both in pixels; of more than
    ``max_boxes`` boxes the widest are drawn, and among equals those nearest to the root.
    ``per_thread`` lays out each thread by itself, as a chart always does. ``width_by`` is for
    differences.

    Raises :class:`UsageError` for a width that is not positive.
    """

    value_type: int = 0
    include_idle: bool = False
    width: int = 1200
    min_width: float = 0.1
    max_boxes: int = 40_000
    layout: Layout = "graph"
    per_thread: bool = False
    width_by: WidthBy = "candidate"

    def __post_init__(self) -> None:
        if self.width <= 0:
            raise UsageError(f"a picture cannot be {self.width} pixels wide")
        if not (math.isfinite(self.min_width) and self.min_width >= 0):
            raise UsageError(f"a box cannot be {self.min_width} pixels wide")

    def least(self, whole: int) -> int:
        """Return how wide a box must be at least where ``whole`` is as wide as the picture."""
        return max(math.ceil(whole * self.min_width / self.width), 1)


@dataclass(frozen=True, slots=True)
class FlamePart:
    """One graph of several in a picture: the boxes ``[first, end)`` of a :class:`FlameGraph`.

    The first of them stands for all of it. ``thread`` is the number of its thread, -1 where it
    shows all threads. ``total`` is what the shares of its boxes are of.
    """

    thread: int
    first: int
    end: int
    total: int


@dataclass(frozen=True, slots=True)
class FlameChange:
    """What became of each box from the base to the candidate; columns of shape ``(boxes,)``.

    ``base`` and ``candidate`` are its totals on both sides, ``base_self`` and ``candidate_self``
    its self values (``int64``, in the unit of the value type that is compared); shares are of
    ``base_total`` and ``candidate_total``. ``of_function`` (``float64``) is by how much the share
    of its function changed all in all, recursion counted once.

    ``gone`` are the functions that only the base has, ``new`` those that only the candidate has,
    each with its total there, the greatest first; ``gone_self`` and ``new_self`` the sums of their
    self values. ``base_names`` and ``candidate_names`` are the files of the runs.
    """

    base: ValueColumn
    candidate: ValueColumn
    base_self: ValueColumn
    candidate_self: ValueColumn
    of_function: npt.NDArray[np.float64]
    base_total: int
    candidate_total: int
    gone: tuple[tuple[int, int], ...]
    new: tuple[tuple[int, int], ...]
    gone_self: int
    new_self: int
    base_names: tuple[str, ...]
    candidate_names: tuple[str, ...]

    @property
    def of_node(self) -> npt.NDArray[np.float64]:
        """By how much the share of each box changed; ``float64``, shape ``(boxes,)``."""
        return self.candidate / max(self.candidate_total, 1) - self.base / max(self.base_total, 1)


@dataclass(frozen=True, slots=True)
class FlameGraph(Displayed):
    """One row a box, part by part and in depth-first order; columns of shape ``(boxes,)``.

    The first box of a part stands for everything: its ``function`` is -1, its ``depth`` 0.
    ``function``, ``depth`` and ``tier`` are ``int32``; ``x`` (where the box begins),
    ``total_values`` (how wide it is) and ``self_values`` are ``int64``, in the unit of
    :attr:`value_type`. ``tier`` is the :class:`~profkit.profile.Tier` in which most of a box's
    total was spent.

    What stands on a box is side by side within its edges: in a graph its callees from its left
    edge on, by name, so that its self value remains to the right of them; in a heavy one its
    callers, in the same way; in a chart its callees in the order of time. There ``x`` is
    nanoseconds since ``start``, a time of the recording's clock. In a heavy graph the boxes of
    depth 1 have their total for self value, and their callers have none.

    ``options`` are what it was laid out with. ``pruned`` boxes were too narrow to be drawn; what
    would stand on them in a heavy graph is not counted. ``pruned_self`` is the sum of their self
    values. ``idle`` is what was left out as idle. ``threads_left_out`` are those without times in
    a chart, and elsewhere those without any value where each has its part. ``change`` is there in
    a difference. ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
    options: FlameOptions
    parts: tuple[FlamePart, ...]
    function: IndexColumn
    depth: IndexColumn
    x: ValueColumn
    self_values: ValueColumn
    total_values: ValueColumn
    tier: IndexColumn
    pruned: int
    pruned_self: int
    idle: int
    start: int = 0
    threads_left_out: int = 0
    change: FlameChange | None = None

    def __len__(self) -> int:
        return len(self.function)

    @property
    def total(self) -> int:
        """The whole of what is shown: what shares are of, unless threads are apart."""
        totals = [part.total for part in self.parts]
        return max(totals) if self.options.layout == "chart" else sum(totals)

    @property
    def part_totals(self) -> ValueColumn:
        """What the share of each box is of; ``int64``, shape ``(boxes,)``."""
        sizes = [part.end - part.first for part in self.parts]
        return np.repeat(np.array([part.total for part in self.parts], np.int64), sizes)

    @property
    def levels(self) -> int:
        """How many boxes stand one on another at most, the first one included."""
        return int(self.depth.max()) + 1

    @property
    def value_type(self) -> ValueType:
        """What the figures measure."""
        if self.options.layout == "chart":
            return _TIME
        if self.change and self.options.width_by in ("both", "delta"):
            return _SHARE
        return self.profile.value_types[self.options.value_type]
