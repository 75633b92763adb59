"""What all records share: how a view's record begins, functions, and the JSON text.

Names stay as the profile has them; JSON's own escapes (all but ASCII is escaped) make the text
safe to print.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from profkit.profile import ABSENT, Kind, function_name, short_place

if TYPE_CHECKING:
    from profkit.profile import Applied, Extent, Profile
    from profkit.render.records.rows import Rows

__all__ = [
    "AnswerRecord",
    "AskedRecord",
    "ExtentRecord",
    "FunctionRecord",
    "MeasuredRecord",
    "ProfileRecord",
    "Record",
    "StepRecord",
    "ValueTypeRecord",
    "ViewRecord",
    "asked_members",
    "begin",
    "function_members",
    "known",
    "profile_members",
    "to_json",
]


class Record(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An object of the JSON text; its members are in camelCase there."""


class ProfileRecord(Record, frozen=True, kw_only=True):
    """The profile that a view is of."""

    source: str
    """The file as the user named it; several are joined by a comma and a space."""
    format: str
    """The name of the format it was read as, such as v8log or cpuprofile."""
    producer: str | None
    """The program that recorded or wrote it; null where the file does not say."""
    start_time: int | None
    """When the recording began, in nanoseconds of its own clock; null where it has no time."""
    end_time: int | None
    """When it ended, in nanoseconds of the same clock; null where it has no time."""
    interval: int | None
    """The nominal time between two samples in nanoseconds; null where the file does not say."""
    samples: int
    """The number of samples of all threads."""
    threads: int
    """The number of threads."""


class ValueTypeRecord(Record, frozen=True, kw_only=True):
    """What the figures measure."""

    type: str
    """The profiler's word for it: ticks, samples, cpu, wall …"""
    unit: str
    """count, nanoseconds, or a unit of the file's own, such as bytes."""


class ExtentRecord(Record, frozen=True, kw_only=True):
    """How much of a recording there was."""

    samples: int
    """The number of samples."""
    total: int
    """Their sum, in the unit of valueType."""
    idle: int
    """How much of it was idle."""


class AskedRecord(Record, frozen=True, kw_only=True):
    """A step that was asked for."""

    name: str
    """The name of its option, such as focus."""
    arguments: list[str]
    """What its option was given."""
    matched: bool
    """Whether it found anything."""


class StepRecord(AskedRecord, frozen=True, kw_only=True):
    """A step that was asked for, and what it left."""

    before: ExtentRecord
    """How much there was before it."""
    after: ExtentRecord
    """How much it left."""


class AnswerRecord(Record, tag_field="view", frozen=True, kw_only=True):
    """What the record of every view begins with, also where it is of no one profile."""

    version: Literal[1] = 1
    """The version of the form; another number says that a member is gone or means another thing."""

    @classmethod
    def of(cls, *content: Any, **options: Any) -> AnswerRecord:  # noqa: ANN401 (each view's own)
        """Return the record of a view; what it takes is each record's own."""
        raise NotImplementedError

    def table(self) -> Rows:
        """Return the view as one table for CSV: its header and its rows of plain values."""
        raise NotImplementedError


class ViewRecord(AnswerRecord, frozen=True, kw_only=True):
    """What the record of a view of a profile begins with."""

    profile: ProfileRecord
    """The profile that the view is of."""


class MeasuredRecord(ViewRecord, frozen=True, kw_only=True):
    """What the record of a view of one value begins with."""

    value_type: ValueTypeRecord
    """What the figures of this view measure."""
    total: int
    """The whole, in the unit of valueType: what 100 % is."""
    steps: list[StepRecord] | msgspec.UnsetType = msgspec.UNSET
    """What was asked for, in the order in which it was applied; not there where nothing was."""


class FunctionRecord(Record, frozen=True, kw_only=True):
    """A function: what it is called, and where it begins."""

    name: str
    """Its name, (anonymous) where it has none."""
    place: str
    """Where it is, for people: the path from its package on, and the line; may be empty."""
    file: str | None
    """Its file as the recording names it; null where that is unknown."""
    line: int | None
    """The line in which it begins, from 1 on; null where that is unknown."""
    column: int | None
    """The column in which it begins, from 1 on; null where that is unknown."""
    kind: str
    """What kind of code it is: js, builtin, python, native, shared-library, gc …"""
    package: str | None
    """Its package: an npm package or a pip distribution, node:, (app); null where unknown."""


def to_json(record: Record) -> str:
    """Return a record as JSON text that ends in a line end."""
    # Not msgspec's own text: it has all letters as they are, and refuses lone surrogates.
    return json.dumps(msgspec.to_builtins(record), indent=2) + "\n"


def begin(profile: Profile, value_type: int) -> dict[str, Any]:
    """Return the members that the record of every view of one value begins with, but ``total``."""
    kind = profile.value_types[value_type]
    return {
        "profile": ProfileRecord(**profile_members(profile)),
        "value_type": ValueTypeRecord(type=kind.type, unit=kind.unit),
        "steps": _steps(profile, value_type),
    }


def _steps(profile: Profile, value_type: int) -> list[StepRecord] | msgspec.UnsetType:
    def extent(found: Extent) -> ExtentRecord:
        return ExtentRecord(
            samples=found.samples, total=found.values[value_type], idle=found.idle[value_type]
        )

    return [
        StepRecord(**asked_members(done), before=extent(done.before), after=extent(done.after))
        for done in profile.applied
    ] or msgspec.UNSET


def asked_members(done: Applied) -> dict[str, Any]:
    """Return the members of an :class:`AskedRecord`."""
    return {"name": done.name, "arguments": list(done.arguments), "matched": done.matched}


def profile_members(profile: Profile) -> dict[str, Any]:
    """Return the members of a :class:`ProfileRecord`."""
    meta = profile.meta
    return {
        "source": meta.source,
        "format": meta.format,
        "producer": meta.producer or None,
        "start_time": meta.start_time,
        "end_time": meta.end_time,
        "interval": meta.interval,
        "samples": profile.sample_count,
        "threads": len(profile.threads),
    }


def function_members(profile: Profile, function: int) -> dict[str, Any]:
    """Return the members of a :class:`FunctionRecord`."""
    functions = profile.functions
    return {
        "name": function_name(profile, function),
        "place": short_place(profile, function),
        "file": profile.text(int(functions.file[function])) or None,
        "line": known(int(functions.line[function])),
        "column": known(int(functions.column[function])),
        "kind": Kind(functions.kind[function]).label,
        "package": profile.text(int(functions.package[function])) or None,
    }


def known(number: int) -> int | None:
    """Return a number, None for the one that stands for what is absent."""
    return None if number == ABSENT else number
