"""A difference of two sides as a record."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType, field

from profkit.profile import full_place, function_name
from profkit.render.records.calltree import CallTreeOmitted, omitted_of
from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import (
    FunctionRecord,
    ProfileRecord,
    Record,
    ValueTypeRecord,
    ViewRecord,
    function_members,
    known,
    profile_members,
)
from profkit.transforms.joining import Side
from profkit.views.diff_tree import Direction
from profkit.views.ranking import Grouping, Order, group_name

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.diff import Diff, Sided
    from profkit.views.diff_tree import DiffTree

__all__ = ["DiffRecord", "DiffTreeRecord"]


class RunRecord(Record, frozen=True, kw_only=True):
    """A run of one of the sides."""

    source: str
    """The file as the user named it."""
    side: str
    """base or candidate."""
    interval: int | None
    """The nominal time between two samples in nanoseconds; null where the file does not say."""
    duration: int | None
    """How long the recording lasted in nanoseconds; null where it has no time."""
    operations: float | None
    """The units of work done in it, such as requests; null where that is not told."""


class SidedRecord(Record, frozen=True, kw_only=True):
    """A cost on both sides, as the mean over their runs, in unit."""

    base: float
    """What it costs in the base."""
    candidate: float
    """What it costs in the candidate."""
    delta: float
    """How much more that is; negative for less."""
    low: float | None
    """The lower end of the 95 % interval of delta; null where a side has one run only."""
    high: float | None
    """Its upper end; null in the same cases."""
    q: float | None
    """The false discovery rate at which it counts as a change; null in the same cases."""


class DiffRow(Record, frozen=True, kw_only=True):
    """A group. Compared by function it says where the function is; else it is only named."""

    name: str
    """The function, file, package, category, kind or tier; (kind) for what has none."""
    place: str | UnsetType = UNSET
    """Of a function, where it is, for people: the path from its package on, and the line."""
    file: str | UnsetType | None = UNSET
    """Of a function, its file, of the candidate where it has it; null where that is unknown."""
    line: int | UnsetType | None = UNSET
    """Of a function, the line in which it begins, from 1 on; null where that is unknown."""
    column: int | UnsetType | None = UNSET
    """Of a function, the column in which it begins, from 1 on; null where that is unknown."""
    kind: str | UnsetType = UNSET
    """Of a function, what kind of code it is: js, builtin, python, native …"""
    package: str | UnsetType | None = UNSET
    """Of a function, its package; null where that is unknown."""
    state: str
    """new where no run of the base has it, vanished where none of the candidate has; else both."""
    self_value: SidedRecord = field(name="self")
    """What was spent in the group's own code."""
    charged: SidedRecord
    """The self value, and what the runtime did for the group."""
    total: SidedRecord
    """The self value, and that of all it called, recursion once."""


class MatchRecord(Record, frozen=True, kw_only=True):
    """A function of the base that was taken for one of the candidate's."""

    name: str
    """What it was called in the base."""
    place: str
    """Where it was in the base: its file and line."""
    name_now: str
    """What it is called in the candidate."""
    place_now: str
    """Where it is in the candidate."""
    reason: str
    """Why they are the same."""


class DiffOmitted(Record, frozen=True, kw_only=True):
    """What the rows leave out."""

    groups: int
    """How many groups are not in the rows."""
    new: int
    """How many groups are new, shown or not."""
    vanished: int
    """How many groups vanished, shown or not."""


class ComparisonRecord(ViewRecord, frozen=True, kw_only=True):
    """What the record of every comparison begins with; its profile is of all runs together."""

    runs: list[RunRecord]
    """The runs of the base, then those of the candidate."""
    steps: list[str]
    """What was asked of each run before, in the words of the command line."""
    value_type: ValueTypeRecord
    """What the samples measure."""
    unit: str
    """What costs are: share (from 0 to 1), ns/op, ns/s, or a count in place of ns."""
    matches: list[MatchRecord]
    """The functions that are the same though their name or file differs."""
    notes: list[str]
    """What a reader of the comparison should know."""


class DiffRecord(ComparisonRecord, tag="diff", frozen=True, kw_only=True):
    """The difference of two sides: the groups that differ most first."""

    by: Grouping
    """What is compared."""
    sort: Order
    """By the change of which of its costs."""
    whole: SidedRecord
    """The cost of everything."""
    rows: list[DiffRow]
    """The groups, those that differ most first."""
    omitted: DiffOmitted
    """What the rows leave out."""

    @classmethod
    def of(cls, profile: Profile, view: Diff) -> DiffRecord:
        """Return the record of a difference."""
        return cls(
            **_comparison(profile, view),
            by=view.options.by,
            sort=view.options.sort,
            whole=_sided(view.whole, 0),
            rows=[_row(view, row) for row in range(len(view))],
            omitted=DiffOmitted(
                groups=view.groups - len(view), new=view.new, vanished=view.vanished
            ),
        )

    def table(self) -> Rows:
        """Return the rows."""
        return rows_with_unit(
            self.rows, DiffRow, ValueTypeRecord(type=self.value_type.type, unit=self.unit)
        )


