"""A ranking as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType, field

from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import MeasuredRecord, Record, begin, function_members
from profkit.views.ranking import Grouping, Order, group_name

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.ranking import Ranking

__all__ = ["RankingOmitted", "RankingRecord", "RankingRow"]


class RankingRow(Record, frozen=True, kw_only=True):
    """A group. Ranked by function it says where the function is; without that it is only named."""

    name: str
    """The function, file, line, package, kind, tier, state or thread; (kind) for what has none."""
    place: str | UnsetType = UNSET
    """Of a function, where it is, for people: the path from its package on, and the line."""
    file: str | UnsetType | None = UNSET
    """Of a function, its file as the recording names it; null where that is unknown."""
    line: int | UnsetType | None = UNSET
    """Of a function, the line in which it begins, from 1 on; null where that is unknown."""
    column: int | UnsetType | None = UNSET
    """Of a function, the column in which it begins, from 1 on; null where that is unknown."""
    kind: str | UnsetType = UNSET
    """Of a function, what kind of code it is: js, builtin, python, native …"""
    package: str | UnsetType | None = UNSET
    """Of a function, its package; null where that is unknown."""
    self_value: int = field(name="self")
    """What was spent in the group's own code, in the unit of valueType."""
    charged: int
    """The self value, and what the runtime did for the group, in the unit of valueType."""
    total: int
    """The self value, and that of all it called, recursion once, in the unit of valueType."""


class RankingOmitted(Record, frozen=True, kw_only=True):
    """What the rows leave out."""

    groups: int
    """How many groups are not in the rows."""
    self_value: int = field(name="self")
    """Their self values together, in the unit of valueType."""


class RankingRecord(MeasuredRecord, tag="top", frozen=True, kw_only=True):
    """A ranking: the groups that take the most, the greatest first."""

    by: Grouping
    """What is ranked."""
    sort: Order
    """By which of their values."""
    rows: list[RankingRow]
    """The groups, the greatest first."""
    omitted: RankingOmitted
    """What the rows leave out."""

    @classmethod
    def of(cls, profile: Profile, ranking: Ranking) -> RankingRecord:
        """Return the record of a ranking."""
        options = ranking.options
        columns = (ranking.group, ranking.self_values, ranking.charged_values, ranking.total_values)
        return cls(
            **begin(profile, options.value_type),
            total=ranking.total,
            by=options.by,
            sort=options.sort,
            rows=[
                RankingRow(
                    **_named(profile, options.by, group),
                    self_value=own,
                    charged=charge,
                    total=whole,
                )
                for group, own, charge, whole in zip(
                    *(column.tolist() for column in columns), strict=True
                )
            ],
            omitted=RankingOmitted(
                groups=ranking.groups - len(ranking), self_value=ranking.self_below
            ),
        )

    def table(self) -> Rows:
        """Return the rows."""
        return rows_with_unit(self.rows, RankingRow, self.value_type)


def _named(profile: Profile, by: Grouping, group: int) -> dict[str, Any]:
    if by == "function":
        return function_members(profile, group)
    return {"name": group_name(profile, by, group)}
