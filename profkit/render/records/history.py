"""Trends of many commits, their changes, and what a history holds, as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profkit.history.store import Level
from profkit.history.trends import Measure, Per
from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import AnswerRecord, Record, ValueTypeRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.history.changes import ChangePoint
    from profkit.history.store import Commit
    from profkit.history.trends import Contents, Trend, Trends
    from profkit.profile import ValueType
    from profkit.render.records.rows import Rows

__all__ = ["ChangesRecord", "HistoryRecord", "TrendsRecord"]


class CommitRecord(Record, frozen=True, kw_only=True):
    """A commit."""

    name: str
    """Its id, else its label."""
    label: str | None
    """What people call it; null where it has no label."""
    time: int
    """When it was committed, in seconds since 1970."""
    branch: str | None
    """Its branch; null where that is unknown."""


class GroupRecord(Record, frozen=True, kw_only=True):
    """Something that costs: the whole, a function, a package or a category."""

    name: str
    """What it is called; (total) is the whole."""
    file: str | None
    """Of a function, its file as in the first run that had it; null where that is unknown."""
    package: str | None
    """Of a function, its package; null where that is unknown."""
    kind: str | None
    """Of a function, what kind of code it is: js, builtin, python, native …"""


class ShiftRecord(Record, frozen=True, kw_only=True):
    """A change point: where costs changed, and by how much."""

    after_commit: str
    """The last commit before the change."""
    commit: str
    """The first commit after it."""
    time: int
    """When that was committed, in seconds since 1970."""
    before: float
    """The median cost of the commits before, back to the change point before this one."""
    after: float
    """The median cost of the commits after, up to the next change point."""
    low: float
    """The lower end of the 95 % interval of the shift between them."""
    high: float
    """The upper end of it."""
    p: float
    """The p-value of the test by permutations."""


class TrendRecord(GroupRecord, frozen=True, kw_only=True):
    """What something cost from commit to commit."""

    before: float
    """The median cost before the first change point."""
    now: float
    """The median cost since the last one; the same as before where there is none."""
    costs: list[float]
    """By commit the median over its runs; 0 where it took too little to be kept."""
    changes: list[ShiftRecord]
    """Its change points, in the order of commits."""


class ChangePointRecord(GroupRecord, frozen=True, kw_only=True):
    """Something that changed."""

    change: ShiftRecord
    """Where, and by how much."""


class PointRecord(GroupRecord, frozen=True, kw_only=True):
    """What something cost at a commit."""

    commit: str
    """The commit's id, else its label."""
    label: str | None
    """What people call it; null where it has no label."""
    time: int
    """When it was committed, in seconds since 1970."""
    cost: float
    """The median over its runs; 0 where it took too little to be kept."""


class HistoryAnswer(AnswerRecord, frozen=True, kw_only=True):
    """What the record of every view of trends begins with."""

    source: str
    """The file of the history."""
    value_type: ValueTypeRecord
    """What costs are counted in, before they are divided by what per says."""
    per: Per
    """What costs are divided by; shares are of the total of a run."""
    by: Level
    """Whose costs are looked at besides the total."""
    sort: Measure
    """Whether costs are their own, or with all they call."""
    looked_at: int
    """How many of them were looked at."""
    omitted: int
    """How many that take enough were not, for there are too many."""

    @property
    def unit(self) -> ValueTypeRecord:
        """The type and the unit of costs as they are divided."""
        unit = "share" if self.per == "share" else f"{self.value_type.unit} per {self.per}"
        return ValueTypeRecord(type=self.value_type.type, unit=unit)


class TrendsRecord(HistoryAnswer, tag="history-show", frozen=True, kw_only=True):
    """Costs from commit to commit."""

    commits: list[CommitRecord]
    """In their order."""
    total: TrendRecord
    """The whole."""
    rows: list[TrendRecord]
    """What costs most, the greatest first."""

    @classmethod
    def of(cls, found: Trends) -> TrendsRecord:
        """Return the record of trends."""
        return cls(
            **_begin(found),
            commits=[_commit(commit) for commit in found.commits],
            total=_trend(found, found.total),
            rows=[_trend(found, row) for row in found.rows],
        )

    def table(self) -> Rows:
        """Return what everything cost at each commit."""
        rows = [
            PointRecord(
                **{member: getattr(row, member) for member in GroupRecord.__struct_fields__},
                commit=commit.name,
                label=commit.label,
                time=commit.time,
                cost=cost,
            )
            for row in (self.total, *self.rows)
            for commit, cost in zip(self.commits, row.costs, strict=True)
        ]
        return rows_with_unit(rows, PointRecord, self.unit)


