"""The butterfly as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field, structs

from profkit.profile import ABSENT
from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    begin,
    function_members,
)

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.butterfly import Butterfly, ButterflyOptions
    from profkit.views.calltree import CallTree

__all__ = ["ButterflyRecord"]


class ButterflyFunction(FunctionRecord, frozen=True, kw_only=True):
    """The function in the middle."""

    self_value: int = field(name="self")
    """What was spent in it itself, all its occurrences together."""
    total: int
    """What was spent in it and in what it called; recursion counts once."""
    recursive: int
    """How much of the total lies on stacks on which it stands more than once."""


class ButterflyRow(FunctionRecord, frozen=True, kw_only=True):
    """A caller or a callee."""

    depth: int
    """Its distance from the function, less 1: 0 for direct callers and callees."""
    parent: int | None
    """The number of the row that it calls, or is called by; null for direct ones."""
    total: int
    """What came along the rows that lead here."""


class ButterflyLine(ButterflyRow, frozen=True, kw_only=True):
    """A row of the table that CSV has of it all."""

    side: str
    """``function`` for the one in the middle, else ``callers`` or ``callees``."""


class ButterflyOmitted(Record, frozen=True, kw_only=True):
    """What one side leaves out."""

    roots: int
    """How many direct callers or callees are missing."""
    roots_total: int
    """Their totals together."""
    branches: int
    """How many further rows were left out below rows that are shown."""
    deeper: int
    """How many of the rows shown go on beyond the depth."""


class ButterflySide(Record, frozen=True, kw_only=True):
    """The callers, or the callees."""

    rows: list[ButterflyRow]
    """The greatest first; those under a row follow it."""
    omitted: ButterflyOmitted
    """What the rows leave out."""


class ButterflyRecord(MeasuredRecord, tag="butterfly", frozen=True, kw_only=True):
    """A function, those that call it, and those that it calls."""

    function: ButterflyFunction
    """The function."""
    nobody: int
    """How much of its total was called from nowhere: there it is the first on the stack."""
    callers: ButterflySide
    """Who calls it; with ``nobody`` and what is omitted the direct ones sum to its total."""
    callees: ButterflySide
    """What it calls; with its ``self`` and what is omitted the direct ones sum to its total."""

    def table(self) -> Rows:
        """Return the function, its callers and its callees, told apart by ``side``."""
        sides = (("callers", self.callers.rows), ("callees", self.callees.rows))
        rows = [
            ButterflyLine(side=side, **structs.asdict(row))
            for side, found in sides
            for row in found
        ]
        about = structs.asdict(self.function)
        names = (*FunctionRecord.__struct_fields__, "total")
        middle = {name: about[name] for name in names}
        first = ButterflyLine(side="function", depth=0, parent=None, **middle)
        return rows_with_unit([first, *rows], ButterflyLine, self.value_type)

    @classmethod
    def of(cls, profile: Profile, view: Butterfly) -> ButterflyRecord:
        """Return the record of a butterfly."""
        return cls(
            **begin(profile, view.options.value_type),
            total=view.total,
            function=ButterflyFunction(
                **function_members(profile, view.function),
                self_value=view.self_value,
                total=view.total_value,
                recursive=view.recursive_value,
            ),
            nobody=view.root_value,
            callers=_side(profile, view.callers),
            callees=_side(profile, view.callees),
        )


def _side(profile: Profile, tree: CallTree[ButterflyOptions]) -> ButterflySide:
    columns = (tree.function, tree.depth, tree.parent, tree.total_values)
    cut = tree.cut
    return ButterflySide(
        rows=[
            ButterflyRow(
                **function_members(profile, function),
                depth=depth,
                parent=None if parent == ABSENT else parent,
                total=whole,
            )
            for function, depth, parent, whole in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ],
        omitted=ButterflyOmitted(
            roots=cut.roots,
            roots_total=cut.roots_value,
            branches=cut.branches,
            deeper=cut.deeper,
        ),
    )
