"""The heavy view and the tree view as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import field

from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    begin,
    function_members,
    known,
)

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.calltree import CallTree
    from profkit.views.heavy import HeavyOptions
    from profkit.views.tree import TreeOptions

__all__ = ["CallTreeOmitted", "CallTreeRow", "HeavyRecord", "TreeRecord", "omitted_of"]


class CallTreeRow(FunctionRecord, frozen=True, kw_only=True):
    """A function below the rows that lead to it."""

    depth: int
    """Its level; 0 is the first."""
    parent: int | None
    """The number in rows of the row it stands under, from 0 on; null on the first level."""
    self_value: int = field(name="self")
    """In a tree what was spent in the row itself; in a heavy view 0 below the first level."""
    total: int
    """What came along the rows that lead here, in the unit of valueType."""


class CallTreeOmitted(Record, frozen=True, kw_only=True):
    """What the rows leave out."""

    roots: int
    """How many rows are missing on the first level."""
    roots_total: int
    """Their totals together, in the unit of valueType."""
    branches: int
    """How many further rows were left out below rows that are shown."""
    deeper: int
    """How many of the rows shown go on beyond the depth."""


class CallTreeRecord(MeasuredRecord, frozen=True, kw_only=True):
    """Rows under rows."""

    by: str
    """What stands in the rows: function, file, line, package, category, kind, tier or thread."""
    rows: list[CallTreeRow]
    """In the order of the table: what stands under a row follows it, the greatest first."""
    omitted: CallTreeOmitted
    """What the rows leave out."""

    def table(self) -> Rows:
        """Return the rows."""
        return rows_with_unit(self.rows, CallTreeRow, self.value_type)


class HeavyRecord(CallTreeRecord, tag="heavy", frozen=True, kw_only=True):
    """A heavy view: on the first level what took the time, under each row those that called it."""

    @classmethod
    def of(cls, profile: Profile, view: CallTree[HeavyOptions]) -> HeavyRecord:
        """Return the record of a heavy view."""
        return cls(**_members(profile, view))


class TreeRecord(CallTreeRecord, tag="tree", frozen=True, kw_only=True):
    """A tree: on the first level the roots, under each row what it calls."""

    @classmethod
    def of(cls, profile: Profile, view: CallTree[TreeOptions]) -> TreeRecord:
        """Return the record of a tree."""
        return cls(**_members(profile, view))


def _members(
    profile: Profile, view: CallTree[HeavyOptions] | CallTree[TreeOptions]
) -> dict[str, Any]:
    columns = (view.function, view.depth, view.parent, view.self_values, view.total_values)
    return begin(profile, view.options.value_type) | {
        "total": view.total,
        "by": view.options.by,
        "rows": [
            CallTreeRow(
                **function_members(profile, function),
                depth=depth,
                parent=known(parent),
                self_value=own,
                total=whole,
            )
            for function, depth, parent, own, whole in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ],
        "omitted": omitted_of(view),
    }


def omitted_of(view: CallTree[Any]) -> CallTreeOmitted:
    """Return what the rows of a call tree leave out."""
    cut = view.cut
    return CallTreeOmitted(
        roots=cut.roots,
        roots_total=cut.roots_value,
        branches=cut.branches,
        deeper=cut.deeper,
    )
