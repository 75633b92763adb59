"""The tick processor's report as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from profkit.profile import Tier
from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    begin,
    function_members,
)
from profkit.views.ranking import group_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.ranking import Ranking
    from profkit.views.ticks import CallerRow, TickReport, TickRow

__all__ = ["BottomUpRow", "TicksOmitted", "TicksRecord", "TicksRow", "TicksSummary"]


class TicksRow(FunctionRecord, frozen=True, kw_only=True):
    """A function in one of its tiers."""

    label: str
    """What node --prof-process calls it."""
    tier: str
    """none, ignition, sparkplug, maglev or turbofan."""
    value: int
    """What was spent in it, in the unit of valueType."""


class BottomUpRow(TicksRow, frozen=True, kw_only=True):
    """A line of the bottom-up profile."""

    depth: int
    """0 for what spent the time itself, 1 for those that called it, and so on."""
    of_parent: int
    """The value of the row that it stands under; on the first level the whole."""


class TicksSummary(Record, frozen=True, kw_only=True):
    """The sums of the sections, in the unit of valueType."""

    shared_libraries: int
    """What was spent in shared libraries."""
    javascript: int
    """What was spent in JavaScript and other code that V8 made."""
    native: int
    """What was spent in native code with a name."""


class TicksOmitted(Record, frozen=True, kw_only=True):
    """What the bottom-up profile leaves out."""

    callers_below_share: float
    """Callers with less than this share (1 is all) of the row that they stand under."""
    depth: int
    """How many levels of callers there are at most."""


class TicksRecord(MeasuredRecord, tag="process", frozen=True, kw_only=True):
    """The report of V8's tick processor; with --only-summary it ends after the summary."""

    excluded: int
    """Ticks that were left out in reading by their state; they are in no other figure."""
    unaccounted: int
    """What fell into code that the log never names, in the unit of valueType."""
    gc: int
    """What fell into garbage collection, in the unit of valueType; counted elsewhere too."""
    summary: TicksSummary
    """The sums of the sections."""
    shared_libraries: list[TicksRow] | UnsetType = UNSET
    """Shared libraries, the greatest first."""
    javascript: list[TicksRow] | UnsetType = UNSET
    """JavaScript and other code that V8 made, the greatest first."""
    native: list[TicksRow] | UnsetType = UNSET
    """Native code with a name, the greatest first."""
    native_entry_points: list[TicksRow] | UnsetType = UNSET
    """Native functions that JavaScript called, the greatest first."""
    bottom_up: list[BottomUpRow] | UnsetType = UNSET
    """What spent the time, and under each row those that called it."""
    kinds: dict[str, int] | UnsetType = UNSET
    """What each kind of code took itself, by its name, in the unit of valueType."""
    tiers: dict[str, int] | UnsetType = UNSET
    """What each tier took itself, other code by its (kind), in the unit of valueType."""
    states: dict[str, int] | UnsetType = UNSET
    """What each state of V8 took, by its name, in the unit of valueType."""
    omitted: TicksOmitted | UnsetType = UNSET
    """What the bottom-up profile leaves out."""

    @classmethod
    def of(cls, profile: Profile, report: TickReport, shares: Sequence[Ranking]) -> TicksRecord:
        """Return the record of a report; without ``shares``, rankings by group, its summary."""
        sections = {
            "shared_libraries": report.libraries,
            "javascript": report.javascript,
            "native": report.native,
        }
        options = report.options
        return cls(
            **begin(profile, options.value_type),
            total=report.total,
            excluded=report.excluded,
            unaccounted=report.unaccounted,
            gc=report.collecting,
            summary=TicksSummary(
                **{name: sum(row.value for row in rows) for name, rows in sections.items()}
            ),
            **(_detail(profile, report, sections, shares) if shares else {}),
        )

    def table(self) -> Rows:
        """Return all rows as one table, their section in its first column; else the summary."""
        if self.omitted is UNSET:
            sums = msgspec.to_builtins(self.summary).items()
            unit = self.value_type.unit
            return ("section", "value", "unit"), [(name, value, unit) for name, value in sums]
        names = {
            "sharedLibraries": self.shared_libraries,
            "javascript": self.javascript,
            "native": self.native,
            "nativeEntryPoints": self.native_entry_points,
            "bottomUp": self.bottom_up,
        }
        header: Sequence[str] = ()
        rows: list[Sequence[object]] = []
        for name, section in names.items():
            header, found = rows_with_unit(section or [], BottomUpRow, self.value_type)
            rows += [(name, *row) for row in found]
        return ("section", *header), rows


def _detail(
    profile: Profile,
    report: TickReport,
    sections: dict[str, tuple[TickRow, ...]],
    shares: Sequence[Ranking],
) -> dict[str, Any]:
    def members(row: TickRow | CallerRow) -> dict[str, Any]:
        return function_members(profile, int(profile.frames.function[row.frame])) | {
            "label": row.label,
            "tier": Tier(profile.frames.tier[row.frame]).label,
            "value": row.value,
        }

    options = report.options
    return {
        **{name: [TicksRow(**members(row)) for row in rows] for name, rows in sections.items()},
        "native_entry_points": [TicksRow(**members(row)) for row in report.entries],
        "bottom_up": [
            BottomUpRow(**members(row), depth=row.depth, of_parent=row.of_parent)
            for row in report.callers
        ],
        **{
            f"{ranking.options.by}s": {
                group_name(profile, ranking.options.by, group): value
                for group, value in zip(
                    ranking.group.tolist(), ranking.self_values.tolist(), strict=True
                )
            }
            for ranking in shares
        },
        "omitted": TicksOmitted(callers_below_share=options.min_share, depth=options.depth),
    }