class DiffTreeRow(FunctionRecord, frozen=True, kw_only=True):
    """A function below the rows that lead to it."""

    depth: int
    """Its level; 0 is the first."""
    parent: int | None
    """The number in rows of the row it stands under, from 0 on; null on the first level."""
    base: float
    """What came along the rows that lead here in the base."""
    candidate: float
    """What came along them in the candidate."""
    delta: float
    """How much more that is; negative for less."""
    self_delta: float
    """How much more was spent in the row itself; 0 of callers in a heavy tree."""


class DiffTreeRecord(ComparisonRecord, tag="diff-tree", frozen=True, kw_only=True):
    """The difference of two sides as a tree: those that differ most first."""

    direction: Direction
    """heavy from the code that differs up to its callers, tree from the roots down."""
    by: str
    """What stands in the rows: function, file, package, category, kind, tier or thread."""
    base: float
    """The cost of everything in the base."""
    candidate: float
    """The cost of everything in the candidate."""
    rows: list[DiffTreeRow]
    """In the order of the table: what stands under a row follows it."""
    omitted: CallTreeOmitted
    """What the rows leave out; rootsTotal is in steps of the difference profile."""

    @classmethod
    def of(cls, profile: Profile, view: DiffTree) -> DiffTreeRecord:
        """Return the record of a difference as a tree."""
        rows = view.rows
        own = view.own_candidate - view.own_base
        columns = (rows.function, rows.depth, rows.parent, view.base, view.candidate, own)
        return cls(
            **_comparison(profile, view),
            direction=view.options.direction,
            by=view.options.by,
            base=view.whole[0],
            candidate=view.whole[1],
            rows=[
                DiffTreeRow(
                    **function_members(rows.profile, function),
                    depth=depth,
                    parent=known(parent),
                    base=before,
                    candidate=after,
                    delta=after - before,
                    self_delta=itself,
                )
                for function, depth, parent, before, after, itself in zip(
                    *(column.tolist() for column in columns), strict=True
                )
            ],
            omitted=omitted_of(rows),
        )

    def table(self) -> Rows:
        """Return the rows."""
        return rows_with_unit(
            self.rows, DiffTreeRow, ValueTypeRecord(type=self.value_type.type, unit=self.unit)
        )


def _comparison(profile: Profile, view: Diff | DiffTree) -> dict[str, Any]:
    """Return the members of a :class:`ComparisonRecord`."""
    joined = view.joined
    kind = joined.profile.value_types[view.options.value_type]
    return {
        "profile": ProfileRecord(**profile_members(profile)),
        "runs": [
            RunRecord(
                source=run.name,
                side=Side(run.side).name.lower(),
                interval=run.interval,
                duration=run.duration,
                operations=run.operations,
            )
            for run in joined.runs
        ],
        "steps": list(joined.steps),
        "value_type": ValueTypeRecord(type=kind.type, unit=kind.unit),
        "unit": view.unit,
        "matches": [
            MatchRecord(
                name=match.name,
                place=match.place,
                name_now=function_name(profile, match.function),
                place_now=full_place(profile, match.function),
                reason=match.reason,
            )
            for match in joined.matches
        ],
        "notes": list(joined.notes),
    }


def _row(view: Diff, row: int) -> DiffRow:
    group = int(view.group[row])
    named: dict[str, Any] = {"name": group_name(view.profile, view.options.by, group)}
    if view.options.by == "function":
        named = function_members(view.profile, group)
    return DiffRow(
        **named,
        state="new" if view.is_new[row] else "vanished" if view.is_vanished[row] else "both",
        self_value=_sided(view.own, row),
        charged=_sided(view.charged, row),
        total=_sided(view.total, row),
    )


def _sided(costs: Sided, row: int) -> SidedRecord:
    return SidedRecord(
        base=float(costs.base[row]),
        candidate=float(costs.candidate[row]),
        delta=float(costs.delta[row]),
        low=_known(costs.low[row]),
        high=_known(costs.high[row]),
        q=_known(costs.q[row]),
    )


def _known(number: float) -> float | None:
    return float(number) if isfinite(number) else None
