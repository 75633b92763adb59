"""A flame graph as a record: each function once, and the boxes that refer to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
from msgspec import field

from profkit.profile import ABSENT, Tier
from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    ValueTypeRecord,
    begin,
    function_members,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.profile import Profile
    from profkit.views.flame import FlameChange, FlameGraph, FlamePart

__all__ = [
    "FlameBox",
    "FlameDifference",
    "FlameOmitted",
    "FlamePartRecord",
    "FlameRecord",
    "FlameSide",
    "FlameTotal",
]


class FlameTotal(Record, frozen=True, kw_only=True):
    """A function that only one side has."""

    function: int
    """The number of its function in functions, from 0 on."""
    total: int
    """Its total there, recursion counted once, in the unit of the side."""


class FlameSide(Record, frozen=True, kw_only=True):
    """One side of a difference."""

    runs: list[str]
    """The files of its runs."""
    total: int
    """What its shares are of: all its runs together, in the unit of the values compared."""
    only: list[FlameTotal]
    """The functions that only this side has, the greatest first."""


class FlameDifference(Record, frozen=True, kw_only=True):
    """What two sides are compared by."""

    value_type: ValueTypeRecord
    """What is compared; the widths of the boxes may be something else."""
    width_by: Literal["candidate", "base", "both", "delta"]
    """What the widths of the boxes are."""
    base: FlameSide
    """The runs before the change."""
    candidate: FlameSide
    """The runs after it."""


class FlameBox(Record, frozen=True, kw_only=True):
    """A function below one chain of callers, in a heavy graph above one chain of callees."""

    function: int | None
    """The number of its function in functions, from 0 on; null for a box of everything."""
    depth: int
    """Its level; 0 is the box of everything."""
    x: int
    """Where it begins, in the unit of valueType."""
    self_value: int = field(name="self")
    """What was spent in the function itself there, in the unit of valueType."""
    total: int
    """How wide it is, in the unit of valueType."""
    tier: str | msgspec.UnsetType = msgspec.UNSET
    """V8's tier in which most of its total was spent; not there where that is none."""
    base: int | msgspec.UnsetType = msgspec.UNSET
    """In a difference, its total in the base."""
    base_self: int | msgspec.UnsetType = msgspec.UNSET
    """In a difference, its self value in the base."""
    candidate: int | msgspec.UnsetType = msgspec.UNSET
    """In a difference, its total in the candidate."""
    candidate_self: int | msgspec.UnsetType = msgspec.UNSET
    """In a difference, its self value in the candidate."""


class FlamePartRecord(Record, frozen=True, kw_only=True):
    """One graph of several."""

    thread: str | None
    """The name of its thread; null where it has none, or where all threads are shown as one."""
    process_id: int | None
    """The process of its thread; null where unknown."""
    thread_id: int | None
    """The id of its thread; null where unknown."""
    first: int
    """The number of its first box in boxes, which stands for all of it."""
    boxes: int
    """How many boxes it has, that one included."""
    total: int
    """What the shares of its boxes are of, in the unit of valueType."""


class FlameOmitted(Record, frozen=True, kw_only=True):
    """What the boxes leave out."""

    boxes: int
    """How many boxes were too narrow to be drawn; in a heavy graph without their callers."""
    self_value: int = field(name="self")
    """Their self values together, in the unit of valueType."""
    idle: int
    """What was left out as idle, in the unit of valueType."""
    threads: int
    """How many threads have no times in a chart, or no value where each is drawn by itself."""


