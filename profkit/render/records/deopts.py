"""Deoptimisations as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field

from profkit.profile import ABSENT
from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    begin,
    function_members,
)
from profkit.views.deopts import DeoptGrouping

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.deopts import Deopts

__all__ = ["DeoptRow", "DeoptsOmitted", "DeoptsRecord"]


class DeoptRow(Record, frozen=True, kw_only=True):
    """Deoptimisations that are counted together; null for what they are not told apart by."""

    count: int
    """How often it happened."""
    self_value: int = field(name="self")
    """What the function took itself in the whole recording, in the unit of valueType."""
    function: FunctionRecord | None
    """The function; null where the log does not tell."""
    kind: str | None
    """V8's kind of deoptimisation: eager, lazy …"""
    reason: str | None
    """V8's reason."""
    place: str | None
    """Where in the code it happened, as V8 says it, with what it was inlined into."""


class DeoptsOmitted(Record, frozen=True, kw_only=True):
    """What the rows leave out."""

    groups: int
    """How many rows are missing."""


class DeoptsRecord(MeasuredRecord, tag="deopts", frozen=True, kw_only=True):
    """Deoptimisations of V8, the most frequent first; total is how many there are in all."""

    by: DeoptGrouping
    """What rows are told apart by."""
    rows: list[DeoptRow]
    """The most frequent first."""
    omitted: DeoptsOmitted
    """What the rows leave out."""

    @classmethod
    def of(cls, profile: Profile, found: Deopts) -> DeoptsRecord:
        """Return the record of counted deoptimisations."""
        return cls(
            **begin(profile, found.options.value_type),
            total=found.total,
            by=found.options.by,
            rows=[
                DeoptRow(
                    count=int(found.count[row]),
                    self_value=int(found.self_values[row]),
                    function=None
                    if function == ABSENT
                    else FunctionRecord(**function_members(profile, function)),
                    kind=profile.text(int(found.kind[row])) or None,
                    reason=profile.text(int(found.reason[row])) or None,
                    place=profile.text(int(found.place[row])) or None,
                )
                for row, function in enumerate(found.function.tolist())
            ],
            omitted=DeoptsOmitted(groups=found.groups - len(found)),
        )

    def table(self) -> Rows:
        """Return the rows."""
        return rows_with_unit(self.rows, DeoptRow, self.value_type)
