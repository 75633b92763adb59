"""What a profile holds as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import field

from profkit.render.records.rows import members_one_by_one
from profkit.render.records.shared import (
    AskedRecord,
    ProfileRecord,
    Record,
    ValueTypeRecord,
    ViewRecord,
    asked_members,
    known,
    profile_members,
)

if TYPE_CHECKING:
    from profkit.profile import Extent, Profile
    from profkit.render.records.rows import Rows
    from profkit.views.info import Info

__all__ = ["InfoRecord", "LedgerEntry", "LibraryUseRecord", "ThreadUseRecord", "ValueSumRecord"]


class ProfileWithFacts(ProfileRecord, frozen=True, kw_only=True):
    """The profile, with all that its file says of itself."""

    facts: dict[str, str]
    """Further things that the file says of itself, by their names; they differ by format."""


class ExtentsRecord(Record, frozen=True, kw_only=True):
    """How much of a recording there was, by all its values."""

    samples: int
    """The number of samples."""
    total: list[int]
    """Their sum for each of valueTypes, in that value's unit."""
    idle: list[int]
    """How much of each was idle."""


class StepOfAllRecord(AskedRecord, frozen=True, kw_only=True):
    """A step that was asked for, and what it left."""

    before: ExtentsRecord
    """How much there was before it."""
    after: ExtentsRecord
    """How much it left."""


class ValueSumRecord(ValueTypeRecord, frozen=True, kw_only=True):
    """A value that the samples have, and its sum."""

    total: int
    """The sum of all samples, in this value's unit."""
    idle: int
    """How much of it was idle, and so is left out of other views."""


class ThreadUseRecord(Record, frozen=True, kw_only=True):
    """A thread and its samples."""

    name: str | None
    """Its name; null where the file has none."""
    process_id: int | None
    """The number of its process; null where the file has none."""
    thread_id: int | None
    """Its own number; null where the file has none."""
    process_name: str | None
    """The name of its process; null where the file has none."""
    samples: int
    """The number of its samples."""
    values: list[int]
    """The sum of its samples for each of valueTypes, in that value's unit."""
    start_time: int | None
    """The time of its first sample in nanoseconds; null where samples have no time."""
    end_time: int | None
    """The time of its last sample in nanoseconds; null where samples have no time."""


class LibraryUseRecord(Record, frozen=True, kw_only=True):
    """A library that was mapped."""

    path: str
    """Its file."""
    start: int
    """The first address of its mapping."""
    end: int
    """The address behind its mapping."""
    bias: int
    """What is taken off an address to find it in the file."""
    self_value: int = field(name="self")
    """What was spent in it, in the unit of the first value type."""


class LedgerEntry(Record, frozen=True, kw_only=True):
    """What became of something that was read."""

    action: str
    """One of read, used, skipped, repaired and dropped."""
    unit: str
    """What is counted: lines, ticks, frames …"""
    cause: str
    """Why; a sentence for people, which may change."""
    count: int
    """How many."""
    example: str | None
    """Where the first one stands; null where that is not known."""


class InfoRecord(ViewRecord, tag="info", frozen=True, kw_only=True):
    """What a profile holds, and what was lost in reading it."""

    profile: ProfileWithFacts
    """The profile, with all that its file says of itself."""
    steps: list[StepOfAllRecord] | msgspec.UnsetType = msgspec.UNSET
    """What was asked for, in the order in which it was applied; not there where nothing was."""
    span: int | None
    """Nanoseconds from the beginning to the end; null where the format has no time."""
    depth: int
    """The number of frames of the deepest stack."""
    value_types: list[ValueSumRecord]
    """What the samples measure; views show the first unless asked otherwise."""
    threads: list[ThreadUseRecord]
    """The threads, in the file's own order."""
    tables: dict[str, int]
    """How many rows each table of the profile has, by the table's name."""
    libraries: list[LibraryUseRecord]
    """The libraries, in the file's own order."""
    ledger: list[LedgerEntry]
    """What was read, used, skipped, repaired and dropped."""

    @classmethod
    def of(cls, profile: Profile, info: Info) -> InfoRecord:
        """Return the record of what a profile holds."""
        return cls(
            profile=ProfileWithFacts(**profile_members(profile), facts=dict(profile.meta.facts)),
            steps=_steps(profile),
            span=info.span,
            depth=info.depth,
            value_types=[
                ValueSumRecord(
                    type=value.value_type.type,
                    unit=value.value_type.unit,
                    total=value.total,
                    idle=value.idle,
                )
                for value in info.value_sums
            ],
            threads=[
                ThreadUseRecord(
                    name=use.thread.name or None,
                    process_id=known(use.thread.process_id),
                    thread_id=known(use.thread.thread_id),
                    process_name=use.thread.process_name or None,
                    samples=use.samples,
                    values=list(use.values),
                    start_time=use.start_time,
                    end_time=use.end_time,
                )
                for use in info.threads
            ],
            tables=dict(info.tables),
            libraries=[
                LibraryUseRecord(
                    path=use.library.path,
                    start=use.library.start,
                    end=use.library.end,
                    bias=use.library.bias,
                    self_value=use.self_value,
                )
                for use in info.libraries
            ],
            ledger=[
                LedgerEntry(
                    action=entry.action.value,
                    unit=entry.unit,
                    cause=entry.cause,
                    count=entry.count,
                    example=entry.example or None,
                )
                for entry in profile.ledger.entries
            ],
        )

    def table(self) -> Rows:
        """Return each member on a line of its own: these tables are about different things."""
        return members_one_by_one(self)


def _steps(profile: Profile) -> list[StepOfAllRecord] | msgspec.UnsetType:
    def extents(found: Extent) -> ExtentsRecord:
        return ExtentsRecord(samples=found.samples, total=list(found.values), idle=list(found.idle))

    return [
        StepOfAllRecord(
            **asked_members(done), before=extents(done.before), after=extents(done.after)
        )
        for done in profile.applied
    ] or msgspec.UNSET
