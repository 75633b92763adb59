"""A flame graph as a record: each function once, and the boxes that refer to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import field

from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    begin,
    function_members,
)

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.views.flame import FlameGraph

__all__ = ["FlameBox", "FlameOmitted", "FlameRecord"]


class FlameBox(Record, frozen=True, kw_only=True):
    """A function below one chain of callers."""

    function: int | None
    """The number of its function in functions, from 0 on; null for the box of everything."""
    depth: int
    """Its level; 0 is the box of everything."""
    x: int
    """Where it begins, in the unit of valueType."""
    self_value: int = field(name="self")
    """What was spent in the function itself there, in the unit of valueType."""
    total: int
    """How wide it is, in the unit of valueType."""


class FlameOmitted(Record, frozen=True, kw_only=True):
    """What the boxes leave out."""

    boxes: int
    """How many boxes were too narrow to be drawn."""
    self_value: int = field(name="self")
    """Their self values together, in the unit of valueType."""
    idle: int
    """What was left out as idle, in the unit of valueType."""


class FlameRecord(MeasuredRecord, tag="flame", frozen=True, kw_only=True):
    """A flame graph: all stacks, merged from the root on."""

    functions: list[FunctionRecord]
    """The functions that boxes are of, each once."""
    boxes: list[FlameBox]
    """Depth first: the boxes on a box follow it."""
    omitted: FlameOmitted
    """What the boxes leave out."""

    @classmethod
    def of(cls, profile: Profile, graph: FlameGraph) -> FlameRecord:
        """Return the record of a flame graph."""
        functions, row = np.unique(graph.function[1:], return_inverse=True)
        columns = (graph.depth, graph.x, graph.self_values, graph.total_values)
        rows = zip([None, *row.tolist()], *(column.tolist() for column in columns), strict=True)
        return cls(
            **begin(profile, graph.options.value_type),
            total=graph.total,
            functions=[
                FunctionRecord(**function_members(profile, function))
                for function in functions.tolist()
            ],
            boxes=[
                FlameBox(function=function, depth=depth, x=x, self_value=own, total=whole)
                for function, depth, x, own, whole in rows
            ],
            omitted=FlameOmitted(boxes=graph.pruned, self_value=graph.pruned_self, idle=graph.idle),
        )