class ChangesRecord(HistoryAnswer, tag="history-changes", frozen=True, kw_only=True):
    """Change points, in the order of commits."""

    rows: list[ChangePointRecord]
    """At one commit the total's first, then the greatest first."""

    @classmethod
    def of(cls, found: Trends) -> ChangesRecord:
        """Return the record of the changes of trends."""
        rows = [
            ChangePointRecord(**_group(row), change=_shift(found.commits, change))
            for row, change in found.changed()
        ]
        return cls(**_begin(found), rows=rows)

    def table(self) -> Rows:
        """Return the rows."""
        return rows_with_unit(self.rows, ChangePointRecord, self.unit)


class CommitRunRecord(Record, frozen=True, kw_only=True):
    """A recording of a commit."""

    commit: str
    """The commit's id, else its label."""
    label: str | None
    """What people call it; null where it has no label."""
    time: int
    """When it was committed, in seconds since 1970."""
    branch: str | None
    """Its branch; null where that is unknown."""
    source: str
    """The file as the user named it."""
    machine: str | None
    """The user's note on the machine; null where there is none."""
    samples: int
    """The number of its samples."""
    duration: int | None
    """Nanoseconds from its start to its end; null where unknown."""
    operations: float | None
    """Units of work done in it; null where unknown."""
    total: int
    """What it took without idle time, in the unit of valueType."""


class HistoryRecord(AnswerRecord, tag="history-list", frozen=True, kw_only=True):
    """What a history holds."""

    source: str
    """The file of the history."""
    value_type: ValueTypeRecord | None
    """What costs are counted in; null where there is no run."""
    commits: list[CommitRecord]
    """In their order."""
    runs: list[CommitRunRecord]
    """In the order of their commits."""

    @classmethod
    def of(cls, found: Contents) -> HistoryRecord:
        """Return the record of what a history holds."""
        runs = [
            CommitRunRecord(
                commit=found.commits[run.commit].name,
                label=found.commits[run.commit].label or None,
                time=found.commits[run.commit].time,
                branch=found.commits[run.commit].branch or None,
                source=run.source,
                machine=run.machine or None,
                samples=run.samples,
                duration=run.duration,
                operations=run.operations,
                total=run.total,
            )
            for run in found.runs
        ]
        return cls(
            source=found.source,
            value_type=_value_type(found.value_type) if found.value_type else None,
            commits=[_commit(commit) for commit in found.commits],
            runs=runs,
        )

    def table(self) -> Rows:
        """Return the runs."""
        unit = self.value_type or ValueTypeRecord(type="", unit="")
        return rows_with_unit(self.runs, CommitRunRecord, unit)


def _begin(found: Trends) -> dict[str, Any]:
    """Return the members of a :class:`HistoryAnswer`."""
    return {
        "source": found.source,
        "value_type": _value_type(found.value_type),
        "per": found.per,
        "by": found.options.level,
        "sort": found.options.measure,
        "looked_at": len(found.rows),
        "omitted": found.omitted,
    }


def _value_type(kind: ValueType) -> ValueTypeRecord:
    return ValueTypeRecord(type=kind.type, unit=kind.unit)


def _commit(commit: Commit) -> CommitRecord:
    return CommitRecord(
        name=commit.name,
        label=commit.label or None,
        time=commit.time,
        branch=commit.branch or None,
    )


def _group(row: Trend) -> dict[str, Any]:
    """Return the members of a :class:`GroupRecord`."""
    group = row.group
    return {
        "name": row.name,
        "file": (group.file or None) if group else None,
        "package": (group.package or None) if group else None,
        "kind": (group.kind or None) if group else None,
    }


def _shift(commits: Sequence[Commit], change: ChangePoint) -> ShiftRecord:
    return ShiftRecord(
        after_commit=commits[change.index - 1].name,
        commit=commits[change.index].name,
        time=commits[change.index].time,
        before=change.before,
        after=change.after,
        low=change.low,
        high=change.high,
        p=change.p,
    )


def _trend(found: Trends, row: Trend) -> TrendRecord:
    return TrendRecord(
        **_group(row),
        before=row.before,
        now=row.now,
        costs=row.by_commit.tolist(),
        changes=[_shift(found.commits, change) for change in row.changes],
    )