class FlameRecord(MeasuredRecord, tag="flame", frozen=True, kw_only=True):
    """A flame graph: stacks merged from the root or the leaf on, or in the order of time."""

    layout: Literal["graph", "heavy", "chart"]
    """Whether stacks are merged from their roots, from their leaves, or stand in time."""
    start: int | None
    """In a chart, where x is 0: nanoseconds of the recording's clock; null in others."""
    parts: list[FlamePartRecord]
    """The graphs, one below the other; one for all threads unless each has its own."""
    functions: list[FunctionRecord]
    """The functions that boxes are of, each once."""
    boxes: list[FlameBox]
    """Part by part and depth first: the boxes on a box follow it."""
    difference: FlameDifference | msgspec.UnsetType = msgspec.UNSET
    """What two sides are compared by; not there where nothing is compared."""
    omitted: FlameOmitted
    """What the boxes leave out."""

    @classmethod
    def of(cls, profile: Profile, graph: FlameGraph) -> FlameRecord:
        """Return the record of a flame graph."""
        change = graph.change
        named = [*change.gone, *change.new] if change else []
        functions = np.union1d(graph.function, [function for function, _ in named]).astype(int)
        functions = functions[functions != ABSENT]
        is_chart = graph.options.layout == "chart"
        head = begin(profile, graph.options.value_type)
        kind = graph.value_type
        head["value_type"] = ValueTypeRecord(type=kind.type, unit=kind.unit)
        return cls(
            **head,
            total=graph.total,
            layout=graph.options.layout,
            start=graph.start if is_chart else None,
            parts=[_part(profile, part) for part in graph.parts],
            functions=[
                FunctionRecord(**function_members(profile, function))
                for function in functions.tolist()
            ],
            boxes=list(_boxes(graph, functions)),
            difference=_difference(graph, change, functions) if change else msgspec.UNSET,
            omitted=FlameOmitted(
                boxes=graph.pruned,
                self_value=graph.pruned_self,
                idle=graph.idle,
                threads=graph.threads_left_out,
            ),
        )


def _part(profile: Profile, part: FlamePart) -> FlamePartRecord:
    thread = None if part.thread == ABSENT else profile.threads[part.thread]
    return FlamePartRecord(
        thread=(thread.name or None) if thread else None,
        process_id=thread.process_id if thread and thread.process_id >= 0 else None,
        thread_id=thread.thread_id if thread and thread.thread_id >= 0 else None,
        first=part.first,
        boxes=part.end - part.first,
        total=part.total,
    )


def _boxes(graph: FlameGraph, functions: np.ndarray) -> Iterator[FlameBox]:
    row = np.searchsorted(functions, graph.function)
    columns = (graph.depth, graph.x, graph.self_values, graph.total_values, graph.tier)
    rows = zip(
        graph.function.tolist(),
        row.tolist(),
        *(column.tolist() for column in columns),
        _sides(graph),
        strict=True,
    )
    for function, number, depth, x, own, total, tier, sides in rows:
        yield FlameBox(
            function=None if function == ABSENT else number,
            depth=depth,
            x=x,
            self_value=own,
            total=total,
            tier=Tier(tier).label if tier else msgspec.UNSET,
            **sides,
        )


def _sides(graph: FlameGraph) -> list[dict[str, Any]]:
    """Return what a difference has besides, of each box."""
    if not graph.change:
        return [{}] * len(graph)
    names = ("base", "base_self", "candidate", "candidate_self")
    columns = [getattr(graph.change, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _difference(graph: FlameGraph, change: FlameChange, functions: np.ndarray) -> FlameDifference:
    def side(names: Sequence[str], total: int, only: Sequence[tuple[int, int]]) -> FlameSide:
        rows = np.searchsorted(functions, [function for function, _ in only]).tolist()
        totals = [total for _, total in only]
        return FlameSide(
            runs=list(names),
            total=total,
            only=[
                FlameTotal(function=row, total=value)
                for row, value in zip(rows, totals, strict=True)
            ],
        )

    kind = graph.profile.value_types[graph.options.value_type]
    return FlameDifference(
        value_type=ValueTypeRecord(type=kind.type, unit=kind.unit),
        width_by=graph.options.width_by,
        base=side(change.base_names, change.base_total, change.gone),
        candidate=side(change.candidate_names, change.candidate_total, change.new),
    )
